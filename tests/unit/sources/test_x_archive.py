"""An X archive as a source: the practice and demo archives whole, and every shape that X's files come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    OWNER_HANDLE,
    OWNER_ID,
    OWNER_NAME,
    START,
    MadeArchive,
    MadeSpace,
    iso,
    make_files,
    make_media,
    write_archive,
    write_folder,
    write_zip,
)
from show_runner import PRACTICE

from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Role, Timeline
from site_builder.sources.x.archives import detect, open_archive

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "content" / "archives" / "demo.zip"
ID = MadeSpace().id
TURNS = [{"who": OWNER_HANDLE, "start": 2, "end": 6}, {"who": "kit", "start": 6, "end": 11}]
"""What the tags of a MadeSpace say."""


def read(path: Path, space_id: str = ID) -> Conversation:
    """One Space of an archive."""
    with open_archive(path) as archive:
        return archive.read(space_id)


def spoken(conversation: Conversation) -> list[tuple[str, float, float]]:
    """Turns by handle."""
    recording = conversation.recording
    return [(recording.speakers[turn.speaker].handle, turn.start, turn.end) for turn in recording.turns]


def assert_turns_agree(conversation: Conversation, truth: list[dict[str, Any]]) -> None:
    """Each turn's edges are within one tick of what really was said, and there are as many."""
    turns, tick = spoken(conversation), max(1.0, conversation.recording.tick)
    assert [who for who, _, _ in turns] == [turn["who"] for turn in truth]
    for (_, start, end), real in zip(turns, truth, strict=True):
        assert start == pytest.approx(real["start"], abs=tick + 0.05)
        assert end == pytest.approx(real["end"], abs=tick + 0.05)


# ------------------------------------------------------------------------------------------------- the archives at hand


def test_practice_archive_speaks_the_truth() -> None:
    """Lengths, speakers and turns of the practice archive are those of its truth file."""
    truths = json.loads(PRACTICE.with_suffix(".truth.json").read_text("utf-8"))
    with open_archive(PRACTICE) as archive:
        assert set(archive.find_ids()) == {truth["id"] for truth in truths}
        for truth in truths:
            conversation = archive.read(truth["id"])
            assert bool(conversation.recording.parts) == truth["audio"]
            if truth["audio"]:
                assert conversation.recording.duration == pytest.approx(truth["duration"], abs=0.05)
                assert iso(conversation.recording.started_at or START) == truth["started"]
                assert_turns_agree(conversation, truth["turns"])


def test_practice_archive_in_words() -> None:
    """Title, opening, notes and the reason for the lost recording, with names and ids matched."""
    with open_archive(PRACTICE) as archive:
        flood = archive.read("1lDxLnrWjwkGm")
        assert flood.announcement.title == "Flood gauges, explained by people who read them"
        assert flood.announcement.body == "Tonight with @kit_gauges & @lou_on_water! Bring questions."
        assert flood.announcement.url == "https://x.com/rivermaps/status/1600000000000000001"
        assert [(note.at, note.text) for note in flood.notes] == [
            (40.0, "The gauge map Kit is talking about: https://example.org/gauges?river=douro&unit=m")
        ]
        people = [(who.role, who.handle, who.name, who.x_id) for who in flood.recording.speakers]
        assert people == [
            (Role.HOST, "rivermaps", "River Maps Weekly", "3300551"),
            (Role.GUEST, "kit_gauges", "Kit", "88120044"),
            (Role.GUEST, "lou_on_water", "Lou <on> Water", "77120031"),
        ]
        assert archive.read("1YqKDoVkzRexV").announcement.title == "Short one: how we draw a river"
        expired = "ended 61 days before the archive was made; X keeps recordings about 30 days"
        assert archive.read("1vOGwMdBqVwGB").missing == expired
        assert archive.remarks == []


