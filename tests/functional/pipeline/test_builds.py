"""Building again: nothing is made twice, and every way there ends with the same bytes."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from archive_maker import START
from big_show import make_episode, write_show
from listening import decode, probe
from show_runner import (
    build,
    copy_show,
    edit,
    find_bundle,
    make_show,
    read_feed,
    read_show,
    read_tree,
    run_spacecast,
    spacecast,
)

from site_builder.engine import platform
from site_builder.engine.processes.prefetch import Prefetch

NOTHING: dict[str, list[str]] = {"made": [], "removed": [], "failures": []}


@pytest.fixture
def settles_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """File times count at once, as if what changed had changed two seconds ago."""
    for module in ("stamps", "snapshot"):
        monkeypatch.setattr(f"site_builder.engine.{module}.RACY", 0)


@pytest.mark.usefixtures("settles_at_once")
def test_second_build_makes_nothing_and_third_looks_no_further(pair: Path, tmp_path: Path) -> None:
    """Nothing is made or touched again; once files have settled, a build answers from what the last one left."""
    show = copy_show(pair, tmp_path / "show")
    shutil.rmtree(show / "output")
    first = build(show)
    before = {path: path.stat().st_mtime_ns for path in (show / "output").rglob("*") if path.is_file()}
    second = build(show)
    assert {key: second[key] for key in NOTHING} == NOTHING
    assert second["kept"] == len(first["made"])
    build(show)
    with patch("site_builder.build.output.assemble", side_effect=AssertionError("a whole build")):
        third = build(show)
    assert {key: third[key] for key in NOTHING} == NOTHING
    assert third["kept"] == second["kept"]
    assert {path: path.stat().st_mtime_ns for path in (show / "output").rglob("*") if path.is_file()} == before


def test_quick_answer_says_what_the_long_one_said(pair: Path, tmp_path: Path) -> None:
    """What is left out is explained each time, also from another folder."""
    show = copy_show(pair, tmp_path / "show")
    edit(find_bundle(show, "2026-10-16") / "index.md", "\nslug:", "\nwithdrawn: true\nslug:")
    build(show)
    (show / "output/notes.txt").write_text("mine")
    time.sleep(2.1)  # files that changed within two seconds are not trusted, here in processes of their own
    build(show)
    long = run_spacecast("-C", show, "build")
    quick = run_spacecast("build", cwd=show)
    assert "left out: Signals in the dark, explained: taken back\n" in long.out
    assert quick.out.replace("in output:", f"in {show}/output:") == long.out
    assert (
        quick.err == long.err == "warning: output/notes.txt belongs to nothing in the show; delete it, or it is "
        "published with the site\n"
    )
    build(show, "--strict", code=1)
    for number in range(3):
        (show / f"output/notes-{number}.txt").write_text("mine")
    (warning,) = build(show)["warnings"]
    assert warning.startswith("4 files in output/ belong to nothing in the show, such as notes-0.txt and notes-1.txt; ")


def test_same_sized_change_is_noticed(pair: Path, tmp_path: Path) -> None:
    """A change that leaves a file's size as it was is built."""
    show = copy_show(pair, tmp_path / "show")
    build(show)
    edit(find_bundle(show, "2026-10-09") / "index.md", "title: Signals", "title: Sygnals")
    report = build(show)
    assert "feed.xml" in report["made"]
    assert "Sygnals" in (show / "output/feed.xml").read_text()


def test_new_title_does_not_encode_again(pair: Path, tmp_path: Path) -> None:
    """A corrected title changes tags and pages; the sound in the cache is the one that was there."""
    show = copy_show(pair, tmp_path / "show")
    build(show)
    sounds = {path: path.stat().st_mtime_ns for path in (show / ".cache/audio").iterdir()}
    edit(find_bundle(show, "2026-10-09") / "index.md", "title: Signals", "title: Sygnals")
    report = build(show, "--explain")
    assert {path: path.stat().st_mtime_ns for path in (show / ".cache/audio").iterdir()} == sounds
    (media,) = (path for path in report["made"] if path.startswith("media/"))
    assert report["reasons"][media] == "input 'tags' changed"


