"""Sorts findings of `check` for a host: what blocks publishing, what they can mend, the technical rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from site_builder.studio.findings.rule_titles import RuleTitle, list_rule_titles
from site_builder.text.languages import Language

_HOLDING = frozenset({"config-url", "config-email"})
"""Rules that are no errors, and that nothing is published without."""
_SEVERITIES = ("error", "warning", "advice")


@dataclass(frozen=True, slots=True)
class Titles:
    """What a host calls what they know by name."""

    episodes: Mapping[str, str]
    """By folder."""
    people: Mapping[str, str] = field(default_factory=dict)
    """By key."""


@dataclass(slots=True)
class Spot:
    """One place at which something is to be mended."""

    link: str
    """Address of the field, or of the page."""
    about: str
    """Which episode or person, as the host calls them."""
    details: list[str] = field(default_factory=list)
    """What was found there, in the program's sentences."""
    place: str = ""
    """File and line, for those who look there."""


@dataclass(slots=True)
class Task:
    """Something to be mended, in one place or in many."""

    title: str
    """In the language of the interface; empty: the program's sentence stands alone."""
    hint: str
    severity: str
    source: str
    """Address of the page that asks for it."""
    rule: str
    says_all: bool
    """Whether the program's sentences add nothing to the title."""
    by_place: dict[tuple[str, str], Spot] = field(default_factory=dict)
    """By address, and what it is about."""

    @property
    def spots(self) -> list[Spot]:
        """All of them, in order."""
        return list(self.by_place.values())


@dataclass(slots=True)
class Group:
    """What is mended on one page of the studio, or in one episode."""

    title: str
    tasks: list[Task] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """How bad the worst is; the least is the worst."""
        return min(_SEVERITIES.index(task.severity) for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything a check found."""

    holding: list[Group]
    """What nothing is published without."""
    mendable: list[Group]
    technical: list[Task]
    """About the files that the program makes."""

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many things there are to do, of each kind; what is found in many places is one."""
        groups = (self.holding, self.mendable)
        held, mended = (sum(len(group.tasks) for group in part) for part in groups)
        return held, mended, len(self.technical)


def survey(findings: Iterable[Mapping[str, Any]], titles: Titles, language: Language) -> Overview:
    """Order what was found.

    Args:
        findings: As `studio.tasks.checks` gives them.
        titles: Of episodes by their folders, and names of people by their keys.
        language: Of the interface.
    """
    known = list_rule_titles(language)
    holding: list[Mapping[str, Any]] = []
    mendable: list[Mapping[str, Any]] = []
    technical: list[Mapping[str, Any]] = []
    for finding in sorted(findings, key=lambda one: _SEVERITIES.index(one["severity"])):
        is_holding = finding["severity"] == "error" or finding["rule"] in _HOLDING
        part = holding if is_holding else mendable if finding["rule"] in known else technical
        part.append(finding)
    return Overview(
        _group(holding, known, titles, language),
        _group(mendable, known, titles, language),
        [task for _, task in _gather(technical, {}, titles, language)],
    )


def _group(
    findings: list[Mapping[str, Any]], known: Mapping[str, RuleTitle], titles: Titles, language: Language
) -> list[Group]:
    """By page and episode; what several episodes share stands before them."""
    _ = language.gettext
    pages = [_("Show"), _("People"), _("Publish"), _("Episodes"), several := _("Several episodes")]
    groups: dict[str, Group] = {title: Group(title) for title in pages}
    for title, task in _gather(findings, known, titles, language):
        name = title if title in pages or len({spot.about for spot in task.spots}) == 1 else several
        groups.setdefault(name, Group(name)).tasks.append(task)
    return sorted((group for group in groups.values() if group.tasks), key=lambda group: group.rank)


def _gather(
    findings: list[Mapping[str, Any]], known: Mapping[str, RuleTitle], titles: Titles, language: Language
) -> Iterator[tuple[str, Task]]:
    """Each task with the page or episode that its first spot belongs to; what is the same is one task."""
    tasks: dict[tuple[str, str], tuple[str, Task]] = {}
    for number, finding in enumerate(findings):
        page, about = name_page(finding, titles, language)
        told = known.get(finding["rule"], RuleTitle(""))
        key = told.title or finding["rule"] or str(number)
        part = "" if page == about else page
        severity = "error" if finding["rule"] in _HOLDING else finding["severity"]
        begun = Task(told.title, told.hint, severity, _find_source(finding), finding["rule"], told.says_all)
        _page, task = tasks.setdefault((part, key), (page, begun))
        _add_details(task, finding, about)
    yield from tasks.values()


def _find_spot(task: Task, finding: Mapping[str, Any], about: str) -> Spot:
    """The place where a finding is mended, new or one that the task has already."""
    spot = task.by_place.get((finding["link"], about))
    if spot is None:
        line = f":{finding['line']}" if finding["line"] else ""
        spot = Spot(finding["link"], about, place=f"{finding['file']}{line}" if finding["file"] else "")
        task.by_place[finding["link"], about] = spot
    return spot


def _add_details(task: Task, finding: Mapping[str, Any], about: str) -> None:
    """What was found there; a sentence that begins with a person goes on behind their name."""
    spot, message = _find_spot(task, finding, about), str(finding["message"])
    key = unquote(str(finding["link"]).rpartition("/people/")[2])
    message = message.removeprefix(f"{key} ") if message.startswith(f"{key} ") else _begin(message)
    names_output = bool(task.title) and "output/" in message  # which is no place that a host works at
    if message not in spot.details and not names_output:
        spot.details.append(message)


def _begin(message: str) -> str:
    """A message that stands behind a file in a terminal; here it begins as a sentence does.

    >>> _begin("the loudness is -18 LUFS"), _begin("https://a.example/ is a placeholder")
    ('The loudness is -18 LUFS', 'https://a.example/ is a placeholder')
    """
    return f"{message[:1].upper()}{message[1:]}" if message.partition(" ")[0].isalpha() else message


def _find_source(finding: Mapping[str, Any]) -> str:
    """The page that asks for it; the manual's is a page of the studio, too."""
    return str(finding["source"]).replace("spacecast help ", "/help/")


def name_page(finding: Mapping[str, Any], titles: Titles, language: Language) -> tuple[str, str]:
    """The page or the episode on which something is mended, and what it is about: the episode, or a person."""
    _ = language.gettext
    path = str(finding["link"]).partition("#")[0].partition("?")[0].removeprefix("/files")
    pages = {"people": _("People"), "publish": _("Publish"), "start": _("Episodes"), "episodes": _("Episodes")}
    place, name = ([*path.strip("/").split("/"), ""])[:2]
    if place == "episodes" and name:
        title = str(finding.get("episode") or titles.episodes.get(unquote(name), unquote(name)))
        return title, title
    if finding.get("episode"):
        return str(finding["episode"]), str(finding["episode"])
    page = pages.get(place, _("Show"))
    return page, titles.people.get(unquote(name), unquote(name)) if place == "people" else ""
