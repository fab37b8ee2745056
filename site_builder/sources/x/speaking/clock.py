"""Converts between wall-clock time and time in a Space's recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from site_builder.model.podcast import Gap, Part
from site_builder.sources.x.spaces import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Maps moments to recording time; the wall clock runs on where audio was lost, recording time does not."""

    started_at: datetime | None
    """Wall clock of the first sample."""
    duration: float
    """Seconds of audio."""
    gaps: tuple[Gap, ...] = ()
    exact: bool = False
    """Whether the recording itself tells the time."""

    @property
    def ended_at(self) -> datetime | None:
        """Wall clock of the end of the recording."""
        return self.started_at and self.moment_of(self.duration)

    def moment_of(self, at: float) -> datetime:
        """The wall clock at recording time `at`; needs `started_at`."""
        assert self.started_at
        return self.started_at + timedelta(seconds=at + sum(gap.lost for gap in self.gaps if gap.at <= at))

    def locate(self, moment: datetime) -> float:
        """Recording time of a moment, kept within the recording; needs `started_at`. Lost time is where its gap is."""
        assert self.started_at
        at = (moment - self.started_at).total_seconds()
        for gap in sorted(self.gaps, key=lambda gap: gap.at):
            if at <= gap.at:
                break
            at = max(gap.at, at - gap.lost)
        return round(min(max(at, 0.0), self.duration), 3)


def make_clock(space: Space, parts: Sequence[Part], starts: Sequence[datetime | None], gaps: Sequence[Gap]) -> Clock:
    """The clock of a recording: from its own tags, else worked out from the metadata.

    Args:
        parts: The recording's files in order.
        starts: Wall clock of the first sample of each part, as its tags tell.
        gaps: Audio lost, as its tags tell.
    """
    duration, offset = sum(part.duration for part in parts), 0.0
    for part, start in zip(parts, starts, strict=True):
        if start:
            return Clock(started_at=start - timedelta(seconds=offset), duration=duration, gaps=tuple(gaps), exact=True)
        offset += part.duration
    return Clock(started_at=assume_start(space, duration) if parts else None, duration=duration)


def assume_start(space: Space, duration: float) -> datetime | None:
    """When a recording without a clock of its own began, in the light of the metadata; None where it says nothing.

    `createdAt` is when the Space was set up, which can be days before it went live, so it is only a lower bound. A
    recording ends with its Space, so it began its length before `endedAt`; but no later than somebody first spoke.
    """
    if space.started_at:
        return space.started_at
    first_words = min((session.start for session in space.sessions), default=None)
    if not space.ended_at:
        return first_words or space.created_at
    start = space.ended_at - timedelta(seconds=duration)
    start = min(start, first_words) if first_words else start
    return max(start, space.created_at) if space.created_at else start
