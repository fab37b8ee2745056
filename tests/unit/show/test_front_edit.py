"""One option of front matter changes, every other byte stays; config the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import InvalidDocument
from site_builder.show.documents import parse_front_matter
from site_builder.show.documents.front_edit import Entry, set_entries, set_notes, set_option
from site_builder.show.documents.yaml_edit import set_option as set_yaml
from site_builder.show.front_matter import EpisodeMatter

FILE = Path("index.md")
TEXT = """---
Title: Fog: a talk   # mine
date: 2026-10-09
# what is cut
cut:
  - 0:10 - 0:20   # a cough
  - from: 1:00
    to: 1:10

guid: x
x-own: kept
---

# Notes

Hello
"""


def read(text: str) -> EpisodeMatter:
    return parse_front_matter(text, FILE, EpisodeMatter)[0]


def differ(one: str, other: str) -> tuple[list[str], list[str]]:
    before, after = one.split("\n"), other.split("\n")
    return [line for line in before if line not in after], [line for line in after if line not in before]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_lines_of_one_option(mark: str, end: str) -> None:
    text = mark + TEXT.replace("\n", end)
    changed = set_option(text, "title", "Light", EpisodeMatter)
    assert changed == text.replace("Title: Fog: a talk   # mine", "title: Light   # mine")
    assert set_option(set_option(text, "draft", True, EpisodeMatter), "draft", None, EpisodeMatter) == text


def test_lists_keep_the_lines_of_what_stays() -> None:
    changed = set_entries(TEXT, "cut", [Entry("", 0), Entry("0:30-0:40"), Entry("", 1)], EpisodeMatter)
    assert differ(TEXT, changed) == ([], ["  - 0:30-0:40"])
    assert [entry.start for entry in read(changed).cut] == [10, 30, 60]
    assert differ(TEXT, set_entries(TEXT, "cut", [Entry("", 1)], EpisodeMatter)) == (
        ["  - 0:10 - 0:20   # a cough"],
        [],
    )
    assert read(set_entries(TEXT, "cut", [], EpisodeMatter)).cut == ()


def test_notes() -> None:
    changed = set_notes(TEXT, "One\n\n---\n\ntitle: no option")
    assert changed == TEXT.partition("\n# Notes")[0] + "\nOne\n\n---\n\ntitle: no option\n"
    with pytest.raises(InvalidDocument):
        set_notes("no front matter", "x")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip))
def test_any_title_is_read_back(title: str) -> None:
    changed = set_option(TEXT, "title", title.strip(), EpisodeMatter)
    again = set_option(changed, "title", title.strip(), EpisodeMatter)
    assert read(changed).title == read(again).title
    assert read(changed).guid == "x"
    assert len(read(changed).cut) == 2


def test_config() -> None:
    config = "show:\n  title: X   # t\n  url: https://a/\n\n# the feed\nfeed:\n  guid: '1'\n"
    changed = set_yaml(config, ["show", "explicit"], True)
    assert differ(config, changed) == ([], ["  explicit: true"])
    assert "  title: 'yes'" in set_yaml(config, ["show", "title"], "yes").replace('"', "'")
    assert differ(config, set_yaml(config, ["site", "accent"], "#ff0000")) == ([], ["site:", '  accent: "#ff0000"'])
    assert differ(config, set_yaml(changed, ["show", "explicit"], None)) == ([], [])
