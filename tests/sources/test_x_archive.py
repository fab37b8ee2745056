"""An X archive as a source: the practice and demo archives whole, and every shape that X's files come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    CANARY,
    OWNER_HANDLE,
    OWNER_ID,
    OWNER_NAME,
    START,
    MadeArchive,
    MadeSpace,
    announce,
    dump,
    iso,
    make_files,
    make_media,
    make_space_entry,
    write_archive,
    write_folder,
    write_zip,
    ytd,
)

from site_builder.model import Conversation, Role, Timeline
from site_builder.sources.x_archive import detect, open_archive

ROOT = Path(__file__).parents[2]
PRACTICE = ROOT.parent / "shared" / "archives" / "twitter-2026-10-18-practice.zip"
DEMO = ROOT / "content" / "archives" / "demo.zip"
ID = MadeSpace().id
TURNS = [{"who": OWNER_HANDLE, "start": 2, "end": 6}, {"who": "kit", "start": 6, "end": 11}]
"""What the tags of a MadeSpace say."""

needs_practice = pytest.mark.skipif(not PRACTICE.exists(), reason="the practice archive lies beside the project only")


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


@needs_practice
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


@needs_practice
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


def test_signature_tells_archives_apart(tmp_path: Path) -> None:
    """Another name or other private files make no other archive; another tweet does."""
    files = make_files(MadeArchive())

    def signature(name: str, changes: dict[str, bytes]) -> str:
        with open_archive(write_zip(tmp_path / name, files | changes)) as archive:
            return archive.signature

    usual = signature("a.zip", {})
    assert usual == signature("b.zip", {})
    assert usual == signature("c.zip", {"data/direct-messages.js": b"other"})
    assert usual != signature("d.zip", {"data/tweets.js": ytd("tweets", [])})


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


# ------------------------------------------------------------------------------------------------------------ metadata


def other(space_id: str, days: int) -> MadeSpace:
    """A Space without recording, some days after the first."""
    return MadeSpace(id=space_id, start=START + timedelta(days=days), parts=())


def test_spaces_oldest_first(tmp_path: Path) -> None:
    """Spaces come in the order they took place, undescribed recordings last."""
    orphan = MadeSpace(id="1zzOrphan", parts=(1,), metadata=None)
    spaces = [orphan, other("1bLater", 2), other("1aLatest", 3), other("1cFirst", -5)]
    with open_archive(write_archive(tmp_path / "a.zip", MadeArchive(spaces=spaces))) as archive:
        assert archive.find_ids() == ("1cFirst", "1bLater", "1aLatest", "1zzOrphan")
        with pytest.raises(KeyError):
            archive.read("1unknown")


@pytest.mark.parametrize("wrapper", ["spacesMetadata", "space", "anything", None])
def test_wrapped_and_bare_entries(tmp_path: Path, wrapper: str | None) -> None:
    """An entry may be wrapped under any one key, or bare."""
    usual = read(write_archive(tmp_path / "usual.zip"))
    assert read(write_archive(tmp_path / "a.zip", MadeArchive(wrapper=wrapper))) == usual


def texts(original: bytes) -> dict[str, bytes]:
    """The same entries, written in every way that occurs or might."""
    array = original[original.index(b"=") + 1 :].strip()
    return {
        "byte order mark": b"\xef\xbb\xbf" + original,
        "no spaces": original.replace(b" = ", b"="),
        "semicolon and newline": original + b";\r\n",
        "bare array": array,
        "brackets in the name": b'window["YTD"]["x"]["part0"] = ' + array,
        "one line": original[: original.index(b"=") + 1] + json.dumps(json.loads(array)).encode(),
    }


@pytest.mark.parametrize("way", texts(b"a = []"))
def test_ways_to_write_the_files(tmp_path: Path, way: str) -> None:
    """The assignment in front, byte order marks and line ends do not matter."""
    files = make_files(MadeArchive())
    usual = read(write_zip(tmp_path / "usual.zip", files))
    for name in ("data/spaces-metadata.js", "data/tweets.js", "data/account.js", "data/profile.js"):
        files[name] = texts(files[name])[way]
    assert read(write_zip(tmp_path / "a.zip", files)) == usual


def test_split_and_renamed_files(tmp_path: Path) -> None:
    """Files in parts are one; `tweet.js` is the old name of `tweets.js`."""
    first, second = MadeSpace(parts=(2,)), MadeSpace(id="1another", start=START + timedelta(days=7), parts=(2,))
    files = make_files(MadeArchive(spaces=[first, second]))
    for name in ("data/spaces-metadata.js", "data/tweets.js"):
        del files[name]
    for number, space in enumerate([first, second]):
        end = f"-part{number}.js" if number else ".js"
        files[f"data/spaces-metadata{end}"] = ytd("spaces_metadata", [make_space_entry(space)], number)
        files[f"data/tweet{end}"] = ytd("tweet", [announce(space, f"Title number {number}")], number)
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        assert archive.find_ids() == (ID, "1another")
        assert [archive.read(i).announcement.title for i in archive.find_ids()] == ["Title number 0", "Title number 1"]


@pytest.mark.parametrize(
    "times",
    [
        {"createdAt": str(int(START.timestamp() * 1000)), "endedAt": int(START.timestamp() * 1000) + 12000},
        {"createdAt": "2026-10-09T09:30:00+02:00", "endedAt": "2026-10-09T07:30:12"},
        {"createdAt": "Fri Oct 09 07:30:00 +0000 2026", "endedAt": int(START.timestamp()) + 12},
    ],
)
def test_times_in_other_forms(tmp_path: Path, times: dict[str, Any]) -> None:
    """ISO 8601, epoch milliseconds or seconds, numbers as strings: all are moments."""
    space = MadeSpace(parts=(), metadata=times)
    recording = read(write_archive(tmp_path / "a.zip", MadeArchive(spaces=[space]))).recording
    assert (recording.started_at, recording.ended_at) == (START, START + timedelta(seconds=12))


def test_any_field_may_be_missing_or_nonsense(tmp_path: Path) -> None:
    """Whatever a metadata entry lacks or holds instead, the recording is there."""
    usual = make_space_entry(MadeSpace())
    nonsense: list[Any] = [None, "", "x", 17, -1, [], {}, [[]], [None], {"a": {"b": []}}, True, "9" * 400, "\ud800"]
    files = make_files(MadeArchive(spaces=[MadeSpace(parts=(1,))]))
    for field in sorted(usual.keys() - {"id"}):
        for value in nonsense:
            files["data/spaces-metadata.js"] = b"x = " + json.dumps([usual | {field: value}]).encode()
            conversation = read(write_folder(tmp_path / "a", files))
            assert conversation.recording.duration == pytest.approx(1, abs=0.05), (field, value)


def test_nothing_but_the_recordings(tmp_path: Path) -> None:
    """Without manifest, account, profile, metadata and tweets the recordings are still there."""
    names = ["manifest", "account", "profile", "spaces-metadata", "tweets"]
    archive = MadeArchive(without=[f"data/{name}.js" for name in names])
    path = write_archive(tmp_path / "twitter-2026-11-02-abc.zip", archive)
    with open_archive(path) as opened:
        assert opened.made_at == datetime(2026, 11, 2, tzinfo=UTC)
        conversation = opened.read(ID)
    assert conversation.recording.started_at == START
    assert [speaker.role for speaker in conversation.recording.speakers] == [Role.HOST, Role.GUEST]


# ------------------------------------------------------------------------------------------------------- no recording


@pytest.mark.parametrize(
    ("days", "archive", "reason"),
    [
        (61, MadeArchive(), "ended 61 days before the archive was made; X keeps recordings about 30 days"),
        (3, MadeArchive(), "was probably not recorded"),
        (-1, MadeArchive(), "had not ended when the archive was made"),
        (61, MadeArchive(partial=True), "may be in another part of this archive"),
        (61, MadeArchive(without=["data/manifest.js"]), "no recording in the archive"),
    ],
)
def test_why_there_is_no_recording(tmp_path: Path, days: int, archive: MadeArchive, reason: str) -> None:
    """A Space without a recording says what became of it, and keeps what is known of it."""
    space = MadeSpace(start=archive.made_at - timedelta(days=days), parts=())
    path = write_archive(tmp_path / "a.zip", replace(archive, spaces=[space]))
    conversation = read(path)
    assert conversation.missing.startswith(reason)
    assert conversation.announcement.title == "Signals in the dark, explained"
    assert [conversation.recording.parts, conversation.recording.turns, conversation.notes] == [(), (), ()]
    assert CANARY not in repr(conversation)


def test_manifest_is_no_list(tmp_path: Path) -> None:
    """A manifest that is an array, or empty, is as good as none."""
    for manifest in (b"window.__THAR_CONFIG = []", dump([1]), b"", b"x = {"):
        files = make_files(MadeArchive(spaces=[MadeSpace(parts=(1,))])) | {"data/manifest.js": manifest}
        with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
            assert archive.made_at is None
            assert archive.account.handle == OWNER_HANDLE
