"""`people --ask`: messages that can be answered, once to each person, with times and links that a listener finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from archive_maker import write_archive
from show_runner import build, copy_show, edit, find_bundle, make_show, make_two_spaces, spacecast

from site_builder.text.timecode import parse_timecode


@pytest.fixture(scope="module")
def asked_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes with a guest who has not answered, at an address of its own; built. Not to be changed."""
    folder = tmp_path_factory.mktemp("asking")
    show = make_show(folder / "show", write_archive(folder / "two.zip", make_two_spaces()))
    edit(show / "config.yaml", "https://example.org/show/", "https://signals.podcast/show/")
    edit(show / "config.yaml", "podcast@example.org", "ada@signals.podcast")
    build(show)
    return show


@pytest.fixture
def show(asked_show: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copy_show(asked_show, tmp_path / "show")


@pytest.mark.parametrize(
    ("real", "placeholder", "field"),
    [
        ("https://signals.podcast/show/", "https://example.org/show/", "show.url"),
        ("ada@signals.podcast", "podcast@example.org", "show.email"),
        ("\nconsent:\n", "\nconsent:\n  contact: me@localhost.localdomain\n", "consent.contact"),
    ],
)
def test_nobody_is_asked_from_a_placeholder(show: Path, real: str, placeholder: str, field: str) -> None:
    """Dead links and a dead reply address: nothing is written, nobody is noted, the line is named."""
    edit(show / "config.yaml", real, placeholder)
    people = (show / "content/people.yaml").read_bytes()
    run = spacecast("-C", show, "people", "--ask")
    assert run.code == 2
    assert run.out == ""
    assert f": {field}: " in run.err
    assert (show / "content/people.yaml").read_bytes() == people


def test_everybody_is_asked_once(show: Path) -> None:
    """The day is noted where a person's other facts are; who was asked is left out, unless asked again."""
    people = show / "content/people.yaml"
    people.write_text(people.read_text() + "\n# mine\n")
    before = people.read_text()
    first = spacecast("-C", show, "people", "--ask", "--json").json
    assert len(first) == 1
    assert before.replace(
        "  consent:\n    status: pending", "  asked: 2026-11-18\n  consent:\n    status: pending"
    ) == (people.read_text())
    assert spacecast("-C", show, "people", "--ask", "--json").json == []
    assert "nobody to ask" in spacecast("-C", show, "people", "--ask").out
    again = spacecast("-C", show, "people", "--ask", "--again", "--json", SOURCE_DATE_EPOCH="1795100000")
    assert again.json == first
    assert "asked: 2026-11-19" in people.read_text()
    assert [row["asked"] for row in spacecast("-C", show, "people", "--json").json if row["consent"] == "pending"] == [
        "2026-11-19"
    ]
    assert build(show)["failures"] == []


def test_only_what_is_online_is_linked(show: Path, tmp_path: Path) -> None:
    """Before the first deploy no message has a link; afterwards those have one that went out."""
    (request,) = spacecast("-C", show, "people", "--ask", "--json").json
    assert "https://signals.podcast/show/episodes/" not in request["text"]
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: ", "draft: true\ntitle: ")
    spacecast("-C", show, "build")
    assert spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").code == 0
    (request,) = spacecast("-C", show, "people", "--ask", "--again", "--json").json
    assert request["text"].count("https://signals.podcast/show/episodes/") == 1


def find_times(show: Path) -> list[str]:
    """When the guest speaks in the first episode, as a message says it."""
    (request,) = spacecast("-C", show, "people", "--ask", "--again", "--json").json
    return re.findall(r"\d+:\d\d", request["text"].split("- “")[1])


def test_times_are_those_of_a_listener(show: Path) -> None:
    """Cut by two seconds at the start: each time in the message is two seconds earlier, as in the player."""
    edit(find_bundle(show, "2026-10-09") / "index.md", "title: ", "trim: none\ntitle: ")
    build(show)
    whole = find_times(show)
    edit(find_bundle(show, "2026-10-09") / "index.md", "trim: none", 'trim: "0:02-"')
    build(show)
    assert [parse_timecode(time) + 2 for time in find_times(show)] == [parse_timecode(time) for time in whole]


def test_times_are_those_of_the_episode_to_be(show: Path) -> None:
    """Not built, or edited since it was: the times that the build gives then, dead air, trim and cut taken away."""
    bundle = find_bundle(show, "2026-10-09")
    built = find_times(show)
    facts = (bundle / "media.json").read_bytes()
    (bundle / "media.json").unlink()
    assert find_times(show) == built
    (bundle / "media.json").write_bytes(facts)
    edit(bundle / "index.md", "title: ", 'trim: "0:01-"\ncut:\n  - 0:07-0:08.5\ntitle: ')
    foreseen = find_times(show)
    assert foreseen != built
    build(show)
    assert find_times(show) == foreseen
