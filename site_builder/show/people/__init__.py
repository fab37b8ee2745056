"""Everyone heard on the show and what they said to being published: `content/people.yaml`.

To change it, see `writing`, which loads more.
"""

from site_builder.show.people.file import load_people, parse_people
from site_builder.show.people.records import Answer, Consent, PersonRecord
from site_builder.show.people.register import UNKNOWN, People, explain_missing, is_for_unknown, is_unknown

__all__ = [
    "UNKNOWN",
    "Answer",
    "Consent",
    "People",
    "PersonRecord",
    "explain_missing",
    "is_for_unknown",
    "is_unknown",
    "load_people",
    "parse_people",
]
