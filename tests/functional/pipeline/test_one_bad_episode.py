"""One episode or page that cannot be used as it is written: the others are built, and nothing that is out vanishes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archive_maker import MadeArchive
from show_runner import (
    build,
    copy_show,
    edit,
    find_bundle,
    grep,
    make_show,
    make_two_spaces,
    read_feed,
    read_tree,
    spacecast,
)

from site_builder.build.options import BuildOptions
from site_builder.preview.session import Session

SLIPS: dict[str, Callable[[str], str]] = {
    "no front matter": lambda text: text.split("---")[-1],
    "unclosed quote": lambda text: text.replace("title: ", 'title: "'),
    "unknown name": lambda text: text.replace("title:", "titel:"),
    "soundbite after the end": lambda text: text.replace("slug:", "soundbites:\n- 10:30-11:00\nslug:"),
    "chapter after the end": lambda text: text.replace("slug:", "chapters:\n- 0:00 A\n- 10:00 B\nslug:"),
    "not UTF-8": lambda text: text.replace("title: ", "title: \udcff"),
    "a picture whose name is too long": lambda text: f"{text}\n![x]({'a' * 400}.jpg)\n",
    "no guid": lambda text: text.replace("guid:", "giud:"),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, built."""
    show = make_show(tmp_path_factory.mktemp("pair") / "show", make_two_spaces())
    build(show)
    return show


