"""Makes recordings as X's archives hold them: ADTS with timed ID3 tags between the frames, and every oddity on request.

    make_recording(30, turns=[("host", 2, 10), ("kit", 10, 24)], participants=["kit", "lou"])

gives 30 s of real AAC in which whoever speaks is a tone of their own (`tone_of(slot)` Hz; silence where nobody
speaks), with the tags that say so. `wrap` puts such a stream into a real MPEG-TS, MP4, MP3 … file.
"""

from __future__ import annotations

import io
import json
import math
import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import av.audio
import numpy as np

NTP_2026 = 4_000_519_800.0
"""2026-10-09T07:30:00Z as NTP seconds (since 1900)."""
UNIX_EPOCH_IN_NTP = 2_208_988_800
SAMPLES_PER_FRAME = 1024

Participants = Sequence[Any]
"""Guests on stage: handles, or ready-made dicts (anything JSON can hold, to be hostile)."""
Levels = Sequence[Any]
ScriptedTurn = tuple[str | int, float, float]
"""(who, start, end): `host`, a guest's handle, or a slot number."""


def tone_of(slot: int) -> int:
    """The frequency in Hz that stands for whoever is in `slot`: 440 for the host, 660, 880 … for guests."""
    return 440 + 220 * slot


# ---------------------------------------------------------------------------------------------------------------- audio


def encode_tones(
    tones: Iterable[int], seconds: float, *, sample_rate: int = 48000, channels: int = 2, bit_rate: int = 96_000
) -> bytes:
    """ADTS bytes of a chord of sine tones (none of them: digital silence)."""
    tones, at = tuple(tones), np.arange(round(seconds * sample_rate)) / sample_rate
    chord = np.sum([np.sin(2 * np.pi * hz * at) for hz in tones], axis=0) if tones else np.zeros(len(at))
    samples = np.rint(chord * 8000 / max(1, len(tones))).astype(np.int16)
    pcm = array("h", np.repeat(samples, channels).tobytes())
    return encode_pcm(pcm, sample_rate=sample_rate, channels=channels, bit_rate=bit_rate)


def encode_pcm(pcm: array[int], *, sample_rate: int = 48000, channels: int = 2, bit_rate: int = 96_000) -> bytes:
    """ADTS bytes of interleaved 16-bit samples; the encoder adds its priming frame, as any does."""
    out = io.BytesIO()
    with av.open(out, "w", format="adts") as container:
        stream = container.add_stream("aac", rate=sample_rate)
        stream.layout = "stereo" if channels == 2 else "mono"
        stream.bit_rate = bit_rate
        for frame in _frames_of(pcm, sample_rate, channels):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _frames_of(pcm: array[int], sample_rate: int, channels: int) -> Iterator[av.AudioFrame]:
    step = SAMPLES_PER_FRAME * channels
    for n, first in enumerate(range(0, len(pcm), step)):
        block = pcm[first : first + step]
        block.extend([0] * (step - len(block)))
        frame = av.AudioFrame(format="s16", layout="stereo" if channels == 2 else "mono", samples=SAMPLES_PER_FRAME)
        frame.planes[0].update(block.tobytes())
        frame.sample_rate = sample_rate
        frame.pts = n * SAMPLES_PER_FRAME
        frame.time_base = Fraction(1, sample_rate)
        yield frame


