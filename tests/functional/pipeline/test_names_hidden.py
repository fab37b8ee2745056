"""Names that must not be found, in real builds: every written form in every place a host can write one."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image
from show_runner import Run, build, copy_show, edit, find_bundle, grep, make_show, spacecast
from written_forms import FORMS, INNOCENT, MARKUP

_TAG = re.compile(r"<[^>]+>")


def refuse(show: Path, people: Iterable[tuple[str, str]], status: str = "refused") -> None:
    """Write people into `people.yaml` who speak nowhere and refused."""
    told = ({"name": name, "handle": handle, "consent": {"status": status}} for name, handle in dict.fromkeys(people))
    entries = [f"p{number}: {json.dumps(entry, ensure_ascii=False)}\n" for number, entry in enumerate(told)]
    with (show / "content/people.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + "".join(entries))


def list_bundles(show: Path) -> list[Path]:
    """The bundles, oldest first."""
    return sorted((show / "content/episodes").iterdir())


def read_page(file: Path) -> str:
    """What is read on a page, with plain quotes."""
    return html.unescape(_TAG.sub("", file.read_text("utf-8"))).replace("’", "'").replace("‘", "'")


WRITTEN = [form for form in FORMS if form.text != "thanks martin for coming"]
"""Of the plain forms those that are found among texts with capitals."""
LOOK_ALIKES = [line for form in INNOCENT for line in form.text.split("\n") if "Lopez" not in line and "’" not in line]


@pytest.fixture(scope="module")
def hidden(two_spaces: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A show with every form in notes, title, tags, chapters, cues and a page, and what its build reports."""
    show = make_show(tmp_path_factory.mktemp("names") / "show", two_spaces, draws_covers=True)
    build(show)
    refuse(
        show, [(form.name, form.handle) for form in (*FORMS, *MARKUP, *INNOCENT) if form.name != "Kit"]
    )  # who speaks
    bundle = list_bundles(show)[0]
    index = bundle / "index.md"
    head, notes = index.read_text("utf-8").rsplit("---\n", 1)
    head = re.sub(r"title: .*", "title: Talk with Ana Lopez", head)
    head = re.sub(r"(?m)^tags:(?:\n- .*|.*)*", "", head)
    head += "tags: [AnaLopez, ana-builds, light, some one]\nsummary: With Ana Lopez.\n"
    head += "chapters:\n  - 0:00 Ana Lopez speaks\n  - 0:06 One\n"
    head += "cover: own.png\ncover_alt: Ana Lopez at the lamp\n"
    (bundle / "photos").mkdir()
    for picture, side in {"own.png": 1400, "a.jpg": 8, "photos/ana-lopez.jpg": 8}.items():
        Image.new("RGB", (side, side), "navy").save(bundle / picture)
    lines = [form.text for form in WRITTEN]
    pieces = [notes, *lines, *(form.text for form in MARKUP), *LOOK_ALIKES]
    pieces += ["![Ana Lopez](https://e.example/ana-lopez.jpg 'Ana Lopez') [Ana Lopez][Ana Lopez] **Ana** _Lopez_"]
    pieces += ["[Ana Lopez]: https://e.example/Ana%20Lopez", "| a | b |\n|---|---|\n| Ana | Lopez |"]
    index.write_text(head + "---\n" + "\n\n".join(pieces) + "\n", "utf-8")
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\nthanks, Ana\n\n00:02.000 --> 00:03.000\nLopez, for coming\n"
    (bundle / "transcript.vtt").write_text(cues, "utf-8")
    page = "---\ntitle: With Ana Lopez\n---\n" + "\n\n".join([*lines, *LOOK_ALIKES])
    (show / "content/pages/friends.md").write_text(page, "utf-8")
    return show, build(show)


def find_pages(show: Path) -> tuple[Path, Path]:
    """The page of the episode, and the host's own."""
    slug = re.search(r"(?m)^slug: (.*)$", (list_bundles(show)[0] / "index.md").read_text("utf-8"))
    assert slug
    return show / "output/episodes" / slug[1] / "index.html", show / "output/friends/index.html"


