"""Tags, cover and chapters: read back as written by ffprobe and mutagen; the sound stays as it was."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import pytest
from listening import decode, list_boxes, list_packets, probe
from PIL import Image
from recording_maker import make_recording, wrap

from site_builder.audio.facts import AudioFacts, AudioTags
from site_builder.audio.measure import measure
from site_builder.audio.packets import write_copy
from site_builder.audio.tags import ROOM, write_tagged
from site_builder.model.edits import EditList
from site_builder.model.podcast import Chapter

STARTS = (0.0, 1.234, 2.5, 4.999)
CHAPTERS = tuple(
    Chapter(start=start, title=f"Část {number}: «{'x' * 40}» 🎙", href="https://example.org/a?b=1&c=2")
    for number, start in enumerate(STARTS)
)


SPACES = {ord(odd): " " for odd in "\x00\x01\ud800"}


def make_cover(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 600), "teal").save(out, kind)
    return out.getvalue()


TAGS = AudioTags(
    title="Flood gauges <live> & „raw“",
    album="The Show",
    artist="Ana 🎙",
    date="2026-10-09",
    comment="Two\nlines",
    url="https://example.org/episodes/flood-gauges/",
    track=7,
    cover=make_cover("JPEG"),
    chapters=CHAPTERS,
)


@pytest.fixture(params=["m4a", "mp3"])
def sound(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An episode without tags, as the copy writes it."""
    recording = make_recording(6, turns=[("host", 0, 6)])
    part = tmp_path / "part"
    part.write_bytes(recording if request.param == "m4a" else wrap(recording, "mp3"))
    write_copy([part], EditList.keep_all(6), tmp_path / f"sound.{request.param}")
    return tmp_path / f"sound.{request.param}"


def tag(sound: Path, tags: AudioTags = TAGS) -> tuple[Path, AudioFacts]:
    out = sound.with_name(f"tagged-{sound.name}")
    return out, write_tagged(sound, out, tags)


def test_sound_is_untouched(sound: Path) -> None:
    """Tagging changes no packet and no sample; length, size and kind are reported."""
    out, facts = tag(sound)
    assert decode(out) == decode(sound)
    assert list_packets(out) == list_packets(sound)
    assert facts == measure(out)
    assert facts.samples == measure(sound).samples
    assert facts.size_bytes == out.stat().st_size


def test_ffprobe_reads_the_tags(sound: Path) -> None:
    """Every field comes back, in every script."""
    found = probe(tag(sound)[0])
    tags = {name.lower(): value for name, value in found["format"]["tags"].items()}
    assert tags["title"] == TAGS.title
    assert tags["album"] == TAGS.album
    assert tags["artist"] == TAGS.artist
    assert tags["date"] == TAGS.date
    assert tags["comment"] == TAGS.comment
    assert tags["track"] == "7"
    assert tags["genre"] == "Podcast"
    assert "encoder" not in tags


def test_chapters_agree_to_the_millisecond(sound: Path) -> None:
    """ffprobe finds each chapter where it is, with its whole title, up to the end."""
    out, facts = tag(sound)
    chapters = probe(out)["chapters"]
    assert [round(float(chapter["start_time"]), 3) for chapter in chapters] == list(STARTS)
    assert [chapter["tags"]["title"] for chapter in chapters] == [chapter.title for chapter in CHAPTERS]
    assert float(chapters[-1]["end_time"]) == pytest.approx(facts.duration, abs=0.002)


