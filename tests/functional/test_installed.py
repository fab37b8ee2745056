"""The program as a wheel, in an unrelated folder: what it says leads somewhere, what it needs is inside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

import pytest
from show_runner import PROJECT

from site_builder.commands.help import MANUALS


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
    place = subprocess.run(
        [sys.executable, "-P", "-c", "import site_builder; print(site_builder.__file__)"],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert place.stdout.startswith(str(installed))
