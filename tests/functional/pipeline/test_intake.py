"""Archives into bundles: once, again, next year, over a person's work, in every shape they come in."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archive_maker import (
    CANARY,
    PRIVATE,
    START,
    MadeArchive,
    MadeSpace,
    announce,
    damage_members,
    encrypt_members,
    make_files,
    make_media,
    write_archive,
    write_folder,
    write_zip,
    ytd,
)
from edit_list_maker import put_edit_list
from recording_maker import make_recording, wrap
from show_runner import (
    build,
    copy_show,
    edit,
    find_bundle,
    grep,
    make_show,
    make_two_spaces,
    read_feed,
    read_show,
    read_tree,
    run_spacecast,
    spacecast,
)

from site_builder.episodes.intake.extraction import extract as extract_all

SECOND = "1YqKDoVkzRexV"


def extract(show: Path, *archives: Path, code: int = 0) -> list[str]:
    """`extract --json`: what became of each conversation."""
    run = spacecast("-C", show, "extract", *archives, "--json")
    assert run.code == code, run.err
    return [entry["result"] for entry in run.json]


def test_extracting_twice_changes_nothing(two_spaces: Path, tmp_path: Path) -> None:
    """The second time everything is known; no byte of `content/` is different."""
    show = make_show(tmp_path / "show")
    assert extract(show, two_spaces) == ["new", "new"]
    before = read_tree(show)
    assert extract(show, two_spaces) == ["known", "known"]
    assert read_tree(show) == before


def test_one_conversation_in_two_archives_is_one_episode(two_spaces: Path, tmp_path: Path) -> None:
    """Two archives named at once, or lying side by side, that hold the same Space."""
    other = write_archive(tmp_path / "other.zip", MadeArchive())
    show = make_show(tmp_path / "show")
    assert extract(show, two_spaces, other) == ["new", "new", "known"]
    beside = make_show(tmp_path / "beside", two_spaces)
    os.link(other, beside / "content/archives/other.zip")
    assert build(beside)["episodes"] == 2


def test_next_years_archive(pair: Path, tmp_path: Path) -> None:
    """Last year's Spaces have expired in it: they stay published as they were, and what is new is added."""
    show = copy_show(pair, tmp_path / "show")
    before = read_show(show)
    archive = make_two_spaces()
    old = [MadeSpace(id=space.id, start=space.start, parts=()) for space in archive.spaces]
    new = MadeSpace(id="1zzzzzzzzzzzz", start=START + timedelta(days=300))
    later = MadeArchive(spaces=[*old, new], made_at=START + timedelta(days=320))
    write_archive(show / "content/archives/next-year.zip", later)
    report = build(show)
    assert [entry["result"] for entry in report["taken"]] == ["known", "known", "missing"] or [
        entry["result"] for entry in report["taken"]
    ] == ["known", "known", "new"]
    assert report["episodes"] + len(report["skipped"]) == 3
    after = read_show(show)
    changed = {path for path in before if after.get(path) != before[path]}
    assert not [path for path in changed if path.startswith(("content/episodes", "output/media"))]


def test_what_a_person_wrote_stays(pair: Path, two_spaces: Path, tmp_path: Path) -> None:
    """Notes, a comment in people.yaml, a renamed folder and a changed title survive every later extract."""
    show = copy_show(pair, tmp_path / "show")
    bundle = find_bundle(show, "2026-10-09").rename(show / "content/episodes/my-own-name")
    text = (bundle / "index.md").read_text().replace("title: Signals", "title: 'Mine: Signals' # better")
    (bundle / "index.md").write_text(text + "\nMy *own* words.\n")
    people = show / "content/people.yaml"
    people.write_text(people.read_text() + "# remember to ask\n")
    before = read_tree(show / "content")
    assert extract(show, two_spaces) == ["known", "known"]
    (bundle / "recording-0.aac").unlink()
    assert extract(show, two_spaces) == ["restored", "known"]
    assert read_tree(show / "content") == before


