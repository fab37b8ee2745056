"""Makes pictures in notes and pages smaller, without their metadata.

A picture lies beside the text that names it. One that is elsewhere is left out: to show it would tell its owner who
reads the page, and who opens the episode in an app.
docs/decisions/0028 says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from site_builder.engine.digests import digest_file, digest_json
from site_builder.episodes.summary import SharedPicture
from site_builder.show.own_files import is_plain_file, read_own_file

LARGE, SMALL = 1600, 800
"""Pixels each way, at most."""
_RECIPE = "note/1"
_IMAGE = re.compile(r'<img\b((?:[^">]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_SIZES = "(min-width: 48rem) 42rem, 92vw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustrated:
    """Text with its pictures in place."""

    html: str
    pictures: tuple[SharedPicture, ...] = ()
    """To be made for it."""


def illustrate(html: str, folder: Path, show: Path, root: str) -> Illustrated:
    """Sanitised `html` with the pictures that lie in `folder`; others, told of before, leave their description.

    Args:
        html: As `render_notes` gives it.
        folder: What names of files are relative to.
        show: The show's folder.
        root: Way from the page to the site's root, such as `../../`.
    """
    if "<img" not in html:
        return Illustrated(html=html)
    pictures: dict[str, SharedPicture] = {}

    def place(found: re.Match[str]) -> str:
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        copies = _plan_copies(folder / unquote(attributes.get("src", "")), folder, show)
        pictures.update({copy.path: copy for copy, _ in copies})
        return _render(copies, attributes, root) if copies else escape(attributes.get("alt", ""))

    return Illustrated(html=_IMAGE.sub(place, html), pictures=tuple(pictures.values()))


def _plan_copies(file: Path, folder: Path, show: Path) -> list[tuple[SharedPicture, tuple[int, int]]]:
    """Each copy with its width and height, the largest last; none where the file is not there or not the folder's."""
    from site_builder.render.artwork.images import measure_picture  # noqa: PLC0415 -- Pillow, where needed

    if ".." in file.parts or folder not in file.parents or not is_plain_file(file):
        return []
    width, height = measure_picture(read_own_file(file, show), file.name)
    digest = digest_file(file)
    copies = []
    for side, suffix in ((SMALL, "webp"), (LARGE, "jpg")):
        scale = min(1.0, side / max(width, height))
        if suffix == "jpg" or scale < 1:
            path = f"artwork/notes-{digest_json([_RECIPE, side, digest])[:12]}.{suffix}"
            shown = (max(1, round(width * scale)), max(1, round(height * scale)))
            copies.append((SharedPicture(path=path, file=str(file), sha256=digest, size=side), shown))
    return copies


def _render(copies: list[tuple[SharedPicture, tuple[int, int]]], attributes: dict[str, str], root: str) -> str:
    picture, (width, height) = copies[-1]
    said = f' title="{escape(attributes["title"])}"' if attributes.get("title") else ""
    smaller = ""
    if len(copies) > 1:
        widths = ", ".join(f"{root}{copy.path} {size[0]}w" for copy, size in copies)
        smaller = f' srcset="{widths}" sizes="{_SIZES}"'
    return (
        f'<img src="{root}{picture.path}" alt="{escape(attributes.get("alt", ""))}"{said} '
        f'width="{width}" height="{height}" loading="lazy"{smaller}>'
    )
