"""GitHub Actions: the very shell steps of the workflow, run in a clean clone without recordings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from online import RangeServer, read_site
from show_runner import PROJECT, TODAY, copy_show, edit, find_bundle, spacecast

from site_builder import __version__
from site_builder.commands.workflow import WORKFLOW


def git(folder: Path, *arguments: str) -> str:
    """Run git there."""
    named = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    return subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def pushed(old: Path, tmp_path: Path) -> Path:
    """A show whose content was pushed to `remote.git`, recordings left out; nothing is deployed yet."""
    show = copy_show(old, tmp_path / "show")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(show, "init", "-q", "-b", "main")
    git(show, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(show, "add", "-A")
    git(show, "commit", "-q", "-m", "The show")
    git(show, "push", "-q", "origin", "main")
    return show


def run_steps(show: Path, place: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """What the runner does: a clean clone, then each step's shell lines; the clone, and the step that ended it."""
    clone, tools = place / "clone", place / "tools"
    git(place, "clone", "-q", "--depth=1", f"file://{show.parent}/remote.git", "clone")
    tools.mkdir()
    (tools / "spacecast").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m site_builder "$@"\n')
    (tools / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    installed = tools / f"spacecast-{__version__}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: spacecast\nVersion: {__version__}\n")
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": f"{PROJECT}:{tools}",
        "RUNNER_TEMP": str(place),
        "SOURCE_DATE_EPOCH": TODAY,
        "PIP_NO_INDEX": "1",
        "PIP_BREAK_SYSTEM_PACKAGES": "1",
    }
    workflow = yaml.safe_load((clone / WORKFLOW).read_text("utf-8"))
    for step in workflow["jobs"]["build"]["steps"]:
        if lines := step.get("run"):
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines]
            done = subprocess.run(command, cwd=clone, env=environment, check=False, capture_output=True, text=True)
            if done.returncode:
                break
    return clone, done


def test_a_clean_clone_builds_the_same_site(pushed: Path, tmp_path: Path) -> None:
    """With the audio on the branch of `deploy`, the artifact is byte for byte the site built with recordings."""
    assert not [name for name in git(pushed, "ls-files").split() if "recording-" in name or name.startswith("output")]
    assert spacecast("-C", pushed, "deploy", "github-pages").code == 0
    clone, done = run_steps(pushed, tmp_path)
    assert done.returncode == 0, done.stderr
    assert read_site(clone / "output") == read_site(pushed / "output")
    assert git(clone, "status", "--porcelain") == ""


def test_an_edit_on_github_is_published(pushed: Path, tmp_path: Path) -> None:
    """A corrected show note is in the artifact, the audio beside it unchanged."""
    spacecast("-C", pushed, "deploy", "github-pages")
    edit(find_bundle(pushed, "2026-10-09") / "index.md", "title: ", "title: Corrected ")
    git(pushed, "commit", "-q", "-am", "Correct a title")
    git(pushed, "push", "-q", "origin", "main")
    clone, done = run_steps(pushed, tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"Corrected" in (clone / "output/feed.xml").read_bytes()
    audio = {path: content for path, content in read_site(clone / "output").items() if path.startswith("media/")}
    assert audio == {path: c for path, c in read_site(pushed / "output").items() if path.startswith("media/")}


def test_audio_from_the_site_itself(pushed: Path, tmp_path: Path) -> None:
    """Without that branch the audio comes from the site as it is online, and must be what was published."""
    with RangeServer(pushed / "output", base="/show") as server:
        edit(pushed / "config.yaml", "https://you.github.io/show/", server.url)
        git(pushed, "commit", "-q", "-am", "Move")
        git(pushed, "push", "-q", "origin", "main")
        clone, done = run_steps(pushed, tmp_path)
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


def test_audio_on_a_media_store_is_not_touched(pushed: Path, tmp_path: Path) -> None:
    """With `media.url` the artifact is the site without audio, and its feed names the store, where nobody answers."""
    with (pushed / "config.yaml").open("a") as config:
        config.write("media: {store: 's3://show-audio', url: 'https://audio.example.net/'}\n")
    spacecast("-C", pushed, "build")
    git(pushed, "commit", "-q", "-am", "Audio elsewhere")
    git(pushed, "push", "-q", "origin", "main")
    clone, done = run_steps(pushed, tmp_path)
    assert done.returncode == 0, done.stderr
    site, built = read_site(clone / "output"), read_site(pushed / "output")
    assert site == {path: content for path, content in built.items() if not path.startswith("media/")}
    assert b'url="https://audio.example.net/media/' in site["feed.xml"]


def test_audio_that_is_nowhere_stops_the_action(pushed: Path, tmp_path: Path) -> None:
    """Pushed before it was ever deployed: the action fails and says what to do; no feed without audio goes out."""
    edit(pushed / "config.yaml", "https://you.github.io/show/", "http://127.0.0.1:1/show/")
    git(pushed, "commit", "-q", "-am", "Move")
    git(pushed, "push", "-q", "origin", "main")
    _, done = run_steps(pushed, tmp_path)
    assert done.returncode == 1
    assert "deploy it once from the computer that has the recording" in done.stderr


def test_the_file(tmp_path: Path) -> None:
    """`init` and `workflow` write it, this version pinned, official actions, least rights; never over another file."""
    spacecast("init", tmp_path / "show")
    file = tmp_path / "show" / WORKFLOW
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert workflow["concurrency"] == {"group": "pages", "cancel-in-progress": False}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(action.startswith("actions/") for action in used)
    assert f'"spacecast=={__version__}"' in file.read_text("utf-8")
    assert spacecast("-C", tmp_path / "show", "workflow").code == 0
    file.write_text("name: Mine\n")
    assert spacecast("-C", tmp_path / "show", "workflow").code == 2
    assert file.read_text() == "name: Mine\n"
