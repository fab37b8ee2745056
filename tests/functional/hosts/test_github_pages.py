"""`github-pages`: one push of one commit to a bare repository, as GitHub has one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from git_remotes import clone_of, git
from online import find_broken
from shipping import kill_often, kill_shipping, measure_shipping, move_unpromised
from show_runner import Run, copy_show, spacecast

from site_builder.hosts.github_pages import find_custom_domain

ADDRESS = "github-pages"


@pytest.fixture
def show(old: Path, tmp_path: Path) -> Path:
    """A built show in a repository."""
    return clone_of(old, tmp_path / "show")


def published(show: Path, branch: str = "gh-pages") -> dict[str, bytes]:
    """What is on the branch."""
    remote = show.parent / "remote.git"
    names = git(remote, "ls-tree", "-r", "--name-only", branch).splitlines()
    return {
        name: subprocess.run(["git", "show", f"{branch}:{name}"], cwd=remote, check=True, capture_output=True).stdout
        for name in names
    }


def built(show: Path) -> dict[str, bytes]:
    """What was built."""
    output = show / "output"
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def send(show: Path, *options: str, target: str = ADDRESS) -> Run:
    """`spacecast deploy github-pages`."""
    return spacecast("-C", show, "deploy", target, "--yes", *options)


def test_the_branch_is_the_site(show: Path) -> None:
    """The branch holds every built file and nothing else, and the person's own branch and files are untouched."""
    (show / "output/.DS_Store").write_bytes(b"junk")
    git(show, "commit", "-q", "--allow-empty", "-m", "mine")
    head, branches = git(show, "rev-parse", "HEAD"), git(show, "branch")
    assert send(show).code == 0
    (show / "output/.DS_Store").unlink()
    site = published(show)
    assert site.pop("CNAME", None) is None
    assert ".nojekyll" in site
    assert site == built(show)
    assert (git(show, "rev-parse", "HEAD"), git(show, "branch")) == (head, branches)


def test_only_changes_are_committed(show: Path, new: Path, tmp_path: Path) -> None:
    """Nothing changed: no new commit. Something changed: one commit without a past, so nothing stays downloadable."""
    remote = tmp_path / "remote.git"
    send(show)
    first = git(remote, "rev-parse", "gh-pages")
    assert " 0 sent" in send(show).out
    assert git(remote, "rev-parse", "gh-pages") == first
    later = clone_of(new, tmp_path / "later")
    assert send(later).code == 0
    assert published(later) == built(new)
    assert git(remote, "rev-list", "--count", "gh-pages") == "1"


def test_dry_run_pushes_nothing(show: Path, tmp_path: Path) -> None:
    """`--dry-run` lists every file and leaves the remote as it is."""
    run = send(show, "--dry-run")
    assert run.code == 0
    assert run.out.count("send ") == len(built(show))
    assert git(tmp_path / "remote.git", "branch") == ""


def test_a_rejected_push_is_told_and_finished_later(show: Path, tmp_path: Path) -> None:
    """A hook of the remote refuses the first push: its words are shown, the next deploy goes through."""
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text('#!/bin/sh\n[ -f "$GIT_DIR/seen" ] || { touch "$GIT_DIR/seen"; echo "come back later"; exit 1; }\n')
    hook.chmod(0o755)
    run = send(show)
    assert run.code == 1
    assert "come back later" in run.err
    assert git(tmp_path / "remote.git", "branch") == ""
    assert send(show).code == 0
    assert published(show) == built(show)


def test_secrets_in_a_remote_are_not_printed(show: Path) -> None:
    """Where git names an address with a token in it, the token is not shown."""
    git(show, "remote", "set-url", "origin", "http://person:s3cr3t-t0ken@127.0.0.1:1/show.git")
    run = send(show)
    assert run.code == 1
    assert "127.0.0.1:1" in run.err
    assert "s3cr3t" not in run.err + run.out


def test_a_branch_of_somebody_else_is_left_alone(show: Path, tmp_path: Path) -> None:
    """`github-pages:origin/main` would replace the show itself: refused, whatever is there stays."""
    git(show, "commit", "-q", "--allow-empty", "-m", "The show")
    git(show, "push", "-q", "origin", "main")
    run = send(show, target="github-pages:origin/main")
    assert run.code == 2
    assert "did not put there" in run.err
    assert git(tmp_path / "remote.git", "log", "--format=%s", "main") == "The show"


def test_two_computers(show: Path, new: Path, tmp_path: Path) -> None:
    """A second computer deploys on top of the first, and the first then again, each without force over the other's."""
    send(show)
    other = clone_of(new, tmp_path / "other")
    assert send(other).code == 0
    assert published(show) == built(new)
    assert send(show).code == 0
    assert published(show) == built(show)


def test_a_branch_and_remote_of_ones_own(show: Path, tmp_path: Path) -> None:
    """`github-pages:remote/branch` names both, slashes in the branch included."""
    git(show, "remote", "rename", "origin", "web")
    assert send(show, target="github-pages:web/sites/one").code == 0
    assert published(show, "sites/one") == built(show)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://pod.example.org/", "pod.example.org"),
        ("https://example.org/show/", ""),
        ("https://me.github.io/", ""),
        ("https://me.github.io/show/", ""),
    ],
)
def test_custom_domains(url: str, domain: str) -> None:
    """CNAME is for a domain that is all this site's."""
    assert find_custom_domain(url) == domain


def test_cname_is_published(show: Path) -> None:
    """With a domain of its own the branch says so, in one line, and keeps saying so."""
    move_unpromised(show, "https://pod.you.dev/")
    spacecast("-C", show, "build")
    assert send(show).code == 0
    assert published(show)["CNAME"] == b"pod.you.dev"
    assert " 0 sent" in send(show).out


@pytest.mark.parametrize("step", ["init", "remote"])
def test_what_is_missing_is_said(old: Path, tmp_path: Path, step: str) -> None:
    """No repository, or no such remote: the command that makes one is named."""
    show = copy_show(old, tmp_path / "show")
    if step == "remote":
        git(show, "init", "-q")
    run = send(show)
    assert run.code == 2
    assert f"git {step}" in run.err


def test_killed_at_any_moment(show: Path, new: Path, tmp_path: Path, kills: int) -> None:
    """kill -9 at random moments: the branch is the old site or the new one, whole; the next deploy finishes."""
    measure_shipping(show, ADDRESS)
    later = clone_of(new, tmp_path / "later")
    longest = measure_shipping(later, ADDRESS)
    for _ in kill_often(lambda at, delay: kill_shipping((show, later)[at % 2], ADDRESS, delay), longest, kills):
        site = published(show)
        assert site in (built(show), built(later))
        assert not find_broken(site)
    measure_shipping(later, ADDRESS)
    assert published(show) == built(later)


def test_without_an_author(show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git without a name and address set still publishes."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert send(show).code == 0
