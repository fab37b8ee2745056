"""Decoded sound as a stream of frames: parts joined, edited and faded to the sample, sent through filters."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, groupby
from pathlib import Path

import av
import av.error
import av.filter
from av.audio.frame import AudioFrame

from site_builder.audio.decode import read_frames
from site_builder.model.edits import EditList, Piece

FADE = 0.005
"""Seconds of fade on the audible side of an edit: a bare cut clicks."""
_LAYOUTS = {1: "mono", 2: "stereo"}
_LARGE_FRAMES = ("asetnsamples", "n=8192:p=0")
"""Frames of 0.2 s: what is done in Python for each frame then costs little."""


def read_sound(parts: Iterable[Path], *, sample_rate: int, channels: int) -> Iterator[AudioFrame]:
    """All parts, one after the other, as packed floats of one rate and channel count (1 or 2).

    Raises:
        UnusableSource: a part cannot be read.
    """
    frames = chain.from_iterable(map(read_frames, parts))
    form = "sample_fmts=flt:channel_layouts=" + _LAYOUTS[channels] + f":sample_rates={sample_rate}"
    for _, alike in groupby(frames, key=lambda frame: (frame.sample_rate, frame.layout.name, frame.format.name)):
        # Mixed to mono as the mean: FFmpeg's own mix of floats adds 3 dB and clips.
        yield from filter_sound(alike, ("aresample", "rematrix_maxval=1"), ("aformat", form), _LARGE_FRAMES)


def edit_sound(frames: Iterable[AudioFrame], edits: EditList, sample_rate: int) -> Iterator[AudioFrame]:
    """What the edit list keeps, exact to one sample: muted spans are digital silence, edges fade on their loud side.

    Args:
        frames: Packed floats from the start of the recording, as `read_sound` gives them.
        edits: In recording time.
        sample_rate: Of the frames.
    """
    if edits.is_identity:
        yield from frames
        return
    stretches = [_Stretch(piece, edits.recording, sample_rate) for piece in edits.snap(1, sample_rate).pieces]
    position = 0
    for frame in frames:
        after = position + frame.samples
        for stretch in stretches:
            start, end = max(position, stretch.start), min(after, stretch.end)
            if start >= end:
                continue
            if start == position and end == after and stretch.leaves(start, end):
                yield frame
            else:
                yield stretch.take(frame, position, start, end)
        position = after


def filter_sound(frames: Iterable[AudioFrame], *filters: tuple[str, str]) -> Iterator[AudioFrame]:
    """Frames sent through FFmpeg filters, given as name and arguments.

    Frames are numbered by sample on the way, so filters may speak of time.
    """
    graph, position = None, 0
    for frame in frames:
        if graph is None:
            graph = make_graph(frame, filters)
        frame.pts, frame.time_base = position, Fraction(1, frame.sample_rate)
        position += frame.samples
        graph.push(frame)
        yield from pull_sound(graph)
    if graph is not None:
        graph.push(None)
        yield from pull_sound(graph)


def make_graph(frame: AudioFrame, filters: Sequence[tuple[str, str]]) -> av.filter.Graph:
    """A chain of filters for frames like `frame`; `pull_sound` gives what comes out of it."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format,
        layout=frame.layout,
        time_base=Fraction(1, frame.sample_rate),
    )
    nodes = [source, *(graph.add(name, arguments) for name, arguments in filters), graph.add("abuffersink")]
    graph.link_nodes(*nodes).configure()
    return graph


def pull_sound(graph: av.filter.Graph) -> Iterator[AudioFrame]:
    """What has come through the filters so far."""
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame


class _Stretch:
    """A piece of the edit list in samples, and how it changes what lies in it."""

    def __init__(self, piece: Piece, recording: float, sample_rate: int) -> None:
        self.start = round(piece.start * sample_rate)
        # Counting may find a little more than was planned with; the end is then still the end.
        self.end = round(piece.end * sample_rate) if piece.end < recording else 1 << 62
        self._muted = piece.muted
        self._fade = round(FADE * sample_rate)

    def leaves(self, start: int, end: int) -> bool:
        """Whether the samples stay as they are."""
        return not self._muted and self._gain(start) >= 1 and self._gain(end - 1) >= 1

    def take(self, frame: AudioFrame, position: int, start: int, end: int) -> AudioFrame:
        """Samples `start` to `end` of a frame that begins at `position`, silenced or faded as the stretch asks."""
        width = len(frame.layout.channels)
        values = array("f", bytes(frame.planes[0])[(start - position) * width * 4 : (end - position) * width * 4])
        if self._muted:
            values = array("f", bytes(len(values) * 4))
        else:
            for index, value in enumerate(values):
                values[index] = value * max(0.0, min(1.0, self._gain(start + index // width)))
        taken = AudioFrame(format="flt", layout=frame.layout, samples=end - start)
        taken.planes[0].update(values.tobytes().ljust(taken.planes[0].buffer_size, b"\0"))
        taken.sample_rate = frame.sample_rate
        return taken

    def _gain(self, sample: int) -> float:
        """Below 1 within a fade of an edge; the start of the recording is none."""
        rising = (sample - self.start) / self._fade if self.start else 1.0
        return min(rising, (self.end - sample) / self._fade)
