"""Where a show may go: to no repository it merely lies in, under no address nobody can reach, nowhere unasked."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from git_remotes import branches, clone_of, git
from show_runner import PROJECT, TODAY, Run, copy_show, edit, spacecast

from site_builder.hosts.github_pages import find_github_name


@pytest.fixture
def inside(old: Path, tmp_path: Path) -> Path:
    """A show in a folder of somebody's repository, which has a remote `origin`."""
    around, remote = tmp_path / "work", tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    git(tmp_path, "init", "-q", "-b", "main", str(around))
    git(around, "remote", "add", "origin", str(remote))
    return copy_show(old, around / "my-show")


@pytest.mark.parametrize("target", ["github-pages", "github-pages:origin", "github-pages:origin/web"])
def test_a_repository_further_up_is_never_published_to(inside: Path, tmp_path: Path, target: str) -> None:
    """Refused with what to do, with `--yes` too; nothing is pushed."""
    run = spacecast("-C", inside, "deploy", target, "--yes")
    assert run.code == 2
    assert f"inside the repository at {tmp_path}/work" in run.err
    assert "github-pages:git@github.com:you/show.git" in run.err
    assert branches(tmp_path / "remote.git") == ""


def test_variables_of_git_lead_nowhere_else(inside: Path, tmp_path: Path) -> None:
    """GIT_DIR, as hooks set it, does not make another repository the show's."""
    run = spacecast("-C", inside, "deploy", "github-pages", "--yes", GIT_DIR=str(tmp_path / "work/.git"))
    assert run.code == 2
    assert branches(tmp_path / "remote.git") == ""


def test_an_address_is_enough(inside: Path, tmp_path: Path) -> None:
    """With the address given no repository of one's own is needed; the one around it is not touched."""
    mine = tmp_path / "mine.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(mine))
    run = spacecast("-C", inside, "deploy", f"github-pages:{mine}", "--yes")
    assert run.code == 0, run.err
    assert f"branch gh-pages of {mine}" in run.out.splitlines()[-1]
    assert branches(mine) == "gh-pages"
    assert branches(tmp_path / "remote.git") == ""
    assert git(tmp_path / "work", "for-each-ref") == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://github.com/you/show", "github://you/show"),
        ("https://you.github.io/show/", "github://you/show"),
        ("me@example.org:/srv/my show", "'rsync:me@example.org:/srv/my show'"),
        ("/media/usb/site", "folder:/media/usb/site"),
    ],
)
def test_a_place_as_people_write_it_down(written: str, meant: str, old: Path, tmp_path: Path) -> None:
    """What would do is said; nothing is sent on a guess."""
    run = spacecast("-C", copy_show(old, tmp_path / "show"), "deploy", written, "--yes")
    assert run.code == 2
    assert f"did you mean `spacecast deploy {meant}`?" in run.err


def test_the_first_deploy_asks(old: Path, tmp_path: Path) -> None:
    """Without a terminal and without `--yes` nothing is sent or noted, and the line to run is told."""
    show = clone_of(old, tmp_path / "show")
    config = (show / "config.yaml").read_bytes()
    run = spacecast("-C", show, "deploy", "github-pages")
    assert run.code == 2
    assert str(tmp_path / "remote.git") in run.err
    assert f"`spacecast -C {show} deploy github-pages --yes`" in run.err
    assert branches(tmp_path / "remote.git") == ""
    assert (show / "config.yaml").read_bytes() == config
    dry = spacecast("-C", show, "deploy", "github-pages", "--dry-run")
    assert dry.code == 0
    assert str(tmp_path / "remote.git") in dry.out.splitlines()[-1]
    assert (show / "config.yaml").read_bytes() == config


