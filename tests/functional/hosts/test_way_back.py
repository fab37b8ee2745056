"""`deploy --list` and `--back`: an earlier site is sent again, unless it would bring back what was taken out."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from git_remotes import clone_of, git
from online import read_site
from show_runner import build, copy_show, edit, find_bundle, spacecast

from site_builder.engine import platform


@pytest.fixture
def show(old: Path, tmp_path: Path) -> Path:
    """A built show with a git remote, of which nothing was sent."""
    show = clone_of(old, tmp_path / "show")
    shutil.rmtree(show / ".cache/deploys", ignore_errors=True)
    return show


def change(show: Path, title: str) -> dict[str, bytes]:
    """Another title of an episode; the site that is built."""
    edit(find_bundle(show, "2026-10-09") / "index.md", "title: ", f"title: {title} ")
    build(show)
    return read_site(show / "output")


def list_names(show: Path) -> list[str]:
    """What can be gone back to."""
    lines = spacecast("-C", show, "deploy", "--list").out.splitlines()[:-1]
    return [line.split()[0] for line in lines]


@pytest.mark.parametrize("is_older", [True, False])
def test_a_no_that_the_file_has_lost(show: Path, tmp_path: Path, is_older: bool) -> None:
    """An older people.yaml, or none: what is remembered beside it, or was known at that deploy, counts."""
    people = show / "content/people.yaml"
    before, target = people.read_bytes(), f"folder:{tmp_path}/www"
    assert spacecast("-C", show, "deploy", target).code == 0
    change(show, "Now")
    assert spacecast("-C", show, "deploy", target).code == 0
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    people.write_bytes(before) if is_older else people.unlink()
    first = read_site(tmp_path / "www")
    run = spacecast("-C", show, "deploy", "--back", target)
    assert run.code == 2
    assert ("kit refused to be published, and is pending here" if is_older else "is gone") in run.err
    assert read_site(tmp_path / "www") == first


@pytest.mark.parametrize("scheme", ["folder", "github-pages", "rsync"])
def test_there_and_back(show: Path, tmp_path: Path, scheme: str) -> None:
    """The site before the last, byte for byte; a dry run changes nothing; the next deploy sends the present one."""
    www = tmp_path / "www"
    www.mkdir()
    target = f"{scheme}:{tmp_path}/remote.git" if scheme == "github-pages" else f"{scheme}:{www}"

    def look() -> dict[str, bytes]:
        if scheme == "github-pages":
            shutil.rmtree(www)
            git(tmp_path, "clone", "-q", "-b", "gh-pages", "remote.git", "www")
            shutil.rmtree(www / ".git")
        return read_site(www)

    first = read_site(show / "output")
    assert spacecast("-C", show, "deploy", target, "--yes").code == 0
    assert spacecast("-C", show, "deploy", target, "--yes").code == 0  # nothing new, nothing kept
    second = change(show, "Now")
    assert spacecast("-C", show, "deploy", target, "--yes").code == 0
    assert look() == second
    assert len(list_names(show)) == 2
    assert spacecast("-C", show, "deploy", "--back", target, "--dry-run").code == 0
    assert look() == second
    run = spacecast("-C", show, "deploy", target, "--back")
    assert run.code == 0, run.err
    assert "the next `spacecast deploy` sends" in run.err
    assert look() == first
    assert read_site(show / "output") == second
    assert spacecast("-C", show, "deploy", target, "--yes").code == 0
    assert look() == second


def test_what_was_taken_out_stays_out(show: Path, tmp_path: Path) -> None:
    """Somebody says no, or an episode is withdrawn, after a deploy: there is no way back to it."""
    target = f"folder:{tmp_path}/www"
    spacecast("-C", show, "deploy", target)
    (name,) = list_names(show)
    change(show, "Now")
    spacecast("-C", show, "deploy", target)
    (guest,) = (row["who"] for row in spacecast("-C", show, "people", "--json").json if row["consent"] == "pending")
    assert spacecast("-C", show, "consent", guest, "refused").code == 0
    before = read_site(tmp_path / "www")
    for back in (["--back"], ["--back", name]):
        run = spacecast("-C", show, "deploy", target, *back)
        assert run.code == 2
        assert "is not to be heard any more" in run.err
    assert read_site(tmp_path / "www") == before


def find_guest(show: Path) -> str:
    """Somebody who has not answered."""
    rows = spacecast("-C", show, "people", "--json").json
    return next(str(row["who"]) for row in rows if row["consent"] == "pending")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (["anonymous"], [], ""),
        (["refused"], ["granted"], ""),
        (["anonymous"], ["refused"], "is not to be heard any more"),
        (["granted"], ["anonymous"], "is not to be named any more"),
        (["granted"], ["pending"], "is not to be named any more"),
        ([], ["granted", "refused"], "is not to be heard any more"),
    ],
)
def test_answers_of_the_same_day(show: Path, tmp_path: Path, before: list[str], after: list[str], reason: str) -> None:
    """What was answered before a deploy is no reason against it; what hides somebody more after it is, on any day."""
    edit(show / "config.yaml", "pending: publish", "pending: anonymise")
    target, guest = f"folder:{tmp_path}/www", find_guest(show)
    for answer in before:
        spacecast("-C", show, "consent", guest, answer)
    build(show)
    assert spacecast("-C", show, "deploy", target).code == 0
    first = read_site(tmp_path / "www")
    change(show, "Now")
    assert spacecast("-C", show, "deploy", target).code == 0
    for answer in after:
        spacecast("-C", show, "consent", guest, answer)
    run = spacecast("-C", show, "deploy", target, "--back")
    assert run.code == (2 if reason else 0), run.err
    assert reason in run.err
    assert (read_site(tmp_path / "www") == first) == (not reason)


@pytest.mark.parametrize(("days", "is_known"), [(0, False), (1, False), (2, True)])
def test_what_was_answered_may_not_be_known(days: int, is_known: bool, show: Path, tmp_path: Path) -> None:
    """A deploy that kept no answers: whoever asked to be hidden on its day, anywhere, may have done so after it."""
    target, guest = f"folder:{tmp_path}/www", find_guest(show)
    spacecast("-C", show, "consent", guest, "anonymous")
    people = (show / "content/people.yaml").read_text("utf-8")
    today = max(re.findall(r"since: (\d{4}-\d\d-\d\d)", people))
    edit(show / "content/people.yaml", today, str(date.fromisoformat(today) - timedelta(days=days)))
    build(show)
    spacecast("-C", show, "deploy", target)
    (kept,) = (show / ".cache/deploys").glob("*/deploy.json")
    values = json.loads(kept.read_text("utf-8"))
    assert values.pop("answers")[guest.removeprefix("@")]["show"] == 1
    kept.write_text(json.dumps(values), "utf-8")
    change(show, "Now")
    spacecast("-C", show, "deploy", target)
    run = spacecast("-C", show, "deploy", target, "--back")
    if is_known:
        assert run.code == 0, run.err
        return
    assert run.code == 2
    assert "may have asked to be hidden since" in run.err
    assert not re.search(r"\d{8}-\d{6}", run.err)
    assert re.search(r"The site of \d+ \w+, \d\d:\d\d", run.err)


def test_where_there_is_no_way(show: Path, tmp_path: Path) -> None:
    """Never deployed, only once, a name that is none, `.cache/` deleted: told, with what there is."""
    target = f"folder:{tmp_path}/www"
    assert "Nothing is kept" in spacecast("-C", show, "deploy", "--list").out
    assert spacecast("-C", show, "deploy", target, "--back").code == 2
    spacecast("-C", show, "deploy", target)
    (name,) = list_names(show)
    run = spacecast("-C", show, "deploy", target, "--back")
    assert run.code == 2
    assert name in run.err
    assert spacecast("-C", show, "deploy", target, "--back", "20200101-000000").code == 2


def test_only_a_few_are_kept(old: Path, tmp_path: Path) -> None:
    """Five of one place; files that did not change are kept once, where a file can have two names."""
    show = copy_show(old, tmp_path / "show")
    shutil.rmtree(show / ".cache/deploys", ignore_errors=True)
    for number in range(6):
        change(show, f"Take {number}")
        assert spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").code == 0
    assert len(list_names(show)) == 5
    kept = [path for path in (show / ".cache/deploys").rglob("*.m4a") if path.is_file()]
    assert (len({path.stat().st_ino for path in kept}) < len(kept)) != platform.PORTABLE
