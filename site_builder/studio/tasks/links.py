"""Finds the page of the studio where a finding is mended, from a file and line, an episode or an address."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from site_builder.checks.rule import Finding
from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.show.documents import find_line
from site_builder.show.layout import CONFIG, EPISODES, INDEX, PEOPLE, TRANSCRIPT
from site_builder.show.people.file import load_people

_FIELDS: Mapping[tuple[str, ...], str] = {
    **{("show", name): f"/show#f-{name}" for name in ("title", "description", "url", "email", "author", "language")},
    ("show", "copyright"): "/show#f-copyright",
    ("show", "category"): "/show#f-category",
    ("show", "timezone"): "/show#f-timezone",
    ("show", "explicit"): "/show#f-explicit",
    ("show", "cover"): "/show#cover-file",
    ("site", "accent"): "/show#f-accent",
    ("deploy",): "/publish#f-where",
    ("media",): "/publish#f-where",
    ("consent",): "/people",
}
"""Options of `config.yaml` that have a field in the studio."""
_RULES: Mapping[str, str] = {
    "cover": "/show#cover-file",
    "consent": "/people",
    "deploy": "/publish#f-where",
    "host": "/publish#f-where",
    "feed-episodes": "/start",
    "originals": "/help/backup",
}
"""Words in the names of rules, for findings that name no place."""
_OPTION = re.compile(r"`((?:show|site|feed|audio|media|consent|deploy|subscribe)(?:\.\w+)+)[:`]")
"""An option of the config, as sentences name it."""
_EPISODE_PAGE = re.compile(r"/episodes/[^/#?]+")
_CONFIG_FILE = "/files/config"
"""Where options are written that have no field."""
_EPISODE_FIELDS = frozenset(
    ("title", "tags", "date", "draft", "explicit", "summary", "episode", "season", "type", "slug", "notes")
)
_EPISODE_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("trim", "cut", "mute"), "s-sound"),
    "chapters": "s-chapters",
    **dict.fromkeys(("cover", "cover_alt"), "cover"),
}
"""Options of front matter with a part of the page to themselves."""


_OF_EPISODES: Mapping[str, str] = {
    "transcript": "/words",
    "notes": "#f-notes",
    "description": "#f-notes",
    "links": "#f-notes",
    "anchors": "#f-notes",
    "alt": "#f-notes",
    "title": "#f-title",
    "date": "#f-date",
    "chapters": "#s-chapters",
    "soundbite": "",
    "explicit": "#f-explicit",
    "art": "#cover",
    "number": "#f-episode",
    "numbers": "#f-episode",
    "recording": "#s-sound",
    "consent": "/people",
}
"""Words in the names of rules, and the part of an episode's page on which they are mended."""
_WHOLE_SHOW = frozenset({"originals-copied"})
"""Rules about the whole show, though they name a file of one episode."""
_SOUND_RULES = frozenset({"audio-loudness", "audio-peak", "audio-voices", "audio-bitrate"})
"""Rules that `audio` in the config is for, whichever episode they were found in."""


def _point(page: str, line: int | None) -> str:
    """A page that shows a file, at a line of it."""
    return f"{page}?line={line}" if line else page


