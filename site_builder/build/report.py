"""What a build did, as values: for the summary a person reads and for `--json`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_builder.text.timecode import format_length

if TYPE_CHECKING:
    from site_builder.episodes.intake.intake import IntakeEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An episode that is not published by this build."""

    title: str
    reason: str
    """A draft, a future date, a withheld consent … as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The outcome of one build."""

    output: Path
    episodes: int = 0
    """How many episodes are published."""
    duration: float = 0.0
    """Seconds of all published audio together."""
    made: tuple[str, ...] = ()
    kept: int = 0
    removed: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    taken: tuple[IntakeEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    is_feed_held: bool = False
    """Whether the last good feed stays because of the failures."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Path to why it was made; filled with `--explain`."""
    strict: bool = False
    trimmed: float = 0.0
    """Seconds of dead air and other sound left out at the ends of recordings."""
    pending: int = 0
    """How many people are heard who have not said yes or no."""
    is_first: bool = False
    """Nothing had been built here before."""
    redacted: tuple[str, ...] = ()
    """Where the host named somebody who is hidden: file, line and of whom. Each is left out or replaced."""

    @property
    def failed(self) -> bool:
        """Whether the exit code tells of a problem."""
        unreadable = any(entry.unreadable for entry in self.taken)
        return bool(self.failures) or unreadable or (self.strict and bool(self.warnings))

    @property
    def summary(self) -> str:
        """One line: what there is, and what was done."""
        there = f"{_count(self.episodes, 'episode')} ({format_length(self.duration)}) in {self.output}"
        done = [f"{_count(len(self.made), 'file')} made", f"{self.kept} kept"]
        if self.removed:
            done.append(f"{_count(len(self.removed), 'outdated file')} deleted")
        if self.skipped:
            done.append(f"{len(self.skipped)} left out")
        if self.trimmed >= 1:
            done.append(f"{format_length(self.trimmed)} trimmed at the ends")
        if self.pending:
            done.append(f"{_count(self.pending, 'person', 'people')} not asked yet")
        if self.failures:
            done.append(f"{len(self.failures)} failed")
        return f"{there}: {', '.join(done)}."

    def as_left(self) -> BuildReport:
        """What is true after the build: all that was made is there."""
        return replace(self, made=(), kept=self.kept + len(self.made), removed=(), taken=(), reasons={})

    def as_json(self) -> dict[str, Any]:
        """The report as plain values for `spacecast build --json`."""
        return {
            "output": str(self.output),
            "episodes": self.episodes,
            "duration": round(self.duration, 3),
            "made": list(self.made),
            "kept": self.kept,
            "removed": list(self.removed),
            "skipped": [{"title": entry.title, "reason": entry.reason} for entry in self.skipped],
            "taken": [entry.as_json() for entry in self.taken],
            "warnings": list(self.warnings),
            "failures": list(self.failures),
            "trimmed": round(self.trimmed, 3),
            "pending": self.pending,
            "redacted": list(self.redacted),
            "reasons": self.reasons,
        }


def parse_report(values: dict[str, Any], *, output: Path, strict: bool) -> BuildReport:
    """The report of a build that made nothing, from what `as_json` gave for the one before."""
    return BuildReport(
        output=output,
        episodes=values["episodes"],
        duration=values["duration"],
        kept=values["kept"],
        skipped=tuple(Skipped(title=entry["title"], reason=entry["reason"]) for entry in values["skipped"]),
        warnings=tuple(values["warnings"]),
        strict=strict,
        trimmed=values["trimmed"],
        pending=values["pending"],
        redacted=tuple(values.get("redacted", ())),
    )


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"
