"""What a rule is, what a finding is, and the books (lists) that rules are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
BUILD_AGAIN = "Build again; if it stays, report it: this program wrote the feed."
"""Remedy of rules that only this program can have broken."""


class Severity(StrEnum):
    """How bad it is to break a rule."""

    ERROR = "error"
    """Some app, directory, host or person will not accept it, or subscribers are hurt."""
    WARNING = "warning"
    """Something is ignored or shown wrongly."""
    ADVICE = "advice"
    """It works, and could be better; or something to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold."""

    name: str
    """In small letters with hyphens; unique, for people to search and for `--json`."""
    severity: Severity
    holds: str
    """What must hold, as a sentence."""
    remedy: str
    """What to do where it does not, as a sentence."""
    source: str
    """Address of the page that asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was found, as far as that can be said."""

    file: Path | None = None
    """Relative to the show's folder."""
    line: int | None = None
    episode: str = ""
    """Its title."""
    url: str = ""

    def __str__(self) -> str:
        file = self.file.as_posix() if self.file else ""
        file += f":{self.line}" if file and self.line else ""
        episode = f"“{self.episode}”" if self.episode else ""
        return ", ".join(filter(None, (file, episode, self.url)))


NOWHERE = Place()

Remark = tuple[str, Place]
"""What a rule's function yields: a sentence, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that something breaks."""

    rule: Rule
    message: str
    place: Place = NOWHERE

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.rule.name})".removeprefix(": ")

    def as_json(self) -> dict[str, object]:
        """Plain values for `spacecast check --json`."""
        return {
            "rule": self.rule.name,
            "severity": self.rule.severity.value,
            "message": self.message,
            "remedy": self.rule.remedy,
            "source": self.rule.source,
            "file": self.place.file.as_posix() if self.place.file else None,
            "line": self.place.line,
            "episode": self.place.episode or None,
            "url": self.place.url or None,
        }


class Rulebook(Generic[Subject]):
    """Rules about one subject, each with the function that finds what breaks it."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._entries: list[tuple[Rule, Callable[[Subject], Iterable[Remark]]]] = []

    @property
    def rules(self) -> tuple[Rule, ...]:
        """In the order in which they are applied."""
        return tuple(rule for rule, _ in self._entries)

    def add(self, rule: Rule, find: Callable[[Subject], Iterable[Remark]]) -> None:
        """Take in a rule and the function that yields what breaks it."""
        self._entries.append((rule, find))

    def rule(
        self, name: str, severity: Severity, source: str, *, holds: str, remedy: str
    ) -> Callable[[Callable[[Subject], Iterable[Remark]]], Callable[[Subject], Iterable[Remark]]]:
        """Decorator: the function finds what breaks the rule described here."""

        def keep(find: Callable[[Subject], Iterable[Remark]]) -> Callable[[Subject], Iterable[Remark]]:
            self.add(Rule(name=name, severity=severity, holds=holds, remedy=remedy, source=source), find)
            return find

        return keep

    def check(self, subject: Subject, *, only: Severity | None = None) -> Iterator[Finding]:
        """Everything about `subject` that breaks a rule; with `only`, rules of that severity alone are applied."""
        for rule, find in self._entries:
            if only is None or rule.severity is only:
                for message, place in find(subject):
                    yield Finding(rule=rule, message=message, place=place)
