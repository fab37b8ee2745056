"""Encodes a recording: edits exact to the sample, loudness brought to a target, constant bit rate.

One decode, one encode; a loudness target adds one decode to measure with.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

from site_builder.audio.encoding.levelling import Coding, plan_levels
from site_builder.audio.encoding.limiter import Levels
from site_builder.audio.encoding.seams import FRAME_SAMPLES, NoSeam, Run, join_runs
from site_builder.audio.encoding.segments import Grid, Segment, map_segments, split_sound
from site_builder.audio.encoding.voices import Voices
from site_builder.audio.facts import AudioFacts
from site_builder.audio.measure import measure
from site_builder.audio.mux import open_mp3, open_mp4
from site_builder.audio.sound import edit_sound, read_sound
from site_builder.errors import UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span

_RATES = (44_100, 48_000)
"""Rates every podcast app plays (Apple: 44.1 or 48 kHz); others are converted to the first."""
_MARGINS = {"mp3": 1.0, "aac": 3.5}
"""Decibels by which samples stay below the ceiling, for what lies between them and what coding adds to peaks."""
_SMEAR = 0.06
"""Seconds: more than the longest window of both encoders."""
_LAME_EFFORT = "5"
"""0 is best and slowest; at speech bit rates more effort is not heard."""
_ENCODERS = {"mp3": "libmp3lame", "aac": "aac"}
"""FFmpeg's names."""
_FRAMES = 8
"""Frames of the encoder in a chunk of sound, of some 0.2 s."""
_SEGMENT = 60.0
"""Seconds that are encoded at a time."""
_LEAD, _TAIL = 6, 3
"""Chunks that are encoded with the segments on both sides of a seam: before it, and after it."""
_UNUSABLE = 6
"""Packets at the end of a segment that know nothing of what comes next: encoders look ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeSettings:
    """How to encode."""

    format: Literal["mp3", "aac"] = "mp3"
    bitrate: int = 64_000
    """Bits per second, constant."""
    channels: int = 1
    """1 mixes down, which suits speech; 2 keeps stereo."""
    loudness: float | None = None
    """Target in LUFS, e.g. -16; None leaves the level alone."""
    voices: Voices | None = None
    """Whose loudness is brought to that first; None leaves them beside each other as they are."""


def encoder_version() -> str:
    """What the bytes of an encoded file depend on besides recording, edits and settings."""
    return "libavcodec " + ".".join(map(str, av.library_versions["libavcodec"]))


def write_encoded(parts: Sequence[Path], edits: EditList, out: Path, settings: EncodeSettings) -> AudioFacts:
    """Encode a recording: MP3 with its Info header, or AAC as MP4 with the index in front; no tags, no encoder name.

    Published time is exact to a sample. The same input gives the same bytes as long as `encoder_version` stays.

    Raises:
        UnusableSource: a part cannot be read, or the edits leave nothing of the recording.
    """
    rate = measure(parts[0]).sample_rate
    sound = _Sound(parts, _guard(edits), rate if rate in _RATES else _RATES[0], settings.channels)
    sound = _level(sound, settings)
    samples = _encode(sound, out, settings)
    if not samples:
        raise UnusableSource(f"{parts[0]}: nothing of it is left to publish; look at the trim and cut spans")
    return AudioFacts(
        codec=settings.format,
        sample_rate=sound.sample_rate,
        channels=settings.channels,
        samples=samples,
        size_bytes=out.stat().st_size,
    )


def _guard(edits: EditList) -> EditList:
    """Mutes widened so far that what the encoder smears from beside them does not reach into them.

    What is heard beside a mute may lie beyond a cut.
    """
    return edits.with_mutes(
        Span(start=_go_back(edits, span.start), end=_go_on(edits, span.end)) for span in edits.muted
    )


def _go_back(edits: EditList, at: float) -> float:
    """The moment heard one smear before `at`."""
    left = _SMEAR
    for gap in reversed(edits.removed):
        if gap.start < at and gap.end > at - left:
            left -= max(0.0, at - gap.end)
            at = gap.start
    return at - left


def _go_on(edits: EditList, at: float) -> float:
    """The moment heard one smear after `at`."""
    left = _SMEAR
    for gap in edits.removed:
        if gap.end > at and gap.start < at + left:
            left -= max(0.0, gap.start - at)
            at = gap.end
    return at + left


@dataclass(frozen=True, slots=True)
class _Sound:
    """What is to be heard, to be decoded as often as needed."""

    parts: Sequence[Path]
    edits: EditList
    sample_rate: int
    channels: int
    levels: Levels = field(default_factory=Levels)

    def frames(self) -> Iterator[AudioFrame]:
        """Edited frames of packed floats; `levels` makes of them what is to be heard."""
        frames = read_sound(self.parts, sample_rate=self.sample_rate, channels=self.channels)
        return edit_sound(frames, self.edits, self.sample_rate)


def _level(sound: _Sound, settings: EncodeSettings) -> _Sound:
    """The same as loud as asked for."""
    target, voices = settings.loudness, settings.voices
    if target is None:
        return sound
    if voices:
        heard = (
            replace(turn, start=start, end=end)
            for turn in voices.turns
            for start, end in sound.edits.find_published(turn)
        )
        voices = replace(voices, turns=list(heard))
    coding = Coding(-_lost_by_encoding(settings), _MARGINS[settings.format], partial(_try_out, sound, settings))
    levels = plan_levels(sound.frames(), sound.sample_rate, sound.edits.duration, target, voices, coding)
    return replace(sound, levels=levels)


def _try_out(sound: _Sound, settings: EncodeSettings, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Frames encoded and decoded."""
    encoder, packets = _encode_frames(sound, settings, frames, 0)
    decoder = av.CodecContext.create(settings.format, "r")
    assert isinstance(decoder, AudioCodecContext)
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    for packet in packets:
        yield from decoder.decode(packet)


