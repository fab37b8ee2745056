"""Finds pictures that are not there and markup that is removed, in the host's texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from site_builder.episodes.written.unread_files import find_unread
from site_builder.errors import InvalidDocument, Problem
from site_builder.render.markdown_limits import is_too_complex
from site_builder.render.notes import list_markup
from site_builder.show.bundles import Bundle, FreePage
from site_builder.show.documents import find_front_line
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import INDEX
from site_builder.show.own_files import explain_foreign, is_plain_file

_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextFaults:
    """What is wrong with a text."""

    problems: tuple[Problem, ...] = ()
    """It cannot be published before these are mended."""
    remarks: tuple[Problem, ...] = ()
    """It is published without these."""


def check_notes(bundle: Bundle) -> TextFaults:
    """What is wrong with the notes of an episode, and with the pictures that its front matter names."""
    index, show = bundle.folder / INDEX, bundle.folder.parents[2]
    found = check_text(bundle.notes, index, bundle.notes_line, show)
    return TextFaults((*_check_named(bundle, show), *found.problems), (*found.remarks, *find_unread(bundle)))


def check_page(page: FreePage, show: Path) -> TextFaults:
    """What is wrong with a free page."""
    return check_text(page.text, page.file, page.line, show)


def check_text(text: str, file: Path, first_line: int, show: Path) -> TextFaults:
    """What is wrong with Markdown that begins on `first_line` of `file`."""
    markup = list_markup(text)
    problems, remarks = [], []
    if is_too_complex(text):
        remarks.append(Problem(_PLAIN, file, first_line))
    for address in dict.fromkeys(markup.pictures):
        line = _find_line(text, address, first_line)
        if _ELSEWHERE.match(address):
            remarks.append(Problem(f"the picture {_shorten(address)} {_LEFT_OUT}", file, line))
        elif reason := _explain_picture(file.parent, unquote(address), show):
            problems.append(Problem(reason, file, line))
    for tag in dict.fromkeys(markup.dropped):
        line = _find_line(text, f"<{tag}", first_line)
        remarks.append(Problem(f"<{tag}> is taken out: pages hold nothing from elsewhere; write a link", file, line))
    return TextFaults(tuple(problems), tuple(remarks))


_PLAIN = "this text is too long or entangled for Markdown and is shown as it stands; break it into paragraphs"
_LEFT_OUT = "is left out: to show it would tell its owner who reads; save it beside this file and name that"


def _shorten(address: str) -> str:
    return address if len(address) <= 100 else f"{address[:99]}…"


def _find_line(text: str, words: str, first_line: int) -> int:
    at = text.lower().find(words.lower())
    return first_line + (text.count("\n", 0, at) if at >= 0 else 0)


def _check_named(bundle: Bundle, show: Path) -> Iterator[Problem]:
    """Pictures of people and chapters that are not there, and a cover that is none."""
    matter, index = bundle.matter, bundle.folder / INDEX
    named: list[tuple[tuple[str | int, ...], str]] = [(("cover",), matter.cover)] if matter.cover else []
    named += [(("people", at, "image"), one.image or "") for at, one in enumerate(matter.people or ())]
    named += [(("chapters", at, "image"), one.image or "") for at, one in enumerate(matter.chapters or ())]
    for path, name in named:
        if name and "://" not in name and (reason := _explain_picture(bundle.folder, name, show, cover=len(path) == 1)):
            line = find_front_line(index.read_bytes(), EpisodeMatter, path)
            yield Problem(reason, index, line, path[0] if isinstance(path[0], str) else None)


def _explain_picture(folder: Path, name: str, show: Path, *, cover: bool = False) -> str:
    """Why a picture that is named in a text cannot be shown; empty where it can."""
    file = folder / name
    if "\\" in name or name.startswith("/") or ".." in Path(name).parts or "\0" in name:
        return f"the picture {name!r} has to lie beside this file, or in a folder below it; write its name with `/`"
    if reason := explain_foreign(file, show):
        return f"{name!r} {reason}"
    if not is_plain_file(file):
        return f"there is no file {_shorten(name)!r} in {_name_folder(folder)}{_suggest(file)}"
    return _explain_pixels(file, name, cover=cover)


def _name_folder(folder: Path) -> str:
    return "content/pages" if folder.name == "pages" else "the episode's folder"


def _suggest(file: Path) -> str:
    """Names that differ in case are one on some computers, and two where the site is served."""
    others = [other for other in _list(file.parent) if other.name != file.name]
    near = [other.name for other in others if other.name.casefold() == file.name.casefold()]
    near += [other.name for other in others if other.stem == file.stem and other.name not in near]
    return f"; did you mean `{near[0]}`?" if near else ""


def _list(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _explain_pixels(file: Path, name: str, *, cover: bool) -> str:
    from site_builder.render.artwork.images import check_cover, check_size, measure_picture  # noqa: PLC0415 -- Pillow, where needed

    try:
        check_size(file.stat().st_size, name)
        content = file.read_bytes()
        check_cover(content, name) if cover else measure_picture(content, name)
    except InvalidDocument as error:
        return f"{name}: {error.problems[0].message}"
    return ""
