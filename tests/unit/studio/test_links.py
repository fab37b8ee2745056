"""Where in the studio a finding leads: to the field that mends it, or to the line of the file where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from site_builder.checks.rule import Finding, Place, Rule, Severity
from site_builder.errors import Problem
from site_builder.studio.tasks.links import Links

CONFIG = "show:\n  title: Signals\n  description: Short.\n  url: https://a.example/\nfeed:\n  block: true\n"
INDEX = (
    "---\ntitle: Fog\ndate: 2026-10-09\nguid: one\nslug: fog-1\ncut:\n  - 0:01-0:02\n"
    "soundbites:\n  - {from: 0:01, to: 0:02}\n---\n"
)
FILE = Path("content/episodes/fog/index.md")


@pytest.fixture
def links(tmp_path: Path) -> Links:
    """Of a show with one episode."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(INDEX)
    (tmp_path / "content/people.yaml").write_text("kit:\n  name: Kit\n")
    (tmp_path / "content/episodes/broken").mkdir()
    (tmp_path / "content/episodes/broken/index.md").write_text("---\ntitle: [\n---\n")
    return Links(tmp_path)


def find(remedy: str, name: str = "config-any", message: str = "it is so", **place: object) -> Finding:
    """A finding of some rule."""
    rule = Rule(name=name, severity=Severity.ADVICE, holds="It holds.", remedy=remedy, source="https://a.example/")
    return Finding(rule=rule, message=message, place=Place(**place))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finding", "page"),
    [
        # absent options stand at the line of their section: the option is known by its name
        (find("Set `show.copyright` to a name.", file=Path("config.yaml"), line=1), "/show#f-copyright"),
        (find("Write more into `show.description`.", file=Path("config.yaml"), line=3), "/show#f-description"),
        (find("Put a picture there.", "config-cover", file=Path("config.yaml"), line=1), "/show#cover-file"),
        (find("Remove `feed.block` then.", file=Path("config.yaml"), line=6), "/files/config?line=6"),
        (find("Set `show.title` in config.yaml."), "/show#f-title"),
        (find("Correct it.", "feed-link", file=Path("config.yaml"), line=4), "/show#f-url"),
        (find("Ask them.", "consent-pending"), "/people"),
        (find("Shorten `title`.", file=FILE, line=2), "/episodes/fog#f-title"),
        (find("Mend it.", file=FILE, line=7), "/episodes/fog#s-sound"),
        (find("Mend it.", file=FILE, line=9), "/files/episodes/fog?line=9"),
        (find("Mend it.", file=FILE), "/episodes/fog"),
        (find("Mend it.", episode="Fog"), "/episodes/fog"),
        (find("Write it down.", "apple-item-transcript", episode="Fog"), "/episodes/fog/words"),
        # where only the episode is known, its rule tells the field
        (find("Write some.", "notes-empty", file=FILE, episode="Fog"), "/episodes/fog#f-notes"),
        (find("Shorten it.", "title-length", file=FILE, episode="Fog"), "/episodes/fog#f-title"),
        (find("Give three.", "chapters-advice", episode="Fog"), "/episodes/fog#s-chapters"),
        (find("Correct it.", "page-links", file=Path("output/episodes/fog-1/index.html")), "/episodes/fog#f-notes"),
        (find("Even it.", "audio-loudness", file=Path("output/media/fog.m4a"), episode="Fog"), "/files/config"),
        (find("Copy it.", "originals-copied", file=Path("content/episodes/fog/a.aac")), "/help/backup"),
        (find("Ask.", "consent-waiting", "kit has not answered", file=Path("content/people.yaml")), "/people/kit"),
        (find("Ask.", "consent-waiting", "lou has not answered", file=Path("content/people.yaml")), "/people"),
    ],
)
def test_a_finding_leads_to_what_mends_it(links: Links, finding: Finding, page: str) -> None:
    assert links.find(finding) == page


def test_a_problem_of_an_option_without_field(links: Links) -> None:
    problem = Problem("expected yes or no", Path("config.yaml"), 6, "feed.block")
    assert links.find_problem(problem) == "/files/config?line=6"


@pytest.mark.parametrize(
    ("line", "field", "page"),
    [
        (15, "chapters.4", "/episodes/fog#s-chapters"),
        (None, "chapters.4", "/episodes/fog#s-chapters"),
        (7, "cut.1", "/episodes/fog#s-sound"),
        (2, "title", "/episodes/fog#f-title"),
        (9, "soundbites.1", "/files/episodes/fog?line=9"),
        (None, None, "/episodes/fog"),
    ],
)
@pytest.mark.parametrize("place", [".", "..", "content", "../elsewhere"])
def test_a_file_of_an_episode_leads_to_it_wherever_it_is_named_from(
    links: Links, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, line: int, field: str, page: str
) -> None:
    (tmp_path / place).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / place)
    named = Path(os.path.relpath(tmp_path / FILE))
    assert links.find_problem(Problem("expected a time", named, line, field)) == page
    assert links.name_file(named) == FILE.as_posix()