def test_every_form_is_gone(hidden: tuple[Path, dict[str, object]]) -> None:
    """From pages, feed, transcripts, tags of sound; nothing is called someone that is not a word in a sentence."""
    show, report = hidden
    assert report["failures"] == []
    for page in find_pages(show):
        text = page.read_text("utf-8")
        for form in WRITTEN:
            assert f">{form.text}<" not in html.unescape(text), form
        assert "Ana Lopez" not in read_page(page)
        assert 'href="someone' not in text.lower()
        assert "ana-lopez" not in text.lower()
    assert not list((show / "output/tags").glob("*some*one*/")) or (show / "output/tags/some-one").is_dir()
    assert not [path for path in (show / "output").rglob("*") if re.search("lopez|builds|someone", path.name.lower())]
    for file in (show / "output").rglob("*.vtt"):
        assert "Lopez" not in file.read_text("utf-8")
    feed = (show / "output/feed.xml").read_text("utf-8")
    assert "Talk with someone" in feed
    assert "twimg" not in feed


def test_look_alikes_stand_as_written(hidden: tuple[Path, dict[str, object]]) -> None:
    show, _ = hidden
    for page in find_pages(show):
        text = read_page(page)
        assert [line for line in LOOK_ALIKES if line not in text] == []


def test_each_place_is_told_with_file_and_line(hidden: tuple[Path, dict[str, object]]) -> None:
    show, report = hidden
    redacted = report["redacted"]
    assert isinstance(redacted, list)
    index = list_bundles(show)[0] / "index.md"
    name = index.relative_to(show).as_posix()
    told = {int(match[1]) for place in redacted if (match := re.match(rf"{re.escape(name)}:(\d+): the ", place))}
    lines = index.read_text("utf-8").splitlines()
    assert [form for form in WRITTEN if lines.index(form.text) + 1 not in told] == []
    assert any(place.startswith("content/pages/friends.md:") for place in redacted)
    assert any("transcript.vtt:" in place for place in redacted)


@pytest.fixture
def show(pair: Path, tmp_path: Path) -> Path:
    """A show of two episodes in which Ana Lopez, who speaks nowhere, refused."""
    show = copy_show(pair, tmp_path / "show")
    refuse(show, [("Ana Lopez", "ana_builds")])
    return show


def fail(show: Path) -> Run:
    """A build that must stop."""
    run = spacecast("-C", show, "build")
    assert run.code != 0, run.out
    return run


def test_a_name_in_the_config_stops_the_build_with_its_line(show: Path) -> None:
    edit(show / "config.yaml", "title: Signals", "title: Ana Lopez")
    line = (show / "config.yaml").read_text().splitlines().index("  title: Ana Lopez") + 1
    assert f"config.yaml:{line}: holds the name of p0" in fail(show).err