def test_demo_archive_speaks_the_truth() -> None:
    """Who speaks when in the demo is what its script says; one Space has expired, one has lost audio."""
    truths = json.loads((ROOT / "scripts" / "demo_truth.json").read_text("utf-8"))
    with open_archive(DEMO) as archive:
        assert len(archive.find_ids()) == 3
        for truth in truths:
            conversation = archive.read(truth["id"])
            assert conversation.recording.duration == pytest.approx(truth["duration"], abs=0.05)
            assert_turns_agree(conversation, truth["turns"])
        short = archive.read("1gqGvHornSLpR").recording
        assert len(short.parts) == 2
        assert [gap.lost for gap in short.gaps] == [4.0]
        assert archive.read("1ypKdTabbyCat").missing.startswith("ended 66 days before")
    assert DEMO.stat().st_size <= 2_000_000


def test_demo_archive_in_words() -> None:
    """What the demo show's host posted becomes titles and notes; retweets, replies and bare links do not."""
    with open_archive(DEMO) as archive:
        blink, sleep = archive.read("1MnGnlKeepLmp"), archive.read("1gqGvHornSLpR")
    assert blink.announcement.title == "Why no two lighthouses blink alike"
    assert blink.announcement.tags == ("lighthouses", "TheLampRoom")
    assert [links for note in blink.notes for links in note.links] == [
        "https://example.org/list-of-lights?coast=west&sort=character",
        "https://example.com/davy-quill/washing-day",
        "https://example.org/foghorn/the-grunt",
    ]
    assert len(blink.notes) == 3
    assert sleep.announcement.title == "How to sleep beside a foghorn"
    assert not sleep.announcement.body.endswith("Listen here:")


# -------------------------------------------------------------------------------------------------- shapes of archive


def test_made_archive(tmp_path: Path) -> None:
    """The usual archive: account, date, Space, part, people and turns."""
    path = write_archive(tmp_path / "twitter-made.zip")
    with open_archive(path) as archive:
        account = archive.account
        assert (account.handle, account.name, account.x_id) == (OWNER_HANDLE, OWNER_NAME, OWNER_ID)
        assert account.bio == "Tales & timetables."
        assert account.avatar_url == "https://pbs.twimg.com/profile_images/9/av.jpg"
        assert archive.made_at == datetime(2026, 10, 18, 7, 30, tzinfo=UTC)
        assert archive.name == "twitter-made.zip"
        conversation = archive.read(ID)
    recording = conversation.recording
    assert (recording.id, recording.source, recording.url) == (ID, "x-space", f"https://x.com/i/spaces/{ID}")
    assert (recording.started_at, recording.participants) == (START, 412)
    assert recording.archive_made_at == datetime(2026, 10, 18, 7, 30, tzinfo=UTC)
    assert [(part.file, part.origin) for part in recording.parts] == [("recording-0.aac", f"space-{ID}_0.ts")]
    assert recording.timeline is Timeline.LEVELS
    assert_turns_agree(conversation, TURNS)
    assert conversation.missing == ""
    assert recording.announced_url == conversation.announcement.url != ""


WAYS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "folder": write_folder,
    "folder with one more folder": lambda path, files: write_folder(path / "twitter-x", files).parent,
    "the data folder itself": lambda path, files: write_folder(path, files) / "data",
    "stored": lambda path, files: write_zip(path, files, stored=True),
    "zip64": lambda path, files: write_zip(path, files, zip64=True),
    "one folder deeper": lambda path, files: write_zip(path, files, top="twitter-2026/"),
    "two folders deeper": lambda path, files: write_zip(path, files, top="mine/twitter-2026/"),
    "names with a dot": lambda path, files: write_zip(path, files, top="./"),
    "names with backslashes": lambda path, files: write_zip(path, {n.replace("/", "\\"): c for n, c in files.items()}),
    "zipped again on a Mac": lambda path, files: write_zip(
        path, {f"t/{n}": c for n, c in files.items()} | {f"__MACOSX/t/{n}": b"\0\5\x16\7" for n in files}
    ),
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_any_kind_of_zip_or_folder(tmp_path: Path, write: Callable[[Path, dict[str, bytes]], Path]) -> None:
    """However it is packed, the archive says the same."""
    files = make_files(MadeArchive())
    usual = read(write_zip(tmp_path / "usual.zip", files))
    assert read(write(tmp_path / "other", files)) == usual


