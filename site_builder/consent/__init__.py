"""Who may be heard and named: from what people said to what an episode may hold. Pure."""

from site_builder.consent.casting import (
    Casting,
    Verdict,
    cast_turns,
    decide,
    plan_removals,
)
from site_builder.consent.redaction import Redaction, make_redaction, mentions, redact
from site_builder.consent.removals import LEAST_AUDIBLE
from site_builder.consent.requests import (
    Appearance,
    PersonRow,
    describe_person_rows,
    describe_rows_json,
    render_request,
)
from site_builder.show.config import Removal
from site_builder.show.people import Consent

__all__ = [
    "LEAST_AUDIBLE",
    "Appearance",
    "Casting",
    "Consent",
    "PersonRow",
    "Redaction",
    "Removal",
    "Verdict",
    "cast_turns",
    "decide",
    "describe_person_rows",
    "describe_rows_json",
    "make_redaction",
    "mentions",
    "plan_removals",
    "redact",
    "render_request",
]