def test_explain_names_the_input(pair: Path, tmp_path: Path) -> None:
    """`--explain` says for each file made which of its inputs changed; without it nothing is said."""
    show = copy_show(pair, tmp_path / "show")
    build(show)
    edit(show / "content/pages/about.md", "recordings", "records")
    report = build(show, "--explain")
    assert report["reasons"]["about/index.html"] == "input 'context' changed"
    assert set(report["made"]) <= set(report["reasons"])
    assert not [path for path in report["made"] if path.startswith(("episodes/", "media/", "feed.xml"))]
    (show / "templates").mkdir(exist_ok=True)
    (show / "templates/page.html").write_text('{% extends "builtin/page.html" %}\n{# mine #}')
    told = spacecast("-C", show, "build", "--explain")
    assert "about/index.html: input 'theme' changed" in told.out
    edit(show / "content/pages/about.md", "records", "notes")
    assert build(show)["reasons"] == {}


def test_deleted_output_comes_back(pair: Path, tmp_path: Path) -> None:
    """`output/` can be deleted at any time."""
    show = copy_show(pair, tmp_path / "show")
    shutil.rmtree(show / "output")
    build(show)
    assert read_show(show) == read_show(pair)


def test_deleted_cache_comes_back(pair: Path, tmp_path: Path) -> None:
    """`.cache/` can be deleted at any time: all is made again, with the bytes that are there."""
    show = copy_show(pair, tmp_path / "show")
    shutil.rmtree(show / ".cache")
    report = build(show)
    assert {key: report[key] for key in NOTHING} == NOTHING
    assert report["warnings"] == []
    assert read_show(show) == read_show(pair)


def test_files_nobody_knows_are_named(pair: Path, tmp_path: Path) -> None:
    """What lies in `output/` and is not ours is never deleted, but it would be published: the build says so."""
    show = copy_show(pair, tmp_path / "show")
    (show / "output/media/old.m4a").write_bytes(b"a voice that should be gone")
    report = build(show)
    assert (show / "output/media/old.m4a").exists()
    (warning,) = report["warnings"]
    assert warning.startswith("output/media/old.m4a ")
    build(show, "--strict", code=1)


def test_clone_without_recordings_gives_the_same_site(pair: Path, tmp_path: Path) -> None:
    """A clone has no archive, recording, cache or output: pages and feed are made from `media.json`, byte for byte."""
    clone = _clone(pair, tmp_path / "clone")
    report = build(clone)
    assert report["failures"] == []
    wanted = {path: digest for path, digest in read_show(pair).items() if not path.startswith("output/media/")}
    assert read_show(clone) == {path: digest for path, digest in wanted.items() if "/recording-" not in path}


def test_archive_gives_a_clone_its_recordings_back(pair: Path, two_spaces: Path, tmp_path: Path) -> None:
    """Dropping the archive into a clone restores the recordings and with them the audio, whatever was built before."""
    clone = _clone(pair, tmp_path / "clone")
    build(clone)
    (clone / "content/archives").mkdir(exist_ok=True)
    os.link(two_spaces, clone / "content/archives/two.zip")
    report = build(clone)
    assert [entry["result"] for entry in report["taken"]] == ["restored", "restored"]
    assert read_show(clone) == read_show(pair)


def test_recordings_lost_while_the_archive_is_here_come_back(pair: Path, tmp_path: Path) -> None:
    """Where the archive still lies in the show, a build takes lost recordings from it again."""
    show = copy_show(pair, tmp_path / "show")
    for file in show.glob("content/episodes/*/recording-*"):
        file.unlink()
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\ntrim: 0:03-0:08\nslug:")
    report = build(show)
    assert report["failures"] == []
    assert [entry["result"] for entry in report["taken"]] == ["restored", "restored"]
    assert build(show)["taken"] == []


def test_edits_without_the_recording_are_refused(pair: Path, tmp_path: Path) -> None:
    """A clone cannot cut: the build says what is needed, leaves the feed alone and fails."""
    clone = _clone(pair, tmp_path / "clone")
    build(clone)
    feed = (clone / "output/feed.xml").read_bytes()
    edit(find_bundle(clone, "2026-10-09") / "index.md", "\nslug:", "\ntrim: 0:03-0:08\nslug:")
    report = build(clone, code=1)
    (failure,) = report["failures"]
    assert "put the archive it came from into content/archives/" in failure
    assert (clone / "output/feed.xml").read_bytes() == feed