def split_frames(adts: bytes) -> list[bytes]:
    """The frames of a clean ADTS stream without tags."""
    frames, at = [], 0
    while at < len(adts):
        assert adts[at] == 0xFF, "not a clean ADTS stream"
        length = (adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5
        frames.append(adts[at : at + length])
        at += length
    return frames


@lru_cache(maxsize=64)
def tone_frames(tones: tuple[int, ...], sample_rate: int = 48000, channels: int = 2) -> tuple[bytes, ...]:
    """About 1 s of frames of a chord, to be used in a circle; the encoder's first and last frames are left out."""
    return tuple(split_frames(encode_tones(tones, 1.1, sample_rate=sample_rate, channels=channels))[4:-2])


# ----------------------------------------------------------------------------------------------------------------- tags


def chat_number(handle: str) -> int:
    """The `ParticipantIndex` of somebody: a number that follows them, and says nothing of their place in the list."""
    return 10 + zlib.crc32(handle.encode()) % 80


def make_participant(handle: str, index: int | None = None, **extra: Any) -> dict[str, Any]:
    """One entry of HydraParticipants as X writes it; `index=None` leaves ParticipantIndex out."""
    entry: dict[str, Any] = {} if index is None else {"ParticipantIndex": index}
    entry |= {
        "UserId": f"1e{handle}",
        "UserName": handle,
        "SessionId": "00000000-0000-4000-8000-000000000000",
        "ProfileUrl": f"https://pbs.twimg.com/profile_images/1/{handle}.jpg",
    }
    return entry | extra


@dataclass(frozen=True, kw_only=True)
class TagStyle:
    """How ID3v2 tags are written; the defaults are what X's engine writes."""

    version: int = 4
    """3 or 4."""
    encoding: int = 3
    """0 Latin-1, 1 UTF-16 with BOM, 2 UTF-16BE, 3 UTF-8."""
    unsync: bool = False
    """Unsynchronisation: FF 00 and FF Ex are written FF 00 00 and FF 00 Ex."""
    extended: bool = False
    """With an extended header."""
    padding: int = 0
    """Zero bytes after the last frame."""
    data_length: bool = False
    """v2.4: frames carry a data length indicator."""
    footer: bool = False
    """v2.4: the tag ends with a footer."""
    lying_size: int = 0
    """Added to the size of the tag's last frame: a lie."""
    lying_tag_size: int = 0
    """Added to the size of the tag: a lie."""
    bom: str = "little"
    """Byte order of encoding 1."""


def make_tag(
    ntp: float | str | None = None,
    levels: Levels | str | None = None,
    participants: Participants | str | None = None,
    *,
    media_time: float = 0.0,
    style: TagStyle | None = None,
    extra: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """One ID3v2 tag. `None` leaves a frame out; strings are written as they are; `extra` are raw frames."""
    style = style or TagStyle()
    frames: list[tuple[bytes, bytes]] = []
    if ntp is not None:
        written = ntp if isinstance(ntp, str) else f"{ntp:.3f}"
        frames.append((b"TIT3", _text(style, written)))
    clock = round(media_time * 90000) % 2**33
    frames.append((b"PRIV", b"com.apple.streaming.transportStreamTimestamp\0" + clock.to_bytes(8, "big")))
    if isinstance(ntp, float | int):
        frames.append((b"TXXX", _txxx(style, "JSONMetadata", _dump({"HydraVersion": 4, "ntp": round(ntp, 3)}))))
    if participants is not None:
        text = participants if isinstance(participants, str) else _dump([_participant(entry) for entry in participants])
        frames.append((b"TXXX", _txxx(style, "HydraParticipants", text)))
    if levels is not None:
        frames.append(
            (b"TXXX", _txxx(style, "HydraAudioLevel", levels if isinstance(levels, str) else _dump(list(levels))))
        )
    return make_id3([*frames, *extra], style)


def make_id3(frames: Sequence[tuple[bytes, bytes]], style: TagStyle | None = None) -> bytes:
    """An ID3v2 tag of raw frames (id, content) in the given style (https://id3.org/id3v2.4.0-structure)."""
    style = style or TagStyle()
    body = b""
    for n, (name, content) in enumerate(frames):
        lie = style.lying_size if n == len(frames) - 1 else 0
        body += _id3_frame(style, name, content, lie)
    if style.extended:
        body = (b"\0\0\0\x06\x01\x00" if style.version == 4 else b"\0\0\0\x06\0\0\0\0\0\0") + body
    body += bytes(style.padding)
    if style.unsync and style.version == 3:
        body = _unsync(body)
    flags = 0x80 * style.unsync | 0x40 * style.extended | 0x10 * style.footer
    rest = bytes([style.version, 0, flags]) + _syncsafe(len(body) + style.lying_tag_size)
    return b"ID3" + rest + body + (b"3DI" + rest if style.footer else b"")


def _id3_frame(style: TagStyle, name: bytes, content: bytes, lie: int) -> bytes:
    if style.version == 3:
        return name + (len(content) + lie).to_bytes(4, "big") + b"\0\0" + content
    flags = 0
    plain_length = len(content)
    if style.unsync:
        content, flags = _unsync(content), flags | 0x02
    if style.data_length or style.unsync:
        content, flags = _syncsafe(plain_length) + content, flags | 0x01
    return name + _syncsafe(len(content) + lie) + bytes([0, flags]) + content


def _unsync(body: bytes) -> bytes:
    return re.sub(rb"\xff(?=[\xe0-\xff\x00]|\Z)", b"\xff\x00", body, flags=re.DOTALL)


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _text(style: TagStyle, text: str) -> bytes:
    return bytes([style.encoding]) + _encoded(style, text)


def _txxx(style: TagStyle, description: str, text: str) -> bytes:
    end = b"\0\0" if style.encoding in {1, 2} else b"\0"
    return bytes([style.encoding]) + _encoded(style, description) + end + _encoded(style, text)


def _encoded(style: TagStyle, text: str) -> bytes:
    match style.encoding:
        case 0:
            return text.encode("latin-1", "replace")
        case 1 if style.bom == "big":
            return b"\xfe\xff" + text.encode("utf-16-be")
        case 1:
            return b"\xff\xfe" + text.encode("utf-16-le")
        case 2:
            return text.encode("utf-16-be")
        case _:
            return text.encode()


def _participant(entry: Any) -> Any:
    return make_participant(entry, chat_number(entry)) if isinstance(entry, str) else entry


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


# ----------------------------------------------------------------------------------------------------------- recordings


@dataclass(frozen=True, kw_only=True)
class Oddities:
    """What is wrong with a recording. Times are seconds of media time."""

    gaps: Mapping[float, float] = field(default_factory=dict)
    """Lost audio: at this media time the NTP clock jumps ahead by that many seconds."""
    junk: Mapping[float, bytes] = field(default_factory=dict)
    """Bytes that belong to nothing, put in front of the frame at this time."""
    cut_frames: Sequence[float] = ()
    """The frame at this time loses its second half (so it is no audio)."""
    truncate: int = 0
    """Bytes missing at the end of the file."""
    omit: Callable[[int], Iterable[str]] = lambda _tick: ()
    """Tick number → what its tag lacks, of `ntp`, `levels`, `participants`, or `tag` (no tag at all)."""


def make_recording(
    seconds: float = 10.0,
    *,
    turns: Sequence[ScriptedTurn] = (),
    levels: Callable[[float], Levels | str | None] | None = None,
    participants: Participants | Callable[[float], Participants | str | None] = (),
    tick: float = 1.0,
    first_tick: float = 0.0,
    ntp_start: float = NTP_2026,
    starts_at: float = 0.0,
    style: TagStyle | None = None,
    odd: Oddities | None = None,
    frames: Sequence[bytes] | None = None,
    sample_rate: int = 48000,
    channels: int = 2,
    tags: bool = True,
) -> bytes:
    """ADTS bytes with Hydra tags.

    Args:
        turns: Who speaks when; makes both the tones and, unless `levels` is given, the levels (50 where someone
            speaks at the instant of the tick, else 0).
        levels: Media time to levels, for values `turns` cannot say.
        participants: The guests on stage, or a function of time; a turn's slot is looked up among those of that time.
        tick: Seconds between tags; a tag stands before the first frame that begins at or after its time.
        ntp_start: NTP time of media time 0 of this part.
        starts_at: Times in `turns` and those passed to functions count from this many seconds before the part: to make
            part n of a recording, give the same turns and the length of all parts before.
        frames: Real AAC frames to use instead of tones, in a circle.
    """
    odd = odd or Oddities()
    script = _Script(turns, levels, participants, starts_at)
    frame_length = SAMPLES_PER_FRAME / sample_rate
    total = round(seconds / frame_length)
    tick_frames = {} if not tags else _tick_frames(first_tick, tick, total, frame_length)
    junk = {math.ceil(at / frame_length - 1e-9): content for at, content in odd.junk.items()}
    cut = {math.ceil(at / frame_length - 1e-9) for at in odd.cut_frames}
    out = bytearray()
    for n in range(total):
        at = n * frame_length
        if n in tick_frames and "tag" not in (lacks := set(odd.omit(tick_frames[n]))):
            ntp = ntp_start + at + sum(lost for when, lost in odd.gaps.items() if at >= when - 1e-9)
            out += script.tag(at, ntp, lacks, style)
        out += junk.get(n, b"")
        tones = tuple(map(tone_of, script.slots_at(at)))
        circle = frames or tone_frames(tones, sample_rate, channels)
        frame = circle[n % len(circle)]
        out += frame[: len(frame) // 2] if n in cut else frame
    return bytes(out[: len(out) - odd.truncate])


def _tick_frames(first: float, tick: float, total: int, frame_length: float) -> dict[int, int]:
    """Number of the frame before which each tick's tag stands, to the tick's number."""
    count = max(0, math.ceil((total * frame_length - first) / tick))
    return {math.ceil((first + n * tick) / frame_length - 1e-9): n for n in range(count)}


@dataclass(frozen=True)
class _Script:
    turns: Sequence[ScriptedTurn]
    levels: Callable[[float], Levels | str | None] | None
    participants: Participants | Callable[[float], Participants | str | None]
    starts_at: float

    def on_stage(self, at: float) -> Participants | str | None:
        return self.participants(at + self.starts_at) if callable(self.participants) else self.participants

    def slots_at(self, at: float) -> list[int]:
        """Slots of those who speak at media time `at` of this part."""
        speaking = [who for who, start, end in self.turns if start <= at + self.starts_at + 1e-9 < end]
        return sorted({slot for who in speaking if (slot := self._slot(who, at)) is not None})

    def _slot(self, who: str | int, at: float) -> int | None:
        if isinstance(who, int):
            return who
        if who == "host":
            return 0
        guests = self.on_stage(at)
        for position, guest in enumerate([] if guests is None or isinstance(guests, str) else guests):
            if guest == who or (isinstance(guest, dict) and guest.get("UserName") == who):
                return position + 1
        return None

    def tag(self, at: float, ntp: float, lacks: set[str], style: TagStyle | None) -> bytes:
        guests = self.on_stage(at)
        if self.levels is not None:
            levels = self.levels(at + self.starts_at)
        else:
            speaking = self.slots_at(at)
            slots = max([0 if guests is None else len(guests), *speaking]) + 1
            levels = [50 if slot in speaking else 0 for slot in range(slots)]
        return make_tag(
            None if "ntp" in lacks else ntp,
            None if "levels" in lacks else levels,
            None if "participants" in lacks else guests,
            media_time=at,
            style=style,
        )


# ----------------------------------------------------------------------------------------------------- other containers


def wrap(
    adts: bytes, container: str, *, options: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
) -> bytes:
    """The audio of a clean ADTS stream (tags allowed, and lost) as `mp4`, `mpegts`, `mp3`, `ogg`, `flac` or `wav`.

    AAC is copied where the container holds AAC, else decoded and encoded.
    """
    if container in {"mp4", "mpegts", "ipod", "matroska", "adts"}:
        return _remux(strip_tags(adts), container, options or {}, tags or {})
    codec = {"mp3": "libmp3lame", "ogg": "libopus", "flac": "flac", "wav": "pcm_s16le"}[container]
    return _transcode(strip_tags(adts), container, codec, tuple((tags or {}).items()))


def strip_tags(adts: bytes) -> bytes:
    """The stream without its ID3 tags (of honest size, without footer)."""
    out, at = bytearray(), 0
    while at < len(adts):
        if adts[at : at + 3] == b"ID3":
            size = sum(adts[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            at += 10 + size
        else:
            length = (adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5
            out += adts[at : at + length]
            at += length
    return bytes(out)


def _remux(adts: bytes, container: str, options: Mapping[str, str], tags: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with av.open(io.BytesIO(adts), "r", format="aac") as source:
        audio = source.streams.audio[0]
        packets = [packet for packet in source.demux(audio) if packet.dts is not None]
        with av.open(out, "w", format=container, options=dict(options)) as target:
            target.metadata.update(tags)
            copy = target.add_stream_from_template(audio)
            for packet in packets:
                packet.stream = copy
                target.mux(packet)
    return out.getvalue()


@lru_cache(maxsize=32)
def _transcode(adts: bytes, container: str, codec: str, tags: tuple[tuple[str, str], ...]) -> bytes:
    out = io.BytesIO()
    with av.open(io.BytesIO(adts), "r", format="aac") as source:
        rate = source.streams.audio[0].rate
        with av.open(out, "w", format=container) as target:
            target.metadata.update(dict(tags))
            stream = target.add_stream(codec, rate=rate)
            assert isinstance(stream, av.audio.AudioStream)
            for frame in source.decode(audio=0):
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
    return out.getvalue()


def wrap_timed(adts: bytes) -> bytes:
    """A real MPEG-TS of a clean recording, its tags in a metadata stream of their own (as HLS segments have them)."""
    tags: list[tuple[int, bytes]] = []
    frames, at = 0, 0
    while at < len(adts):
        if adts[at : at + 3] == b"ID3":
            end = at + 10 + sum(adts[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            tags.append((frames, adts[at:end]))
        else:
            end = at + ((adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5)
            frames += 1
        at = end
    out = io.BytesIO()
    with av.open(io.BytesIO(strip_tags(adts)), "r", format="aac") as source:
        audio = source.streams.audio[0]
        rate = audio.rate
        packets = [packet for packet in source.demux(audio) if packet.dts is not None]
        with av.open(out, "w", format="mpegts") as target:
            copy = target.add_stream_from_template(audio)
            metadata = target.add_data_stream("timed_id3")
            metadata.time_base = Fraction(1, rate)
            for n, packet in enumerate(packets):
                while tags and tags[0][0] <= n:
                    tag = av.Packet(tags.pop(0)[1])
                    tag.stream, tag.time_base = metadata, Fraction(1, rate)
                    tag.pts = tag.dts = n * SAMPLES_PER_FRAME
                    target.mux(tag)
                packet.stream = copy
                target.mux(packet)
    return out.getvalue()
