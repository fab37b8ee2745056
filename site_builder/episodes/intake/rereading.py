"""Reads recordings again that an earlier version took in, for who speaks when.

Until `Recording.may_speak` was there, levels were given to people by another number than their place in the list: what
`space.json` said of such a recording may be wrong, and whoever refused would be heard.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from site_builder.errors import UnusableSource
from site_builder.model.podcast import Recording, Role, Speaker, Timeline
from site_builder.show.bundles import Bundle, load_bundle, write_json
from site_builder.show.layout import RECORDING


def is_outdated(bundle: Bundle) -> bool:
    """Whether a recording was read before it was known who may speak when, and its files are here."""
    recording = bundle.recording
    if recording is None or recording.timeline is not Timeline.LEVELS or recording.may_speak:
        return False
    guests = {number for number, speaker in enumerate(recording.speakers) if speaker.role is not Role.HOST}
    is_tagged = all(part.container in {"adts", "mpegts"} for part in recording.parts)
    return bool(guests) and is_tagged and bundle.has_recording


def read_again(folders: Iterable[Path]) -> None:
    """Bring `space.json` of these bundles up to date; what is known of people stays with them."""
    for folder in folders:
        bundle = load_bundle(folder)
        if bundle.recording and is_outdated(bundle):
            with suppress(UnusableSource):  # told of where its sound is made
                write_json(folder / RECORDING, _read(bundle, bundle.recording))


def _read(bundle: Bundle, recording: Recording) -> Recording:
    from site_builder.sources.parts import read_part  # noqa: PLC0415 -- every build asks `is_outdated`, few go on
    from site_builder.sources.x.speaking.timeline import make_timeline  # noqa: PLC0415

    host = next((speaker for speaker in recording.speakers if speaker.role is Role.HOST), Speaker(role=Role.HOST))
    with ExitStack() as stack:
        files: list[BinaryIO] = [stack.enter_context(file.open("rb")) for file in bundle.part_files]
        parts = [read_part(file, part.origin) for file, part in zip(files, recording.parts, strict=True)]
    reading = make_timeline(parts, host)
    known = {_sign(speaker): speaker for speaker in (*recording.on_stage, *recording.speakers) if any(_sign(speaker))}
    speakers, on_stage = (
        tuple(known.get(_sign(speaker), speaker) for speaker in some) for some in (reading.speakers, reading.on_stage)
    )
    # Whom the recording itself does not name: they may have spoken all the same.
    seen = {*speakers, *on_stage, Speaker()}
    rest = [speaker for speaker in (*recording.speakers, *recording.on_stage) if speaker not in seen]
    return replace(
        recording,
        speakers=speakers,
        turns=reading.turns,
        on_stage=(*on_stage, *rest),
        may_speak=reading.may_speak,
        timeline=reading.timeline,
        tick=reading.tick,
        silences=reading.silences,
        unknown=reading.unknown,
    )


def _sign(speaker: Speaker) -> tuple[str, str]:
    """The same for one account, whatever else is known of it."""
    return speaker.periscope_id, "" if speaker.periscope_id else speaker.handle.casefold()
