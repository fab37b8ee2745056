"""Covers and transcripts under other names, and from other programs: taken where they can be read, else named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from show_runner import build, copy_show, find_bundle, make_show, make_two_spaces, spacecast

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nunlikely words\n"
SRT = "1\n00:00:01,000 --> 00:00:03,000\nunlikely words\n"
WORDS = [(1.0, 1.5, "unlikely"), (1.6, 2.0, "words")]
JSON: dict[str, Any] = {
    "whisper": {"text": "x", "segments": [{"id": 0, "start": 1.0, "end": 3.0, "text": " unlikely words"}]},
    "whisper.cpp": {"transcription": [{"offsets": {"from": 1000, "to": 3000}, "text": " unlikely words"}]},
    "podcasting 2.0": {"version": "1.0.0", "segments": [{"startTime": 1, "endTime": 3, "body": "unlikely words"}]},
    "deepgram utterances": {
        "results": {"utterances": [{"start": 1.0, "end": 3.0, "transcript": "unlikely words", "speaker": 0}]}
    },
    "deepgram words": {
        "results": {
            "channels": [{"alternatives": [{"words": [{"start": a, "end": b, "word": w} for a, b, w in WORDS]}]}]
        }
    },
    "assemblyai": {"id": "x", "utterances": [{"start": 1000, "end": 3000, "text": "unlikely words", "speaker": "A"}]},
    "assemblyai words": {"words": [{"start": a * 1000, "end": b * 1000, "text": w} for a, b, w in WORDS]},
    "rev": {
        "monologues": [
            {
                "speaker": 0,
                "elements": [
                    {"type": "text", "value": "unlikely", "ts": 1.0, "end_ts": 1.5},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "words", "ts": 1.6, "end_ts": 2.0},
                ],
            }
        ]
    },
    "aws": {
        "results": {
            "transcripts": [],
            "items": [
                {"type": "pronunciation", "start_time": str(a), "end_time": str(b), "alternatives": [{"content": w}]}
                for a, b, w in WORDS
            ],
        }
    },
    "google": {
        "results": [
            {"alternatives": [{"words": [{"startTime": f"{a}s", "endTime": f"{b}s", "word": w} for a, b, w in WORDS]}]}
        ]
    },
    "youtube": {"events": [{"tStartMs": 1000, "dDurationMs": 2000, "segs": [{"utf8": "unlikely words"}]}]},
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, built."""
    show = make_show(tmp_path_factory.mktemp("pair") / "show", make_two_spaces())
    build(show)
    return show


