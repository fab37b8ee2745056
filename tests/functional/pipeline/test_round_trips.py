"""There and back: what a feed says is said again by the feed of the show that was taken over from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feed_server import Host
from full_show import make_full_show, make_plain_show
from lxml import etree
from odd_feed import ODD_DATES, put_odd_feed
from show_runner import build, edit, read_tree, spacecast

from site_builder.show.published import load_pins
from site_builder.text.timecode import format_utc

LEFT_BEHIND = {"new-feed-url", "locked", "link", "url", "lastBuildDate", "alternateEnclosure"}
"""What belongs to the old address, or is made anew: lock, hub, pages, further encodings."""


def list_facts(element: Any, episode: str = "") -> Iterator[tuple[str, ...]]:
    """Everything a feed says, addresses of the show's own host aside; each fact once, by episode."""
    for child in element:
        name = etree.QName(child).localname
        inside = child.findtext("guid") if name == "item" else episode
        if name in LEFT_BEHIND:
            continue
        said = {
            key: value
            for key, value in child.attrib.items()
            if "127.0.0.1" not in value and "://x.example" not in value
        }
        text = " ".join(re.sub(r"<[^>]*>", " ", child.text or "").split())
        if child.attrib and not said and not text:
            continue
        yield (
            inside,
            name,
            text,
            *(f"{key}={said[key]}" for key in sorted(said) if key not in {"length", "width", "height"}),
        )
        yield from list_facts(child, inside)


def read_facts(show: Path) -> set[tuple[str, ...]]:
    """Of all pages of a built feed."""
    pages = sorted((show / "output").glob("feed*.xml"))
    return {fact for page in pages for fact in list_facts(etree.fromstring(page.read_bytes()).find("channel"))}


def take(show: Path, reference: str) -> list[str]:
    """`spacecast import`, which must bring every episode; its remarks."""
    run = spacecast("-C", show, "import", reference, "--json")
    assert run.code == 0, run.err + run.out
    remarks: list[str] = run.json["remarks"]
    return remarks


def move(old: Path, new: Path, host: Host, place: str) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Serve a show, take it over from its feed and build that; what both feeds say."""
    for path in read_tree(old / "output"):
        host.put(place + path.removeprefix("output/"), (old / path).read_bytes())
    take(new, f"{host.url}{place}feed.xml")
    config = new / "config.yaml"
    config.write_text(re.sub(r"(?m)^  url: .*$", "  url: https://x.example/", config.read_text("utf-8"), count=1))
    assert build(new)["failures"] == []
    return read_facts(old), read_facts(new)


def test_every_option_survives_a_move(tmp_path: Path, host: Host) -> None:
    """A show in which every option says something: the new feed says all of it again, and nothing else."""
    own = {"https://options.example.org/every/": f"{host.url}show/", "op3: yes": "op3: no", "episode_covers: show": ""}
    own |= {'media: {store: "folder:/srv/audio", url: https://audio.example.org/}': ""}
    old = make_full_show(make_plain_show(tmp_path / "plain", built=False), tmp_path / "old", own)
    assert build(old)["failures"] == []
    before, after = move(old, tmp_path / "new", host, "show/")
    assert before - after == set()
    assert after - before == set()


def test_an_odd_feed_is_taken_as_apps_take_it(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Not one guid or date is changed, whatever cannot be kept is told, and from then on the feed says the same."""
    first = tmp_path / "first"
    remarks = take(first, put_odd_feed(host, mp3))
    told = [
        "“Film”",
        "“Again”",
        "the show's category “Nonsense”",
        "“Future”",
        "a cover",
        "config.yaml has stand-ins",
        "not taken over",
    ]
    told += [f"the show's {name}" for name in ("email", "guid", "medium", "podroll", "update_frequency", "value")]
    assert sorted(next(start for start in told if remark.startswith(start)) for remark in remarks) == sorted(told)
    edit(first / "config.yaml", "https://example.org/odd-old/", f"{host.url}first/")
    assert build(first)["failures"] == []
    dates = {guid.format(url=host.url): date for guid, date in ODD_DATES.items()}
    assert {guid: format_utc(pin.first_published) for guid, pin in load_pins(first).items()} == dates
    before, after = move(first, tmp_path / "second", host, "first/")
    assert before == after
    assert {pin.guid for pin in load_pins(tmp_path / "second").values()} == dates.keys()
