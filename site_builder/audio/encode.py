"""Encoding anew: edits exact to the sample, loudness brought to a target, constant bit rate.

One decode, one encode; a loudness target adds one decode to measure with.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from site_builder.audio.encoding.loudness import Loudness, gauge_segments
from site_builder.audio.encoding.seams import FRAME_SAMPLES, NoSeam, Run, join_runs
from site_builder.audio.encoding.segments import Grid, Segment, map_segments, split_sound
from site_builder.audio.encoding.voices import Knot, apply_gains, measure_voices, plan_gains
from site_builder.audio.facts import AudioFacts
from site_builder.audio.measure import measure
from site_builder.audio.mux import open_mp3, open_mp4
from site_builder.audio.sound import edit_sound, filter_sound, read_sound
from site_builder.errors import UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span, Turn

_RATES = (44_100, 48_000)
"""Rates every podcast app plays (Apple: 44.1 or 48 kHz); others are converted to the first."""
_CEILING = -1.0
"""dBTP that no sample may exceed after normalising (Apple's advice)."""
_MARGIN = 1.0
"""Decibels by which a limiter that sees samples stays below the ceiling, for what lies between samples."""
_LIMITER = (
    "alimiter",
    f"limit={10 ** ((_CEILING - _MARGIN) / 20):.6f}:level=false:latency=true:attack=5:release=50",
)
_EVEN_AT = -20.0
"""LUFS to which each voice is brought before the whole is: with room above for its peaks."""
_CLOSE = 0.2
"""LU by which the target may be missed."""
_SILENCE = -69.0
"""LUFS below which there is nothing to normalise."""


_SMEAR = 0.06
"""Seconds: more than the longest window of both encoders."""
_LAME_EFFORT = "5"
"""0 is best and slowest; at speech bit rates more effort is not heard."""
_ENCODERS = {"mp3": "libmp3lame", "aac": "aac"}
"""FFmpeg's names."""
_FRAMES = 8
"""Frames of the encoder in a chunk of sound, of some 0.2 s."""
_SEGMENT = 30.0
"""Seconds that are encoded at a time."""
_LEAD, _TAIL = 6, 3
"""Chunks that are encoded with the segments on both sides of a seam: before it, and after it."""
_UNUSABLE = 6
"""Packets at the end of a segment that know nothing of what comes next: encoders look ahead."""

Filters = tuple[tuple[str, str], ...]
"""FFmpeg filters as names and arguments."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks when."""

    turns: Sequence[Turn]
    """In recording time."""
    tick: float
    """Seconds by which their edges may be wrong."""


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
    """Whose loudness is evened out first; None leaves them beside each other as they are."""


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
    if settings.voices:
        sound = _even_out(sound, settings.voices)
    if settings.loudness is not None:
        filters = _plan_loudness(sound, settings.loudness + _lost_by_encoding(settings))
        sound = replace(sound, filters=filters)
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
    gains: Sequence[Knot] = ()
    """In published time."""
    filters: Filters = ()
    """For what comes behind the gains."""

    def frames(self) -> Iterator[AudioFrame]:
        """Edited frames of packed floats; `change` makes of them what is to be heard."""
        frames = read_sound(self.parts, sample_rate=self.sample_rate, channels=self.channels)
        return edit_sound(frames, self.edits, self.sample_rate)

    def change(self, segment: Segment) -> Iterable[AudioFrame]:
        """Frames of a segment as they are to be heard."""
        frames = apply_gains(segment.frames, self.gains, segment.start) if self.gains else segment.frames
        return filter_sound(frames, *self.filters) if self.filters else frames

    def gauge(self) -> Loudness:
        """How loud all is."""
        return gauge_segments(self.frames(), self.change, self.sample_rate)


def _even_out(sound: _Sound, voices: Voices) -> _Sound:
    """The same with everybody equally loud, around the loudness that most advise."""
    heard = [
        replace(turn, start=start, end=end) for turn in voices.turns for start, end in sound.edits.find_published(turn)
    ]
    measured = measure_voices(sound.frames(), sound.sample_rate, heard, voices.tick)
    return replace(sound, gains=plan_gains(measured, heard, voices.tick, _EVEN_AT))


def _plan_loudness(sound: _Sound, target: float) -> Filters:
    """One gain for the whole episode, and a limiter only where its peaks would pass the ceiling.

    The limiter takes some loudness away again, how much only listening tells; so with one the gain is corrected until
    the target is met, three times at most.
    """
    found = sound.gauge()
    if found.integrated < _SILENCE:
        return ()
    gain = target - found.integrated
    if found.peak + gain <= _CEILING - _MARGIN:
        return (_volume(gain),)
    reached = _limited_loudness(sound, gain)
    slope = 0.5  # decibels heard for a decibel given, once the limiter works; then as found
    for _ in range(3):
        if abs(target - reached) < _CLOSE:
            break
        step = (target - reached) / slope
        before, reached = reached, _limited_loudness(sound, gain + step)
        gain += step
        slope = max(0.2, (reached - before) / step)
    return (_volume(gain), _LIMITER)


def _lost_by_encoding(settings: EncodeSettings) -> float:
    """Decibels by which LAME turns sound down before it encodes: to 0.95, 0.97 or not at all, by bit rate."""
    if settings.format != "mp3":
        return 0.0
    return 0.446 if settings.bitrate < 176_000 else 0.265 if settings.bitrate < 224_000 else 0.0


def _limited_loudness(sound: _Sound, gain: float) -> float:
    """LUFS after a gain and the limiter."""
    return replace(sound, filters=(_volume(gain), _LIMITER)).gauge().integrated


def _volume(gain: float) -> tuple[str, str]:
    return "volume", f"{gain:.3f}dB:precision=float"


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
    context = av.CodecContext.create(_ENCODERS[settings.format], "w")
    assert isinstance(context, AudioCodecContext)
    _set_up(context, sound.sample_rate, settings)
    position, packets = segment.start, []
    for frame in sound.change(segment):
        frame.pts, frame.time_base = position, Fraction(1, sound.sample_rate)
        position += frame.samples
        packets += context.encode(frame)
    packets += context.encode(None)
    size = FRAME_SAMPLES[settings.format]
    return Run(packets, segment.start // size, segment.own // size)


def _set_up(context: AudioCodecContext, sample_rate: int, settings: EncodeSettings) -> None:
    context.sample_rate, context.time_base = sample_rate, Fraction(1, sample_rate)
    context.layout = "mono" if settings.channels == 1 else "stereo"
    context.format = "fltp"
    context.bit_rate = settings.bitrate
    context.options = {"compression_level": _LAME_EFFORT} if settings.format == "mp3" else {}
    context.flags |= av.codec.context.Flags.bitexact