def read_cues(show: Path) -> str:
    """The published transcript of the first episode."""
    return (show / "output/episodes/signals-in-the-dark-explained/signals-in-the-dark-explained.vtt").read_text()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Transcript.VTT", VTT),
        ("episode.srt", SRT),
        ("recording-0.vtt", VTT),
        ("transcript.txt", SRT),
        ("transcript.txt", "[0:01] unlikely words\n[0:05] and more\n"),
        ("transcript.txt", "Unknown Speaker  0:01\nunlikely words\n\nKit  0:05\nand more\n"),
        *(("transcript.json", json.dumps(document)) for document in JSON.values()),
    ],
    ids=["capitals", "episode.srt", "recording.vtt", "srt as txt", "lines", "names above", *JSON],
)
def test_transcripts_that_can_be_read_are_taken(name: str, content: str, pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    (find_bundle(show, "2026-10-09") / name).write_text(content)
    assert build(show)["warnings"] == []
    assert "00:01.000" in read_cues(show)
    assert "unlikely words" in read_cues(show)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("transcript.vtt", "other.srt"), "other.srt: is not used: transcript.vtt is"),
        (("de.srt", "en.srt"), "en.srt: is not used: name the one that is meant"),
        (("transcript.docx",), "transcript.docx: is not used"),
        (("cover.heic",), "cover.heic: is not used, for it cannot be read"),
        (("Cover.psd",), "Cover.psd: is not used"),
        (("chapters.json",), "chapters.json: is not read: chapters stand in index.md"),
        (("Kapitel.txt",), "Kapitel.txt: is not read: chapters stand in index.md"),
        (("notes.txt",), "notes.txt: is not read: notes are what stands in index.md"),
        (("show-notes.md",), "show-notes.md: is not read: notes are what stands in index.md"),
        (("intro.mp3",), "intro.mp3: is not heard: the recording is what space.json names"),
        (("a.pdf", "b.xyz", "lamp.jpg"), "a.pdf: is not read; nor are b.xyz, lamp.jpg: what is read there is index.md"),
        (("../../pages/about.txt",), "content/pages/about.txt: is not read: a page is a file such as about.md"),
        (("../../about.md",), "content/about.md: is not read: pages lie in content/pages/"),
        (("../new.md",), "content/episodes/new.md: is not read: each episode has a folder"),
        (("../2026-12-01-new/space.json",), "2026-12-01-new: is no episode, for there is no index.md in it"),
    ],
)
def test_what_is_not_used_is_named(names: tuple[str, ...], said: str, pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    for name in names:
        file = find_bundle(show, "2026-10-09") / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(VTT if name.endswith("vtt") else SRT)
    warnings = build(show)["warnings"]
    assert [said in warning for warning in warnings].count(True) == 1
    assert len(warnings) == (2 if "de.srt" in names else 1)
    assert said.partition(": ")[2] in spacecast("-C", show, "check").out


def test_what_is_read_or_of_other_programs_is_not_named(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    bundle = find_bundle(show, "2026-10-09")
    Image.new("RGB", (20, 20)).save(bundle / "lamp 1.jpg")
    with (bundle / "index.md").open("a") as notes:
        notes.write("\n![a lamp](lamp%201.jpg)\n")
    for name in (".DS_Store", "Thumbs.db", "index.md~", "~$notes.docx", "index.md.bak", "papers/contract.pdf"):
        (bundle / name).parent.mkdir(exist_ok=True)
        (bundle / name).write_text("x")
    waiting = show / "content/episodes/2026-12-01-waiting"
    waiting.mkdir()
    (waiting / "transcript.vtt").write_text(VTT)
    assert build(show)["warnings"] == []
    assert "files-unread" not in spacecast("-C", show, "check").out


def test_text_without_times_is_told(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    (find_bundle(show, "2026-10-09") / "transcript.txt").write_text("Kit: only words\nand no times\n")
    (failure,) = build(show, code=1)["failures"]
    assert "transcript.txt" in failure
    assert "spacecast help transcripts" in failure


@pytest.mark.parametrize("name", ["Cover.JPG", "cover.webp", "cover.avif", "COVER.jpeg", "cover.tiff"])
def test_covers_are_found_however_they_are_named(name: str, pair: Path, tmp_path: Path) -> None:
    """The show's and an episode's."""
    show = copy_show(pair, tmp_path / "show")
    (show / "content/cover.jpg").unlink()
    form = {"jpg": "JPEG", "jpeg": "JPEG"}.get(name[6:].lower(), name[6:].upper())
    for folder, colour in ((show / "content", "#a01010"), (find_bundle(show, "2026-10-09"), "#1010a0")):
        Image.new("RGB", (1500, 1500), colour).save(folder / name, form)
    build(show)
    sizes = []
    for cover in sorted((show / "output/artwork").glob("*.jpg")):
        with Image.open(cover) as picture:
            sizes += [cover.name.split("-")[0]] if picture.size == (1500, 1500) else []
    assert sizes == ["cover", "signals"]


def test_a_cover_of_the_show_that_cannot_be_read_is_named(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    (show / "content/cover.jpg").unlink()
    (show / "content/cover.heic").write_bytes(b"\0\0\0\x18ftypheic")
    assert any("content/cover.heic: is not used" in warning for warning in build(show)["warnings"])
