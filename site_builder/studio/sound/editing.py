"""Which spans of a recording are published, as the sound editor shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder.audio.measure import find_quiet
from site_builder.consent import Removal, plan_removals
from site_builder.consent.casting import Casting
from site_builder.engine.files import write_file
from site_builder.episodes.assemble import make_edits, trim_dead_air
from site_builder.episodes.catalog import decide_consent
from site_builder.episodes.dead_air import QUIET, find_dead_air
from site_builder.model.edits import EditList
from site_builder.model.podcast import Recording, Span
from site_builder.render.pages.lanes import join_turns
from site_builder.show.bundles import Bundle
from site_builder.show.config import DeadAir
from site_builder.show.load import ShowFolder
from site_builder.studio.changes.patch import read_file
from site_builder.studio.sound.peaks import make_key
from site_builder.studio.sound.wave_file import Piece
from site_builder.studio.words import Loss


@dataclass(frozen=True, slots=True)
class Stretch:
    """A cut or a mute."""

    kind: str
    """`cut` or `mute`."""
    start: float
    end: float

    @property
    def id(self) -> str:
        """Names it in forms."""
        return f"{self.kind}:{self.start:.3f}-{self.end:.3f}"


@dataclass(frozen=True, slots=True)
class Editing:
    """One episode's recording, with what becomes of it."""

    bundle: Bundle
    recording: Recording
    casting: Casting
    removal: Removal
    dead_air: tuple[Span, ...]

    @property
    def edits(self) -> EditList:
        """All that is done to it."""
        matter = self.bundle.matter
        return trim_dead_air(make_edits(matter, self.recording, self.casting, self.removal), matter, self.dead_air)

    @property
    def trim(self) -> Span:
        """From where to where it is published, cuts aside."""
        own = self.bundle.matter.trim
        if own is not None:
            end = self.recording.duration if own.end is None else min(own.end, self.recording.duration)
            return Span(start=own.start or 0.0, end=end)
        start = next((span.end for span in self.dead_air if span.start <= 0), 0.0)
        end = next((span.start for span in self.dead_air if span.start > 0), self.recording.duration)
        return Span(start=start, end=end)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The host's cuts and mutes, by time."""
        matter = self.bundle.matter
        found = [Stretch("cut", span.start, span.end) for span in matter.cut]
        found += [Stretch("mute", span.start, span.end) for span in matter.mute]
        return tuple(sorted(found, key=lambda stretch: (stretch.start, stretch.end, stretch.kind)))

    @property
    def refused(self) -> tuple[Span, ...]:
        """What is taken out for somebody."""
        return plan_removals(self.recording, self.casting)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """All that is not heard, and why: first what is taken out for somebody."""
        matter, ends = self.bundle.matter, (Span(start=0.0, end=self.trim.start),)
        after = (Span(start=self.trim.end, end=self.recording.duration),)
        cuts, mutes = ([entry.to_model() for entry in spans] for spans in (matter.cut, matter.mute))
        kinds = (("refused", self.refused), ("cut", cuts), ("mute", mutes), ("trim", (*ends, *after)))
        return tuple(Loss(kind, span.start, span.end) for kind, spans in kinds for span in spans)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What a listener will hear."""
        return tuple(Piece(Span(start=p.start, end=p.end), is_silent=p.muted) for p in self.edits.pieces)

    def as_json(self) -> dict[str, Any]:
        """For the editor's scripts."""
        recording, matter = self.recording, self.bundle.matter
        return {
            "duration": recording.duration,
            "frame": 1024 / recording.parts[0].sample_rate,
            "speakers": [speaker.name or speaker.handle for speaker in recording.speakers],
            "turns": [[who, round(a, 2), round(b, 2)] for who, a, b in join_turns(recording.turns)],
            "refused": _pairs(self.refused),
            "trim": [self.trim.start, self.trim.end],
            "cuts": _pairs(entry.to_model() for entry in matter.cut),
            "mutes": _pairs(entry.to_model() for entry in matter.mute),
            "chapters": [[entry.start, entry.title] for entry in matter.chapters or ()],
            "removal": self.removal.value,
        }


def _pairs(spans: Any) -> list[list[float]]:
    return [[span.start, span.end] for span in spans]


def open_editing(show: ShowFolder, bundle: Bundle, cache: Path) -> Editing | None:
    """What is to be known to edit an episode's sound; None where its recording is elsewhere."""
    recording = bundle.recording
    if recording is None or not bundle.has_recording:
        return None
    removal = show.config.consent.removal
    trims = show.config.audio.dead_air is DeadAir.TRIM
    dead_air = confirm_dead_air(recording, bundle.part_files, cache) if trims else ()
    return Editing(bundle, recording, decide_consent(show, bundle), removal, dead_air)


def listen_to_ends(bundle: Bundle, cache: Path) -> tuple[Span, ...]:
    """Silence at both ends of a bundle's recording that is really quiet; listened to once."""
    return confirm_dead_air(bundle.recording, bundle.part_files, cache) if bundle.recording else ()


def expect_quiet_ends(bundle: Bundle, cache: Path) -> tuple[Span, ...]:
    """The same for lists of episodes: what nobody has listened to yet is taken for quiet, as its levels say."""
    recording = bundle.recording
    if recording is None or (cache / f"{make_key(recording)}.quiet").is_file():
        return listen_to_ends(bundle, cache)
    return find_dead_air(recording)


def confirm_dead_air(recording: Recording, parts: tuple[Path, ...], cache: Path) -> tuple[Span, ...]:
    """Silence at both ends that is really quiet, as a build hears it; listened to once."""
    spans = find_dead_air(recording)
    if not spans:
        return ()
    file = cache / f"{make_key(recording)}.quiet"
    known = read_file(file)
    if known is None:
        known = json.dumps([[span.start, span.end] for span in find_quiet(parts, spans, QUIET)]).encode()
        write_file(file, known)
    return tuple(Span(start=start, end=end) for start, end in json.loads(known))
