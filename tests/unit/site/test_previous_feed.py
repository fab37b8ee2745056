"""A feed made from the last one: the same bytes as one made from its items, and nothing of a file that was bent."""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builder_desk import make_all, use_builder
from sample_site import make_sample_show

from site_builder.engine.cache import open_values
from site_builder.engine.digests import digest_bytes, digest_file
from site_builder.engine.ledger import Entry, Facts
from site_builder.episodes.summary import EpisodeSummary
from site_builder.site.feeds import FeedPage, FeedPlan, FeedWriter, describe_feeds
from site_builder.site.previous_feed import PreviousFeed

ITEMS = {f"guid-{number}": f"<item>{number * 'long '}{number}</item>\n".encode() for number in range(7)}


def make_outline(guid: str, item: bytes) -> EpisodeSummary:
    """An episode, as far as a feed is concerned."""
    number = int(guid.rpartition("-")[2])
    return EpisodeSummary(
        guid=guid,
        slug=guid,
        title=guid,
        published_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number),
        duration=60.0,
        enclosure=f"media/{guid}.m4a",
        row="",
        item=digest_bytes(item)[:32],
        document="",
    )


def describe(items: dict[str, bytes], size: int = 0) -> list[FeedPage]:
    """The feed of these items, or its pages."""
    episodes = [make_outline(guid, item) for guid, item in items.items()]
    return describe_feeds(FeedPlan(show=make_sample_show(), episodes=episodes, size=size))


@dataclass
class Reading:
    """Items, and which of them were asked for."""

    items: dict[str, bytes]
    asked: list[str]

    def read(self, guids: Iterable[str]) -> Iterator[bytes]:
        for guid in guids:
            self.asked.append(guid)
            yield self.items[guid]


def write(items: dict[str, bytes], out: Path, last: PreviousFeed) -> tuple[bytes, list[str], Facts]:
    """The bytes of the feed of these items; which were read, not copied; its layout, size and digest."""
    reading = Reading(items, [])
    (page,) = describe(items)
    facts = dict(page.write(reading.read, out, last))
    return out.read_bytes(), reading.asked, facts


def remember(file: Path, facts: Facts) -> Entry:
    """What the ledger has of a feed."""
    return Entry(size_bytes=file.stat().st_size, sha256=digest_file(file), facts={**facts})


@pytest.mark.parametrize(
    ("items", "read"),
    [
        (ITEMS, []),
        ({**ITEMS, "guid-3": b"<item>changed</item>\n"}, ["guid-3"]),
        ({**ITEMS, "guid-9": b"<item>new</item>\n"}, ["guid-9"]),
        ({guid: ITEMS[guid] for guid in ("guid-0", "guid-2", "guid-6")}, []),
        ({"guid-8": ITEMS["guid-1"], "guid-1": ITEMS["guid-5"], "guid-0": ITEMS["guid-6"]}, []),
        ({"guid-9": b"<item>all new</item>\n"}, ["guid-9"]),
        ({}, []),
    ],
    ids=["the same", "changed", "added", "removed", "in another order", "all others", "none"],
)
def test_what_is_copied_is_what_would_be_read(tmp_path: Path, items: dict[str, bytes], read: list[str]) -> None:
    """Only items that were not in the last feed are read, and no byte tells which."""
    last = tmp_path / "last.xml"
    *_, facts = write(ITEMS, last, PreviousFeed())
    content, asked, layout = write(items, tmp_path / "feed.xml", PreviousFeed(last, remember(last, facts)))
    clean, _, clean_layout = write(items, tmp_path / "clean.xml", PreviousFeed())
    assert (content, asked) == (clean, read)
    assert {**layout, "stamp": None} == {**clean_layout, "stamp": None}
    assert (layout["size_bytes"], layout["sha256"]) == (len(content), digest_bytes(content))


def bend(file: Path) -> None:
    """One byte other, the size the same."""
    time.sleep(0.02)  # longer than a tick of the clock that files have their times from
    file.write_bytes(file.read_bytes().replace(b"long", b"bent", 1))


def bend_copy(file: Path) -> None:
    """The same, and the time as well: another file in its place."""
    other = file.with_suffix(".copy")
    shutil.copy2(file, other)
    bend(other)
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize(
    ("spoil", "of"),
    [
        (bend, lambda entry: entry),
        (bend_copy, lambda entry: entry),
        (Path.unlink, lambda entry: entry),
        (lambda file: file.write_bytes(b""), lambda entry: entry),
        (lambda _: None, lambda _: None),
        (lambda _: None, lambda entry: entry._replace(facts={})),
        (lambda _: None, lambda entry: entry._replace(facts={"begin": 0, "items": 5, "sizes": []})),
        (lambda _: None, lambda entry: entry._replace(facts={"begin": "0", "items": ["x"], "sizes": [3]})),
        (lambda _: None, lambda entry: entry._replace(facts={"begin": 0, "items": ["x"], "sizes": ["3"]})),
    ],
    ids=["bent", "bent copy", "gone", "empty", "not remembered", "no layout", "no list", "no number", "no size"],
)
def test_nothing_is_copied_that_was_not_written_by_us(
    tmp_path: Path, spoil: Callable[[Path], object], of: Callable[[Entry], Entry | None]
) -> None:
    """A feed that somebody bent, or whose layout is not known, is no source."""
    last = tmp_path / "last.xml"
    clean, _, facts = write(ITEMS, last, PreviousFeed())
    entry = of(remember(last, facts))
    spoil(last)
    content, asked, _ = write(ITEMS, tmp_path / "feed.xml", PreviousFeed(last, entry))
    assert content == clean
    assert sorted(asked) == sorted(ITEMS)