def test_drafts_wait_and_can_be_previewed(two_spaces: Path, tmp_path: Path) -> None:
    """A draft is in no page, feed or file; with `--drafts` it has a page, but is not in the feed."""
    show = make_show(tmp_path / "show")
    assert spacecast("-C", show, "extract", two_spaces).code == 0
    bundle = find_bundle(show, "2026-10-16")
    page = show / "output/episodes/signals-in-the-dark-explained-2026-10-16/index.html"
    edit(bundle / "index.md", "\nslug:", "\ndraft: true\nslug:")
    report = build(show)
    assert [entry["reason"] for entry in report["skipped"]] == ["it is a draft; remove `draft: true` to publish it"]
    assert not page.exists()
    assert len(read_feed(show)) == 1
    assert not [path for path in read_tree(show / "output") if "2026-10-16" in path]
    build(show, "--drafts")
    assert page.is_file()
    assert len(read_feed(show)) == 1
    assert not (bundle / "media.json").exists()
    build(show)
    assert not page.exists()
    edit(bundle / "index.md", "\ndraft: true", "")
    build(show)
    assert page.is_file()
    assert len(read_feed(show)) == 2


@pytest.mark.usefixtures("settles_at_once")
def test_future_date_comes(two_spaces: Path, tmp_path: Path) -> None:
    """An episode dated in the future is left out until its date has come, also where nothing else changed."""
    show = make_show(tmp_path / "show", two_spaces)
    early = str(int(START.timestamp()) + 2 * 86400)
    late = str(int(START.timestamp()) + 8 * 86400)
    report = build(show, SOURCE_DATE_EPOCH=early)
    assert [entry["reason"] for entry in report["skipped"]] == ["it waits for its date, 2026-10-16 07:30 UTC"]
    assert len(read_feed(show)) == 1
    build(show, SOURCE_DATE_EPOCH=early)
    build(show, SOURCE_DATE_EPOCH=early)
    build(show, SOURCE_DATE_EPOCH=late)
    assert len(read_feed(show)) == 2


def test_withdrawn_episode_leaves_a_tombstone(pair: Path, tmp_path: Path) -> None:
    """A withdrawn episode is gone from feed and audio; its page says so."""
    show = copy_show(pair, tmp_path / "show")
    build(show, "--published")
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nwithdrawn: 2026-10-20\nslug:")
    report = build(show)
    assert [entry["reason"] for entry in report["skipped"]] == ["taken back: 2026-10-20"]
    assert [item.guid for item in read_feed(show)] == ["1YqKDoVkzRexV"]
    assert len(list((show / "output/media").iterdir())) == 1
    page = (show / "output/episodes/signals-in-the-dark-explained/index.html").read_text()
    assert "<audio" not in page
    assert "Signals in the dark" not in page


def test_published_addresses_are_kept(pair: Path, tmp_path: Path) -> None:
    """A changed slug leaves a redirect; a changed guid is refused."""
    show = copy_show(pair, tmp_path / "show")
    build(show, "--published")
    index = find_bundle(show, "2026-10-09") / "index.md"
    edit(index, "slug: signals-in-the-dark-explained", "slug: signals")
    build(show)
    old = (show / "output/episodes/signals-in-the-dark-explained/index.html").read_text()
    assert "episodes/signals/" in old
    assert "<audio" not in old
    edit(index, "guid: 1lD", "guid: 2lD")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert re.search(r"index\.md:\d+: guid: was '1lDxLnrWjwkGm'; put that back", run.err), run.err


def test_folder_of_any_name_has_a_proper_address(pair: Path, tmp_path: Path) -> None:
    """A folder made by hand, without `slug:`, gives an address of plain letters."""
    show = copy_show(pair, tmp_path / "show")
    bundle = copy_show(find_bundle(show, "2026-10-09"), show / "content/episodes/2026-11-01-Über uns & Co")
    edit(bundle / "index.md", "guid: 1lD", "guid: 2lD")
    edit(bundle / "index.md", "slug: signals-in-the-dark-explained\n", "")
    build(show)
    assert (show / "output/episodes/uber-uns-co/index.html").is_file()


