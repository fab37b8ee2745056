"""Stops once before names of people who have not answered go from a show that is online."""

from __future__ import annotations

from pathlib import Path

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.config import Pending, load_config
from site_builder.show.layout import CONFIG, PEOPLE
from site_builder.show.people import Consent, load_people
from site_builder.show.published import load_published

_LINE = b"pending:"
_MOST = 12
"""Names that are listed."""


def require_line(folder: Path) -> None:
    """Stop where `consent.pending` is not written down though subscribers know people by name who have not answered.

    Raises:
        InvalidDocument: it is not; says whose names would go.
        UsageError: there is no show in `folder`.
    """
    file = folder / CONFIG
    if not file.is_file() or _LINE in file.read_bytes():
        return
    if all(pin.retired for pin in load_published(folder).pins.values()) or load_config(folder).consent.says_pending:
        return
    records = load_people(folder / PEOPLE).records
    waiting = [one.name or one.key for one in records if one.consent.status is Consent.PENDING]
    if waiting:
        more = f" and {len(waiting) - _MOST} more" if len(waiting) > _MOST else ""
        message = (
            "nothing is written about people who have not answered; from now on they are heard without a name, and "
            f"{', '.join(waiting[:_MOST])}{more} would lose theirs in what is online. Write "
            f"`consent: {{pending: {Pending.ANONYMISE.value}}}` for that, or `consent: {{pending: "
            f"{Pending.PUBLISH.value}}}` to go on naming them"
        )
        raise InvalidDocument([Problem(message, file, field="consent.pending")])
