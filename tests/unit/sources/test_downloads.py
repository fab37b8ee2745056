"""Downloaded Spaces: whatever downloader, address or file name, it is the same Space; lists of names are no notes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from recording_maker import make_recording, wrap

from site_builder.episodes.intake.new_episode import describe_draft, find_certain_date, name_bundle, recorded_at
from site_builder.model.conversation import Conversation
from site_builder.sources.audio_file import open_audio_file
from site_builder.sources.downloads import read_name

ID = "1lDxLnrWjwkGm"
M4A = wrap(make_recording(2, tags=False), "ipod")
INFO = {
    "id": ID,
    "title": "Night trains, tonight",
    "description": "Twitter Space participated by Kit Rails, Night Mail Radio, Lou Loco",
    "uploader": "Night Mail Radio",
    "uploader_id": "nightmail",
    "release_timestamp": 1791530000,
    "extractor": "twitter:spaces",
}


def read(
    file: Path, content: bytes = M4A, info: dict[str, Any] | None = None, suffix: str = ".info.json"
) -> Conversation:
    """The conversation in a file with this name, with what a downloader wrote beside it."""
    file.write_bytes(content)
    if info is not None:
        file.with_suffix(suffix).write_text(json.dumps(info))
    with open_audio_file(file) as source:
        return source.read(source.find_ids()[0])


@pytest.mark.parametrize(
    "address",
    [
        "https://www.twitter.com/i/spaces/{}",
        "http://twitter.com/i/spaces/{}",
        "https://m.twitter.com/i/spaces/{}",
        "https://mobile.x.com/i/spaces/{}/peek",
        "HTTPS://X.COM/i/spaces/{}?s=20",
    ],
)
def test_one_space_has_one_id(address: str, tmp_path: Path) -> None:
    """Whatever the spelling of its address; and yt-dlp's own id says so where there is no address."""
    info = {"webpage_url": address.format(ID)}
    assert read(tmp_path / "a.m4a", info=info).recording.id == ID
    assert read(tmp_path / "b.m4a", info={"id": ID, "extractor": "twitter:spaces"}).recording.id == ID


@pytest.mark.parametrize(
    ("stem", "title", "name", "handle", "day"),
    [
        (f"(Night Mail Radio)Night trains, tonight-{ID}", "Night trains, tonight", "Night Mail Radio", "", ""),
        (f"[nightmail][20260930] Night trains ({ID})", "Night trains", "", "nightmail", "2026-09-30"),
        (f"[nightmail][260930] Night trains ({ID})", "Night trains", "", "nightmail", "2026-09-30"),
        (f"Night trains, tonight [{ID}]", "Night trains, tonight", "", "", ""),
        (f"Night_trains-{ID}", "Night trains", "", "", ""),
        (f"space-{ID}_0", "", "", "", ""),
        (ID, "", "", "", ""),
    ],
)
def test_names_of_downloaded_files(stem: str, title: str, name: str, handle: str, day: str) -> None:
    """Title, host, date and id come out of them."""
    found = read_name(stem)
    assert found.space_id == ID
    assert (found.title, found.name, found.handle) == (title, name, handle)
    assert (f"{found.started_at:%Y-%m-%d}" if found.started_at else "") == day


@pytest.mark.parametrize("stem", ["Talk-1791530000123", "Talk [dQw4w9WgXcQ]", "1234567890123", "a_b-c", "Talk (live)"])
def test_names_without_a_space(stem: str) -> None:
    """A moment in milliseconds, another site's id and plain words are no Space."""
    assert read_name(stem).space_id == ""


def test_the_tag_of_twspace_dl(tmp_path: Path) -> None:
    """It names the Space where the file name does not."""
    tags = {"episode_id": ID, "title": "Night trains", "artist": "Night Mail Radio"}
    content = wrap(make_recording(2, tags=False), "matroska", tags=tags)
    conversation = read(tmp_path / "talk.mka", content)
    assert (conversation.recording.id, conversation.announcement.title) == (ID, "Night trains")
    assert conversation.recording.speakers[0].name == "Night Mail Radio"