def test_a_zip_in_the_output_is_opened(show: Path) -> None:
    """And so is one inside it."""
    inner = show / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", "by Ana Lopez")
    with zipfile.ZipFile(show / "output/press.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "kit.zip")
    assert "output/press.zip: holds the name of p0, who must not be named; delete it" in fail(show).err


def test_a_name_in_an_own_template_is_told_where_it_stands(show: Path) -> None:
    (show / "templates/about.txt").write_text("one\nby Ana Lopez\n")
    assert "templates/about.txt:2: the name of p0" in fail(show).err


def test_only_the_line_it_comes_from_is_blamed(show: Path) -> None:
    """Not the notes, where the name is hidden anyway; one sentence, however many pages show it."""
    (show / "templates").mkdir(exist_ok=True)
    own = "<p>Lamp drawn by\nAna Lopez, with love</p>"
    (show / "templates/base.html").write_text(
        f'{{% extends "builtin/base.html" %}}{{% block footer %}}{own}{{% endblock %}}'
    )
    for bundle in list_bundles(show):
        with (bundle / "index.md").open("a", encoding="utf-8") as notes:
            notes.write("\nThanks to Ana Lopez.\n\nAna Lopez drew it with love.\n")
    (told,) = [line for line in fail(show).err.splitlines() if line.startswith("failed:")]
    assert re.search(
        r"templates/base.html:2: the name of p0,.* is shown on the site \(404.html and \d+ more\); take", told
    )


@pytest.mark.parametrize(("name", "option"), [("own.css", "css"), ("logo.svg", "logo")])
def test_a_name_in_an_own_style_or_logo_is_told_where_it_stands(name: str, option: str, show: Path) -> None:
    (show / "content" / name).write_text('<svg xmlns="http://www.w3.org/2000/svg">\n<text>Ana Lopez</text></svg>')
    with (show / "config.yaml").open("a") as file:
        file.write(f"\nsite:\n  {option}: content/{name}\n")
    assert f"content/{name}:2: the name of p0" in fail(show).err


def test_a_name_in_an_address_that_is_online_can_be_honoured(pair: Path, tmp_path: Path) -> None:
    """Left out until it has another slug; then it is there, the old address is not, and its guid is kept."""
    show = copy_show(pair, tmp_path / "show")
    index = list_bundles(show)[0] / "index.md"
    index.write_text(re.sub(r"(?m)^slug: .*$", "slug: talk-with-ana-lopez", index.read_text("utf-8")), "utf-8")
    build(show, "--published")
    refuse(show, [("Ana Lopez", "ana_builds")])
    report = build(show)
    line = index.read_text("utf-8").splitlines().index("slug: talk-with-ana-lopez") + 1
    (skipped,) = report["skipped"]
    assert f"index.md:{line})" in skipped["reason"]
    assert grep(show / "output", "ana-lopez") == []
    edit(index, "slug: talk-with-ana-lopez", "slug: a-talk")
    report = build(show, "--published")
    assert report["episodes"] == 2
    assert (show / "output/episodes/a-talk/index.html").is_file()
    assert grep(show / "output", "ana-lopez") == []
    assert any("talk-with-ana-lopez" in place for place in report["redacted"])
    assert "talk-with-ana-lopez" in (show / "content/published.json").read_text()


def test_a_name_known_from_another_episode_alone(show: Path) -> None:
    """What any `space.json` calls somebody is hidden in every episode."""
    recording = find_bundle(show, list_bundles(show)[1].name) / "space.json"
    known = json.loads(recording.read_text())
    kit = next(speaker for speaker in known["speakers"] if speaker.get("handle") == "kit")
    kit["name"] = "Christabel Weir"
    recording.write_text(json.dumps(known))
    notes = list_bundles(show)[0] / "index.md"
    notes.write_text(notes.read_text() + "\nChristabel Weir was here.\n")
    assert spacecast("-C", show, "consent", "kit", "anonymous").code == 0
    assert build(show)["failures"] == []
    assert grep(show / "output", "Christabel") == []


def test_nothing_leads_to_the_unedited_talk(show: Path) -> None:
    """No times of refused speech, no link to the Space or to the post that announced it."""
    bundle = list_bundles(show)[0]
    recording = json.loads((bundle / "space.json").read_text())
    index = bundle / "index.md"
    index.write_text(index.read_text() + f"\nThe [whole talk]({recording['url']}), at {recording['url']}.\n")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    build(show)
    slug = re.search(r"(?m)^slug: (.*)$", index.read_text())
    assert slug
    page = (show / "output/episodes" / slug[1] / "index.html").read_text()
    assert recording["url"] not in page
    assert "whole talk" in page
    assert "at the request of somebody who took part" in page
    assert not re.search(r"\d to \d+:\d+ at the request", page)


def test_consent_tells_what_is_looked_for(show: Path) -> None:
    edit(show / "content/people.yaml", "p0: {", 'p0: {"also": ["Anita", "@ana_old"], "not": ["Santa Ana"], ')
    run = spacecast("-C", show, "consent", "p0", "anonymous")
    for words in ("names: Ana Lopez, Anita", "@ana_builds, @ana_old", "Santa Ana", "also:"):
        assert words in run.out, run.out


def test_a_show_that_is_online_is_asked_once_before_names_go(pair: Path, tmp_path: Path) -> None:
    """Without a line about those who have not answered the build stops; with one it goes on."""
    show = copy_show(pair, tmp_path / "show")
    build(show, "--published")
    config = show / "config.yaml"
    config.write_text(re.sub(r"(?m)^consent:\n(?:  .*\n)+", "", config.read_text()))
    (show / "content/pages/more.md").write_text("---\ntitle: More\n---\nmore\n")
    stopped = fail(show)
    assert "consent: {pending: anonymise}" in stopped.err
    assert "Kit" in stopped.err or "kit" in stopped.err
    config.write_text(config.read_text() + "consent: {pending: anonymise}\n")
    build(show)


def test_who_has_not_answered_is_not_named(pair: Path, tmp_path: Path) -> None:
    """By default: heard, without name, handle, picture or link."""
    show = copy_show(pair, tmp_path / "show")
    config = show / "config.yaml"
    config.write_text(re.sub(r"(?m)^consent:\n(?:  .*\n)+", "", config.read_text()))
    build(show)
    feed = (show / "output/feed.xml").read_text()
    assert "Guest 1" in feed
    assert "88120044" not in feed
