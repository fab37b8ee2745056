"""What a message, a manual or a written file tells a person to read or to run is there, however it was installed."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from show_runner import PROJECT, spacecast

from site_builder.checks.registry import ALL_RULES
from site_builder.cli.main import cli
from site_builder.commands.help import MANUALS, find_topic, list_manuals, read_manual

PACKAGE = PROJECT / "site_builder"
_WITHOUT_TEXT = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def list_texts(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is no docstring, those of an f-string with `…` for its values."""
    tree = ast.parse(file.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values),
            )


def all_texts() -> Iterator[tuple[str, str]]:
    """Place and text of every message of the program, and of all that lies in the theme as text."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield from ((f"{file.relative_to(PROJECT)}:{line}", text) for line, text in list_texts(file))
    for file in sorted((PROJECT / "templates").rglob("*.po")):
        yield str(file.relative_to(PROJECT)), file.read_text("utf-8")


def find_wrong_command(line: str) -> str:
    """What is wrong about a `spacecast …`; empty where it can be run."""
    words = [word.strip("'\"") for word in re.sub(r"^-C \S+ ", "", line).split()]
    if not words or not re.fullmatch(r"[a-z][a-z-]*", words[0]):
        return ""
    command = cli.commands.get(words[0])
    if command is None:
        return f"no command {words[0]}"
    if words[0] == "help" and len(words) > 1 and words[1] not in {*MANUALS, *cli.commands, "TOPIC", "…"}:
        return f"no manual {words[1]}"
    known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
    return next((f"no option {word}" for word in words if word.startswith("--") and word not in known | {"--help"}), "")


def test_no_message_names_a_file_of_the_project() -> None:
    """`docs/` is nowhere once the program is installed; only doctest-like comments of the code may name it."""
    pattern = re.compile(r"(?<![\w/])docs/[^/\s]+\.md|\bCHANGELOG|\bCONTRIBUTING\b")
    known = {"site_builder/commands/help.py", "site_builder/checks/manual.py"}
    found = [
        f"{place}: {text[:80]!r}"
        for place, text in all_texts()
        if pattern.search(text) and place.partition(":")[0] not in known
    ]
    assert found == []


def test_what_is_to_be_installed_goes_where_this_program_is() -> None:
    """By `make_install_line`: an environment of uv's has no pip, and some other pip installs for another Python."""
    known = {"site_builder/checks/show/repository.py", "site_builder/commands/github"}  # of workflows, not of this one
    found = [place for place, text in all_texts() if "pip install" in text and not place.startswith(tuple(known))]
    assert found == []


def test_every_command_in_a_message_can_be_run() -> None:
    """`spacecast …` in a message is a command there is, with options it has; `spacecast help …` a page."""
    shown = [(place, line) for place, text in all_texts() for line in re.findall(r"`spacecast ([^`]+)`", text)]
    assert len(shown) > 40
    assert [f"{place}: {wrong}: {line}" for place, line in shown if (wrong := find_wrong_command(line))] == []


def test_sources_of_checks_lead_somewhere() -> None:
    """A rule names an address, or the command that shows a page of the manual."""
    own = {rule.source for rule in ALL_RULES if "://" not in rule.source}
    assert own
    assert {source.removeprefix("spacecast help ") for source in own} <= set(MANUALS)


@pytest.mark.parametrize("line", ["buld", "build --quick", "help consnt", "people --ask --twice"])
def test_a_wrong_command_is_seen(line: str) -> None:
    """Or else the tests above would see nothing."""
    assert find_wrong_command(line)


def test_wheel_holds_every_manual() -> None:
    """Each page from its one source; a page for hosts that is in `docs/` and no topic would be left behind."""
    included = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert included["force-include"]["docs/images"] == "site_builder/manuals/images"
    places = {to: source for source, to in included["force-include"].items() if re.search(r"/manuals/.*\.md$", to)}
    assert set(places) == {f"site_builder/manuals/{topic}.md" for topic in MANUALS}
    assert all((PROJECT / source).is_file() for source in places.values())
    for_developers = {"architecture", "performance"}
    assert {page.stem for page in (PROJECT / "docs").glob("*.md")} - for_developers == set(MANUALS) - {"start"}


def test_pages_lead_nowhere_but_to_pages() -> None:
    """A link to a page is the command that shows it; what lies only in the project is no link."""
    for page in list_manuals():
        assert not re.findall(r"\]\((?!\w+://|mailto:)[^)]*\)", re.sub(r"`[^`\n]*`", "", page.text)), page.topic
        for target in re.findall(r"spacecast help ([\w-]+)", page.text):
            assert target in {*MANUALS, *cli.commands}, f"{page.topic}: {target}"
    assert "`spacecast help publish-github-pages`" in read_manual("start").text
    assert [find_topic(target) for target in ("docs/consent.md", "consent.md#a", "decisions/0001-x.md")] == [
        "consent",
        "consent",
        "",
    ]


def test_help_shows_pages_and_commands() -> None:
    """A list, a page, a command; a word that is neither brings what is near, and exit code 2."""
    listed = spacecast("help")
    assert all(f"\n  {topic} " in listed.out for topic in (*MANUALS, "build", "deploy"))
    assert set(spacecast("help", "--json").json) == set(MANUALS)
    assert spacecast("help", "merging").out.startswith("# Making one show of two")
    assert spacecast("help", "docs/merging.md").out == spacecast("help", "merging").out
    assert "--help` says what the command takes" in spacecast("help", "consent").out
    assert spacecast("help", "build", "--json").json["text"].startswith("Usage: spacecast build")
    wrong = spacecast("help", "consnt")
    assert (wrong.code, "did you mean consent?" in wrong.err) == (2, True)


def test_every_command_explains_itself() -> None:
    """Each option has a sentence."""
    for name, command in cli.commands.items():
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.opts}"