def _lost_by_encoding(settings: EncodeSettings) -> float:
    """Decibels by which LAME turns sound down before it encodes: to 0.95, 0.97 or not at all, by bit rate."""
    if settings.format != "mp3":
        return 0.0
    return 0.446 if settings.bitrate < 176_000 else 0.265 if settings.bitrate < 224_000 else 0.0


def _encode(sound: _Sound, out: Path, settings: EncodeSettings) -> int:
    """Write the file; returns the number of samples encoded."""
    chunk = FRAME_SAMPLES[settings.format] * _FRAMES
    grid = Grid(chunk, own=round(_SEGMENT * sound.sample_rate / chunk), lead=_LEAD, tail=_TAIL)
    try:
        return _encode_segments(sound, out, settings, grid)
    except NoSeam:
        return _encode_segments(sound, out, settings, replace(grid, own=sys.maxsize))


def _encode_segments(sound: _Sound, out: Path, settings: EncodeSettings, grid: Grid) -> int:
    mp3, samples = settings.format == "mp3", 0
    with open_mp3(out) if mp3 else open_mp4(out, sample_rate=sound.sample_rate, hides_start=True) as container:
        stream = container.add_stream(_ENCODERS[settings.format], rate=sound.sample_rate)
        assert isinstance(stream, AudioStream)
        _set_up(stream.codec_context, sound.sample_rate, settings)
        runs = map_segments(partial(_encode_segment, sound, settings), split_sound(sound.frames(), grid))
        for packet in join_runs(runs, settings.format, settings.channels, tail=_UNUSABLE):
            samples = (packet.pts or 0) + (packet.duration or 0)
            packet.stream = stream
            container.mux_one(packet)
    return samples


def _encode_segment(sound: _Sound, settings: EncodeSettings, segment: Segment) -> Run:
    """Packets of a segment, with times of the whole."""
    _, packets = _encode_frames(sound, settings, sound.levels.change(segment), segment.start)
    size = FRAME_SAMPLES[settings.format]
    return Run(packets, segment.start // size, segment.own // size)


def _encode_frames(
    sound: _Sound, settings: EncodeSettings, frames: Iterable[AudioFrame], position: int
) -> tuple[AudioCodecContext, list[Packet[AudioStream]]]:
    """Packets of frames of which the first begins at sample `position`, and the encoder that made them."""
    context = av.CodecContext.create(_ENCODERS[settings.format], "w")
    assert isinstance(context, AudioCodecContext)
    _set_up(context, sound.sample_rate, settings)
    packets: list[Packet[AudioStream]] = []
    for frame in frames:
        frame.pts, frame.time_base = position, Fraction(1, sound.sample_rate)
        position += frame.samples
        packets += context.encode(frame)
    packets += context.encode(None)
    return context, packets


def _set_up(context: AudioCodecContext, sample_rate: int, settings: EncodeSettings) -> None:
    context.sample_rate, context.time_base = sample_rate, Fraction(1, sample_rate)
    context.layout = "mono" if settings.channels == 1 else "stereo"
    context.format = "fltp"
    context.bit_rate = settings.bitrate
    context.options = {"compression_level": _LAME_EFFORT} if settings.format == "mp3" else {}
    context.flags |= av.codec.context.Flags.bitexact