def test_copies_are_byte_for_byte(tmp_path: Path) -> None:
    """With a folder to copy into, every part lies there as the archive held it, and nothing else does."""
    space = MadeSpace(parts=(4, 3))
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[space]))
    copies = tmp_path / "copies"
    copies.mkdir()
    with open_archive(path) as archive:
        recording = archive.read(ID, copies).recording
    media = make_media(space)
    assert {file.name: file.read_bytes() for file in copies.iterdir()} == {
        part.file: media[part.origin] for part in recording.parts
    }


def test_detect(tmp_path: Path) -> None:
    """Folders and zips are archives to be; audio, text and nothing are not."""
    zipped = write_zip(tmp_path / "a.bin", {"x": b""})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"")
    text = tmp_path / "a.txt"
    text.write_text("hello")
    assert [detect(path) for path in (tmp_path, zipped, broken, text, tmp_path / "none")] == [True] * 3 + [False] * 2


# --------------------------------------------------------------------------------------------------------------- parts


def test_parts_in_order_of_their_number(tmp_path: Path) -> None:
    """Part 10 comes after part 2, whatever the order of names."""
    short = make_media(MadeSpace(parts=(1,)))[f"space-{ID}_0.ts"]
    media = {f"space-{ID}_{number}.ts": short for number in (0, 1, 10, 2, 9)}
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[MadeSpace(media=media)]))
    parts = read(path).recording.parts
    assert [part.origin for part in parts] == [f"space-{ID}_{number}.ts" for number in (0, 1, 2, 9, 10)]
    assert [part.file for part in parts] == [f"recording-{n}.aac" for n in range(5)]


def test_parts_make_one_recording(tmp_path: Path) -> None:
    """Turns of the second part count on from the first, and a pause between the parts is lost audio."""
    space = MadeSpace(parts=(6, 6))
    conversation = read(write_archive(tmp_path / "a.zip", MadeArchive(spaces=[space])))
    assert conversation.recording.duration == pytest.approx(12, abs=0.05)
    assert_turns_agree(conversation, TURNS)
    assert conversation.recording.gaps == ()


@pytest.mark.parametrize(
    ("container", "suffix", "file"),
    [
        ("mpegts", "ts", "recording-0.ts"),
        ("mp4", "ts", "recording-0.m4a"),
        ("mp4", "m4a", "recording-0.m4a"),
        ("mp3", "ts", "recording-0.mp3"),
        ("adts", "aac", "recording-0.aac"),
        ("adts", "mp3", "recording-0.aac"),
    ],
)
def test_content_not_name_tells_what_a_recording_is(tmp_path: Path, container: str, suffix: str, file: str) -> None:
    """Whatever a recording calls itself, its file is named for what it is."""
    space = MadeSpace(parts=(3,), container=container, suffix=suffix)
    recording = read(write_archive(tmp_path / "a.zip", MadeArchive(spaces=[space]))).recording
    assert [part.file for part in recording.parts] == [file]
    assert recording.duration == pytest.approx(3, abs=0.1)


def test_recording_without_metadata(tmp_path: Path) -> None:
    """A recording that nothing describes is a conversation: id from its name, time, people and notes from its tags."""
    archive = MadeArchive(spaces=[MadeSpace(metadata=None)])
    conversation = read(write_archive(tmp_path / "a.zip", archive))
    assert conversation.recording.started_at == START
    assert spoken(conversation)[0][0] == OWNER_HANDLE
    assert conversation.announcement.title == "Signals in the dark, explained"


@pytest.mark.parametrize("name", [f"{ID}.ts", f"space-{ID}.ts", f"{ID}_0.aac", f"space_{ID}-0.TS"])
def test_recordings_under_other_names(tmp_path: Path, name: str) -> None:
    """A recording belongs to the Space whose id is in its name."""
    media = {name: make_media(MadeSpace(parts=(1,)))[f"space-{ID}_0.ts"]}
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[MadeSpace(media=media)]))
    with open_archive(path) as archive:
        assert archive.find_ids() == (ID,)
        assert len(archive.read(ID).recording.parts) == 1
