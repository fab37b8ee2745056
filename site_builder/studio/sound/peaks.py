"""The waveform of a recording for the editor, kept once made: all of it coarsely, each minute in detail.

The glance is made of frames here and there (`audio.waveform.Shape`), in the time it takes to read the file once; a
minute is decoded when somebody looks at it so closely.
"""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from site_builder.audio.demux import Batch, read_packets
from site_builder.audio.waveform import Shape
from site_builder.engine.files import write_file
from site_builder.errors import SpacecastError
from site_builder.model.podcast import Recording, Span
from site_builder.show.bundles import find_bundles, load_bundle
from site_builder.studio.changes.patch import read_file
from site_builder.studio.sound.pcm import read_pcm

SOUNDS = ".cache/studio/sounds"
"""Where shapes are kept, below the show's folder."""
GLANCE = 4000
"""Points of the whole recording."""
TILE = 60
"""Seconds of a tile."""
DENSITY = 50
"""Points of a second in a tile."""
_RATE = 8000
_OFTEN = 0.2
"""Seconds between two looks at a shape that is being made."""


def make_key(recording: Recording) -> str:
    """Tells the sound of one recording from any other."""
    return hashlib.sha256("".join(part.sha256 for part in recording.parts).encode()).hexdigest()[:16]


def prepare_shapes(show: Path, done: set[str]) -> None:
    """Look at every recording that nobody has looked at yet, so that an episode's page has its shape at once.

    The newest first. `done` are names of episodes that need not be looked at again; those looked at come to it.
    """
    for folder in sorted(find_bundles(show / "content"), reverse=True):
        if folder.name in done:
            continue
        done.add(folder.name)
        with suppress(SpacecastError, OSError):
            bundle = load_bundle(folder)
            if bundle.recording and bundle.has_recording:
                read_glance(bundle.recording, bundle.part_files, show / SOUNDS)


def read_glance(recording: Recording, parts: tuple[Path, ...], cache: Path) -> bytes:
    """The loudest of each of `GLANCE` slices, a byte each."""
    *_, known = follow_glance(recording, parts, cache)
    return known


def follow_glance(recording: Recording, parts: tuple[Path, ...], cache: Path) -> Iterator[bytes]:
    """The same, the last time; where it has to be made first, before that what is known of it so far."""
    file = cache / f"{make_key(recording)}.glance"
    known = read_file(file)
    if known is None:
        shape = Shape(recording.duration, GLANCE)
        shown = time.monotonic()
        for _ in shape.hear_stepwise(_chain(parts), fallback=parts[0]):
            if time.monotonic() - shown > _OFTEN:
                yield _scale(shape.peaks_so_far)
                shown = time.monotonic()
        known = _scale(shape.peaks)
        write_file(file, known)
    yield known


def _scale(peaks: tuple[int, ...]) -> bytes:
    return bytes(round(peak * 2.55) for peak in peaks)


def _chain(parts: tuple[Path, ...]) -> Iterator[Batch]:
    for part in parts:
        yield from read_packets(part)


def read_tile(recording: Recording, parts: tuple[Path, ...], number: int, cache: Path) -> bytes:
    """The loudest of each fiftieth of a second of one minute, a byte each, full scale 255."""
    file = cache / f"{make_key(recording)}.{number}"
    known = read_file(file)
    if known is None:
        start = number * TILE
        span = Span(start=start, end=min(start + TILE, recording.duration))
        known = bytes(_find_peaks(read_pcm(parts, span, _RATE)))
        write_file(file, known)
    return known


def _find_peaks(chunks: Iterator[bytes]) -> Iterator[int]:
    size = _RATE // DENSITY
    samples = array("h", b"".join(chunks))
    for at in range(0, len(samples), size):
        piece = samples[at : at + size]
        loudest, lowest = max(piece), min(piece)
        yield min(255, (max(-lowest, loudest)) >> 7)
