"""What GitHub's answers mean for a person: a sentence for each status, without secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from site_builder.errors import SpacecastError
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.http import TRIES, pause
from site_builder.net.redaction import redact

RIGHTS = "Contents and Pages, both “Read and write”, for this repository"
"""What a fine-grained token must be allowed: https://docs.github.com/en/rest/authentication"""
Answered = TypeVar("Answered")
_WHOLE = "what is online is whole"
_LATER = frozenset({408, 425, 500, 502, 503, 504})


class TokenRefused(SpacecastError):
    """GitHub does not know the token."""


class NotThere(SpacecastError):
    """There is no such thing, or the token may not see it."""


def check_answer(status: int, headers: Mapping[str, str], body: bytes, doing: str) -> None:
    """Raise what an answer of 400 or more says about `doing`, such as “send the site”.

    Raises:
        TokenRefused: the token is wrong, expired or revoked.
        NotThere: nothing there, or nothing that may be seen.
        Unanswered: it may go well the next time.
        SpacecastError: it will not, until something is changed.
    """
    if status < 400:
        return
    if status in _LATER:
        raise Unanswered(f"GitHub cannot {doing} just now (status {status}); {_WHOLE}")
    if status == 401:
        raise TokenRefused("GitHub does not take the token: it is mistyped, has expired or was revoked")
    if status == 404:
        raise NotThere(f"GitHub cannot {doing}: there is no such repository, or the token may not see it")
    if wait := _find_wait(status, headers):
        raise SpacecastError(f"GitHub asks for patience and cannot {doing} before {wait}; {_WHOLE}; deploy again then")
    said = _find_message(body)
    if status == 403:
        raise SpacecastError(
            f"the token may not {doing}{said}; at https://github.com/settings/personal-access-tokens give it {RIGHTS}"
        )
    raise SpacecastError(f"GitHub refuses to {doing} (status {status}){said}; {_WHOLE}")


def explain_refusal(doing: str, error: Refused) -> SpacecastError:
    """Why something was never asked, or led elsewhere."""
    hint = "; was the repository renamed?" if "redirect" in str(error) else ""
    return SpacecastError(f"GitHub cannot {doing}: {error}{hint}")


def ask_again(ask: Callable[[], Answered], tries: int = TRIES) -> Answered:
    """Ask, and ask once more where an answer may come the next time.

    Raises:
        Unanswered: it never came; with what to do.
    """
    for number in range(tries):
        try:
            return ask()
        except Unanswered as error:
            if number == tries - 1:
                told = str(error) if str(error).startswith("GitHub ") else f"GitHub cannot be reached ({error})"
                whole = "" if _WHOLE in told else f"; {_WHOLE}"
                raise Unanswered(f"{told}{whole}; deploy again to go on where it was") from None
            pause(number)
    raise AssertionError


def _find_wait(status: int, headers: Mapping[str, str]) -> str:
    """When a limit of requests is lifted; empty where none was reached."""
    if status not in {403, 429}:
        return ""
    seconds = headers.get("retry-after", "")
    reset = headers.get("x-ratelimit-reset", "") if headers.get("x-ratelimit-remaining") == "0" else ""
    moment = time.time() + min(int(seconds), 86_400) if seconds.isdecimal() else 0.0
    if not moment and reset.isdecimal():
        moment = min(int(reset), time.time() + 86_400)
    if not moment and status == 429:
        moment = time.time() + 60
    return time.strftime("%H:%M:%S UTC", time.gmtime(moment)) if moment else ""


def _find_message(body: bytes) -> str:
    """What GitHub says about it: a message and the messages of its errors, as far as they are texts."""
    with suppress(ValueError, AttributeError, TypeError):
        answer = json.loads(body)
        errors = [error.get("message") for error in answer.get("errors") or () if isinstance(error, dict)]
        texts = [text for text in (answer.get("message"), *errors) if isinstance(text, str) and text]
        return f": {clean(' · '.join(texts))}" if texts else ""
    return ""


def clean(text: str) -> str:
    """A server's words as one printable line of bounded length, without secrets."""
    return redact(" ".join("".join(c if c.isprintable() else " " for c in text).split()))[:300]
