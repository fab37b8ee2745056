"""The metadata of Spaces in every form X might write it, and the reasons why a Space has no recording."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    CANARY,
    OWNER_HANDLE,
    START,
    MadeArchive,
    MadeSpace,
    announce,
    dump,
    make_files,
    make_space_entry,
    write_archive,
    write_folder,
    write_zip,
    ytd,
)

from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Role
from site_builder.sources.x.archives import open_archive

ID = MadeSpace().id


def read(path: Path, space_id: str = ID) -> Conversation:
    """One Space of an archive."""
    with open_archive(path) as archive:
        return archive.read(space_id)


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
