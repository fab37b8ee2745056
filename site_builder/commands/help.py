"""`spacecast help`: the manual pages, which travel with the program.

Their one source is `docs/` of the project; a wheel holds copies (`force-include` in pyproject.toml), a checkout is read
as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from site_builder.errors import UsageError
from site_builder.render.manual_page import render_manual_page

MANUALS = (
    "start",
    "studio",
    "archives",
    "episodes",
    "consent",
    "configuration",
    "transcripts",
    "preview",
    "checks",
    "publish-github-pages",
    "publish-cloudflare-r2",
    "publish-own-server",
    "submit",
    "troubleshooting",
    "backup",
    "moving",
    "merging",
    "cluster",
    "theming",
    "translating",
    "how-it-works",
    "glossary",
)
"""Topics, in the order in which a host needs them. `start` is the README, each other one a page of `docs/`."""
_PACKAGE = Path(__file__).parent.parent
_PICTURE = re.compile(r"(?:docs/)?images/(?P<name>[\w-]+\.png)")
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")
_PAGE = re.compile(r"(?:\.?\.?/)*(?:docs/)?(?P<stem>[\w-]+)\.md(?:#.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A manual page."""

    topic: str
    title: str
    markdown: str
    """As it lies in the project, with links between files."""

    @property
    def text(self) -> str:
        """The page where there are no files to follow: a link to a page names the command that shows it."""
        return _LINK.sub(_tell_link, self.markdown)

    def render_html(self, place: str) -> str:
        """The page as HTML whose links to other pages lead to `place` followed by the topic."""
        return render_manual_page(self.markdown, lambda target: _find_address(target, place))


def list_manuals() -> Iterator[Manual]:
    """Every page."""
    return map(read_manual, MANUALS)


def read_manual(topic: str) -> Manual:
    """The page on a topic, or that of a file such as `docs/consent.md`.

    Raises:
        UsageError: there is none; with what comes near, and the list.
    """
    name = topic.lower().removeprefix("docs/").removesuffix(".md")
    if name not in MANUALS:
        near = get_close_matches(name, MANUALS, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(MANUALS)}"
        raise UsageError(f"there is no manual and no command {topic!r}; {hint}")
    markdown = _find_file(name).read_text("utf-8")
    return Manual(topic=name, title=_find_title(name, markdown), markdown=markdown)


def _find_title(topic: str, markdown: str) -> str:
    if topic == "start":
        return "What spacecast is, and how to begin"
    heading = next(line for line in markdown.splitlines() if line.startswith("# "))
    return heading.removeprefix("# ").replace("`", "")


def _find_file(topic: str) -> Path:
    packaged = _PACKAGE / "manuals" / f"{topic}.md"
    if packaged.is_file():
        return packaged
    return _PACKAGE.parent / ("README.md" if topic == "start" else f"docs/{topic}.md")


def find_topic(target: str) -> str:
    """The topic that a link of a page leads to; empty where it leads elsewhere.

    >>> find_topic("docs/consent.md#letters"), find_topic("../README.md"), find_topic("https://example.org/consent.md")
    ('consent', 'start', '')
    """
    page = _PAGE.fullmatch(target)
    stem = {"README": "start"}.get(page["stem"], page["stem"]) if page else ""
    return stem if stem in MANUALS else ""


def _find_address(target: str, place: str) -> str:
    if topic := find_topic(target):
        return f"{place}{topic}{target[target.find('#') :] if '#' in target else ''}"
    if picture := _PICTURE.fullmatch(target):
        return f"{place}pictures/{picture['name']}"
    return target if "://" in target or target.startswith("#") else ""


def find_picture(name: str) -> Path | None:
    """A picture of the manual; None where there is none of that name."""
    packaged = _PACKAGE / "manuals" / "images"
    folder = packaged if packaged.is_dir() else _PACKAGE.parent / "docs" / "images"
    return {file.name: file for file in folder.glob("*.png")}.get(name)


def _tell_link(link: re.Match[str]) -> str:
    text, target = link["text"], link["target"]
    if link["picture"]:
        return f"(Picture: {text})"
    if topic := find_topic(target):
        return f"{text} (`spacecast help {topic}`)"
    return link[0] if "://" in target else text
