"""The program as a wheel, in an unrelated folder: what it says leads somewhere, what it needs is inside."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import wave
import zipfile
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

import pytest
from documented_commands import Examples, find_elsewhere, list_documented
from show_runner import PRACTICE, PROJECT, edit, find_bundle, make_show, spacecast

from site_builder.commands.help import MANUALS

RUN_ALL = """
import contextlib, io, json, sys
from site_builder.cli.main import main
done = []
for words in json.load(sys.stdin):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
        except SystemExit as end:
            code = end.code or 0
    done.append((code, out.getvalue() + err.getvalue()))
json.dump(done, sys.stdout)
"""
"""Runs one command after the other, as somebody at a terminal does, without starting Python anew each time."""


def copy_project(to: Path, *, changed_at: int) -> Path:
    """What git tracks or would, in files of one age."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True).stdout.decode().split("\0")
    wanted = (
        "site_builder/",
        "templates/",
        "docs/",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        "CHANGELOG.md",
    )
    for name in listed:
        if name.startswith((*wanted, "requirements.lock", ".gitignore")) and (PROJECT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, to / name)
            os.utime(to / name, (changed_at, changed_at))
    return to


def make_distributions(project: Path) -> tuple[Path, Path]:
    """Wheel and sdist, as any front end makes them."""
    script = "from hatchling import build; print(build.build_wheel('dist'), build.build_sdist('dist'))"
    made = subprocess.run([sys.executable, "-c", script], cwd=project, check=True, capture_output=True, text=True)
    wheel, sdist = made.stdout.split()[-2:]
    return project / "dist" / wheel, project / "dist" / sdist


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and sdist of the project as it is."""
    pytest.importorskip("hatchling")
    return make_distributions(copy_project(tmp_path_factory.mktemp("project"), changed_at=1_700_000_000))


@pytest.fixture(scope="module")
def installed(distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked, which is what installing one of pure Python does."""
    place = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(distributions[0]).extractall(place)
    return place


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The program from there, in an unrelated folder."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "SOURCE_DATE_EPOCH": "1795000000"}
    command = [sys.executable, "-P", "-m", "site_builder", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_distributions_are_reproducible(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    """Whoever builds them, wherever and whenever, has the same bytes."""
    again = make_distributions(copy_project(tmp_path / "elsewhere", changed_at=1_600_000_000))
    assert [sha256(file.read_bytes()).hexdigest() for file in again] == [
        sha256(file.read_bytes()).hexdigest() for file in distributions
    ]


def test_source_archive_makes_the_same_wheel(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    """It holds all that the wheel is made of, manuals and pictures included."""
    wheel, sdist = distributions
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again, _ = make_distributions(tmp_path / sdist.name.removesuffix(".tar.gz"))
    assert again.read_bytes() == wheel.read_bytes()


def test_metadata(distributions: tuple[Path, Path]) -> None:
    """Extras, licences with their texts, and the mark that its types can be relied on."""
    with zipfile.ZipFile(distributions[0]) as wheel:
        (info,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
        said = message_from_bytes(wheel.read(f"{info}/METADATA"))
        assert {"speech", "publish", "stores"} <= set(said.get_all("Provides-Extra") or [])
        assert said["License-Expression"] == "MIT AND OFL-1.1"
        licences = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
        assert licences == {"LICENSE", "NOTICE", "OFL.txt"}
        assert "site_builder/py.typed" in wheel.namelist()


def test_manuals_and_a_show_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Every page is shown, and what `init` writes builds, with no file of the project in sight."""
    for topic in MANUALS:
        shown = run(installed, tmp_path, "help", topic)
        assert shown.returncode == 0, shown.stderr
        assert len(shown.stdout) > 500
    assert run(installed, tmp_path, "init", "my show", "--title", "Signals").returncode == 0
    built = run(installed, tmp_path, "-C", "my show", "build")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "my show/output/index.html").is_file()
    script = (
        "import re, site_builder; from site_builder.commands.help import find_picture, list_manuals\n"
        "pages = ''.join(page.render_html('/help/') for page in list_manuals())\n"
        "print(site_builder.__file__, *map(find_picture, re.findall(r'/help/pictures/([^\"]+)', pages)), sep='\\n')"
    )
    shown = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    program, *pictures = shown.stdout.splitlines()
    assert program.startswith(str(installed))
    assert len(pictures) >= 7
    assert all(picture.startswith(str(installed)) and Path(picture).is_file() for picture in pictures)


@pytest.fixture
def examples(tmp_path: Path) -> Examples:
    """A show as the manuals have it: built, deployed twice into a folder, with a transcript."""
    show, scratch = make_show(tmp_path / "show", PRACTICE), tmp_path / "scratch"
    scratch.mkdir()
    edit(show / "config.yaml", "https://example.org/show/", "https://signals.podcast/show/")
    edit(show / "config.yaml", "podcast@example.org", "ada@signals.podcast")
    assert spacecast("-C", show, "extract", PRACTICE).code == 0
    with (show / "config.yaml").open("a") as config:
        config.write(f"deploy: folder:{tmp_path / 'online'}\n")
    episode = find_bundle(show, "flood-gauges")
    cues = "".join(f"00:{at:02}.000 --> 00:{at + 4:02}.000\nHow does a gauge know?\n\n" for at in range(0, 40, 5))
    (episode / "transcript.vtt").write_text(f"WEBVTT\n\n{cues}", "utf-8")
    for title in ("Signals", "Signals anew"):
        edit(show / "config.yaml", "title: Signals", f"title: {title}")
        assert spacecast("-C", show, "build").code == 0
        assert spacecast("-C", show, "deploy", "--yes").code == 0
    with wave.open(str(scratch / "talk.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(64000))
    deployed = spacecast("-C", show, "deploy", "--list", "--json").json[-1]["id"]
    return Examples(show, PRACTICE, scratch, "1lDxLnrWjwkGm", episode.name, "kit_gauges", deployed)


def test_every_documented_command_runs(installed: Path, examples: Examples, tmp_path: Path) -> None:
    """Of the manuals and of `--help`, from the wheel, in an unrelated folder; nothing is refused as wrong."""
    lines = [line for line in list_documented() if not find_elsewhere(line)]
    assert len(lines) > 40
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN_ALL],
        input=json.dumps([examples.translate(line) for line in lines]),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "SOURCE_DATE_EPOCH": "1795000000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = dict(zip(lines, json.loads(done.stdout), strict=True))
    failed = [f"{line}: {text}" for line, (code, text) in results.items() if code not in {0, 1} or "Traceback" in text]
    assert not failed, "\n".join(failed)


def test_other_commands_are_run_by_other_tests() -> None:
    """What needs a server or an engine names the test that runs it, with the same options."""
    elsewhere = {line: place for line in list_documented() if (place := find_elsewhere(line))}
    assert len(elsewhere) > 10
    runners = "".join(file.read_text("utf-8") for file in (PROJECT / "tests/support").glob("*_runner.py"))
    for line, (file, words) in elsewhere.items():
        text = (PROJECT / "tests" / file).read_text("utf-8")
        assert words in text, line
        assert [option for option in re.findall(r"--[a-z-]+", line) if f'"{option}"' not in text + runners] == [], line