def test_mutagen_reads_the_chapters(sound: Path) -> None:
    """The list that other players read says the same."""
    file: Any = mutagen.File(tag(sound)[0])
    if sound.suffix == ".m4a":
        found = [(round(chapter.start, 3), chapter.title) for chapter in file.chapters]
    else:
        (contents,) = file.tags.getall("CTOC")
        frames = [file.tags[f"CHAP:{name}"] for name in contents.child_element_ids]
        found = [(frame.start_time / 1000, frame.sub_frames["TIT2"].text[0]) for frame in frames]
        assert [frame.sub_frames["WXXX:"].url for frame in frames] == [chapter.href for chapter in CHAPTERS]
    assert found == [(chapter.start, chapter.title) for chapter in CHAPTERS]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_cover_comes_back(kind: str, sound: Path) -> None:
    """The picture is in the file, byte for byte, as what it is."""
    cover = make_cover(kind)
    out, _ = tag(sound, AudioTags(title="x", cover=cover, cover_type=f"image/{kind.lower()}"))
    file: Any = mutagen.File(out)
    assert cover == (bytes(file["covr"][0]) if sound.suffix == ".m4a" else file.tags["APIC:"].data)
    (picture,) = (stream for stream in probe(out)["streams"] if stream["codec_type"] == "video")
    assert picture["codec_name"] == {"JPEG": "mjpeg", "PNG": "png"}[kind]
    assert picture["disposition"]["attached_pic"] == 1


def test_index_stays_first(sound: Path) -> None:
    """With cover and chapters an MP4 still starts at once."""
    if sound.suffix == ".m4a":
        kinds = list_boxes(tag(sound)[0])
        assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_same_tags_same_bytes(sound: Path) -> None:
    """Tagging twice gives one file; the name it is written under does not matter."""
    one = tag(sound)[0].read_bytes()
    other = sound.with_name("other.tmp")
    write_tagged(sound, other, TAGS)
    assert one == other.read_bytes()


@pytest.mark.parametrize("title", ["", "\x00\x01 \ud800 end", "t" * 5000, "مرحبا \u202eabc", "]]> & <b>"])
def test_odd_texts(title: str, sound: Path) -> None:
    """No title breaks the file; control characters become spaces."""
    out, _ = tag(sound, AudioTags(title=title or "-", comment=title, chapters=(Chapter(start=0, title=title),)))
    assert decode(out) == decode(sound)
    (chapter,) = probe(out)["chapters"]
    shown = chapter["tags"].get("title", "")
    if not title and sound.suffix == ".mp3":
        title = "chp0"  # what ffprobe shows for an untitled ID3 chapter
    assert shown[:900] == title.translate(SPACES)[:900]


def test_more_chapters_than_fit(sound: Path) -> None:
    """Both formats count in one byte; what is beyond is left out, and the file is whole."""
    chapters = tuple(Chapter(start=number * 0.02, title=f"n{number}") for number in range(300))
    out, _ = tag(sound, AudioTags(title="x", chapters=chapters))
    assert len(probe(out)["chapters"]) == 255
    assert decode(out) == decode(sound)


def test_first_chapter_after_the_start(sound: Path) -> None:
    """Chapters that begin late are found where they are."""
    chapters = (Chapter(start=1.5, title="a"), Chapter(start=3.25, title="b"))
    found = probe(tag(sound, AudioTags(title="x", chapters=chapters))[0])["chapters"]
    assert [float(chapter["start_time"]) for chapter in found] == [1.5, 3.25]


def test_nothing_but_what_is_given(sound: Path) -> None:
    """Empty fields leave no trace."""
    out, _ = tag(sound, AudioTags(title="Only this", genre=""))
    tags = {name.lower() for name in probe(out)["format"]["tags"]}
    assert tags - {"major_brand", "minor_version", "compatible_brands"} == {"title"}


def test_other_tags_keep_the_size(sound: Path, tmp_path: Path) -> None:
    """Feeds name the size, and caches have old files: other words and another cover make other bytes, but as many."""
    out = tmp_path / f"out{sound.suffix}"
    titles = ("Flod gauges", "Flood gauges", "Flood gauges, explained by people who read them")
    changed = [replace(TAGS, title=title) for title in titles]
    changed += [replace(TAGS, cover=bytes(size)) for size in (0, 3_000, 120_000, 200_000)]
    changed += [replace(TAGS, chapters=tuple(Chapter(start=n / 50, title=f"Chapter {n}") for n in range(200)))]
    assert {write_tagged(sound, out, tags).size_bytes for tags in changed} == {sound.stat().st_size + ROOM}
