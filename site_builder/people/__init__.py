"""Everyone heard on the show and what they said to being published: `content/people.yaml`, both directions."""

from site_builder.people.file import add_newcomers, load_people, parse_people, set_consent
from site_builder.people.newcomers import find_conflicts
from site_builder.people.records import Answer, Consent, PersonRecord
from site_builder.people.register import People

__all__ = [
    "Answer",
    "Consent",
    "People",
    "PersonRecord",
    "add_newcomers",
    "find_conflicts",
    "load_people",
    "parse_people",
    "set_consent",
]
