"""Changes to the text of a feed, and the feed that they are made to.

make_clean_feed()    a feed that uses every option, and breaks no rule
sub, drop, text …    each gives a `Change`: from a feed's text to another
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from episode_maker import FIRST_DAY, make_episode, make_full_episode, make_full_show, render_feed

from site_builder.model.podcast import Artwork, Show

BUILT = FIRST_DAY + timedelta(weeks=9)
"""After the newest episode."""
Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FeedCase:
    """One way of breaking a feed."""

    rule: str
    what: str
    change: Change

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def make_clean_show() -> Show:
    """The full show, without what only advice is given about."""
    return make_full_show(copyright="Ada Quill", complete=False)


def make_clean_feed() -> bytes:
    """A feed of two episodes that uses every option."""
    show = make_clean_show()
    art = Artwork(path="artwork/two.jpg", width=1400, height=1400)
    plain = make_episode(2, number=2, season=2, artwork=art)
    return render_feed(show, [make_full_episode(), plain], feed_url=f"{show.url}feed.xml", built_at=BUILT)


def sub(pattern: str, new: str, *, count: int = 1) -> Change:
    """Replace a pattern that must be there."""

    def change(feed: str) -> str:
        changed, found = re.subn(pattern, new, feed, count=count, flags=re.DOTALL)
        assert found, f"{pattern} is not in the feed"
        return changed

    return change


def drop(element: str, where: str = "channel") -> Change:
    """Remove the first element of a name, within the channel's head or an item."""
    pattern = rf"\s*<{element}(?: [^<>]*)?(?:/>|>.*?</{element}>)"
    if where == "channel":
        return sub(pattern, "")
    return sub(rf"(<item>.*?){pattern}", r"\1")


def into_channel(xml: str) -> Change:
    """Add something to the channel, before the first item."""
    return sub(r"    <item>", f"    {xml}\n    <item>")


def into_item(xml: str) -> Change:
    """Add something to the first item."""
    return sub(r"    </item>", f"      {xml}\n    </item>")


def attribute(element: str, name: str, value: str | None) -> Change:
    """Change or remove an attribute of the first element of a name."""
    new = "" if value is None else f'{name}="{value}"'
    return sub(rf'(<{element}\b[^<>]*?){name}="[^"]*"', rf"\g<1>{new}")


def text(element: str, value: str) -> Change:
    """Change the text of the first element of a name, whatever it holds."""
    return sub(rf"(<{element}(?: [^<>]*)?>).*?(</{element}>)", rf"\g<1>{value}\g<2>")


def item_text(element: str, value: str) -> Change:
    """Change the text of an element of the first item."""
    return sub(rf"(<item>.*?<{element}(?: [^<>]*)?>).*?(</{element}>)", rf"\g<1>{value}\g<2>")


def twice(element: str) -> Change:
    """Write an element of the channel a second time."""
    return sub(rf"(\s*<{element}(?: [^<>]*)?(?:/>|>[^<>]*</{element}>))", r"\1\1")


def unchanged_but(*changes: Change) -> Change:
    """One change after the other."""

    def change(feed: str) -> str:
        for one in changes:
            feed = one(feed)
        return feed

    return change
