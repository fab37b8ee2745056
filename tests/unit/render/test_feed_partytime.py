"""The feed as apps of the Podcast Index read it: podcast-partytime, the parser of podcastindex.org."""

from __future__ import annotations

import json
from typing import Any

import pytest
from episode_maker import FIRST_DAY, make_episode, make_full_episode, make_full_show, render_feed
from programs import find_node_module, run_node

pytestmark = pytest.mark.skipif(
    not find_node_module("podcast-partytime"),
    reason="podcast-partytime is not installed; python tests/programs.py does",
)

FEED_URL = "https://example.org/river/feed.xml"
SCRIPT = """
const { parseFeed } = require("podcast-partytime");
process.stdout.write(JSON.stringify(parseFeed(require("fs").readFileSync(0, "utf8"))));
"""


@pytest.fixture(scope="module")
def feed() -> Any:
    """A feed with everything in it, as partytime understands it."""
    episodes = [make_full_episode(), make_episode(2)]
    text = render_feed(make_full_show(), episodes, feed_url=FEED_URL, built_at=FIRST_DAY).decode()
    return json.loads(run_node(SCRIPT, text=text))


def test_channel(feed: Any) -> None:
    """Who, what, where, and under which identity."""
    show = make_full_show()
    assert (feed["title"], feed["link"], feed["author"]) == (show.title, show.url, show.author)
    assert (feed["guid"], feed["medium"], feed["locked"]) == (show.guid, "podcast", False)
    assert feed["podcastFunding"] == [{"message": funding.text, "url": funding.url} for funding in show.funding]
    assert [person["name"] for person in feed["podcastPeople"]] == [person.name for person in show.people]
    assert feed["podroll"][0]["feedGuid"] == show.podroll[0].guid
    assert feed["pubsub"]["self"] == FEED_URL


def test_every_phase_of_the_namespace_is_recognised(feed: Any) -> None:
    """Partytime names the elements it knows by phase; all that a full feed holds are among them."""
    known = {name for names in feed["pc20support"].values() for name in names}
    assert known >= {
        *("locked", "funding", "transcript", "chapters", "soundbite"),
        *("person", "location", "season", "episode"),
        *("trailer", "license", "guid", "alternateEnclosure"),
        *("medium", "socialInteract", "txt", "podroll"),
    }


def test_item(feed: Any) -> None:
    """The audio, its other forms, people, season, soundbite and transcripts of an episode."""
    episode, item = make_full_episode(), feed["items"][0]
    assert (item["guid"], item["itunesEpisode"], item["duration"]) == (str(episode.guid), episode.number, 1500)
    assert item["enclosure"]["length"] == episode.enclosure.size_bytes
    assert [form["length"] for form in item["alternativeEnclosures"]] == [
        form.size_bytes for form in (episode.enclosure, *episode.alternates)
    ]
    assert [person["name"] for person in item["podcastPeople"]] == [person.name for person in episode.people]
    assert len(item["podcastTranscripts"]) == len(episode.transcripts)
    assert item["podcastChapters"]["url"].endswith("/chapters.json")
    assert item["podcastSoundbites"][0]["duration"] == episode.soundbites[0].duration
    assert len(feed["items"]) == 2
