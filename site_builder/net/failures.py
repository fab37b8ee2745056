"""Why a request failed: for now, or for good."""

from __future__ import annotations

from site_builder.errors import SpacecastError


class Unanswered(SpacecastError):
    """No answer, or not all of it; it may come the next time."""


class Refused(SpacecastError):
    """It will not come: the address or the answer is not acceptable."""


class Exceeded(Refused):
    """An answer is larger, or takes longer, than a bound that the caller may raise."""
