"""Counts what a feed says that a show cannot say, so that each is told once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

_TOLD = ("podcast:", "itunes:", "spotify:")
"""Prefixes whose elements mean something to listeners or directories; others are a host's own affair."""
_NEEDLESS = frozenset(
    [
        "itunes:duration",
        "itunes:keywords",
        "itunes:summary",
        "itunes:subtitle",
        "itunes:name",
        "itunes:title",
        "itunes:author",
        "itunes:order",
        "itunes:isClosedCaptioned",
        "itunes:new-feed-url",
        "podcast:guid",
        "podcast:image",
        "podcast:images",
        "podcast:locked",
        "podcast:season",
        "podcast:episode",
        "spotify:access",
    ]
)
"""Made anew, out of use, or told elsewhere."""
_READ = frozenset(
    [
        "itunes:applepodcastsverify",
        "itunes:block",
        "itunes:category",
        "itunes:complete",
        "itunes:email",
        "itunes:episode",
        "itunes:episodeType",
        "itunes:explicit",
        "itunes:image",
        "itunes:owner",
        "itunes:season",
        "itunes:type",
        "podcast:chapters",
        "podcast:license",
        "podcast:location",
        "podcast:medium",
        "podcast:person",
        "podcast:soundbite",
        "podcast:transcript",
        "podcast:updateFrequency",
        "spotify:countryOfOrigin",
    ]
)
_TALK = {f"podcast:{name}" for name in ("chat", "funding", "socialInteract", "txt", "value")}
READ_OF_SHOW = _READ | _TALK | {f"podcast:{name}" for name in ("block", "liveItem", "podping", "podroll", "publisher")}
"""What the show takes over, beyond what every RSS feed has."""
READ_OF_EPISODE = _READ | _TALK | {"podcast:contentLink", "podcast:alternateEnclosure"}
"""What an episode takes over."""


class LeftOut:
    """Counts by name, for the show and for its episodes.

    Attributes:
        remarks: what is told of one episode or of the show by itself, a sentence each.
    """

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self._of_show: Counter[str] = Counter()
        self._of_episodes: Counter[str] = Counter()

    def count_show(self, names: Iterable[str]) -> None:
        """Elements that the channel has."""
        self._of_show.update(_choose(names, READ_OF_SHOW))

    def count_episode(self, names: Iterable[str]) -> None:
        """Elements that an item has, each once."""
        self._of_episodes.update(_choose(set(names), READ_OF_EPISODE))

    def note_show(self, what: str) -> None:
        """Something else that the show loses, in words."""
        self._of_show[what] += 1

    def note(self, what: str) -> None:
        """Something else that one episode loses, in words."""
        self._of_episodes[what] += 1

    def add(self, other: LeftOut) -> None:
        """What another page of the feed says; the show is the same on all of them."""
        self._of_episodes += other._of_episodes

    def describe(self) -> str:
        """One sentence; empty where nothing was lost."""
        names = sorted({*self._of_show, *self._of_episodes})
        said = [f"{name} ({_describe_places(bool(self._of_show[name]), self._of_episodes[name])})" for name in names]
        return f"not taken over, for a show here cannot say it: {', '.join(said[:60])}" if said else ""


def _choose(names: Iterable[str], read: frozenset[str]) -> list[str]:
    return [name for name in names if name.startswith(_TOLD) and name not in read and name not in _NEEDLESS]


def _describe_places(of_show: bool, episodes: int) -> str:
    places = ["show"] if of_show else []
    places += [f"{episodes} episode{'s' if episodes > 1 else ''}"] if episodes else []
    return ", ".join(places)