def ask_at_terminal(show: Path, answer: str) -> Run:
    """The command at a terminal, where somebody types an answer."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "site_builder", "-C", str(show), "deploy", "github-pages"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SOURCE_DATE_EPOCH": TODAY}
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        os.write(ours, answer.encode())
        out, err = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    return Run(process.returncode, out, err)


def test_the_question_is_seen(old: Path, tmp_path: Path) -> None:
    """At a terminal, where a bar is drawn until then: whole, with the answers there are, and nothing drawn over it."""
    show = clone_of(old, tmp_path / "show")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "site_builder", "-C", str(show), "deploy", "github-pages"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SOURCE_DATE_EPOCH": TODAY, "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        shown = b""
        while b"config.yaml?" not in shown:
            shown += os.read(ours, 65536)
        os.set_blocking(ours, False)
        time.sleep(0.5)  # a bar is drawn ten times a second
        with suppress(BlockingIOError):
            shown += os.read(ours, 65536)
        os.write(ours, b"n\n")
        assert process.wait(timeout=60) == 2
    os.close(ours)
    os.close(theirs)
    assert shown.endswith(b"and note that in config.yaml? [y/N]: ")


def test_the_answer_decides(old: Path, tmp_path: Path) -> None:
    """No: nothing is sent. Yes: it is, and the place is noted."""
    show = clone_of(old, tmp_path / "show")
    no = ask_at_terminal(show, "n\n")
    assert no.code == 2
    assert f"first deploy to branch gh-pages of {tmp_path}/remote.git" in no.err
    assert branches(tmp_path / "remote.git") == ""
    yes = ask_at_terminal(show, "y\n")
    assert yes.code == 0, yes.err
    assert f"deploy: github-pages:{tmp_path}/remote.git\n" in (show / "config.yaml").read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "\ndeploy: github-pages:{0}\n"),
        ("# Mine\ndeploy: github-pages   # as before\n", "# Mine\ndeploy: github-pages:{0} # as before\n"),
        ("deploy:\n  web: github-pages\n  # a copy\n  copy: folder:/x\n", None),
        ("deploy: folder:/x\n", "deploy:\n  default: folder:/x\n  github-pages: github-pages:{0}\n"),
        ("deploy: {copy: 'folder:/x'}\n", None),
    ],
)
def test_the_note_is_the_smallest_edit(old: Path, tmp_path: Path, before: str, after: str | None) -> None:
    """The address stands where the word stood; comments and everything else stay as written."""
    show, place = clone_of(old, tmp_path / "show"), str(tmp_path / "remote.git")
    own = (show / "config.yaml").read_text()
    (show / "config.yaml").write_text(own + before)
    assert spacecast("-C", show, "deploy", "github-pages", "--yes").code == 0
    text = (show / "config.yaml").read_text()
    assert text.startswith(own.rstrip())
    assert f"github-pages:{place}" in text
    assert "# a copy" in text or "# a copy" not in before
    assert "folder:/x" in text or "folder:/x" not in before
    if after is not None:
        assert text.removeprefix(own) == after.format(place)
    assert " 0 sent" in spacecast("-C", show, "deploy", "github-pages").out  # not asked again


def test_another_remote_later(old: Path, tmp_path: Path) -> None:
    """The remote is changed after the first deploy: the show still goes where it was sent, or is refused."""
    show, other = clone_of(old, tmp_path / "show"), tmp_path / "other.git"
    git(tmp_path, "init", "-q", "--bare", str(other))
    assert spacecast("-C", show, "deploy", "github-pages", "--yes").code == 0
    git(show, "remote", "set-url", "origin", str(other))
    run = spacecast("-C", show, "deploy", "github-pages", "--yes")
    assert run.code == 2
    assert f"config.yaml says that the show goes to github-pages:{tmp_path}/remote.git" in run.err
    assert spacecast("-C", show, "deploy").code == 0
    assert branches(other) == ""


def test_a_token_is_used_and_not_noted(old: Path, tmp_path: Path) -> None:
    """A remote whose address has a token in it is named without."""
    show = clone_of(old, tmp_path / "show")
    git(show, "remote", "set-url", "origin", "http://s3cr3t-t0ken@127.0.0.1:1/show.git")
    run = spacecast("-C", show, "deploy", "github-pages", "--yes")
    assert run.code == 1
    assert "s3cr3t" not in run.err + run.out + (show / "config.yaml").read_text()


def test_commits_of_others(old: Path, tmp_path: Path) -> None:
    """A branch on which somebody committed after us, or with another show's site: refused, and left as it is."""
    show, remote = clone_of(old, tmp_path / "show"), tmp_path / "remote.git"
    assert spacecast("-C", show, "deploy", "github-pages", "--yes").code == 0
    other = clone_of(old, tmp_path / "other")
    edit(other / "config.yaml", "guid: ", "guid: 917393e3-1b1e-5cef-ace4-edaa54e1f810 # ")
    spacecast("-C", other, "build")
    tip = git(remote, "rev-parse", "gh-pages")
    run = spacecast("-C", other, "deploy", "github-pages", "--yes")
    assert run.code != 0
    assert git(remote, "rev-parse", "gh-pages") == tip
    git(tmp_path, "clone", "-q", "-b", "gh-pages", str(remote), "work")
    (tmp_path / "work/index.html").write_text("mine")
    named = ["-c", "user.name=Me", "-c", "user.email=me@you.dev"]
    git(tmp_path / "work", *named, "commit", "-qam", "Mine")
    git(tmp_path / "work", *named, "commit", "-q", "--allow-empty", "-m", "Publish the site (spacecast deploy)")
    git(tmp_path / "work", "push", "-q")
    run = spacecast("-C", show, "deploy")
    assert run.code == 2
    assert "did not put there" in run.err


