"""Private files in repositories that others may read: found before anything is sent, with what can be done."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from git_remotes import branches, clone_of, git
from show_runner import copy_show, edit, find_bundle, spacecast

from site_builder.checks.show.repository import find_install


def push_all(show: Path) -> Path:
    """As older manuals said: everything is added and pushed."""
    git(show, "add", "-A", "-f", "content", "config.yaml")
    git(show, "commit", "-q", "-m", "My show")
    git(show, "push", "-q", "origin", "main")
    return show


def find_warnings(show: Path) -> list[str]:
    """What `check` says of the repository."""
    findings = spacecast("-C", show, "check", "--json").json["findings"]
    return [finding["message"] for finding in findings if finding["rule"] == "repository-private"]


def test_a_remote_that_holds_people(old: Path, tmp_path: Path) -> None:
    """`check` warns without a network, `deploy` stops before anything is sent, to whatever host."""
    show = push_all(clone_of(old, tmp_path / "show"))
    kept, pushed = find_warnings(show)
    assert "git keeps content/archives/first.zip" in kept or "content/archives/two.zip" in kept
    assert pushed.startswith(f"{tmp_path}/remote.git holds ")
    for target in ("github-pages", f"folder:{tmp_path}/www"):
        run = spacecast("-C", show, "deploy", target, "--yes")
        assert run.code == 2
        assert f"{tmp_path}/remote.git holds " in run.err
        assert "--repository-is-private" in run.err
    assert branches(tmp_path / "remote.git") == "main"
    assert not (tmp_path / "www").exists()


def test_what_somebody_else_pushed_is_found(old: Path, tmp_path: Path) -> None:
    """A deploy asks the remote itself: this clone has never fetched, and the file is gone from the newest commit."""
    other = push_all(clone_of(old, tmp_path / "other"))
    git(other, "rm", "-q", "-r", "--cached", "content")
    git(other, "commit", "-q", "-m", "Oops")
    git(other, "push", "-q", "origin", "main:elsewhere")
    git(tmp_path / "remote.git", "branch", "-q", "-D", "main")
    show = clone_of(old, tmp_path / "show")
    assert find_warnings(show) == []
    run = spacecast("-C", show, "deploy", "github-pages", "--yes")
    assert run.code == 2
    assert "content/people.yaml" in run.err or "and " in run.err
    assert branches(tmp_path / "remote.git") == "elsewhere"


def test_the_host_says_it_is_private(old: Path, tmp_path: Path) -> None:
    """Said once, noted, and taken for the show's own repository only: not for a second one that the site goes to."""
    show = push_all(clone_of(old, tmp_path / "show"))
    run = spacecast("-C", show, "deploy", "github-pages", "--yes", "--repository-is-private")
    assert run.code == 0, run.err
    assert "private: yes" in (show / "config.yaml").read_text()
    assert find_warnings(show) == []
    assert spacecast("-C", show, "deploy").code == 0
    second = tmp_path / "second.git"
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "remote.git"), str(second))
    edit(show / "config.yaml", str(tmp_path / "remote.git"), str(second))
    assert spacecast("-C", show, "deploy").code == 2


def test_a_show_in_a_folder_of_a_repository(old: Path, tmp_path: Path) -> None:
    """Pushed with the repository around it: found there too, under its own path."""
    around = tmp_path / "work"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(tmp_path, "init", "-q", "-b", "main", "work")
    git(around, "remote", "add", "origin", str(tmp_path / "remote.git"))
    show = copy_show(old, around / "my-show")
    git(show, "add", "-f", "content/people.yaml")
    git(around, "commit", "-q", "-m", "All of it")
    assert find_warnings(show) == ["git keeps content/people.yaml, which the next push sends"]
    git(around, "push", "-q", "origin", "main")
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/www")
    assert run.code == 2
    assert "people.yaml" in run.err


