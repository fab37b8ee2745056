"""Tokens: found in the environment, in the system's keyring or by asking; kept in that keyring and nowhere else.

Where the system has no keyring a token is asked for each time. It is never in a file of ours, an argument, a log or an
error: see `Secret`. docs/decisions/0039 says why.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from site_builder.errors import UsageError

KEPT = "The token is kept in this system's keyring."
NOT_KEPT = "This system has no keyring that can be used: the token is not kept, and is asked for at each deploy."
_SERVICE = "spacecast"
"""Whose entries they are in the keyring."""
_SYSTEM = 1
"""Priority from which on a keyring is the system's own: https://keyring.readthedocs.io/en/latest/"""
_TOKEN = re.compile(r"[!-~]+")
"""Letters of tokens; with others a request could not be written, and what cannot be written is quoted by its error."""
_NO_KEYRINGS = ("keyrings.alt.", "keyring.backends.chainer", "keyring.backends.fail", "keyring.backends.null")
"""Those that write files, that try others in turn, or that keep nothing."""


class Secret:
    """A text that shows itself only where it is asked for by name: not in tracebacks, reports, pickles or formats."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


class TokenMissing(UsageError):
    """A token is needed that is kept nowhere, and there is nobody who could be asked for it."""


Ask = Callable[[str], str]
"""Asks a person for what the question says, unseen; empty where there is no answer."""
LogIn = Callable[[Callable[[str], None]], str]
"""Gets a token in another way than by asking for it; is given what tells the person what to do."""


@dataclass(frozen=True, slots=True)
class _Found:
    secret: Secret
    is_new: bool
    """Whether a person has just typed it."""


class Credentials:
    """Finds, asks for and keeps the tokens that one run of the program needs.

    Args:
        ask: How a person is asked; None where there is nobody.
        given: What a person has typed beforehand: it goes before what is kept, and where it is refused nobody is asked.
        tell: How a person is told what to do elsewhere; None where there is nobody.
    """

    def __init__(
        self, ask: Ask | None = None, given: Secret | None = None, tell: Callable[[str], None] | None = None
    ) -> None:
        self._ask = ask
        self._tell = tell
        self._given = given
        self._is_refused = False
        self._found: dict[str, _Found] = {}

    def find(self, account: str, *, variable: str, question: str, log_in: LogIn | None = None) -> Secret | None:
        """The token for an account, such as `github.com/you/show`; None where there is none and nobody answers.

        Args:
            account: Its name in the keyring.
            variable: Of the environment, for scripts.
            question: What a person is asked.
            log_in: In place of the question, where there is such a way and somebody who can be told.

        Raises:
            UsageError: what there is cannot be a token.
            SpacecastError: as of `log_in`.
        """
        if self._is_refused:
            return None
        if account not in self._found:
            found = self._look(account, variable, question, log_in)
            if found is None:
                return None
            if not _TOKEN.fullmatch(found.secret.reveal()):
                raise UsageError(
                    f"the token for {account} has spaces, line breaks or letters in it that no token has; copy it again"
                )
            self._found[account] = found
        return self._found[account].secret

    def _look(self, account: str, variable: str, question: str, log_in: LogIn | None) -> _Found | None:
        if self._given:
            return _Found(self._given, is_new=True)
        if kept := os.environ.get(variable, "").strip() or _ask_keyring(account):
            return _Found(Secret(kept), is_new=False)
        typed = self._ask_person(question, log_in).strip()
        return _Found(Secret(typed), is_new=True) if typed else None

    def _ask_person(self, question: str, log_in: LogIn | None) -> str:
        if log_in and self._tell:
            return log_in(self._tell)
        return self._ask(question) if self._ask else ""

    def keep(self, account: str) -> str:
        """Keep a token that was typed and has proved right; a sentence for the person, empty where nothing is new."""
        found = self._found.get(account)
        if not (found and found.is_new):
            return ""
        self._found[account] = _Found(found.secret, is_new=False)
        keyring = _find_keyring()
        if keyring is not None:
            with suppress(Exception):  # each system's keyring has errors of its own; without one it is asked again
                keyring.set_password(_SERVICE, account, found.secret.reveal())
                return KEPT
        return NOT_KEPT

    def forget(self, account: str) -> None:
        """Take a token that is refused out of memory, and out of the keyring where it is the one that is kept there."""
        self._found.pop(account, None)
        if self._given:
            self._is_refused = True
            return
        keyring = _find_keyring()
        if keyring is not None:
            with suppress(Exception):  # it may not be there
                keyring.delete_password(_SERVICE, account)


def _ask_keyring(account: str) -> str:
    keyring = _find_keyring()
    if keyring is None:
        return ""
    with suppress(Exception):  # locked, or nobody unlocks it
        return str(keyring.get_password(_SERVICE, account) or "")
    return ""


def find_keyring_name() -> str:
    """What the system calls its keyring; empty where there is none that can be used."""
    keyring = _find_keyring()
    return str(getattr(keyring, "name", "")) if keyring is not None else ""


def _find_keyring() -> Any:
    """The system's own keyring; None where there is none, or only one that writes a file."""
    try:
        from keyring import backend  # noqa: PLC0415 -- an extra, and only where a token is wanted
    except ImportError:
        return None
    usable = [each for each in backend.get_all_keyring() if _is_systems(each)]
    return max(usable, key=lambda each: float(each.priority), default=None)


def _is_systems(keyring: Any) -> bool:
    try:
        return float(keyring.priority) >= _SYSTEM and not type(keyring).__module__.startswith(_NO_KEYRINGS)
    except Exception:  # a property that asks the system
        return False
