"""Splits long sound into segments that are worked on at the same time, on as many cores as are free.

Where segments begin depends on the sound alone, and what is made of one on nothing but its own frames: so results are
the same on any number of cores. docs/decisions/0048 says how encoded segments are joined.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.cores import CORES, Tokens, count_usable
from site_builder.audio.sound import filter_sound

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Grid:
    """Where segments begin and end, in chunks of sound."""

    chunk: int
    """Samples."""
    own: int
    """Chunks that are a segment's own."""
    lead: int
    """Chunks before those, for filters and encoders to know what came before."""
    tail: int = 0
    """Chunks after those."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Some frames in a row, of which those at the edges are in the segments beside it, too."""

    frames: Sequence[AudioFrame]
    start: int
    """Number of its first sample."""
    own: int
    """Number of the first sample that is its own; its last is the one before the next one's first."""


def split_sound(frames: Iterable[AudioFrame], grid: Grid) -> Iterator[Segment]:
    """Split sound into segments; the last one has as much of its own as the tail of others, or more."""
    held: list[AudioFrame] = []
    start = own = 0
    for frame in filter_sound(frames, ("asetnsamples", f"n={grid.chunk}:p=0")):
        held.append(frame)
        end = own + grid.own
        if start + len(held) > end + grid.tail:
            kept = end - grid.lead - start
            yield Segment(held[:-1], start * grid.chunk, own * grid.chunk)
            # Copied, since filters number the frames they are given.
            held = [*map(_copy, held[kept:-1]), frame]
            start, own = start + kept, end
    if held:
        yield Segment(held, start * grid.chunk, own * grid.chunk)


def _copy(frame: AudioFrame) -> AudioFrame:
    copy = AudioFrame(format=frame.format.name, layout=frame.layout, samples=frame.samples)
    for plane, source in zip(copy.planes, frame.planes, strict=True):
        plane.update(bytes(source)[: plane.buffer_size].ljust(plane.buffer_size, b"\0"))
    copy.sample_rate = frame.sample_rate
    return copy


CORES.tokens  # noqa: B018 -- made before processes are forked, which have them in common


def map_segments(function: Callable[[Segment], Result], segments: Iterable[Segment]) -> Iterator[Result]:
    """`map(function, segments)` in threads: FFmpeg computes without holding up Python.

    Where no core is free, it waits for one of its own threads. Where it has none, it computes here, and so never waits
    for another process, which may have been killed and never give its core back. So few segments are in memory: one
    for each core, and one for each process.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(count_usable(), "segments") as pool:
        for segment in segments:
            waiting.append(_begin(pool, function, segment, waiting))
            while waiting and waiting[0].done():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _begin(
    pool: ThreadPoolExecutor, function: Callable[[Segment], Result], segment: Segment, others: Iterable[Future[Result]]
) -> Future[Result]:
    """Have the function called in a thread, or call it."""
    tokens = CORES.tokens
    while not tokens.acquire(False):
        if not (busy := [future for future in others if not future.done()]):
            return _call(function, segment)
        wait(busy, return_when=FIRST_COMPLETED)
    return pool.submit(_call_and_free, function, segment, tokens)


def _call_and_free(function: Callable[[Segment], Result], segment: Segment, tokens: Tokens) -> Result:
    try:
        return function(segment)
    finally:
        tokens.release()


def _call(function: Callable[[Segment], Result], segment: Segment) -> Future[Result]:
    done: Future[Result] = Future()
    done.set_result(function(segment))
    return done
