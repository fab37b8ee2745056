"""Says why an archive holds no recording of a Space. Ends of sentences."""

from __future__ import annotations

from datetime import datetime, timedelta

from site_builder.sources.x.spaces import Space

KEPT_DAYS = 30
"""How long X keeps the recording of a Space, about."""
_A_DAY = timedelta(days=1)


def explain_missing(space: Space, made_at: datetime | None, *, is_partial: bool) -> str:
    """The reason, without a full stop.

    Args:
        space: As the metadata describes it.
        made_at: When X made the archive, where that is known.
        is_partial: The archive came in several zips, of which this is one.
    """
    if is_partial:
        return "may be in another part of this archive, which X made in several zips"
    if space.is_cancelled:
        return "was cancelled, so there is nothing to hear"
    if space.described and space.ended_at is None and (said := _explain_unended(space, made_at)):
        return said
    return _explain_ended(space.ended_at or space.started_at or space.created_at, made_at)


def _explain_ended(ended: datetime | None, made_at: datetime | None) -> str:
    if ended is None or made_at is None:
        return f"no recording in the archive; X keeps recordings about {KEPT_DAYS} days"
    days = round((made_at - ended) / _A_DAY)
    if made_at < ended:
        return "had not ended when the archive was made; request a new one from X"
    if days > KEPT_DAYS:
        return f"ended {days} days before the archive was made; X keeps recordings about {KEPT_DAYS} days"
    return "was probably not recorded: X keeps a recording only where the host switched it on"


def _explain_unended(space: Space, made_at: datetime | None) -> str:
    """What is true of a Space without an end: never held, not yet held, or still on."""
    first = min((session.start for session in space.sessions), default=space.started_at)
    if not first and not space.speaker_ids and not space.participants:
        return (
            "was set up or scheduled but never held, as far as this archive knows: nobody spoke or listened; "
            "if it was held later, request a new archive from X"
        )
    begun = first or space.created_at
    if made_at and begun and made_at - begun <= _A_DAY:
        return "was live when the archive was made; request a new archive from X, now that it has ended"
    if made_at is None or not space.speaker_ids:
        return (
            "has no end in this archive: it was scheduled, or live, when the archive was made; "
            "request a new archive from X after it was held"
        )
    return ""


def explain_torn(space: Space) -> str:
    """That the beginning of a recording is elsewhere, with a remedy."""
    return (
        f"earlier parts of the recording of {space.id} are in another zip of this archive; "
        "unzip them all into one folder and extract that"
    )
