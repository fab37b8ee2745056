"""An answer makes anew what it is about and nothing else, and `output/` is what a clean build makes of the show."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path

import pytest
from big_show import BigEpisode, make_episode, write_show
from show_runner import build, read_tree

from site_builder.engine.cache import open_values
from site_builder.show.layout import find_output_paths

EPISODES = [make_episode(number) for number in range(5)]
GUEST = EPISODES[0].people[1]
"""Heard in the first episode alone, named in others."""
KEY = GUEST.lower().replace(" ", "_")


def index(show: Path, episode: BigEpisode) -> Path:
    return show / "content/episodes" / episode.folder / "index.md"


def answer(show: Path, status: str, more: str = "") -> None:
    people = show / "content/people.yaml"
    said = rf"\g<1>{more}  consent:\n    status: {status}\n"
    text, found = re.subn(
        rf"^({KEY}:\n  name: .*\n  handle: .*\n)(?:  .*\n)+", said, people.read_text(), flags=re.MULTILINE
    )
    assert found == 1
    people.write_text(text)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """The guest is hidden, heard in episode 0 and named in 1 to 3; nobody but them is hidden."""
    assert not any(GUEST in episode.people for episode in EPISODES[1:])
    show = tmp_path / "show"
    write_show(show, EPISODES)
    first, second = GUEST.split()
    for episode, words in zip(
        EPISODES[1:], [GUEST, f"{first}&nbsp;**{second[:2]}{second[2:]}**", f"@{KEY}"], strict=False
    ):
        index(show, episode).write_text(index(show, episode).read_text() + f"\nAs {words} said.\n")
    answer(show, "pending")
    build(show)
    return show


def read_keys(show: Path) -> dict[str, str]:
    """By guid, what an episode was made under."""
    with open_values(find_output_paths(show, preview=False).database) as kept:
        return kept.keys("outline")


def find_anew(show: Path, before: dict[str, str]) -> Collection[int]:
    """Numbers of episodes that are not as they were."""
    return {int(guid.removeprefix("big-")) for guid, key in read_keys(show).items() if before.get(guid) != key}


def compare(show: Path, clean: Path) -> None:
    """What is there is what a build of the same show from nothing makes."""
    shutil.copytree(show, clean, ignore=shutil.ignore_patterns("output", ".cache"))
    build(clean)
    assert read_tree(show / "output") == read_tree(clean / "output")


def test_what_changes_nothing_plans_nothing(show: Path) -> None:
    """A comment, how a value is written, where the show is sent, a note on an answer, somebody new who agrees."""
    keys, config, people = read_keys(show), show / "config.yaml", show / "content/people.yaml"
    text = config.read_text().replace("title: The Long Run", 'title:  "The Long Run"')
    config.write_text(f"# How it looks\n{text}\ndeploy: folder:/srv/show\n")
    people.write_text(
        people.read_text().replace("status: granted", "status: granted\n    note: by letter", 1)
        + "somebody_new:\n  name: Somebody New\n  consent: granted\n"
    )
    assert build(show)["made"] == []
    assert read_keys(show) == keys


def test_who_agrees_is_named_where_they_are(show: Path, tmp_path: Path) -> None:
    keys = read_keys(show)
    answer(show, "granted")
    made = build(show)["made"]
    assert find_anew(show, keys) == {0, 1, 2, 3}
    for episode in EPISODES[:3]:
        assert f"episodes/{episode.slug}/index.html" in made
    compare(show, tmp_path / "clean")


def test_who_is_hidden_again_is_hidden_everywhere(show: Path, tmp_path: Path) -> None:
    """Also in what was made while they were shown, and though the same people are hidden as once before."""
    answer(show, "granted")
    late = index(show, EPISODES[4])
    late.write_text(late.read_text() + f"\n{GUEST} agreed.\n")
    build(show)
    answer(show, "anonymous")
    build(show)
    assert GUEST not in (show / "output/feed.xml").read_text()
    compare(show, tmp_path / "clean")


def test_an_answer_for_one_episode_is_about_that_one(show: Path, tmp_path: Path) -> None:
    keys = read_keys(show)
    answer(show, "pending", "  episodes:\n    big-0: granted\n")
    build(show)
    assert find_anew(show, keys) == {0}
    assert GUEST in (show / f"output/episodes/{EPISODES[0].slug}/index.html").read_text()
    answer(show, "pending")
    build(show)
    compare(show, tmp_path / "clean")