@pytest.mark.parametrize("put", [shutil.copyfile, os.replace], ids=["copied", "moved"])
def test_a_feed_that_was_copied_or_moved_is_one_that_was_written(
    tmp_path: Path, put: Callable[[Path, Path], object]
) -> None:
    """What counts is what is in it."""
    written, last = tmp_path / "written.xml", tmp_path / "last.xml"
    clean, _, facts = write(ITEMS, written, PreviousFeed())
    entry = remember(written, facts)
    put(written, last)
    content, asked, _ = write(ITEMS, tmp_path / "feed.xml", PreviousFeed(last, entry))
    assert (content, asked) == (clean, [])


def test_a_long_run_of_items_is_copied_piece_by_piece(tmp_path: Path) -> None:
    """Larger than what is in memory at a time."""
    items = {f"guid-{number}": bytes([65 + number]) * 700_000 for number in range(5)}
    last = tmp_path / "last.xml"
    clean, _, facts = write(items, last, PreviousFeed())
    assert (facts["size_bytes"], facts["sha256"]) == (len(clean), digest_bytes(clean))
    feed = PreviousFeed(last, remember(last, facts))
    out = io.BytesIO()
    wanted = [digest_bytes(items[guid])[:32] for guid in ("guid-3", "guid-4", "guid-0")]
    assert feed.copy(wanted, out.write) == [700_000] * 3
    assert out.getvalue() == items["guid-3"] + items["guid-4"] + items["guid-0"]
    assert clean.count(out.getvalue()[:10]) == 70_000


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the items are kept."""
    file = tmp_path / "state.db"
    with open_values(file) as kept:
        kept.put("item", {guid: ("", item) for guid, item in ITEMS.items()})
    return file


def build(pages: Sequence[FeedPage], root: Path, write: Callable[[FeedPage, Path], Facts]) -> dict[str, bytes]:
    """Feeds as a build makes them; what is there then."""
    targets = [page.plan(write, lambda *_: None) for page in pages]
    outcome = make_all(targets, root, root.with_suffix(".db"))
    assert not outcome.failed
    return {path.name: path.read_bytes() for path in root.iterdir()}


def write_now(page: FeedPage, out: Path) -> Facts:
    return FeedWriter(Reading(ITEMS, []).read, out.with_name("ahead")).write(page, out)


@pytest.mark.parametrize("size", [0, 3])
def test_written_ahead_is_as_written_at_once(tmp_path: Path, kept: Path, size: int) -> None:
    """One feed, or several pages: by another process, then moved to its place; of the folder nothing is left."""
    pages = describe(ITEMS, size)
    wanted = build(pages, tmp_path / "now", write_now)
    ahead = tmp_path / "ahead"
    ahead.mkdir()
    (ahead / "left by a build that was killed").touch()
    writer = FeedWriter(Reading({}, []).read, ahead)
    writer.begin(pages, kept, lambda _: PreviousFeed())
    assert build(pages, tmp_path / "later", writer.write) == wanted
    assert len(wanted) == (3 if size else 1)
    assert list(ahead.iterdir()) == []
    writer.end()
    assert not ahead.exists()


def test_what_fails_ahead_fails_where_it_is_wanted(tmp_path: Path, kept: Path) -> None:
    """An item that is missing: the feed's target fails, as if it were written there."""
    pages = describe({**ITEMS, "guid-9": b"never kept"})
    writer = FeedWriter(Reading({}, []).read, tmp_path / "ahead")
    writer.begin(pages, kept, lambda _: PreviousFeed())
    with pytest.raises(KeyError):
        writer.write(pages[0], tmp_path / "feed.xml")
    writer.end()
    assert not (tmp_path / "ahead").exists()


def test_outdated_feeds_are_found_with_what_is_remembered_of_them(tmp_path: Path) -> None:
    """New ones without an entry, changed ones with one; current ones are not named."""
    root = tmp_path / "now"

    def find(pages: Sequence[FeedPage]) -> dict[str, Entry | None]:
        targets = [page.plan(write_now, lambda *_: None) for page in pages]
        return use_builder(root, root.with_suffix(".db"), lambda builder: builder.find_outdated(targets))

    pages = describe(ITEMS, 4)
    assert find(pages) == {"feed.xml": None, "feed-2.xml": None}
    build(pages, root, write_now)
    assert find(pages) == {}
    (root / "feed.xml").write_bytes(b"shorter")
    found = find([replace(pages[0], inputs={**pages[0].inputs, "hub": "new"}), pages[1]])
    assert {path: entry and entry.sha256 != "" for path, entry in found.items()} == {
        "feed.xml": True,
        "feed-2.xml": True,
    }
