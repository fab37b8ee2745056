"""A changed template: pages are made from what is kept of episodes, and are what a clean build would make."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

import pytest
from big_show import make_episode, write_show
from show_runner import PROJECT, build, copy_show, edit, read_tree

from site_builder.build import episodes
from site_builder.engine.cache import open_values
from site_builder.episodes.summary import PARTS
from site_builder.show.layout import EPISODES

TRICKY = (
    "\nTags like <b>this</b> & \u201cthat\u201d, `{{ site.title }}`, <https://example.org/?a=1&b=2>, 1 < 2,\n"
    'emoji \U0001f469\u200d\U0001f680, \u2028 and "quotes".\n\n'
    '- 0:07:00 a time\n- [a link](https://example.org/x "Title")\n'
)
VTT = (
    "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Guest>Well, 2 < 3 & so on.\n\n00:05.000 --> 00:09.500\nIndeed: \u00fcber.\n"
)
Values = dict[str, tuple[str, bytes]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of three episodes, one with a transcript and notes that have to be escaped, as it was built."""
    show = tmp_path_factory.mktemp("built") / "show"
    write_show(show, [make_episode(number) for number in range(3)])
    (show / "templates/base.html").write_text((PROJECT / "templates/base.html").read_text())
    bundle = find(show, 1)
    (bundle / "transcript.vtt").write_text(VTT)
    with (bundle / "index.md").open("a") as file:
        file.write(TRICKY)
    build(show, "--published")
    return show


@pytest.fixture
def show(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_show(built, tmp_path / "show")


def find(show: Path, number: int) -> Path:
    """The bundle of an episode."""
    return show / EPISODES / make_episode(number).folder


def change_template(show: Path) -> None:
    """Other HTML on all pages."""
    edit(show / "templates/base.html", "<html", '<html data-changed="1"')


def build_clean(show: Path, folder: Path) -> dict[str, str]:
    """What a first build of the same show makes."""
    shutil.copytree(show, folder, ignore=shutil.ignore_patterns("output", ".cache"))
    build(folder, "--jobs", 1)
    return read_tree(folder / "output")


def change_kept(show: Path, change: Callable[[Values], Mapping[str, tuple[str, bytes]]]) -> None:
    """Have something else kept of pages."""
    with open_values(show / ".cache/state.db") as kept:
        values = kept.load("pages")
        assert len(values) == 3
        kept.drop("pages", values)
        kept.put("pages", change(values))


def read_kept(show: Path) -> dict[str, str]:
    """What is kept of pages, by guid."""
    with open_values(show / ".cache/state.db") as kept:
        return {guid: zlib.decompress(value).decode() for guid, (_, value) in kept.load("pages").items()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_pages_are_made_anew_from_what_is_kept(show: Path, tmp_path: Path, jobs: int) -> None:
    """No bundle is read for it, and nothing but pages is made; they are those of a clean build."""
    change_template(show)
    with patch.object(episodes, "load_source", side_effect=AssertionError):
        made = build(show, "--jobs", jobs)["made"]
    assert {path for path in made if path.startswith("episodes/")} == {
        *(f"episodes/episode-{number}/index.html" for number in range(3)),
        "episodes/episode-1/transcript/index.html",
    }
    assert not any(path.endswith((".xml", ".json", ".vtt", ".jpg")) for path in made)
    assert read_tree(show / "output") == build_clean(show, tmp_path / "clean")
    assert build(show)["made"] == []


def test_texts_of_the_interface_are_made_anew(show: Path, tmp_path: Path) -> None:
    """They are part of what is kept: another catalogue is another content."""
    catalogue = (PROJECT / "templates/locales/de.po").read_text()
    (show / "templates/locales").mkdir()
    (show / "templates/locales/en.po").write_text(catalogue)
    build(show)
    assert read_tree(show / "output") == build_clean(show, tmp_path / "clean")


@pytest.mark.parametrize(
    "change",
    [
        lambda values: {},
        lambda values: {guid: (key, b"") for guid, (key, _) in values.items()},
        lambda values: {guid: (key, value[:-9]) for guid, (key, value) in values.items()},
        lambda values: {guid: (key, value[:40] + b"\0" + value[41:]) for guid, (key, value) in values.items()},
        lambda values: {guid: (key, zlib.compress(b"{}")) for guid, (key, _) in values.items()},
        lambda values: {guid: (key, zlib.compress(b"null\n[1]")) for guid, (key, _) in values.items()},
        lambda values: {guid: ("of something else", zlib.compress(b"{}")) for guid in values},
    ],
    ids=["older program", "empty", "cut", "bent", "no page", "no context", "other key"],
)
def test_what_cannot_be_read_is_made_anew(
    show: Path, tmp_path: Path, change: Callable[[Values], Mapping[str, tuple[str, bytes]]]
) -> None:
    """As if nothing were kept; nobody is told, for nothing is lost."""
    change_kept(show, change)
    change_template(show)
    report = build(show)
    assert report["failures"] == report["warnings"] == []
    assert read_tree(show / "output") == build_clean(show, tmp_path / "clean")
    assert len(read_kept(show)) == 3


def test_another_change_at_the_same_time(show: Path, tmp_path: Path) -> None:
    """What is kept of an episode that changed is not used; nor where a file of it is missing."""
    change_template(show)
    edit(find(show, 0) / "index.md", "title: ", "title: Really, ")
    (show / "output/episodes/episode-2/chapters.json").unlink()
    build(show)
    assert read_tree(show / "output") == build_clean(show, tmp_path / "clean")


def test_a_template_that_is_wrong(show: Path, tmp_path: Path) -> None:
    """It is told with its line, the last good pages stay; mended, all is as if nothing had been."""
    before = (show / "output/episodes/episode-1/index.html").read_bytes()
    good = (show / "templates/base.html").read_text()
    edit(show / "templates/base.html", "<html", "{{ nothing.of.the.kind }}<html")
    report = build(show, code=1)
    assert any("base.html" in failure for failure in report["failures"])
    assert (show / "output/episodes/episode-1/index.html").read_bytes() == before
    (show / "templates/base.html").write_text(good)
    change_template(show)
    build(show)
    assert read_tree(show / "output") == build_clean(show, tmp_path / "clean")


def test_of_whom_a_page_does_not_speak_nothing_is_kept(show: Path) -> None:
    """A name that is hidden, and episodes that are withdrawn or gone, leave what is kept with the next build."""
    name, state = make_episode(1).people[1], show / ".cache/state.db"
    assert name in read_kept(show)["big-1"]
    with open_values(state) as kept:
        parts = [value[at : at + 100] for _, value in kept.load("pages").values() for at in range(0, len(value), 100)]
    assert sum(part in state.read_bytes() for part in parts) > len(parts) / 2  # the others lie on two pages
    handle = name.lower().replace(" ", "_")
    people = show / "content/people.yaml"
    text, found = re.subn(rf"({handle}:\n(?:  .*\n)*?    status: )granted", r"\1anonymous", people.read_text())
    assert found == 1
    people.write_text(text)
    edit(find(show, 0) / "index.md", "\ndate:", "\nwithdrawn: true\ndate:")
    shutil.rmtree(find(show, 2))
    build(show, "--retire", "big-2", "--published")
    now = read_kept(show)
    assert now.keys() == {"big-1"}
    assert name not in now["big-1"]
    assert handle not in now["big-1"]
    left = state.read_bytes()
    assert not any(part in left for part in parts if len(part) == 100)
    with open_values(state) as kept:  # the people of a recording are known, so as to be left out: not here
        assert not any(name.encode() in value for part in PARTS for _, value in kept.load(part).values())
