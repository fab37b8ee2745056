"""Archives as people keep them: at any depth, several in one place, recordings under odd names; and what is missing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import CANARY, START, MadeArchive, MadeSpace, iso, make_files, make_media, write_folder, write_zip

from site_builder.errors import UnusableSource
from site_builder.sources.x.archives import SeveralArchives, open_archive

ID = MadeSpace().id
OTHER = MadeSpace(id="1OtherSpaceId", start=START - timedelta(days=2), parts=(2,))
FILES = make_files(MadeArchive(spaces=[MadeSpace(parts=(2,))]))
SECOND = make_files(MadeArchive(spaces=[OTHER]))
MEDIA = f"data/spaces_media/space-{ID}_0.ts"


def at(top: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files in a folder."""
    return {f"{top}{name}": content for name, content in files.items()}


@pytest.mark.parametrize("top", ["a/", "a/b/", "a b/c/d/e/", "Download/twitter-2026-10-18/x/"])
@pytest.mark.parametrize("is_zip", [True, False])
def test_depth_does_not_matter(top: str, is_zip: bool, tmp_path: Path) -> None:
    """In a zip as in a folder; nothing private is a member."""
    files = at(top, FILES)
    path = write_zip(tmp_path / "a.zip", files) if is_zip else write_folder(tmp_path / "a", files)
    with open_archive(path) as archive:
        assert archive.read(ID).recording.duration > 1
        assert archive.remarks == []


def test_what_was_packed_without_its_data_folder(tmp_path: Path) -> None:
    """Somebody zipped what is in `data/`, or points at it."""
    bare = {name.removeprefix("data/"): content for name, content in FILES.items() if name.startswith("data/")}
    for path in (write_zip(tmp_path / "a.zip", bare), write_folder(tmp_path / "data", bare)):
        with open_archive(path) as archive:
            assert archive.read(ID).recording.duration > 1


@pytest.mark.parametrize("is_zip", [True, False])
def test_two_accounts_in_one_place(is_zip: bool, tmp_path: Path) -> None:
    """Both are taken, and it is said which they are and how to take one."""
    files = at("one/", FILES) | at("more/two/", SECOND)
    path = write_zip(tmp_path / "both.zip", files) if is_zip else write_folder(tmp_path / "both", files)
    with open_archive(path) as archive:
        assert isinstance(archive, SeveralArchives)
        assert archive.find_ids() == (ID, OTHER.id)
        assert all(archive.read(id_).recording.duration > 1 for id_ in archive.find_ids())
        (remark,) = archive.remarks
    assert "holds 2 archives, and all are taken" in remark
    assert "one" in remark
    assert "more/two" in remark


def test_a_space_in_both_comes_from_whoever_has_the_recording(tmp_path: Path) -> None:
    """The other knows of it, too."""
    without = make_files(MadeArchive(spaces=[MadeSpace(parts=())]))
    with open_archive(write_zip(tmp_path / "both.zip", at("a/", without) | at("b/", FILES))) as archive:
        assert archive.find_ids() == (ID,)
        assert archive.read(ID).recording.duration > 1


@pytest.mark.parametrize(
    "name",
    [
        "spaces_media/{}-audio.ts",
        "spaces_media/3300551-space-{}_0.ts",
        "spaces_media/sub/space-{}_0.ts",
        "space_media/space-{}_0.ts",
        "spaces_media/Night trains ({}).m4a",
    ],
)
def test_recordings_under_other_names(name: str, tmp_path: Path) -> None:
    """Any file in the folder whose name holds a known Space's id."""
    files = {**FILES, f"data/{name.format(ID)}": FILES[MEDIA]}
    del files[MEDIA]
    for path in (write_zip(tmp_path / "a.zip", files), write_folder(tmp_path / "a", files)):
        with open_archive(path) as archive:
            assert archive.read(ID).recording.duration > 1
            assert archive.remarks == []


def test_recordings_of_no_space_are_named(tmp_path: Path) -> None:
    """With what to do about them; a hidden file is none."""
    files = {**FILES, "data/spaces_media/lost talk.ts": FILES[MEDIA], "data/spaces_media/._x.ts": b"x"}
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        (remark,) = archive.remarks
    assert "spaces_media/lost talk.ts belongs to none of its Spaces" in remark
    assert "extract it by itself" in remark


def test_private_files_stay_unread(tmp_path: Path) -> None:
    """Whatever lies around an archive, or looks like one inside a private folder."""
    odd = {"x/data/direct_messages_media/data/tweets.js": CANARY.encode(), "data/community-notes.js": b"[]"}
    with (
        pytest.raises(UnusableSource, match="is not an X archive"),
        open_archive(write_zip(tmp_path / "a.zip", odd)),
    ):
        pass


MADE = START + timedelta(days=9)
SILENT: dict[str, Any] = {"speakers": [], "endedAt": None}
STATES = {
    "never held": ({**SILENT, "totalParticipated": "0"}, "was set up or scheduled but never held"),
    "live": ({**SILENT, "createdAt": iso(MADE, -7200)}, "was live when the archive was made"),
    "live with speakers": (
        {"endedAt": None, "createdAt": iso(MADE, -9e5), "speakers": [{"userId": "7", "startedAt": iso(MADE, -600)}]},
        "was live when the archive was made",
    ),
    "scheduled": (SILENT, "has no end in this archive: it was scheduled, or live"),
    "cancelled": ({**SILENT, "state": "Canceled"}, "was cancelled"),
    "after": ({"endedAt": iso(MADE, 600)}, "had not ended when the archive was made"),
    "not recorded": ({}, "was probably not recorded"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_the_metadata_says_of_a_missing_recording(state: str, tmp_path: Path) -> None:
    """Never started, cancelled, live and scheduled Spaces were not "probably not recorded"."""
    changes, sentence = STATES[state]
    space = MadeSpace(parts=(), turns=(), metadata={"endedAt": iso(START, 3600), **changes})
    with open_archive(write_zip(tmp_path / "a.zip", make_files(MadeArchive(spaces=[space], made_at=MADE)))) as archive:
        assert archive.read(ID).missing.startswith(sentence)


def test_media_of_a_space_that_nothing_describes(tmp_path: Path) -> None:
    """A recording in X's own form is a Space of its own, as ever."""
    files = {**FILES, **{f"data/spaces_media/{name}": content for name, content in make_media(OTHER).items()}}
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        assert set(archive.find_ids()) == {ID, OTHER.id}
        assert archive.remarks == []
