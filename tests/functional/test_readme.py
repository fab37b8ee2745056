"""What README and manuals say is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_builder.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_command_is_in_the_readme() -> None:
    """The table of commands has a row for each command there is, and for no other."""
    rows = re.findall(r"^\| `spacecast ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(cli.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project names one."""
    prose = re.sub(r"`[^`\n]*`", "", page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)", prose):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_shown_exist(page: Path) -> None:
    """A `spacecast …` that a manual shows is a command with the options it names."""
    for line in re.findall(r"\bspacecast(?: -C \S+)? ([a-z-]+(?: [^`\n|]*)?)", _code_of(page)):
        name, *words = line.split()
        assert name in cli.commands, f"{page.name}: spacecast {name}"
        known = {option for parameter in cli.commands[name].params for option in parameter.opts}
        for word in words:
            if word.startswith("--") and len(word) > 2:
                assert word.split("=")[0].strip(",.;:)") in known | {"--help"}, f"{page.name}: {name} {word}"


def test_make_targets_that_are_shown_exist() -> None:
    """A `make …` that the README shows is a target."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = set(re.findall(r"\bmake ([a-z]+)\b", _code_of(ROOT / "README.md")))
    assert shown
    assert shown <= targets


def _code_of(page: Path) -> str:
    """Inline code and code blocks of a page."""
    text = page.read_text("utf-8")
    return "\n".join([*re.findall(r"```.*?\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])