def test_what_a_forced_push_leaves_behind(old: Path, new: Path, tmp_path: Path) -> None:
    """The command that is told takes the older sound out of the repository."""
    show, remote = clone_of(old, tmp_path / "show"), tmp_path / "remote.git"
    assert spacecast("-C", show, "deploy", "github-pages", "--yes").code == 0
    tip = git(remote, "rev-parse", "gh-pages")
    later = clone_of(new, tmp_path / "later")
    run = spacecast("-C", later, "deploy", "github-pages", "--yes")
    assert run.code == 0
    assert git(remote, "cat-file", "-t", tip) == "commit"
    assert "no longer online can still be fetched" in run.err
    subprocess.run(run.err.split("purged there: `")[1].split("`")[0], shell=True, check=True)
    with pytest.raises(subprocess.CalledProcessError):
        git(remote, "cat-file", "-t", tip)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("git@github.com:you/show.git", "you/show"),
        ("https://token@github.com/you/show", "you/show"),
        ("ssh://git@github.com/you/show.git", "you/show"),
        ("https://example.org/you/show.git", ""),
    ],
)
def test_names_at_github(address: str, name: str) -> None:
    """For the command that makes a repository anew."""
    assert find_github_name(address) == name


@pytest.mark.parametrize(
    ("old_text", "new_text", "said"),
    [
        (
            "https://signals.podcast/show/",
            "https://example.org/show/",
            "config.yaml:{line}: show.url: https://example.org/show/",
        ),
        ("https://signals.podcast/show/", "https://pod.example.com/", "show.url"),
        ("https://signals.podcast/show/", "http://localhost:8000/", "show.url"),
        ("https://signals.podcast/show/", "http://192.168.1.5/", "show.url"),
        ("https://signals.podcast/show/", "https://[2001:db8::1]/", "show.url"),
        ("https://signals.podcast/show/", "http://raspberry.local/show/", "show.url"),
        ("ada@signals.podcast", "podcast@example.net", "show.email: podcast@example.net"),
        ("ada@signals.podcast", "me@localhost.localdomain", "show.email"),
        ("\nfeed:", "\nmedia: {url: 'https://audio.example.org/'}\nfeed:", "media.url"),
    ],
)
def test_addresses_nobody_can_reach(old: Path, tmp_path: Path, old_text: str, new_text: str, said: str) -> None:
    """Every link would be dead: refused before anything is built or sent, with the line to change."""
    show = copy_show(old, tmp_path / "show")
    edit(show / "config.yaml", old_text, new_text)
    lines = (show / "config.yaml").read_text().splitlines()
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/www")
    assert run.code == 2
    assert said.format(line=1 + lines.index(next(line for line in lines if line.startswith("  url: ")))) in run.err
    assert "config.yaml:" in run.err
    assert not (tmp_path / "www").exists()


def test_who_has_not_answered_is_listed(old: Path, tmp_path: Path) -> None:
    """Before every deploy, with the episodes; those who answered are not."""
    show = copy_show(old, tmp_path / "show")
    for _ in range(2):
        run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/www")
        assert run.code == 0
        assert "have not said yes" in run.err
        assert "(not asked yet): " in run.err
    for who in spacecast("-C", show, "people", "--json").json:
        spacecast("-C", show, "consent", who["who"], "granted")
    spacecast("-C", show, "build")
    assert "have not said yes" not in spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").err
