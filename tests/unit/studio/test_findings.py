"""What a check found, ordered for a host: what holds up publishing first, the same in many episodes as one."""

from __future__ import annotations

import pytest

from site_builder.checks.registry import ALL_RULES
from site_builder.studio.findings.rule_titles import list_rule_titles
from site_builder.studio.findings.survey import Group, Titles, survey
from site_builder.text.languages import ENGLISH

NAMES = Titles({"fog": "Fog", "rain": "Rain", "hail": "Hail"}, {"kit": "Kit Rails"})


def find(rule: str, severity: str, link: str, message: str = "it is so", **more: object) -> dict[str, object]:
    """A finding as the worker gives it."""
    known = {"rule": rule, "severity": severity, "link": link, "message": message, "source": "", "line": None}
    return {**known, "file": "output/feed.xml", "episode": None, **more}


def read(groups: list[Group]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Titles of groups, and of their tasks with where each is mended."""
    return [
        (group.title, [(task.rule, [spot.link for spot in task.spots]) for task in group.tasks]) for group in groups
    ]


FOUND = [
    find("config-description", "advice", "/show#f-description"),
    find("config-url", "warning", "/show#f-url"),
    find("item-transcript", "advice", "/episodes/fog/words", episode="Fog"),
    find("item-transcript", "advice", "/episodes/rain/words", episode="Rain"),
    find("audio-bitrate", "advice", "/files/config?line=3", "96 kbit/s", episode="Fog"),
    find("audio-bitrate", "advice", "/files/config?line=3", "98 kbit/s", episode="Rain"),
    find("consent-waiting", "advice", "/people/kit"),
    find("consent-waiting", "advice", "/people/lou"),
    find("title-unique", "warning", "/episodes/hail#f-title"),
    find("notes-empty", "advice", "/episodes/hail#f-notes", "there is no note"),
    find("description-own", "advice", "/episodes/hail#f-notes", "it is the title"),
    find("", "error", "/episodes/rain#f-date", "expected a date"),
]


def test_what_holds_up_publishing_comes_first_and_what_is_alike_once() -> None:
    found = survey(FOUND, NAMES, ENGLISH)
    assert read(found.holding) == [
        ("Show", [("config-url", ["/show#f-url"])]),
        ("Rain", [("", ["/episodes/rain#f-date"])]),
    ]
    assert read(found.mendable) == [
        ("Hail", [("title-unique", ["/episodes/hail#f-title"]), ("notes-empty", ["/episodes/hail#f-notes"])]),
        ("Show", [("config-description", ["/show#f-description"])]),
        ("People", [("consent-waiting", ["/people/kit", "/people/lou"])]),
        ("Several episodes", [("item-transcript", ["/episodes/fog/words", "/episodes/rain/words"])]),
    ]
    assert [(task.rule, [spot.details for spot in task.spots]) for task in found.technical] == [
        ("audio-bitrate", [["96 kbit/s"], ["98 kbit/s"]])
    ]
    assert found.counts == (2, 5, 1)


def test_people_are_called_by_their_names() -> None:
    asked = find("consent-waiting", "advice", "/people/kit", "kit has not answered; heard in “Fog”")
    (task,) = survey([asked], NAMES, ENGLISH).mendable[0].tasks
    assert [(spot.about, spot.details) for spot in task.spots] == [("Kit Rails", ["has not answered; heard in “Fog”"])]


@pytest.mark.parametrize("found", [[], FOUND[4:6]])
def test_a_show_without_anything_to_mend(found: list[dict[str, object]]) -> None:
    overview = survey(found, NAMES, ENGLISH)
    assert (overview.holding, overview.mendable) == ([], [])


def test_titles_are_of_rules_that_there_are() -> None:
    assert set(list_rule_titles(ENGLISH)) <= {rule.name for rule in ALL_RULES}


def test_what_the_manual_asks_for_leads_to_its_page_in_the_studio() -> None:
    asked = find("consent-refused", "advice", "/people/kit", source="spacecast help consent")
    assert survey([asked], NAMES, ENGLISH).mendable[0].tasks[0].source == "/help/consent"