def write(file: Path, text: str) -> None:
    """Text that may hold bytes of another encoding."""
    file.write_bytes(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("slip", SLIPS)
def test_the_others_go_on_and_what_is_out_stays(slip: str, pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    index, other = find_bundle(show, "2026-10-09") / "index.md", find_bundle(show, "2026-10-16") / "index.md"
    good, before = index.read_text(), read_tree(show / "output")
    write(index, SLIPS[slip](good))
    edit(other, "title: Signals", "title: Sygnals")
    run = spacecast("-C", show, "build")
    assert run.code == 1, run.err
    assert "2026-10-09-signals-in-the-dark-explained/index.md:" in run.err
    assert "the last good one stays" in run.err
    after = read_tree(show / "output")
    assert before.keys() - after.keys() == set()
    own = "output/episodes/signals-in-the-dark-explained/index.html"
    assert after["output/feed.xml"] == before["output/feed.xml"]
    assert "Sygnals" in (show / "output/episodes/signals-in-the-dark-explained-2026-10-16/index.html").read_text()
    home = (show / "output/index.html").read_text()
    assert "Sygnals" in home
    assert "Signals in the dark" in home
    assert own in after
    index.write_text(good)
    edit(other, "title: Sygnals", "title: Signals")
    build(show)
    assert read_tree(show / "output") == before


@pytest.mark.parametrize("harm", ["media.json", "link"])
def test_harm_elsewhere_leaves_the_others_alone(harm: str, pair: Path, tmp_path: Path) -> None:
    """A damaged file of the program's, and a link in place of an episode's folder."""
    show = copy_show(pair, tmp_path / "show")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    if harm == "link":
        (show / "content/episodes/outer").symlink_to(tmp_path)
    else:
        (find_bundle(show, "2026-10-09") / harm).write_text('{"parts": 5}')
    run = spacecast("-C", show, "build")
    assert run.code == 1, run.err
    assert ("is a link" if harm == "link" else "media.json") in run.err
    assert "Sygnals" in (show / "output/index.html").read_text()


@pytest.mark.parametrize("slip", SLIPS)
def test_one_that_was_never_out_holds_up_nothing(slip: str, tmp_path: Path) -> None:
    """The first build ever makes a feed of the others."""
    show = make_show(tmp_path / "show", MadeArchive())
    spacecast("-C", show, "extract", show / "content/archives/first.zip")
    shutil.copytree(find_bundle(show), show / "content/episodes/new")
    index = show / "content/episodes/new/index.md"
    text = index.read_text().replace("guid: ", "guid: new").replace("slug: ", "slug: new-")
    write(index, SLIPS[slip](text))
    run = spacecast("-C", show, "build")
    assert run.code == 1, run.err
    assert "content/episodes/new/index.md:" in run.err
    assert "the last good one stays" not in run.err
    assert [item.guid for item in read_feed(show)] == ["1lDxLnrWjwkGm"]


def test_one_whose_sound_fails_and_was_never_out_holds_up_nothing(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", make_two_spaces())
    spacecast("-C", show, "extract", show / "content/archives/first.zip")
    (find_bundle(show, "2026-10-09") / "recording-0.aac").write_bytes(b"this is no sound" * 1000)
    report = build(show, code=1)
    assert len(report["failures"]) == 1
    assert [item.guid for item in read_feed(show)] == ["1YqKDoVkzRexV"]


def test_a_refusal_beside_a_slip_is_told_in_one_sentence(pair: Path, tmp_path: Path) -> None:
    """What was made before names them still; the slip is what has to be mended, and then it is gone."""
    show = copy_show(pair, tmp_path / "show")
    edit(show / "content/people.yaml", "status: pending", "status: granted")
    build(show)
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    index = find_bundle(show, "2026-10-09") / "index.md"
    edit(index, "title:", "titel:")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert run.err.count("kit must not be named, and what was made before still does") == 1, run.err
    assert "output" not in run.err
    assert "who must not be named" not in run.err
    edit(index, "titel:", "title:")
    build(show)
    assert not grep(show / "output/episodes", "Kit")


def test_a_bad_page_holds_up_no_episode(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    page = show / "content/pages/imprint.md"
    page.write_text("---\ntitle: Imprint\n---\nUs.")
    build(show)
    page.write_text("---\ntitle: Imprint\nUs, without the end of the front matter.")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    report = build(show, code=1)
    assert any("pages/imprint.md:1" in failure for failure in report["failures"])
    assert "Sygnals" in (show / "output/feed.xml").read_text()
    assert (show / "output/imprint/index.html").is_file()


def test_a_broken_copy_of_an_episode_leaves_the_episode_alone(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    shutil.copytree(find_bundle(show, "2026-10-09"), show / "content/episodes/copy")
    edit(show / "content/episodes/copy/index.md", "title: ", 'title: "')
    before = (show / "output/feed.xml").read_bytes()
    assert len(build(show, code=1)["failures"]) == 1
    assert (show / "output/feed.xml").read_bytes() == before
    assert (show / "output/index.html").read_text().count("data-guid") <= 2


def test_a_draft_page_is_nowhere(pair: Path, tmp_path: Path) -> None:
    """Not in navigation, sitemap, search, feed or what is kept for offline; whatever is wrong with it."""
    show = copy_show(pair, tmp_path / "show")
    page = show / "content/pages/merger.md"
    page.write_text("---\ntitle: Secret merger\ndraft: true\n---\nhidden words ![x](gone.jpg)\n")
    assert build(show)["failures"] == []
    assert grep(show / "output", "merger", "hidden words") == []
    page.write_text("---\ntitle: Open merger\n---\nshown words\n")
    build(show)
    assert "Open merger" in (show / "output/index.html").read_text()


def test_a_preview_says_what_a_build_would_refuse(pair: Path, tmp_path: Path) -> None:
    """A published episode that is made a draft: the preview shows it, and tells."""
    show = copy_show(pair, tmp_path / "show")
    assert spacecast("-C", show, "build", "--published").code == 0
    edit(find_bundle(show, "2026-10-09") / "index.md", "slug:", "draft: true\nslug:")
    refused = spacecast("-C", show, "build")
    assert refused.code == 2
    session = Session(show, BuildOptions(drafts=True), lambda: datetime(2026, 11, 18, tzinfo=UTC))
    session.refresh()
    assert any("draft" in problem for problem in session.state.problems)
    assert (session.output_paths.output / "episodes/signals-in-the-dark-explained/index.html").is_file()