def test_the_answer_that_twspace_dl_saves(tmp_path: Path) -> None:
    """X's own answer beside the file: title, times, host, and who spoke."""
    creator = {"result": {"legacy": {"screen_name": "nightmail", "name": "Night Mail Radio"}}}
    about = {"rest_id": ID, "title": "Night trains", "started_at": 1791530000000, "creator_results": creator}
    people = {
        "admins": [{"twitter_screen_name": "nightmail", "display_name": "Night Mail Radio"}],
        "speakers": [{"twitter_screen_name": "kit_rails", "display_name": "Kit", "periscope_user_id": "1e"}, "odd", 7],
        "listeners": [{"twitter_screen_name": "quiet"}],
    }
    info = {"data": {"audioSpace": {"metadata": about, "participants": people}}}
    recording = read(tmp_path / "talk.m4a", info=info, suffix=".json").recording
    assert (recording.id, recording.started_at) == (ID, datetime.fromtimestamp(1791530000, UTC))
    assert [(speaker.handle, speaker.name) for speaker in recording.speakers] == [
        ("nightmail", "Night Mail Radio"),
        ("kit_rails", "Kit"),
    ]


@pytest.mark.parametrize("start", ["", "\n", "TWITTER SPACE participated by "])
def test_the_list_of_names_is_no_text(start: str, tmp_path: Path) -> None:
    """yt-dlp makes the description of who spoke: they are people to be asked, and in no title, note or tag."""
    info = {**INFO, "description": (start if "by" in start else start + "Twitter Space participated by ") + "Kit, Lou"}
    conversation = read(tmp_path / "a.m4a", info=info)
    assert conversation.announcement.body == ""
    assert [speaker.name for speaker in conversation.recording.speakers] == ["Night Mail Radio", "Kit", "Lou"]


def test_the_host_is_not_listed_twice(tmp_path: Path) -> None:
    """Nor is "nobody yet" somebody; and the host's own words stay."""
    speakers = read(tmp_path / "a.m4a", info=INFO).recording.speakers
    assert [speaker.name for speaker in speakers] == ["Night Mail Radio", "Kit Rails", "Lou Loco"]
    nobody = {**INFO, "description": "Twitter Space participated by nobody yet"}
    assert len(read(tmp_path / "b.m4a", info=nobody).recording.speakers) == 1
    own = {**INFO, "description": "We talk of trains."}
    assert read(tmp_path / "c.m4a", info=own).announcement.body == "We talk of trains."


def test_a_date_that_is_a_guess(tmp_path: Path) -> None:
    """From the file's name, else from when it was changed: told as a guess, and the episode is a draft."""
    named = read(tmp_path / "2026-09-30 Room.m4a")
    assert find_certain_date(named) is None
    assert f"{recorded_at(named):%Y-%m-%d}" == "2026-09-30"
    assert "draft: give it a date" in describe_draft(named)
    assert "30 September 2026 is a guess from the file's name" in describe_draft(named)
    (tmp_path / "room.m4a").write_bytes(M4A)
    os.utime(tmp_path / "room.m4a", (1791530000, 1791530000))
    with open_audio_file(tmp_path / "room.m4a") as source:
        plain = source.read(source.find_ids()[0])
    assert f"{recorded_at(plain):%Y-%m-%d}" == "2026-10-09"
    assert "is a guess from when the file was last changed" in describe_draft(plain)
    assert describe_draft(read(tmp_path / "b.m4a", info=INFO)) == ""


def test_names_of_files_with_one_title(tmp_path: Path) -> None:
    """They are numbered, not named by digests."""
    plain = read(tmp_path / "room.m4a")
    slugs: list[str] = []
    folders: list[str] = []
    for _ in range(3):
        folder, slug = name_bundle(plain, slugs, folders)
        slugs.append(slug)
        folders.append(folder)
    assert slugs == ["room", "room-2", "room-3"]
