"""What a person may get wrong: one sentence with the way out, the right exit code, nothing half-written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_maker import MadeArchive, encrypt_members, make_files, write_archive, write_zip
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


def _truncated(path: Path) -> None:
    write_archive(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _encrypted(path: Path) -> None:
    files = make_files(MadeArchive())
    encrypt_members(write_zip(path, files), list(files))


ARCHIVES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "does not exist; check the name"),
    "empty": (lambda path: path.write_bytes(b""), "download the archive from X again"),
    "truncated": (_truncated, "download the archive from X again"),
    "encrypted": (_encrypted, "unzip it with its password"),
    "no zip": (lambda path: path.write_text("hello"), "is not a zip"),
    "another zip": (lambda path: write_zip(path, {"holiday.jpg": b"x"}), "is not an X archive"),
    "without Spaces": (lambda path: write_archive(path, MadeArchive(spaces=[], tweets=[])), "holds no Spaces"),
}


@pytest.mark.parametrize("command", ["extract", "inspect", "build", "init"])
@pytest.mark.parametrize("kind", ARCHIVES)
def test_unusable_archive(kind: str, command: str, tmp_path: Path) -> None:
    """Exit code 2, one sentence, and the folder as it was before."""
    make, sentence = ARCHIVES[kind]
    show = make_show(tmp_path / "show")
    archive = (show / "content/archives" if command == "build" else tmp_path) / "bad.zip"
    make(archive)
    if command == "build" and kind == "missing":
        return
    before = read_lasting(tmp_path)
    arguments = {
        "extract": ("-C", show, "extract", archive),
        "inspect": ("inspect", archive),
        "build": ("-C", show, "build"),
        "init": ("init", tmp_path / "new", "--archive", archive),
    }
    run = spacecast(*arguments[command])
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err
    assert "bad.zip" in run.err
    assert len(run.err.splitlines()) == 1
    assert read_lasting(tmp_path) == before


def read_lasting(folder: Path) -> dict[str, str]:
    """All files but what builds remember of what they read."""
    return {path: digest for path, digest in read_tree(folder).items() if "/.cache/" not in path}


def test_one_bad_archive_among_good_ones(two_spaces: Path, tmp_path: Path) -> None:
    """All sources are looked at before anything of any is taken."""
    show = make_show(tmp_path / "show")
    (tmp_path / "bad.zip").write_text("hello")
    before = read_tree(show / "content")
    run = spacecast("-C", show, "extract", two_spaces, tmp_path / "bad.zip")
    assert run.code == 2
    assert read_tree(show / "content") == before


def test_no_show_here(two_spaces: Path, tmp_path: Path) -> None:
    """Every command that needs a show says so, and makes nothing."""
    for arguments in (("build",), ("people",), ("extract", two_spaces), ("consent", "kit", "granted")):
        run = spacecast("-C", tmp_path / "nowhere", *arguments)
        assert run.code == 2, arguments
        assert f"`spacecast init {tmp_path / 'nowhere'}` makes a new show there" in run.err
    assert list(tmp_path.iterdir()) == []


def test_everything_wrong_is_told_at_once(pair: Path, tmp_path: Path) -> None:
    """Config, front matter, people and pages: each with file, line, field, what was expected, and a guess."""
    show = copy_show(pair, tmp_path / "show")
    edit(show / "config.yaml", "  language: en", "  langauge: en")
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  format: ogg\n")
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nseason: three\nslug:")
    edit(find_bundle(show, "2026-10-16") / "index.md", "date: 2026", "dat: 2026")
    edit(show / "content/people.yaml", "status: pending", "status: maybe")
    edit(show / "content/pages/about.md", "title: About", "titel: About")
    before = read_show(show)
    run = run_spacecast("build", cwd=show)
    assert (run.code, run.out) == (2, "")
    for expected in (
        "config.yaml:",
        "did you mean `language`?",
        "audio.format: ",
        "content/episodes/2026-10-09-signals-in-the-dark-explained/index.md:6: season: expected a whole number",
        "did you mean `date`?",
        "content/people.yaml:",
        "did you mean `title`?",
    ):
        assert expected.lower() in run.err.lower(), run.err
    assert read_show(show) == before


def test_bad_config_stops_before_anything_is_taken_in(two_spaces: Path, tmp_path: Path) -> None:
    """With a wrong config a build leaves a new archive untouched."""
    show = make_show(tmp_path / "show", two_spaces)
    edit(show / "config.yaml", "  language: en", "  language: 7")
    before = read_tree(show / "content")
    assert spacecast("-C", show, "build").code == 2
    assert read_tree(show / "content") == before


def test_missing_cover(pair: Path, tmp_path: Path) -> None:
    """A cover that is not there is named with its line."""
    show = copy_show(pair, tmp_path / "show")
    (show / "content/cover.jpg").unlink()
    edit(show / "config.yaml", "  language: en", "  cover: content/cover.jpg\n  language: en")
    before = read_tree(show / "output")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "config.yaml:" in run.err
    assert "show.cover: there is no file 'content/cover.jpg'" in run.err
    assert read_tree(show / "output") == before


def test_cover_that_is_no_picture(pair: Path, tmp_path: Path) -> None:
    """A cover that cannot be read is a sentence, not a traceback."""
    show = copy_show(pair, tmp_path / "show")
    (show / "content/cover.jpg").write_bytes(b"not a picture")
    edit(show / "config.yaml", "  language: en", "  cover: content/cover.jpg\n  language: en")
    run = spacecast("-C", show, "build")
    assert run.code in {1, 2}
    assert "content/cover.jpg" in run.err


def test_clashes_are_errors_that_name_both_files(pair: Path, tmp_path: Path) -> None:
    """Two bundles with one guid, two with one slug, a page where the site has one of its own."""
    show = copy_show(pair, tmp_path / "show")
    first, second = find_bundle(show, "2026-10-09"), find_bundle(show, "2026-10-16")
    copy_show(first, show / "content/episodes/copied")
    edit(second / "index.md", "slug: signals-in-the-dark-explained-2026-10-16", "slug: Signals-in-the-dark-explained")
    (show / "content/pages/media.md").write_text("---\ntitle: In the media\n---\n")
    before = read_tree(show / "output")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "guid: '1lDxLnrWjwkGm' is used by" in run.err
    assert run.err.count("content/episodes/2026-10-09-signals-in-the-dark-explained/index.md") >= 2
    assert "content/episodes/copied/index.md" in run.err
    assert "content/pages/media.md: slug: 'media' is used by" in run.err
    assert read_tree(show / "output") == before


@pytest.mark.parametrize("name", ["feed.xml", "404.html", "robots.txt", "Ünïcode name", "a b", "..", "con"])
def test_odd_names_of_pages(name: str, pair: Path, tmp_path: Path) -> None:
    """A free page of any name is laid out or refused in a sentence; nothing of the site is replaced by it."""
    show = copy_show(pair, tmp_path / "show")
    (show / f"content/pages/{name}.md").write_text("---\ntitle: Odd\n---\nwords\n")
    run = spacecast("-C", show, "build")
    assert run.code in {0, 1}, run.err
    assert len(read_feed(show)) == 2


def test_an_episode_that_fails_is_no_stranger(pair: Path, tmp_path: Path) -> None:
    """Whoever deleted `.cache/` as well is not told to delete the last good files of that episode, or the feed."""
    show = copy_show(pair, tmp_path / "show")
    (find_bundle(show, "2026-10-09") / "recording-0.aac").write_bytes(b"this is no sound" * 1000)
    shutil.rmtree(show / ".cache")
    report = build(show, code=1)
    assert len(report["failures"]) == 1
    assert report["warnings"] == []


def test_one_unreadable_recording(pair: Path, tmp_path: Path) -> None:
    """The other episodes are built, the feed stays byte for byte; mended, all is as it was."""
    show = copy_show(pair, tmp_path / "show")
    recording = find_bundle(show, "2026-10-09") / "recording-0.aac"
    good, before = recording.read_bytes(), read_tree(show / "output")
    recording.write_bytes(b"this is no sound" * 1000)
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "2026-10-09-signals-in-the-dark-explained/recording-0.aac" in run.err
    assert "the last good one stays" in run.err
    after = read_tree(show / "output")
    assert after["output/feed.xml"] == before["output/feed.xml"]
    page = "output/episodes/signals-in-the-dark-explained-2026-10-16/index.html"
    assert after[page] != before[page]
    enclosures = [item.find_file(show) for item in read_feed(show)]
    assert all(file.is_file() for file in enclosures)
    report = build(show, code=1)
    assert len(report["failures"]) == 1
    recording.write_bytes(good)
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Sygnals", "title: Signals")
    build(show)
    assert read_tree(show / "output") == before


def test_one_broken_template(pair: Path, tmp_path: Path) -> None:
    """A mistake in an own template fails the build with its name and line; the last good feed stays."""
    show = copy_show(pair, tmp_path / "show")
    (show / "templates").mkdir(exist_ok=True)
    (show / "templates/episode.html").write_text('{% extends "builtin/episode.html" %}\n{% block main %}\n{{ 1 / 0 }}')
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    feed = (show / "output/feed.xml").read_bytes()
    run = spacecast("-C", show, "build")
    assert run.code in {1, 2}
    assert "episode.html" in run.err
    assert (show / "output/feed.xml").read_bytes() == feed
    (show / "templates/episode.html").unlink()
    build(show)
    assert "Sygnals" in (show / "output/feed.xml").read_text()


def test_things_in_the_way(pair: Path, tmp_path: Path) -> None:
    """Folders where files belong, a clock that is none: sentences."""
    show = make_show(tmp_path / "show")
    assert spacecast("-C", show, "build", SOURCE_DATE_EPOCH="yesterday").code == 2
    (show / "content/people.yaml").mkdir()
    run = spacecast("-C", show, "build")
    assert run.code in {1, 2}
    assert "people.yaml" in run.err


@pytest.mark.parametrize("name", ["content/episodes", "output", "templates", ".cache", ".spacecast"])
@pytest.mark.parametrize("kind", ["file", "dead link"])
def test_files_where_folders_belong(name: str, kind: str, pair: Path, tmp_path: Path) -> None:
    """One sentence, from every command that writes; what is in the way, and the site, stay as they were."""
    show = copy_show(pair, tmp_path / "show")
    place = show / name
    if place.exists():
        place.rename(show / "aside")
    place.write_text("mine") if kind == "file" else place.symlink_to("/nowhere/at-all")
    before = read_tree(show)
    for command in (["build"], ["extract", next((show / "content/archives").iterdir())]):
        run = spacecast("-C", show, *command)
        assert (run.code, run.err.count("\n")) == (2, 1), run.err
        assert f"{place}: is no folder, but the show needs one of that name; move it away" in run.err
    assert read_tree(show) == before


def test_consent_for_nobody(pair: Path, tmp_path: Path) -> None:
    """Somebody unknown, an episode unknown, a status unknown: exit code 2 and what there is instead."""
    show = copy_show(pair, tmp_path / "show")
    before = read_tree(show)
    run = spacecast("-C", show, "consent", "kitt", "refused")
    assert run.code == 2
    assert "kit" in run.err
    run = spacecast("-C", show, "consent", "kit", "refused", "--episode", "signal")
    assert run.code == 2
    assert "the show has: signals-in-the-dark-explained" in run.err
    assert spacecast("-C", show, "consent", "kit", "perhaps").code == 2
    assert read_tree(show) == before


def test_init_never_overwrites(tmp_path: Path) -> None:
    """A folder that is a show is left alone; one with other files keeps them."""
    show = make_show(tmp_path / "show")
    before = read_tree(show)
    assert spacecast("init", show).code == 2
    assert read_tree(show) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/.gitignore").write_text("secret\n")
    run = spacecast("init", tmp_path / "mine", "--title", "Mine: 'yes' # no")
    assert run.code == 0
    assert re.search(
        r"add these lines to .*\.gitignore.*: .*/content/people\.yaml /content/episodes/", run.out + run.err
    )
    assert (tmp_path / "mine/.gitignore").read_text() == "secret\n"
    assert build(tmp_path / "mine")["episodes"] == 0
    assert "Mine: 'yes' # no" in (tmp_path / "mine/output/feed.xml").read_text()


@pytest.mark.parametrize("answer", [("--url", "nowhere"), ("--email", "nobody")])
def test_init_refuses_bad_answers(answer: tuple[str, str], tmp_path: Path) -> None:
    """A bad answer is refused before anything is written."""
    run = spacecast("init", tmp_path / "show", *answer)
    assert run.code == 2
    assert answer[1] in run.err
    assert not (tmp_path / "show").exists()


def test_times_after_the_end_of_the_recording(tmp_path: Path) -> None:
    """A cut that would do nothing is told with its line, and a time rounded up to the next second is not."""
    show = make_show(tmp_path / "show")
    write_archive(show / "content/archives/x.zip", MadeArchive())
    assert spacecast("build", "-C", show).code == 0
    index = find_bundle(show) / "index.md"
    edit(index, "slug:", "cut:\n  - 0:01-0:02\n  - 0:05-9:00\nmute: 0:10-0:12\nslug:")
    run = spacecast("build", "-C", show)
    assert run.code == 1
    assert "index.md:8: cut.2: expected a time in the recording, which is 0:11 long, got 9:00" in run.err
    assert "mute" not in run.err
