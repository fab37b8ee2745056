"""What the project says of itself: its own workflow, its bounds on libraries, the quick tests, the gate."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from site_builder.commands.github.workflow import render_workflow

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
OWN = (WORKFLOWS / "test.yml").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PRIVATE = {"feedgen", "ghp-import", "jinja2", "markdown", "mutagen"}
"""Libraries of which a private name or an inner class is used (each place says so): another version may lack it."""


def find_actions(text: str) -> dict[str, str]:
    """Action to the commit it is named by."""
    return dict(re.findall(r"uses: ([\w/.-]+)@(\S+)", text))


def test_actions_are_those_that_shows_use() -> None:
    """By commit, and by the same one; only the program to double-click is uploaded by an action that no show needs."""
    shown = {**find_actions(render_workflow()), **find_actions((WORKFLOWS / "program.yml").read_text("utf-8"))}
    assert shown.keys() - find_actions(render_workflow()).keys() == {"actions/upload-artifact"}
    assert find_actions(render_workflow()).items() <= shown.items()
    for file in WORKFLOWS.glob("*.yml"):
        own = find_actions(file.read_text("utf-8"))
        assert own
        assert own.items() <= shown.items(), file.name
        assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit in own.values())


def test_own_workflow_may_read_only() -> None:
    """No job has more than the right to read; every version that is promised is tried, on three systems."""
    workflow = yaml.safe_load(OWN)
    assert workflow["permissions"] == {}
    assert [job["permissions"] for job in workflow["jobs"].values()] == [{"contents": "read"}] * len(workflow["jobs"])
    matrix = workflow["jobs"]["fast"]["strategy"]["matrix"]
    promised = {line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert set(matrix["python"]) == promised
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_what_the_project_s_own_files_name_is_there() -> None:
    """Workflows, Makefile and the recipe of the program: every file and folder of the project that they name."""
    for file in (
        *WORKFLOWS.glob("*.yml"),
        ROOT / "Makefile",
        *(ROOT / "packaging").glob("*.*"),
        ROOT / "CONTRIBUTING.md",
    ):
        named = re.findall(
            r"(?<![\w/.-])(?:tests|scripts|packaging|benchmarks|docs|site_builder)/[\w/.-]+\w", file.read_text("utf-8")
        )
        assert [name for name in named if not any(ROOT.glob(f"{name}*"))] == [], file.name


def test_an_installer_is_made_only_with_what_the_gpl_asks_for(tmp_path: Path) -> None:
    """No offer, one that nobody filled in, one without an address, no licence text: nothing is made, and it is said."""
    offer, gpl = tmp_path / "offer.txt", tmp_path / "gpl.txt"
    template = (ROOT / "packaging" / "source-offer.txt").read_text("utf-8")
    filled = template.replace("[NAME]", "Ada").replace("[ADDRESS]", "ada@signals.podcast")
    gpl.write_text("GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007\n")
    for text, licence in (
        (None, gpl),
        (template, gpl),
        (filled.replace("ada@signals.podcast", "home"), gpl),
        (filled, offer),
    ):
        offer.write_text(text or "", "utf-8")
        given = ["--offer", str(offer)] if text else []
        script = [
            sys.executable,
            str(ROOT / "packaging" / "build.py"),
            *given,
            "--gpl",
            str(licence),
            "--out",
            str(tmp_path),
        ]
        done = subprocess.run(script, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Nothing was made: av" in done.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"offer.txt", "gpl.txt"}


def test_private_names_of_libraries_are_bounded() -> None:
    """A version that nobody has tried is not installed."""
    bounds = {re.split(r"[\[>=<; ]", line)[0]: line for line in PROJECT["project"]["dependencies"]}
    assert [name for name in sorted(PRIVATE) if not re.search(r">=.*<", bounds[name])] == []


def test_quick_tests_are_there() -> None:
    """`make test-fast` takes this list."""
    lines = (ROOT / "tests" / "fast.txt").read_text("utf-8").split()
    assert [line for line in lines if not (ROOT / line.removeprefix("--ignore=")).exists()] == []


def test_ci_runs_what_readme_names() -> None:
    """One command, for people and for machines; pytest has the last word."""
    assert (ROOT / ".ci" / "run").read_text("utf-8").rstrip().endswith("make check")
    assert "`make check`" in (ROOT / "README.md").read_text("utf-8").partition("## For developers")[2]
    assert re.search(r"^check: lint types test$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
