"""GitHub Actions: the very shell steps of the workflow, run in a clean clone without recordings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from git_remotes import git
from online import RangeServer, read_site
from shipping import move_unpromised
from show_runner import TODAY, copy_show, edit, find_bundle, make_show, spacecast

from site_builder import __version__
from site_builder.commands.github.workflow import WORKFLOW


@pytest.fixture
def pushed(old: Path, tmp_path: Path) -> Path:
    """A show whose content was pushed to `remote.git`, recordings left out; nothing is deployed yet."""
    return push_show(old, tmp_path)


def push_show(old: Path, place: Path) -> Path:
    """The show in a repository that its host said is private."""
    show = copy_show(old, place / "show")
    assert spacecast("-C", show, "workflow", "--repository-is-private").code == 0
    git(place, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(show, "init", "-q", "-b", "main")
    git(show, "remote", "add", "origin", str(place / "remote.git"))
    git(show, "add", "-A")
    git(show, "commit", "-q", "-m", "The show")
    git(show, "push", "-q", "origin", "main")
    return show


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `python` whose virtual environments have what this program needs, as if fetched; but not the program."""
    folder = tmp_path_factory.mktemp("tools")
    packages = folder / "packages"
    packages.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.match(r"spacecast|site_builder|feedgen|_?_?editable|.*\.pth", package.name):
            (packages / package.name).symlink_to(package)
    add = f'for site in "$RUNNER_TEMP"/spacecast/lib/*/site-packages; do echo "{packages}" > "$site/needed.pth"; done'
    (folder / "python").write_text(f'#!/bin/sh\n"{sys.executable}" "$@" || exit\n{add}\n')
    (folder / "python").chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def installed(old: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the step that installs makes of the repository's own files; no index is asked."""
    place = tmp_path_factory.mktemp("installed")
    push_show(old, place)
    git(place, "clone", "-q", f"file://{place}/remote.git", "clone")
    done = run_step(read_steps(place / "clone")["Install what lies in .spacecast/"], place, tools)
    assert done.returncode == 0, done.stderr + done.stdout
    return place / "spacecast"


def read_steps(clone: Path) -> dict[str, str]:
    """The shell lines of the job that builds, by the step's name."""
    job = yaml.safe_load((clone / WORKFLOW).read_text("utf-8"))["jobs"]["build"]
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def run_step(lines: str, place: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """As the runner does, in the clone."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(place),
        "SOURCE_DATE_EPOCH": TODAY,
        "PIP_NO_INDEX": "1",
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines]
    return subprocess.run(command, cwd=place / "clone", env=environment, check=False, capture_output=True, text=True)


def run_steps(show: Path, place: Path, installed: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A clean clone, with the deployed branch where there is one, then each step but the one that installs."""
    remote = f"file://{show.parent}/remote.git"
    git(place, "clone", "-q", "--depth=1", remote, "clone")
    if "gh-pages" in git(show.parent / "remote.git", "branch"):
        git(place, "clone", "-q", "--depth=1", "-b", "gh-pages", remote, "clone/.cache/published")
    (place / "spacecast").symlink_to(installed)
    for name, lines in read_steps(place / "clone").items():
        if not name.startswith("Install"):
            done = run_step(lines, place, Path("/nowhere"))
            if done.returncode:
                break
    return place / "clone", done


def test_a_clean_clone_builds_the_same_site(pushed: Path, installed: Path, tmp_path: Path) -> None:
    """With the audio on the branch of `deploy`, the artifact is byte for byte the site built with recordings."""
    tracked = git(pushed, "ls-files").split()
    assert not [name for name in tracked if re.search(r"recording-|^output|archives/.*zip|refusals", name)]
    assert "content/people.yaml" in tracked
    assert spacecast("-C", pushed, "deploy", "github-pages", "--yes").code == 0
    clone, done = run_steps(pushed, tmp_path, installed)
    assert done.returncode == 0, done.stderr
    assert read_site(clone / "output") == read_site(pushed / "output")
    assert git(clone, "status", "--porcelain") == ""


def test_an_edit_on_github_is_published(pushed: Path, installed: Path, tmp_path: Path) -> None:
    """A corrected show note is in the artifact, the audio beside it unchanged."""
    assert spacecast("-C", pushed, "deploy", "github-pages", "--yes").code == 0
    edit(find_bundle(pushed, "2026-10-09") / "index.md", "title: ", "title: Corrected ")
    git(pushed, "commit", "-q", "-am", "Correct a title")
    git(pushed, "push", "-q", "origin", "main")
    clone, done = run_steps(pushed, tmp_path, installed)
    assert done.returncode == 0, done.stderr
    assert b"Corrected" in (clone / "output/feed.xml").read_bytes()
    audio = {path: content for path, content in read_site(clone / "output").items() if path.startswith("media/")}
    assert audio == {path: c for path, c in read_site(pushed / "output").items() if path.startswith("media/")}


def test_audio_from_the_site_itself(pushed: Path, installed: Path, tmp_path: Path) -> None:
    """Without that branch the audio comes from the site as it is online, and must be what was published."""
    with RangeServer(pushed / "output", base="/show") as server:
        move_unpromised(pushed, server.url)
        git(pushed, "commit", "-q", "-am", "Move")
        git(pushed, "push", "-q", "origin", "main")
        clone, done = run_steps(pushed, tmp_path, installed)
        assert done.returncode == 0, done.stderr
        assert len(list((clone / "output/media").iterdir())) == 2
        audio = next((pushed / "output/media").iterdir())
        audio.write_bytes(audio.read_bytes()[::-1])
        shutil.rmtree(clone / "output/media")
        run = spacecast("-C", clone, "fetch-media")
        assert run.code == 1
        assert "not what was published" in run.err
        assert not [
            path for path in (clone / "output/media").iterdir() if path.name in {audio.name, f".part-{audio.name}"}
        ]


def test_audio_on_a_media_store_is_not_touched(pushed: Path, installed: Path, tmp_path: Path) -> None:
    """With `media.url` the artifact is the site without audio, and its feed names the store, where nobody answers."""
    with (pushed / "config.yaml").open("a") as config:
        config.write("media: {store: 's3://show-audio', url: 'https://audio.signals.podcast/'}\n")
    spacecast("-C", pushed, "build")
    git(pushed, "commit", "-q", "-am", "Audio elsewhere")
    git(pushed, "push", "-q", "origin", "main")
    clone, done = run_steps(pushed, tmp_path, installed)
    assert done.returncode == 0, done.stderr
    site, built = read_site(clone / "output"), read_site(pushed / "output")
    assert site == {path: content for path, content in built.items() if not path.startswith("media/")}
    assert b'url="https://audio.signals.podcast/media/' in site["feed.xml"]


def test_audio_that_is_nowhere_stops_the_action(pushed: Path, installed: Path, tmp_path: Path) -> None:
    """Pushed before it was ever deployed: the action fails and says what to do; no feed without audio goes out."""
    move_unpromised(pushed, "http://127.0.0.1:1/show/")
    git(pushed, "commit", "-q", "-am", "Move")
    git(pushed, "push", "-q", "origin", "main")
    _, done = run_steps(pushed, tmp_path, installed)
    assert done.returncode == 1
    assert "deploy it once from the computer that has the recording" in done.stderr


def test_what_was_changed_is_not_installed(old: Path, tools: Path, tmp_path: Path) -> None:
    """One byte of the wheel differs from what was written down: the step fails."""
    show = push_show(old, tmp_path)
    wheel = show / f".spacecast/spacecast-{__version__}-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"!")
    git(show, "commit", "-q", "-am", "Changed")
    git(show, "push", "-q", "origin", "main")
    git(tmp_path, "clone", "-q", f"file://{tmp_path}/remote.git", "clone")
    done = run_step(read_steps(tmp_path / "clone")["Install what lies in .spacecast/"], tmp_path, tools)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_the_wheel_is_the_program(installed: Path, tmp_path: Path) -> None:
    """Installed from the wheel, the program makes the same wheel again, byte for byte."""
    shows = [make_show(tmp_path / name) for name in ("one", "two")]
    assert spacecast("-C", shows[0], "workflow", "--repository-is-private").code == 0
    command = [str(installed / "bin/spacecast"), "-C", str(shows[1]), "workflow", "--repository-is-private"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    made = [
        {file.name: file.read_bytes() for file in (show / ".spacecast").rglob("*") if file.is_file()} for show in shows
    ]
    assert made[0] == made[1]
    (wheel,) = (shows[0] / ".spacecast").glob("spacecast-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"site_builder/cli/main.py", "site_builder/requirements.lock"} <= set(names)
    assert any(name.startswith("site_builder/templates/") for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_nothing_is_installed_by_name(tmp_path: Path) -> None:
    """Wheels by path, all else pinned, each with a digest; what only building this program needs is not there."""
    show = make_show(tmp_path / "show")
    spacecast("-C", show, "workflow", "--repository-is-private")
    text = (show / ".spacecast/requirements.txt").read_text()
    entries = re.findall(r"^[^ #\n].*(?:\n +.*)*", text, re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert all(re.match(r"\./\.spacecast/\S+\.whl |[a-z0-9-]+==\S+ ", entry) for entry in entries)
    names = {re.split("==|-", entry.removeprefix("./.spacecast/"))[0] for entry in entries}
    assert {"spacecast", "feedgen", "lxml", "pillow", "six"} <= names
    assert not {"hatchling", "editables", "pathspec", "pluggy"} & names


def test_the_file(tmp_path: Path) -> None:
    """Actions by commit, rights only where they are needed and none to write for the job that builds."""
    show = make_show(tmp_path / "show")
    assert not (show / ".github").exists()
    assert spacecast("-C", show, "workflow", "--repository-is-private").code == 0
    file = show / WORKFLOW
    workflow: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {}
    jobs = workflow["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert not [step for step in jobs["deploy"]["steps"] if "run" in step]
    assert workflow["concurrency"] == {"group": "pages", "cancel-in-progress": False}
    used = re.findall(r"uses: (.*)", file.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)
    assert "pip install spacecast" not in file.read_text("utf-8")
    assert spacecast("-C", show, "workflow").code == 0  # said once
    file.write_text("name: Mine\n")
    assert spacecast("-C", show, "workflow").code == 2
    assert file.read_text() == "name: Mine\n"


def test_only_at_the_top_of_a_repository(old: Path, tmp_path: Path) -> None:
    """GitHub looks nowhere else, and what is private would be added to somebody's repository."""
    git(tmp_path, "init", "-q", "-b", "main")
    show = copy_show(old, tmp_path / "show")
    before = read_site(show)
    run = spacecast("-C", show, "workflow", "--repository-is-private")
    assert run.code == 2
    assert "lies inside the repository" in run.err
    assert read_site(show) == before


def test_only_for_a_private_repository(old: Path, tmp_path: Path) -> None:
    """Without the host's word nothing is changed; with it, what a build needs is let into git, and nothing else."""
    show = copy_show(old, tmp_path / "show")
    (show / "content/.refusals").mkdir(exist_ok=True)
    (show / "content/.refusals/any.txt").write_text("secret")
    git(show, "init", "-q", "-b", "main")
    git(show, "add", "-A")
    private = r"people\.yaml|space\.json|recording-|\.zip|refusals|index\.md"
    assert not [name for name in git(show, "ls-files").split() if re.search(private, name)]
    before = read_site(show)
    run = spacecast("-C", show, "workflow")
    assert run.code == 2
    assert "It has to be PRIVATE" in run.err
    assert "free one" in run.err
    assert read_site(show) == before
    with (show / ".gitignore").open("a") as ignored:
        ignored.write("# mine\n/drafts/\n")
    run = spacecast("-C", show, "workflow", "--repository-is-private")
    assert run.code == 0
    assert "private: yes" in (show / "config.yaml").read_text()
    assert (show / ".gitignore").read_text().endswith("# mine\n/drafts/\n")
    git(show, "add", "-A")
    tracked = git(show, "ls-files")
    assert "content/people.yaml" in tracked
    assert "space.json" in tracked
    assert not re.search(r"recording-|\.zip|refusals", tracked)
