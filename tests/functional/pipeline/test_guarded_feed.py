"""A feed that breaks a rule apps rely on never replaces one that does not."""

from __future__ import annotations

from pathlib import Path

from show_runner import build, copy_show, edit, find_bundle, spacecast


def test_the_last_good_feed_stays(pair: Path, tmp_path: Path) -> None:
    """A serial show needs numbers: the build says so for each episode and leaves the feed; mended, it goes on."""
    show = copy_show(pair, tmp_path / "show")
    good = (show / "output/feed.xml").read_bytes()
    edit(show / "config.yaml", "\nshow:\n", "\nshow:\n  type: serial\n")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "feed.xml is not replaced, the last good feed stays: " in run.err
    assert run.err.count("the episode has no number, and the show is serial (serial-numbers)") == 2
    assert (show / "output/feed.xml").read_bytes() == good
    for number, part in enumerate(("2026-10-09", "2026-10-16"), 1):
        edit(find_bundle(show, part) / "index.md", "\nguid:", f"\nepisode: {number}\nguid:")
    assert build(show)["failures"] == []
    assert b"<itunes:type>serial<" in (show / "output/feed.xml").read_bytes()


def test_a_first_feed_that_breaks_a_rule_is_not_there(pair: Path, tmp_path: Path) -> None:
    """Nor any page of it; what is fine is made all the same."""
    show = copy_show(pair, tmp_path / "show")
    edit(show / "config.yaml", "\nshow:\n", "\nshow:\n  type: serial\n")
    edit(show / "config.yaml", "\nfeed:\n", "\nfeed:\n  page_size: 1\n")
    (show / "output/feed.xml").unlink()
    report = build(show, code=1)
    assert [failure.split(" ", 1)[0] for failure in report["failures"]] == ["feed-2.xml"]
    assert list((show / "output").glob("feed*.xml")) == []
    assert (show / "output/index.html").is_file()


def test_a_broken_page_of_the_feed_holds_the_others(pair: Path, tmp_path: Path) -> None:
    """What leads to a page that could not be made is not replaced either."""
    show = copy_show(pair, tmp_path / "show")
    edit(show / "config.yaml", "\nfeed:\n", "\nfeed:\n  page_size: 1\n")
    build(show)
    good = {file.name: file.read_bytes() for file in (show / "output").glob("feed*.xml")}
    assert set(good) == {"feed.xml", "feed-2.xml"}
    edit(show / "config.yaml", "\nshow:\n", "\nshow:\n  type: serial\n")
    edit(find_bundle(show, "2026-10-16") / "index.md", "\nguid:", "\nepisode: 2\nguid:")
    report = build(show, code=1)
    assert [failure.split(" ", 1)[0] for failure in report["failures"]] == ["feed-2.xml"]
    assert {file.name: file.read_bytes() for file in (show / "output").glob("feed*.xml")} == good
