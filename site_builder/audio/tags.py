"""Writes title, cover and chapters into a published file, with mutagen.

MP4: iTunes atoms, chapters as in `mp4.chapters`. MP3: ID3v2.3, which the oldest players read
(https://id3.org/id3v2.3.0), chapters as CHAP and CTOC (https://id3.org/id3v2-chapters-1.0).
"""

# mypy: disable-error-code="no-untyped-call"
# (mutagen has no annotations)

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mutagen.id3 import (
    APIC,
    CHAP,
    COMM,
    CTOC,
    ID3,
    TALB,
    TCON,
    TDRC,
    TIT2,
    TPE1,
    TRCK,
    WOAF,
    WXXX,
    CTOCFlags,
    PictureType,
)
from mutagen.mp4 import MP4, MP4Cover

from site_builder.audio.facts import AudioFacts, AudioTags
from site_builder.audio.measure import measure
from site_builder.audio.mp4.chapters import MOST_CHAPTERS, add_chapters, read_index
from site_builder.model.podcast import Chapter

ROOM = 262_144
"""Bytes that tags take, whatever they say (or twice as many, where that is too little): another title or another cover
under the same name leaves the size that feeds name as it was."""
_LEAST_PADDING = 64
"""Bytes below which containers cannot pad exactly."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def write_tagged(source: Path, out: Path, tags: AudioTags) -> AudioFacts:
    """Copy `source`, which has no tags, to `out` with tags; the sound is not touched.

    Args:
        source: MP4 or MP3 as `write_copy` and `write_encoded` make it; its name does not matter.
        out: Any name; overwritten.
        tags: The same tags always give the same bytes.
    """
    facts = measure(source)
    if facts.codec == "mp3":
        shutil.copyfile(source, out)
        _tag_mp3(out, tags, facts.duration)
    else:
        _write_mp4(source, out, tags, facts.duration)
    return AudioFacts(
        codec=facts.codec,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        samples=facts.samples,
        size_bytes=out.stat().st_size,
    )


def _write_mp4(source: Path, out: Path, tags: AudioTags, duration: float) -> None:
    """Tag the index alone, then append the sound: mutagen would move what follows each time it writes."""
    size = source.stat().st_size
    with source.open("rb") as sound:
        (head, moov), titles = read_index(sound), b""
        if tags.chapters:
            moov, titles = add_chapters(moov, size, [_clean_chapter(chapter) for chapter in tags.chapters], duration)
        out.write_bytes(head + moov)
        _tag_mp4(out, tags, size, follows=size - sound.tell() + len(titles))
        with out.open("ab") as file:
            shutil.copyfileobj(sound, file, 1 << 18)
            file.write(titles)


def _tag_mp4(path: Path, tags: AudioTags, sound_bytes: int, follows: int) -> None:
    atoms = {"\xa9nam": tags.title, "\xa9alb": tags.album, "\xa9ART": tags.artist, "aART": tags.artist}
    atoms |= {"\xa9day": tags.date, "\xa9cmt": tags.comment, "desc": tags.comment, "\xa9gen": tags.genre}
    content: dict[str, Any] = {name: [_clean(text)] for name, text in atoms.items() if text}
    if tags.url:
        content["----:com.apple.iTunes:WWW"] = [_clean(tags.url).encode()]
    if tags.track:
        content["trkn"] = [(tags.track, 0)]
    if tags.cover:
        png = tags.cover_type == "image/png"
        content["covr"] = [MP4Cover(tags.cover, MP4Cover.FORMAT_PNG if png else MP4Cover.FORMAT_JPEG)]
    file = MP4(path)
    for name, value in content.items():
        file[name] = value
    _save_rounded(path, file.save, sound_bytes - follows)


def _tag_mp3(path: Path, tags: AudioTags, duration: float) -> None:
    sound_bytes = path.stat().st_size
    id3 = _OrderedID3()
    texts = {TIT2: tags.title, TALB: tags.album, TPE1: tags.artist, TDRC: tags.date, TCON: tags.genre}
    texts |= {TRCK: str(tags.track or "")}
    for frame, text in texts.items():
        if text:
            id3.add(frame(encoding=3, text=[_clean(text)]))
    if tags.comment:
        id3.add(COMM(encoding=3, lang="eng", desc="", text=[_clean(tags.comment)]))
    if tags.url:
        id3.add(WOAF(url=_clean(tags.url)))
    if tags.cover:
        id3.add(APIC(encoding=0, mime=tags.cover_type, type=PictureType.COVER_FRONT, desc="", data=tags.cover))
    _add_id3_chapters(id3, tags.chapters[:MOST_CHAPTERS], duration)
    id3.update_to_v23()
    _save_rounded(path, partial(id3.save, path, v1=0, v2_version=3), sound_bytes)


def _save_rounded(path: Path, save: Callable[..., None], sound_bytes: int) -> None:
    """Save with as much padding as makes the file a multiple of `ROOM` larger than `sound_bytes`."""
    save(padding=lambda _info: 0)
    missing = (sound_bytes - path.stat().st_size) % ROOM
    if missing:
        save(padding=lambda _info: missing if missing > _LEAST_PADDING else missing + ROOM)


class _OrderedID3(ID3):
    """Tags whose chapters lie in the order of time, for readers that know no CTOC; mutagen sorts frames by size."""

    def _write(self, config: Any) -> bytes:
        rest = bytes(super()._write(config))
        frames = []
        while rest:
            size = 10 + int.from_bytes(rest[4:8], "big")
            frames.append(rest[:size])
            rest = rest[size:]
        chapters = iter(sorted((frame for frame in frames if frame.startswith(b"CHAP")), key=_find_start))
        return b"".join(next(chapters) if frame.startswith(b"CHAP") else frame for frame in frames)


def _find_start(frame: bytes) -> int:
    """Milliseconds: what follows the element's name and its zero byte."""
    at = frame.index(0, 10) + 1
    return int.from_bytes(frame[at : at + 4], "big")


def _add_id3_chapters(id3: ID3, chapters: tuple[Chapter, ...], duration: float) -> None:
    """One CHAP for each chapter and the CTOC that lists them; times in milliseconds."""
    if not chapters:
        return
    names = [f"chp{number}" for number in range(len(chapters))]
    starts = [round(chapter.start * 1000) for chapter in chapters]
    ends = [*starts[1:], round(duration * 1000)]
    for name, start, end, chapter in zip(names, starts, ends, chapters, strict=True):
        frames: list[Any] = [TIT2(encoding=3, text=[_clean(chapter.title)])]
        if chapter.href:
            frames.append(WXXX(encoding=0, desc="", url=_clean(chapter.href)))
        id3.add(CHAP(element_id=name, start_time=start, end_time=end, sub_frames=frames))
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    id3.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))


def _clean_chapter(chapter: Chapter) -> Chapter:
    return Chapter(start=chapter.start, title=_clean(chapter.title))


def _clean(text: str) -> str:
    """Text that every tag format can hold: no NUL, which separates values, nor any other control character."""
    return _CONTROLS.sub(" ", text)
