"""Compiled templates: found by a second show, never what another source, language or program would have given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemBytecodeCache

from site_builder.render import compiled_templates
from site_builder.render.compiled_templates import find_shared_folder
from site_builder.render.pages.theme import load_theme
from site_builder.text.languages import Language, load_language


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program may keep what it compiled; in other tests there is no such place."""
    folder = tmp_path / "program/__pycache__"
    folder.mkdir(parents=True)
    monkeypatch.setattr(compiled_templates, "find_program_cache", lambda _: folder)
    monkeypatch.setattr(compiled_templates, "find_shared_folder", find_shared_folder)
    monkeypatch.setattr(compiled_templates, "FileSystemBytecodeCache", FileSystemBytecodeCache)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of templates that were compiled."""
    names: list[str] = []
    compile_ = Environment.compile

    def note(self: Environment, source: str, name: str | None = None, *rest: object, **options: object) -> object:
        names.append(name or "")
        return compile_(self, source, name, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", note)
    return names


def render(show: Path, language: Language | None = None) -> bytes:
    """A page of a show, by what is kept of its templates."""
    theme = load_theme(show, {}, language or load_language("en"), compiled=show / ".cache/templates")
    return theme.render("robots.txt", {"hidden": False, "site": {"url": "https://example.org/", "path": "/"}})


def override(show: Path) -> None:
    """Give a show a template of its own, over the built-in one."""
    (show / "templates").mkdir(parents=True)
    (show / "templates/robots.txt").write_text('{% include "builtin/robots.txt" %}\nCrawl-delay: 9\n')


def list_kept(folder: Path) -> list[Path]:
    """Compiled templates below a folder."""
    return sorted(folder.rglob("*.page"))


def test_a_second_show_compiles_nothing(tmp_path: Path, program: Path, compiled: list[str]) -> None:
    """The built-in ones lie beside the program, none in the shows; the page is the one that is compiled anew."""
    page = render(tmp_path / "first")
    assert compiled == ["robots.txt"]
    assert (
        render(tmp_path / "second")
        == page
        == load_theme().render("robots.txt", {"hidden": False, "site": {"url": "https://example.org/", "path": "/"}})
    )
    assert compiled == ["robots.txt"] * 2  # the theme without a cache
    assert len(list_kept(program)) == 1
    assert not list_kept(tmp_path / "first") + list_kept(tmp_path / "second")


def test_own_templates_stay_with_the_show(tmp_path: Path, program: Path, compiled: list[str]) -> None:
    """A show's template is kept in its cache, what it builds on beside the program; another show gets nothing of it."""
    plain = render(tmp_path / "plain")
    override(tmp_path / "own")
    assert render(tmp_path / "own") == plain + b"Crawl-delay: 9\n"
    assert len(list_kept(tmp_path / "own")) == 1
    assert render(tmp_path / "plain") == plain
    names = list(compiled)
    render(tmp_path / "own")
    assert compiled == names


@pytest.mark.parametrize("content", [b"", b"j2 nothing of ours", b"\x00" * 4000])
def test_what_is_damaged_is_compiled_anew(tmp_path: Path, program: Path, compiled: list[str], content: bytes) -> None:
    """As if it were not there."""
    page = render(tmp_path / "first")
    (kept,) = list_kept(program)
    kept.write_bytes(content)
    assert render(tmp_path / "second") == page
    assert len(compiled) == 2
    assert kept.read_bytes() != content


def test_a_program_that_cannot_be_written_to(tmp_path: Path, program: Path, compiled: list[str]) -> None:
    """Each show keeps all it compiles."""
    program.rmdir()
    program.write_text("no folder")
    page = render(tmp_path / "show")
    assert len(list_kept(tmp_path / "show")) == 1
    assert render(tmp_path / "show") == page
    assert len(compiled) == 1


def test_python_that_is_to_write_nothing(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONDONTWRITEBYTECODE holds for templates, too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    render(tmp_path / "show")
    assert not list_kept(program)
    assert len(list_kept(tmp_path / "show")) == 1


def test_words_of_one_show_are_not_kept_for_others(tmp_path: Path, program: Path) -> None:
    """Texts are folded into what is compiled: a host's own would fill the program's folder, show by show."""
    render(tmp_path / "show", load_language("en", None, {"Play": "Go"}))
    assert not list_kept(program)
    render(tmp_path / "show", load_language("de"))
    render(tmp_path / "show", load_language("en"))
    assert len({file.parent for file in list_kept(program)}) == 2


def test_another_program_finds_nothing_and_clears_up(
    tmp_path: Path, program: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier version compiled is never used, and goes; what another Python did stays."""
    render(tmp_path / "show")
    other = program / "templates-cpython-27-0123456789abcdef-0123456789abcdef"
    other.mkdir()
    monkeypatch.setattr(compiled_templates, "_digest_compiler", lambda: "f" * 64)
    render(tmp_path / "show")
    assert len(compiled) == 2
    assert [file.parent.name.split("-")[3] for file in list_kept(program)] == ["f" * 16]
    assert other.is_dir()
