"""Keeps a token that was pasted on the Publish page in memory, never in a file, until it is used."""

from __future__ import annotations

import re

from site_builder.errors import InvalidDocument, Problem
from site_builder.net.credentials import Secret
from site_builder.studio.background.jobs import Job

PUBLISH = "publish"
"""Kind of the jobs after which it is not needed any more."""
KEPT, MISSING, REFUSED = "kept", "missing", "refused"
"""What a job's result says of it under `token`: it is in the keyring now, none is known, or GitHub does not take it."""
_TOKEN = re.compile(r"[!-~]{10,500}")


class HeldToken:
    """At most one token, and the place that it is for."""

    def __init__(self) -> None:
        self._place = ""
        self._secret: Secret | None = None

    def hold(self, place: str, secret: Secret) -> None:
        """Take it in the place of any other."""
        self._place, self._secret = place, secret

    def find(self, place: str) -> Secret | None:
        """The one for this place; any other is let go."""
        if place != self._place:
            self.drop()
        return self._secret

    def drop(self) -> None:
        """Let it go."""
        self._place, self._secret = "", None

    def follow(self, job: Job) -> None:
        """Let it go once the keyring has it, GitHub refuses it, or the publication it was pasted for is over."""
        is_published = job.kind == PUBLISH and job.state in {"done", "cancelled"}
        if is_published or job.result.get("token") in {KEPT, REFUSED}:
            self.drop()


def read_token(text: str, complaint: str) -> Secret | None:
    """What was pasted; None for nothing.

    Raises:
        InvalidDocument: it is no token, with that sentence.
    """
    pasted = text.strip()
    if pasted and not _TOKEN.fullmatch(pasted):
        raise InvalidDocument([Problem(complaint, field="token")])
    return Secret(pasted) if pasted else None