@pytest.mark.parametrize(
    "name",
    [
        "content/people.yaml~",
        "content/People.yaml",
        "content/.people.yaml.swp",
        "content/people (copy).yml",
        "content/episodes/one/space.json.bak",
        "twitter-2026-10-18-ab.zip",
        "old/twitter-2026-10-18/data/spaces_media/space-1.ts",
    ],
)
def test_copies_that_people_and_editors_leave(old: Path, tmp_path: Path, name: str) -> None:
    """Left out of git by a new show's `.gitignore`; found where somebody has forced them in, in whatever folder."""
    around = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", "work")
    show = copy_show(old, around / "[my] show")
    (show / name).parent.mkdir(parents=True, exist_ok=True)
    (show / name).write_text("private")
    git(show, "add", "-A")
    git(around, "commit", "-q", "-m", "All of it")
    assert find_warnings(show) == []
    git(show, "add", "-f", name)
    assert find_warnings(show) == [f"git keeps {name}, which the next push sends"]


def test_what_is_public_anyway_is_no_matter(old: Path, tmp_path: Path) -> None:
    """What a new show's `.gitignore` lets in, and a remote that is not there, stop nobody."""
    show = clone_of(old, tmp_path / "show")
    git(show, "add", "-A")
    git(show, "commit", "-q", "-m", "My show")
    git(show, "push", "-q", "origin", "main")
    assert "config.yaml" in git(tmp_path / "remote.git", "ls-tree", "-r", "--name-only", "main")
    git(show, "remote", "add", "gone", str(tmp_path / "nowhere.git"))
    assert find_warnings(show) == []
    assert spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").code == 0


def test_taken_out_of_the_history(old: Path, tmp_path: Path) -> None:
    """Started afresh, as the manual says, the show can be deployed again."""
    show = push_all(clone_of(old, tmp_path / "show"))
    subprocess.run(["rm", "-rf", str(show / ".git"), str(tmp_path / "remote.git")], check=True)
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    run = spacecast("-C", show, "deploy", f"github-pages:{tmp_path}/remote.git", "--yes")
    assert run.code == 0, run.err


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('        run: python -m pip install "spacecast==0.1.0"', "spacecast==0.1.0"),
        ("run: pip install --upgrade spacecast", "spacecast"),
        ("- run: pip3 install 'spacecast[stores]>=0.1' && spacecast build", "spacecast[stores]>=0.1"),
        ("run: uvx spacecast build", "spacecast"),
        ("run: pipx run spacecast build", "spacecast"),
        ("run: uv tool install spacecast@latest", "spacecast@latest"),
        ('run: "$RUNNER_TEMP/spacecast/bin/python" -m pip install -r .spacecast/requirements.txt', ""),
        ("run: spacecast build", ""),
        ("# pip install is not needed # spacecast", ""),
        ("run: pip install ./.spacecast/spacecast-0.1.0-py3-none-any.whl", ""),
    ],
)
def test_installed_by_name(line: str, found: str) -> None:
    """Whatever installs, or runs, the program by the name it has in an index."""
    assert find_install(line) == found


def test_an_older_workflow_is_found_and_replaced(old: Path, tmp_path: Path) -> None:
    """`check` says where, a deploy stops; `workflow` writes another in its place."""
    show = copy_show(old, tmp_path / "show")
    file = show / ".github/workflows/pages.yml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "# Publishes the site when content/ changes.\n"
        "# Yours to change; `spacecast workflow` writes it anew where there is none.\n"
        'jobs:\n  build:\n    steps:\n      - run: python -m pip install "spacecast==0.1.0"\n'
    )
    run = spacecast("-C", show, "check", "--json")
    (finding,) = [finding for finding in run.json["findings"] if finding["rule"] == "workflow-install"]
    assert (finding["file"], finding["line"]) == (".github/workflows/pages.yml", 6)
    assert spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").code == 1
    assert spacecast("-C", show, "workflow", "--repository-is-private").code == 0
    assert "workflow-install" not in spacecast("-C", show, "check", "--json").out
    assert find_bundle(show, "2026-10-09").exists()