def test_mp3_for_those_who_need_it(pair: Path, tmp_path: Path) -> None:
    """`audio.format: mp3` transcodes with the same edits and tags, at a constant bitrate."""
    show = copy_show(pair, tmp_path / "show")
    copied = {item.guid: decode(item.find_file(show)) for item in read_feed(show)}
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  format: mp3\n  bitrate: 64\n")
    report = build(show)
    assert len([path for path in report["removed"] if path.endswith(".m4a")]) == 2
    for item in read_feed(show):
        file = item.find_file(show)
        assert (file.suffix, item.media_type, item.length) == (".mp3", "audio/mpeg", file.stat().st_size)
        found = probe(file)
        assert found["streams"][0]["codec_name"] == "mp3"
        assert found["format"]["tags"]["title"] == item.title
        seconds = len(decode(file)) / found["streams"][0]["channels"] / found_rate(found)
        assert abs(seconds - len(copied[item.guid]) / 2 / 48000) < 0.05
    assert (show / "output/feed.xml").read_text().count(".mp3") >= 2


def found_rate(found: dict[str, list[dict[str, str]]]) -> int:
    """The sample rate ffprobe saw."""
    return int(found["streams"][0]["sample_rate"])


def test_json_is_one_document_and_nothing_else(two_spaces: Path, tmp_path: Path) -> None:
    """`--json` puts one document on standard output, whatever else there is to say."""
    show = make_show(tmp_path / "show", two_spaces)
    run = run_spacecast("-C", show, "build", "--json")
    assert json.loads(run.out)["episodes"] == 2
    assert run.err == ""
    again = run_spacecast("-C", show, "build", "--json")
    assert json.loads(again.out)["kept"] == json.loads(run.out)["kept"] + len(json.loads(run.out)["made"])


def _clone(show: Path, to: Path) -> Path:
    """What git would hold of a show."""
    ignored = shutil.ignore_patterns(".cache", "output", "archives", "recording-*")
    return Path(shutil.copytree(show, to, ignore=ignored))


def test_what_is_drawn_ahead_is_what_is_needed(two_spaces: Path, tmp_path: Path) -> None:
    """An episode's pictures are foreseen, cuts and all, before its sound is made: every one is used, none differs."""
    ahead, alone = (make_show(tmp_path / name / "show", two_spaces, draws_covers=True) for name in ("ahead", "alone"))
    drawn: list[str] = []

    take = Prefetch.take

    def note(prefetch: Prefetch, name: str) -> bytes | None:
        content = take(prefetch, name)
        drawn.extend([name] if content else [])
        return content

    for show, jobs in ((ahead, 2), (alone, 1)):
        spacecast("-C", show, "extract", two_spaces)
        edit(find_bundle(show, "2026-10-16") / "index.md", "\nslug:", "\ncut: 0:02.5 - 0:04.1\nslug:")
        with patch.object(Prefetch, "take", note):
            build(show, "--jobs", jobs)
    assert read_show(ahead) == read_show(alone)
    foreseen = {"artwork": 6 + 2 * 5, "icons": 4} if platform.FORKS else {}  # elsewhere nobody draws beside the build
    assert Counter(name.split("/")[0] for name in drawn) == foreseen


def test_a_new_show_has_its_pictures_drawn_while_the_rest_is_loaded(tmp_path: Path) -> None:
    """Also where no archive is taken in; what is wrong with the config is told where it is read, all at once."""
    show = tmp_path / "show"
    write_show(show, [make_episode(number) for number in range(2)])
    drawn: list[str] = []
    take = Prefetch.take

    def note(prefetch: Prefetch, name: str) -> bytes | None:
        content = take(prefetch, name)
        drawn.extend([name] if content else [])
        return content

    with patch.object(Prefetch, "take", note):
        build(show, "--jobs", 2)
    foreseen = {"artwork": 6, "icons": 4} if platform.FORKS else {}
    assert Counter(name.split("/")[0] for name in drawn) == foreseen
    ahead = read_show(show)
    for name in ("output", ".cache"):
        shutil.rmtree(show / name)
    build(show, "--jobs", 1)
    assert read_show(show) == ahead