class Links:
    """Finds the studio page on which a problem of one show is mended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, finding: Finding) -> str:
        """Address of the page, and the field, that mends a finding."""
        place = finding.place
        words = finding.rule.name
        by_rule = next((page for word, page in _RULES.items() if word in words), "/show")
        is_config = place.file is None or place.file.name == CONFIG
        if is_config and not place.episode and (option := _OPTION.search(f"{finding.rule.remedy} {finding.message}")):
            return _FIELDS.get(tuple(option[1].split("."))) or _point(_CONFIG_FILE, place.line)
        if words in _SOUND_RULES:
            return _point(_CONFIG_FILE, find_line(self._config, ("audio",)))
        if words in _WHOLE_SHOW:
            return by_rule
        if place.file and place.file.as_posix() == PEOPLE:
            return self._find_person(finding.message)
        if place.file and (found := self.find_file(place.file, place.line)):
            found = by_rule if found.startswith(_CONFIG_FILE) and by_rule != "/show" else found
            return self._find_part(found, words)
        address = place.url or (place.file.as_posix() if place.file else "")
        bundle = self._by_title.get(place.episode) or self._find_slug(address)
        return self._find_part(self._open(bundle), words) if bundle else by_rule

    def _find_part(self, page: str, rule: str) -> str:
        """The part of an episode's page that a rule is about, where only the page is known."""
        if not _EPISODE_PAGE.fullmatch(page):
            return page
        part = next((part for word, part in _OF_EPISODES.items() if word in rule.split("-")), "")
        return "/people" if part == "/people" else f"{page}{part}"

    def _find_person(self, message: str) -> str:
        """The page of the person whom a sentence begins with."""
        key = message.split(" ", 1)[0]
        return f"/people/{quote(key)}" if key in self._people else "/people"

    def find_problem(self, problem: Problem) -> str:
        """The same, of a sentence about a file."""
        if problem.field and problem.file and problem.file.name == CONFIG:
            steps = tuple(problem.field.split("."))
            return _FIELDS.get(steps) or _FIELDS.get(steps[:1]) or _point(_CONFIG_FILE, problem.line)
        option = (problem.field or "").partition(".")[0]
        return (self.find_file(problem.file, problem.line, option) if problem.file else "") or "/show"

    def find_file(self, file: Path, line: int | None, option: str = "") -> str:
        """The page on which a file of the show is changed; empty where there is none.

        `option`: of an episode, where it is known; else it is found by its line.
        """
        path = PurePosixPath(self.name_file(file))
        if str(path) == CONFIG:
            return self._find_option(line)
        if str(path) == PEOPLE:
            return "/people"
        if path.is_relative_to(EPISODES) and len(path.parts) > 2:
            name = path.parts[2]
            return self._find_in_episode(name, path.name, line, option) if name in self._names else "/episodes"
        return ""

    def name_file(self, file: Path) -> str:
        """A file of the show by its path below the show's folder, also where it is named as seen from elsewhere."""
        folder = self._folder.absolute()
        for base in (folder, Path.cwd()):
            path = Path(os.path.normpath(base / file))
            if path.is_relative_to(folder) and path.exists():
                return path.relative_to(folder).as_posix()
        return file.as_posix()

    def _find_option(self, line: int | None) -> str:
        lines = {find_line(self._config, path): page for path, page in _FIELDS.items()}
        return lines.get(line) or _point(_CONFIG_FILE, line)

    def _find_in_episode(self, name: str, file: str, line: int | None, option: str) -> str:
        page = f"/episodes/{quote(name)}"
        if file == TRANSCRIPT:
            return f"{page}/words"
        if file != INDEX or not (line or option):
            return page
        if line and not option:
            lines = (self._folder / EPISODES / name / INDEX).read_text("utf-8", "replace").splitlines()
            before = (re.match(r"([a-z_]+):", text) for text in reversed(lines[:line]))
            option = next((found[1] for found in before if found), "")
        if option in _EPISODE_FIELDS:
            return f"{page}#f-{option}"
        return f"{page}#{_EPISODE_PARTS[option]}" if option in _EPISODE_PARTS else _point(f"/files{page}", line)

    def _find_slug(self, url: str) -> Bundle | None:
        parts = urlsplit(url).path.split("/")
        return next((bundle for bundle in self._folders.values() if bundle.slug in parts), None)

    def _open(self, bundle: Bundle) -> str:
        return f"/episodes/{quote(bundle.folder.name)}"

    @cached_property
    def _config(self) -> bytes:
        file = self._folder / CONFIG
        return file.read_bytes() if file.is_file() else b""

    @cached_property
    def _people(self) -> set[str]:
        """Keys of those who are listed."""
        try:
            return {record.key for record in load_people(self._folder / PEOPLE).records}
        except (InvalidDocument, OSError):
            return set()

    @cached_property
    def _names(self) -> set[str]:
        return {folder.name for folder in find_bundles(self._folder / "content")}

    @cached_property
    def _folders(self) -> dict[str, Bundle]:
        """Episodes that can be read."""
        found = {}
        for folder in find_bundles(self._folder / "content"):
            with suppress(InvalidDocument):
                found[folder.name] = load_bundle(folder)
        return found

    @cached_property
    def _by_title(self) -> dict[str, Bundle]:
        return {bundle.matter.title: bundle for bundle in self._folders.values()}
