"""The recordings of a Space: each file read once, in order, and as far as it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from site_builder.errors import UnusableSource
from site_builder.sources.parts import read_part
from site_builder.sources.x.members import DamagedMember, Member, Members, open_member
from site_builder.sources.x.speaking.hydra_tags import PartReading


class _Prefix:
    """A member's bytes up to where it is damaged; `damage` then says why it ends there."""

    def __init__(self, stream: BinaryIO) -> None:
        self.damage = ""
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Bytes; none at the end or at the damage."""
        if self.damage:
            return b""
        try:
            return self._stream.read(size)
        except DamagedMember as damage:
            self.damage = str(damage)
            return b""


SpaceSound = tuple[list[PartReading], list[str]]
"""What the files of a recording hold, in order, and a sentence for each that is damaged or holds nothing."""


def read_recordings(members: Members, media: Sequence[Member], copy_into: Path | None) -> SpaceSound:
    """What the recording's files hold, in order, and a sentence for each that is damaged or holds nothing.

    A damaged file counts up to its damage, as one that was cut off does. What holds no audio is left out.
    """
    readings: list[PartReading] = []
    damage: list[str] = []
    for member in media:
        origin = member.name.rpartition("/")[2]
        try:
            with open_member(members, member.name) as stream:
                prefix = _Prefix(stream)
                reading = read_part(cast("BinaryIO", prefix), origin, index=len(readings), folder=copy_into)
                if prefix.damage:
                    reading = replace(reading, truncated=False)  # told here, with the reason
                    damage.append(f"{origin} {prefix.damage}; it is used up to there")
                readings.append(reading)
        except DamagedMember as reason:
            damage.append(f"{origin} {reason}")
        except UnusableSource as error:
            damage.append(f"{origin} {prefix.damage}" if prefix.damage else _reason(error, member))
    return readings, damage


def _reason(error: UnusableSource, member: Member) -> str:
    return f"{member.name.rpartition('/')[2]} is empty (0 bytes)" if not member.size_bytes else str(error)
