"""Joins packets of encoders that worked on segments of one sound, so that decoders notice nothing.

Neighbours both encode some of the sound. There a packet is looked for at which one may go on with the other's: both
divide time alike there, and what an MP3 frame keeps of its bits in the frames before it finds room in them.
docs/decisions/0048 says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast

from av.audio.stream import AudioStream
from av.packet import Packet

FRAME_SAMPLES = {"mp3": 1152, "aac": 1024}
"""Samples of a packet by codec."""
_BEGINNING = 4
"""Packets at the beginning of a run that suffer from it."""
_HEADER = 4
"""Bytes of an MP3 frame before its side information; LAME writes no checksum."""
_SIDE = {1: 17, 2: 32}
"""Bytes of side information by channels (ISO/IEC 11172-3, 2.4.1.7: rates from 32 kHz on)."""
_GRANULES = {1: (18,), 2: (20, 79)}
"""Bits of side information in front of the first granule, for each channel."""
_GRANULE_BITS = 33
"""Bits of a granule in front of the flag and kind of its windows."""


class NoSeam(Exception):
    """The packets of two encoders nowhere fit together."""


@dataclass(frozen=True, slots=True)
class Run:
    """Packets of one encoder. Numbers count packets from the beginning of the whole."""

    packets: Sequence[Packet[AudioStream]]
    start: int
    """Number of the first."""
    own: int
    """Number from which on they are to be taken, if possible."""

    def find(self, number: int) -> bytes:
        """Bytes of a packet."""
        return bytes(self.packets[number - self.start])

    @property
    def end(self) -> int:
        """Number behind the last."""
        return self.start + len(self.packets)


def join_runs(runs: Iterable[Run], codec: str, channels: int, tail: int) -> Iterator[Packet[AudioStream]]:
    """Packets of the whole.

    Args:
        runs: In order; each begins and ends within its neighbours.
        codec: `mp3` or `aac`.
        channels: 1 or 2.
        tail: Packets at the end of each run but the last that are not to be used: their encoder saw the end.

    Raises:
        NoSeam: two runs cannot follow each other.
    """
    before, begin = None, 0
    for run in runs:
        if before:
            seam = _find_seam(before, run, codec, channels, tail)
            kept = before.packets[begin - before.start : seam - before.start]
            yield from _make_room(kept, run, seam, channels) if codec == "mp3" else kept
            begin = seam
        before = run
    if before:
        yield from before.packets[begin - before.start :]


def _find_seam(before: Run, after: Run, codec: str, channels: int, tail: int) -> int:
    """Number of the packet from which on `after` goes on."""
    fit = _fit_mp3 if codec == "mp3" else _fit_aac
    late, early = range(after.own, before.end - tail), range(after.own - 1, after.start + _BEGINNING - 1, -1)
    for number in chain(late, early):
        if fit(before, after, number, channels):
            return number
    raise NoSeam


def _fit_mp3(before: Run, after: Run, number: int, channels: int) -> bool:
    """Both use the same windows, and one has left as many bytes in earlier frames as the other has put there."""
    one, other = before.find(number), after.find(number)
    return _kept_before(one) >= _kept_before(other) and _mp3_windows(one, channels) == _mp3_windows(other, channels)


def _kept_before(frame: bytes) -> int:
    """`main_data_begin`: bytes of the frame's sound that lie in the frames before it."""
    return frame[_HEADER] << 1 | frame[_HEADER + 1] >> 7


def _mp3_windows(frame: bytes, channels: int) -> list[int]:
    """Kind of window with which the frame begins, in each channel; 0 is the usual one."""
    side = int.from_bytes(frame[_HEADER : _HEADER + _SIDE[channels]], "big")
    size = 8 * _SIDE[channels]
    bits = [side >> size - 3 - at - _GRANULE_BITS & 7 for at in _GRANULES[channels]]
    return [kind & 3 if kind & 4 else 0 for kind in bits]


def _make_room(
    packets: Sequence[Packet[AudioStream]], after: Run, seam: int, channels: int
) -> Sequence[Packet[AudioStream]]:
    """MP3 frames up to a seam, with what the frame behind it has put before itself in their last bytes.

    Their own sound ends in front of these: `_fit_mp3`.
    """
    begin = _HEADER + _SIDE[channels]
    size = _kept_before(after.find(seam))
    owed = b"".join(after.find(number)[begin:] for number in range(after.start, seam))[-size:] if size else b""
    packets = list(packets)
    for index in range(len(packets) - 1, -1, -1):
        frame = bytes(packets[index])
        taken = owed[-(len(frame) - begin) :]
        if not taken:
            break
        packets[index] = _replace(packets[index], frame[: -len(taken)] + taken)
        owed = owed[: -len(taken)]
    return packets


def _replace(packet: Packet[AudioStream], content: bytes) -> Packet[AudioStream]:
    """The same packet with other bytes."""
    changed = cast("Packet[AudioStream]", Packet(content))
    changed.pts, changed.dts, changed.duration = packet.pts, packet.dts, packet.duration
    changed.time_base = packet.time_base
    return changed


def _fit_aac(before: Run, after: Run, number: int, channels: int) -> bool:
    """Both use the same windows in this frame and in the one before, with whose end it overlaps."""
    windows = [_aac_windows(run.find(at), channels) for at in (number - 1, number) for run in (before, after)]
    return None not in windows and windows[0] == windows[1] and windows[2] == windows[3]


def _aac_windows(frame: bytes, channels: int) -> int | None:
    """`window_sequence` and `window_shape` (ISO/IEC 14496-3, 4.4.2.1); None where two channels have their own."""
    bits = int.from_bytes(frame[:4].ljust(4, b"\0"), "big")
    if channels == 1:
        return bits >> 32 - 3 - 4 - 8 - 1 - 3 & 7  # element, tag, gain, reserved
    is_common = bits >> 32 - 3 - 4 - 1 & 1
    return bits >> 32 - 3 - 4 - 1 - 1 - 3 & 7 if is_common else None