@pytest.mark.parametrize("pending", ["publish", "anonymise"])
def test_equal_titles_on_one_day(pending: str, tmp_path: Path) -> None:
    """Spaces announced with the same words on the same day: each gets its own address, which names no Space's id.

    The id leads to the unedited talk, so that an address with it would be withheld where somebody is anonymous.
    """
    spaces = [MadeSpace(id=f"1aaaaaaaaaaa{n}", start=START + timedelta(hours=n // 2)) for n in range(4)]
    show = make_show(tmp_path / "show", MadeArchive(spaces=spaces))
    edit(show / "config.yaml", "pending: publish", f"pending: {pending}")
    report = build(show)
    assert report["episodes"] == 4
    assert len({item.url for item in read_feed(show)}) == 4
    assert [path for path in (show / "content/episodes").iterdir() if "1aaaaa" in path.name] == []


def test_slug_of_a_hand_made_folder_is_respected(pair: Path, two_spaces: Path, tmp_path: Path) -> None:
    """A bundle without `slug:` owns the one its folder's name gives; a new Space with that title gets another."""
    show = make_show(tmp_path / "show")
    first = write_archive(tmp_path / "first.zip", MadeArchive())
    extract(show, first)
    index = find_bundle(show) / "index.md"
    index.write_text("".join(line for line in index.read_text().splitlines(True) if not line.startswith("slug:")))
    extract(show, two_spaces)
    assert build(show)["episodes"] == 2


def test_deleted_machine_file_comes_back(two_spaces: Path, tmp_path: Path) -> None:
    """`space.json` can be deleted and extracted again, as the message about a damaged one says."""
    show = make_show(tmp_path / "show")
    extract(show, two_spaces)
    before = read_tree(find_bundle(show, "2026-10-09"))
    file = find_bundle(show, "2026-10-09") / "space.json"
    file.write_text("{")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "space.json: " in run.err
    assert "delete it and run extract again" in run.err
    file.unlink()
    extract(show, two_spaces)
    assert read_tree(find_bundle(show, "2026-10-09")) == before


def test_recording_that_goes_on(two_spaces: Path, tmp_path: Path) -> None:
    """A bundle without its recording, and a source that holds a further part of it: the bundle gets both."""
    show = make_show(tmp_path / "show")
    whole = MadeSpace(parts=(12.0, 5.0), turns=(("host", 2, 6), ("kit", 6, 17)))
    first, *_ = media = make_media(whole)
    part = MadeSpace(turns=whole.turns, media={first: media[first]})
    assert extract(show, write_archive(tmp_path / "part.zip", MadeArchive(spaces=[part]))) == ["new"]
    (find_bundle(show) / "recording-0.aac").unlink()
    assert extract(show, write_archive(tmp_path / "whole.zip", MadeArchive(spaces=[whole]))) == ["extended"]
    assert build(show)["failures"] == []
    (item,) = read_feed(show)
    assert item.seconds == pytest.approx(17, abs=1)


def test_different_recording_is_left_alone(two_spaces: Path, tmp_path: Path) -> None:
    """A source that holds another recording under the same id never replaces what is here, nor fills it up."""
    show = make_show(tmp_path / "show")
    extract(show, two_spaces)
    for file in show.glob("content/episodes/*/recording-0.aac"):
        file.unlink()
    other = write_archive(tmp_path / "other.zip", MadeArchive(spaces=[MadeSpace(turns=[("host", 1, 3)])]))
    before = read_tree(show)
    assert extract(show, other) == ["different"]
    assert read_tree(show) == before


@pytest.mark.parametrize("shape", ["folder", "packed below a folder", "zip64", "with a huge member"])
def test_shapes_of_an_archive(shape: str, pair: Path, tmp_path: Path) -> None:
    """Whatever form the archive comes in, the same bundles come out."""
    files = make_files(make_two_spaces())
    path = tmp_path / "two.zip"
    match shape:
        case "folder":
            write_folder(path := tmp_path / "two", files)
        case "packed below a folder":
            write_zip(path, files, top="twitter-2026-10-18/")
        case "zip64":
            write_zip(path, files, zip64=True)
        case _:
            write_zip(path, files, hole=6 << 30)
    show = make_show(tmp_path / "show")
    assert extract(show, path) == ["new", "new"]
    wanted = {name: digest for name, digest in read_tree(pair / "content").items() if "/episodes/" in name}
    wanted = {name: digest for name, digest in wanted.items() if not name.endswith("media.json")}
    assert {name: digest for name, digest in read_tree(show / "content").items() if "/episodes/" in name} == wanted


def test_private_files_are_never_opened(pair: Path, tmp_path: Path) -> None:
    """Every private member is unreadable, and nothing of any is needed; no canary comes out."""
    archive = write_zip(tmp_path / "two.zip", make_files(make_two_spaces()))
    damage_members(archive, list(PRIVATE))
    show = make_show(tmp_path / "show", archive)
    report = build(show)
    assert (report["episodes"], report["warnings"]) == (2, [])
    assert grep(show / "output", CANARY) == []
    assert grep(show / "content/episodes", CANARY) == []
    assert grep(show / "content/pages", CANARY) == []
    assert read_tree(show / "output") == read_tree(pair / "output")


def test_plain_audio_files(tmp_path: Path) -> None:
    """Audio files from elsewhere become episodes too, by `extract` and by lying in `content/archives/`."""
    talk = tmp_path / "My talk.mp3"
    talk.write_bytes(wrap(make_recording(6, turns=[("host", 0, 6)], tags=False), "mp3"))
    show = make_show(tmp_path / "show")
    (show / "content/archives/Other.m4a").write_bytes(
        wrap(make_recording(5, turns=[("host", 0, 5)], tags=False), "mp4")
    )
    assert extract(show, talk) == ["new"]
    report = build(show)
    assert report["episodes"] + len(report["skipped"]) == 2
    assert not report["failures"]


@pytest.mark.parametrize("container", ["mpegts", "mp4", "mp3"])
def test_other_containers_are_published(container: str, tmp_path: Path) -> None:
    """Real MPEG-TS, MP4 or MP3 in place of ADTS."""
    show = make_show(tmp_path / "show", MadeArchive(spaces=[MadeSpace(container=container)]))
    report = build(show)
    assert (report["episodes"], report["failures"]) == (1, [])
    (item,) = read_feed(show)
    assert item.find_file(show).suffix == (".mp3" if container == "mp3" else ".m4a")


@pytest.mark.parametrize("bend", [damage_members, encrypt_members])
def test_one_damaged_recording_in_an_archive(bend: object, tmp_path: Path) -> None:
    """The others are taken; the one is named with what to do, and the exit code tells that not all is well."""
    archive = write_zip(tmp_path / "bent.zip", make_files(make_two_spaces()))
    bend(archive, [f"data/spaces_media/space-{SECOND}_0.ts"])  # type: ignore[operator]
    show = make_show(tmp_path / "show")
    run = spacecast("-C", show, "extract", archive)
    assert run.code == 1
    assert f"space-{SECOND}_0.ts is " in run.out
    assert "new: Signals in the dark, explained (0:11)" in run.out
    assert len(list((show / "content/episodes").iterdir())) == 1
    built = make_show(tmp_path / "built", archive)
    report = build(built, code=1)
    assert report["episodes"] == 1
    assert len(read_feed(built)) == 1


def test_bundles_lost_from_disk_are_not_lost_silently(pair: Path, tmp_path: Path) -> None:
    """Deleting the folder of a published episode stops the build, with the way out."""
    show = copy_show(pair, tmp_path / "show")
    build(show, "--published")
    shutil.rmtree(find_bundle(show, "2026-10-09"))
    before = read_tree(show / "output")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "signals-in-the-dark-explained" in run.err
    assert "--retire" in run.err
    assert read_tree(show / "output") == before
    report = build(show, "--retire", "signals-in-the-dark-explained")
    assert len(read_feed(show)) == report["episodes"] == 1


def test_inspect_reads_and_writes_nothing(two_spaces: Path, tmp_path: Path) -> None:
    """`inspect` needs no show and leaves nothing behind."""
    run = run_spacecast("inspect", two_spaces, cwd=tmp_path)
    assert run.code == 0
    assert "Signals in the dark, explained" in run.out
    assert list(tmp_path.iterdir()) == []
    assert len(spacecast("inspect", two_spaces, "--json").json["conversations"]) == 2


def test_parts_in_two_zips_of_one_archive(tmp_path: Path) -> None:
    """A zip that lacks the beginning says what to do; the folder with all parts completes what the first zip gave."""
    whole = MadeArchive(spaces=[MadeSpace(parts=(12.0, 9.0))], partial=True)
    files = make_files(whole)
    first, second = sorted(name for name in files if "spaces_media" in name)
    one, two = (
        write_zip(tmp_path / name, {n: content for n, content in files.items() if n != left_out})
        for name, left_out in (("1.zip", second), ("2.zip", first))
    )
    show = make_show(tmp_path / "show")
    run = spacecast("-C", show, "extract", two)
    assert "unzip them all into one folder" in " ".join(run.err.split())
    assert extract(show, two) == ["missing"]
    assert extract(show, one, two) == ["new", "known"]
    assert len(list(find_bundle(show).glob("recording-*"))) == 1
    folder = write_folder(tmp_path / "both", files)
    assert extract(show, folder) == ["extended"]
    assert extract(show, folder) == ["known"]
    assert [file.read_bytes() for file in sorted(find_bundle(show).glob("recording-*"))] == [
        files[first],
        files[second],
    ]


HEARD = [(0, 0.0, 9.0)]
"""Somebody speaks all the time."""


def test_recordings_that_no_copy_can_hold(tmp_path: Path) -> None:
    """Mono after stereo, another sample rate, an edit list: encoded anew unasked, as long as they are; none is lost."""
    stereo, mono = make_recording(3, turns=HEARD, tags=False), make_recording(3, turns=HEARD, tags=False, channels=1)
    files = {
        "stereo-mono.aac": (stereo + mono, 6),
        "rates.aac": (stereo * 2 + make_recording(3, turns=HEARD, tags=False, sample_rate=44100), 9),
        "edited.m4a": (put_edit_list(wrap(make_recording(10, turns=HEARD, tags=False), "mp4"), [(0, 3), (6, 4)]), 7),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    show = make_show(tmp_path / "show")
    assert extract(show, *(tmp_path / name for name in files)) == ["new"] * 3
    for index in (show / "content/episodes").glob("*/index.md"):
        text = index.read_text().replace("draft: true\n", "")
        index.write_text(re.sub("(?m)^date: .*$", "date: 2026-10-09", text))
    assert build(show)["episodes"] == 3
    assert sorted(round(episode.seconds) for episode in read_feed(show)) == [6, 7, 9]


def test_an_archive_is_needed_once(two_spaces: Path, tmp_path: Path) -> None:
    """`init --archive` leaves no link that breaks: a folder or zip that was taken in may go, whatever comes after."""
    folder, zipped = tmp_path / "unpacked", tmp_path / "my archive.zip"
    with zipfile.ZipFile(two_spaces) as archive:
        archive.extractall(folder)
    shutil.copy(two_spaces, zipped)
    for source in (folder, zipped):
        show = tmp_path / f"show of {source.stem}"
        assert spacecast("init", show, "--archive", source, "--url", "https://signals.radio/").code == 0
        assert not [path for path in show.rglob("*") if path.is_symlink()]
        assert build(show)["episodes"] == 2
        shutil.rmtree(source) if source.is_dir() else source.unlink()
        edit(find_bundle(show, "2026-10-09") / "index.md", "title: Signals", "title: Signs")
        report = build(show)
        assert (report["warnings"], report["episodes"]) == ([], 2)


def test_an_archive_that_went_before_it_was_taken(two_spaces: Path, tmp_path: Path) -> None:
    """It is told; a link that an older version left, and that leads nowhere, stops nothing."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(two_spaces) as archive:
        archive.extractall(folder)
    show = tmp_path / "show"
    assert spacecast("init", show, "--archive", folder, "--url", "https://signals.radio/").code == 0
    shutil.rmtree(folder)
    (show / "content/archives/old").symlink_to(folder)
    assert build(show)["warnings"] == [f"{folder}: this archive is not there, and nothing of it was taken in"]


@pytest.mark.parametrize("name", ["1YqKDoVkzRexV", "2", "DARK, explained"])
def test_some_of_an_archive(two_spaces: Path, tmp_path: Path, name: str) -> None:
    """By id, number or part of the title; what was left is told, and how to hold back what was taken."""
    show = make_show(tmp_path / "show")
    run = spacecast("-C", show, "extract", two_spaces, "--only", name)
    taken = ["2026-10-16", "2026-10-09"] if name.startswith("DARK") else ["2026-10-16"]
    assert sorted(folder.name[:10] for folder in (show / "content/episodes").iterdir()) == sorted(taken)
    assert run.out.count("left: ") == 2 - len(taken)
    assert "Write `draft: true`" in run.out


def test_nothing_is_called_that(two_spaces: Path, tmp_path: Path) -> None:
    """All there is is listed, and nothing taken."""
    show = make_show(tmp_path / "show")
    run = spacecast("-C", show, "extract", two_spaces, "--only", "3", "--only", "2")
    assert run.code == 2
    assert "nothing in there is called '3'" in run.err
    assert "  2. Signals in the dark, explained (1YqKDoVkzRexV)" in run.err
    assert list((show / "content/episodes").iterdir()) == []


CREATOR, COHOST = "3300551", "4400661"


def write_account(
    path: Path, user: str, handle: str, name: str, title: str, *, media: bool = True, speakers: Sequence[str] = ()
) -> Path:
    """The archive of one of two hosts of the same Space; `speakers` by its metadata, where these are known."""
    metadata: dict[str, object] = {"creatorUserId": CREATOR, "hostUserIds": [CREATOR, COHOST]}
    space = MadeSpace(metadata=metadata | ({"speakers": list(speakers)} if speakers else {}))
    files = make_files(MadeArchive(spaces=[space], tweets=[announce(space, title)] if title else []))
    account = {"username": handle, "accountId": user, "accountDisplayName": name}
    files["data/account.js"] = ytd("account", [{"account": account}])
    files = {name: content for name, content in files.items() if media or "spaces_media" not in name}
    return write_zip(path, files)


@pytest.mark.parametrize("title", ["", "I am co-host tonight"])
@pytest.mark.parametrize("media", [True, False])
def test_what_is_learned_later_completes(title: str, media: bool, tmp_path: Path) -> None:
    """The co-host's archive first, the creator's later: name and title; the other way round nothing changes."""
    show = make_show(tmp_path / "show")
    first = write_account(tmp_path / "first.zip", COHOST, "dayexpress", "Day Express", title)
    later = write_account(tmp_path / "later.zip", CREATOR, "nightmail", "Night Mail", "Why trains wait", media=media)
    extract(show, first)
    index, guid = find_bundle(show) / "index.md", "guid: " + MadeSpace().id
    index.write_text(index.read_text() + "\nMy own words.\n")
    assert extract(show, later) == ["completed"]
    assert "title: Why trains wait\n" in index.read_text()
    assert guid in index.read_text()
    assert index.read_text().endswith("\nMy own words.\n")
    recording = json.loads((find_bundle(show) / "space.json").read_text())
    assert (recording["speakers"][0]["name"], recording["speakers"][0]["handle"]) == ("Night Mail", "nightmail")
    assert recording["parts"]
    before = read_tree(show)
    assert extract(show, first, later) == ["known", "known"]
    assert read_tree(show) == before


def test_who_spoke_by_another_archive_may_have_spoken(tmp_path: Path) -> None:
    """The co-host's archive does not know of somebody who, by the creator's, spoke: a refusal of theirs counts."""
    show = make_show(tmp_path / "show")
    extract(show, write_account(tmp_path / "first.zip", COHOST, "dayexpress", "Day Express", ""))
    later = write_account(tmp_path / "later.zip", CREATOR, "nightmail", "Night Mail", "", speakers=["31337"])
    assert extract(show, later) == ["completed"]
    recording = json.loads((find_bundle(show) / "space.json").read_text())
    assert [who["x_id"] for who in recording["on_stage"]] == ["31337"]
    assert extract(show, later) == ["known"]


def test_line_ends_stay_where_a_title_is_completed(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    extract(show, write_account(tmp_path / "first.zip", COHOST, "dayexpress", "Day Express", ""))
    index = find_bundle(show) / "index.md"
    index.write_bytes(b"\xef\xbb\xbf" + index.read_bytes().replace(b"\n", b"\r\n") + b"\r\nMine\nalone.\r\n")
    title = next(line for line in index.read_bytes().split(b"\r\n") if line.startswith(b"title: "))
    expected = index.read_bytes().replace(title, b"title: Why trains wait")
    later = write_account(tmp_path / "later.zip", CREATOR, "nightmail", "Night Mail", "Why trains wait")
    assert extract(show, later) == ["completed"]
    assert index.read_bytes() == expected


def test_a_title_of_the_hosts_own_stays(tmp_path: Path) -> None:
    """Names are completed all the same."""
    show = make_show(tmp_path / "show")
    extract(show, write_account(tmp_path / "first.zip", COHOST, "dayexpress", "Day Express", "I am co-host tonight"))
    index = find_bundle(show) / "index.md"
    index.write_text(index.read_text().replace("title: I am co-host tonight", "title: My title"))
    later = write_account(tmp_path / "later.zip", CREATOR, "nightmail", "Night Mail", "Why trains wait")
    before = index.read_text()
    assert extract(show, later) == ["completed"]
    assert index.read_text() == before
    assert "Night Mail" in (show / "content/people.yaml").read_text()


def test_several_processes_take_in_what_one_does(tmp_path: Path) -> None:
    """The same files, results and remarks, of damaged and missing recordings as well; nothing lies about afterwards."""
    lengths: list[tuple[float, ...]] = [(4,), (3, 3), (4,), (), (5,), (3,)]
    spaces = [
        MadeSpace(id=f"1vOxwMrkPaaG{letter}", start=START + timedelta(days=day), parts=parts)
        for day, (letter, parts) in enumerate(zip("abcdef", lengths, strict=True))
    ]
    archive = write_archive(tmp_path / "six.zip", MadeArchive(spaces=spaces))
    damaged = next(name for name in make_files(MadeArchive(spaces=spaces)) if spaces[2].id in name)
    damage_members(archive, [damaged])
    takings = {}
    for jobs in (1, 2):
        show = make_show(tmp_path / f"show-{jobs}")
        extraction = extract_all(show, [archive], jobs=jobs)
        entries = [replace(entry, folder=None) for entry in extraction.taken]
        takings[jobs] = entries, extraction.remarks, read_tree(show / "content")
        assert not list(show.rglob(".new-*"))
    assert takings[1] == takings[2]
    assert damaged.rpartition("/")[2] in " ".join(takings[2][1])
    assert [entry.result.value for entry in takings[2][0]].count("new") >= 4
