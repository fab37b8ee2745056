"""Makes the sound of an episode from its recording: copied, or encoded here or on another computer.

What a recording is encoded from is silent wherever something is taken out, so that nothing of somebody who refused
leaves this computer; and it is encoded here from just that, so that both give the same bytes.
docs/decisions/0044 says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from site_builder.audio.facts import AudioFacts
from site_builder.engine.digests import JSON
from site_builder.engine.ledger import Facts
from site_builder.engine.target import FromSources
from site_builder.model.edits import EditList
from site_builder.model.podcast import Recording, Turn

if TYPE_CHECKING:
    from site_builder.audio.waveform import Shape

PEAKS = 500
"""Points of the waveform kept for drawing."""
AAC_FRAME = 1024
"""Samples between two places where AAC can be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """How a file of published audio is made: the part of the config that its sound depends on."""

    format: Literal["copy", "mp3", "aac"] = "copy"
    bitrate: int = 64
    """kbit/s; for encoded formats."""
    channels: int = 1
    loudness: float | None = None
    """LUFS to normalise to; None leaves it."""
    level: Literal["episode", "speakers"] = "episode"
    """`speakers` brings every voice to the same loudness first."""

    def as_json(self) -> dict[str, JSON]:
        """What the bytes depend on: nothing but the format where the recording is copied."""
        if self.format == "copy":
            return {"format": "copy"}
        values: dict[str, JSON] = {"format": self.format, "bitrate": self.bitrate, "channels": self.channels}
        level: dict[str, JSON] = {"level": self.level} if self.evens_out else {}
        return {**values, "loudness": self.loudness, **level}

    @property
    def evens_out(self) -> bool:
        """Whether each voice has a gain of its own."""
        return self.level == "speakers" and self.format != "copy"


def plan_encode(parts: Sequence[Path], recording: Recording, edits: EditList, settings: AudioSettings) -> FromSources:
    """Encode a recording, here or elsewhere; of who speaks only the times go along, where voices are evened out."""
    turns = recording.turns if settings.evens_out else ()
    names_people = bool(recording.speakers or recording.on_stage)
    return FromSources(
        own=parts,
        prepare=partial(clean, parts, edits, names_people),
        work=partial(_encode, edits, settings, turns, recording.tick),
    )


def clean(parts: Sequence[Path], edits: EditList, names_people: bool, folder: Path) -> Sequence[Path] | None:
    """A recording as it may leave this computer, below `folder`: silent where it is edited, without tags.

    None where there is no such thing: it cannot be silenced packet by packet, as MP3, or its tags name people.
    """
    from site_builder.audio.packets import CannotCopy, write_silenced  # noqa: PLC0415 -- PyAV is loaded only to make sound

    joined = [(parts, folder / "recording.m4a")]
    apart = [([part], folder / f"recording-{number}.m4a") for number, part in enumerate(parts)]
    wanted = apart if edits.is_identity else joined
    try:
        for taken, out in wanted:
            write_silenced(taken, edits, out)
    except CannotCopy:
        return parts if edits.is_identity and not names_people else None
    return [out for _, out in wanted]


def _encode(
    edits: EditList, settings: AudioSettings, turns: Sequence[Turn], tick: float, parts: Sequence[Path], out: Path
) -> Facts:
    from site_builder.audio import encode, waveform  # noqa: PLC0415 -- as above
    from site_builder.audio.encoding.voices import Voices  # noqa: PLC0415 -- as above

    wanted = encode.EncodeSettings(
        format="mp3" if settings.format == "mp3" else "aac",
        bitrate=settings.bitrate * 1000,
        channels=settings.channels,
        loudness=settings.loudness,
        voices=Voices(turns, tick) if settings.evens_out else None,
    )
    facts = encode.write_encoded(parts, edits, out, wanted)
    return {**describe_facts(facts), "peaks": list(waveform.make_peaks(out, PEAKS)), "edits": edits.as_json()}


def make_copy(
    parts: Sequence[Path], edits: EditList, otherwise: Callable[[Path], Facts | None], out: Path
) -> Facts | None:
    """Copy a recording; what turns out on the way to be no copy (mono after stereo …) is made `otherwise`."""
    from site_builder.audio.packets import CannotCopy  # noqa: PLC0415 -- as above

    try:
        facts, shape = _copy(parts, edits, out)
    except CannotCopy:
        return otherwise(out)
    made = edits if edits.is_identity else edits.snap(AAC_FRAME, facts.sample_rate)
    refused: Facts = {"undecodable": [round(at, 1) for at in shape.undecodable[:5]]} if shape.undecodable else {}
    return {**describe_facts(facts), "peaks": list(shape.peaks), "edits": made.as_json(), **refused}


def _copy(parts: Sequence[Path], edits: EditList, out: Path) -> tuple[AudioFacts, Shape]:
    """Copy a recording and see its shape in passing; in a second pass where it turns out as long as nobody thought."""
    from site_builder.audio import packets, waveform  # noqa: PLC0415 -- PyAV is loaded only to make sound

    expected = foresee_length(edits, packets.find_coding(parts).sample_rate)
    shape = waveform.Shape(expected, PEAKS)
    facts = packets.write_copy(parts, edits, out, watch=shape.listen)
    if not shape.is_heard or facts.duration != expected:
        shape = waveform.Shape(facts.duration, PEAKS).hear(packets.read_copied(parts, edits), fallback=out)
    return facts, shape


def foresee_length(edits: EditList, sample_rate: int) -> float:
    """Seconds of a copy, exact to a sample if all goes as usual."""
    return round(edits.snap(AAC_FRAME, sample_rate).duration * sample_rate) / sample_rate


def describe_facts(facts: AudioFacts) -> dict[str, JSON]:
    """What is remembered of a file of sound."""
    return {
        "codec": facts.codec,
        "sample_rate": facts.sample_rate,
        "channels": facts.channels,
        "samples": facts.samples,
        "duration": facts.duration,
        "media_type": facts.media_type,
    }
