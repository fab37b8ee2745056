"""The feed as a browser shows it, with the style sheet that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from episode_maker import FIRST_DAY, make_episode, make_full_episode, make_full_show, render_feed
from programs import find_browser

from site_builder.model import podcasting20 as p20

pytestmark = pytest.mark.skipif(not find_browser(), reason="no Chromium found; python tests/programs.py installs one")
Open = Callable[..., Any]

_VISIBLE = """[...document.querySelectorAll('channel, channel *')].filter(one => {
    for (let above = one; above.nodeName !== 'rss'; above = above.parentNode)
        if (getComputedStyle(above).display === 'none') return false;
    return true;
}).map(one => one.nodeName)"""
_SAID = (
    "(part) => [...document.querySelectorAll('channel > *')].filter(one => getComputedStyle(one).display !== 'none')"
)
_SAID += ".map(one => getComputedStyle(one, part).content).filter(text => !['none', 'normal'].includes(text)).join(' ')"


@pytest.mark.parametrize("number", [1, 2])
def test_feed_opened_in_a_browser_explains_itself(open_page: Open, folder: Path, number: int) -> None:
    """Only what a person wants to read is shown, and the address to copy is the feed's, on its further pages too."""
    show = make_full_show()
    first, second = (f"{show.url}feed{part}.xml" for part in ("", "-2"))
    links = p20.FeedLinks(stylesheet="feed.css", first=first, previous=first if number == 2 else "", last=second)
    url = second if number == 2 else first
    feed = render_feed(show, [make_full_episode(), make_episode(1)], feed_url=url, built_at=FIRST_DAY, links=links)
    (folder / "show" / "whole.xml").write_bytes(feed)
    page = open_page("whole.xml")
    shown = page.evaluate(_VISIBLE)
    assert sorted(set(shown)) == ["atom:link", "channel", "description", "item", "link", "pubDate", "title"]
    assert (shown.count("title"), shown.count("description"), shown.count("atom:link")) == (3, 1, 1)
    assert "copy the address of this page" in page.evaluate(_SAID, "::before")
    assert f'"{first}"' in page.evaluate(_SAID, "::after")
    assert second not in page.evaluate(_SAID, "::after")
