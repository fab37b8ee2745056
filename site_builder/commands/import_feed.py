"""`spacecast import`: an existing podcast becomes a show folder, and no app notices more than a new address.

feed ─▶ config.yaml, where there is none ─▶ a bundle for each episode ─▶ published.json

Guids and dates stay what they are. What exists is never touched; run again, it goes on where it was stopped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nh3

from site_builder.commands import init
from site_builder.episodes.intake import imported_episode
from site_builder.episodes.intake.imported_options import (
    describe_live,
    describe_remote,
    describe_shared_options,
    drop_empty,
)
from site_builder.episodes.intake.intake import Intake, IntakeEntry
from site_builder.errors import InvalidDocument, UnusableSource, UsageError
from site_builder.events import Notify, Started, ignore
from site_builder.model.conversation import Conversation
from site_builder.render.notes import html_to_text
from site_builder.show import published
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.show.config import load_config, make_feed_guid
from site_builder.show.documents.writing import render_front_matter
from site_builder.show.layout import CONFIG, EPISODES
from site_builder.show.lock import lock_show
from site_builder.sources.feed.categories import map_categories
from site_builder.sources.feed.http import USUAL, Bounds
from site_builder.sources.feed.parser import PodcastFeed
from site_builder.sources.feed.source import FeedSource, open_feed
from site_builder.text.plain import escape_markdown

_COVERS = ("content/cover.jpg", "content/cover.png", "content/cover.jpeg", "content/cover.webp")
_MOST_REMARKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What came of it."""

    title: str
    """Of the show, as the feed has it."""
    taken: tuple[IntakeEntry, ...]
    remarks: tuple[str, ...]
    """What was left out or could not be had, a sentence each."""
    is_new: bool
    """A `config.yaml` was made."""

    @property
    def failed(self) -> bool:
        """Whether an episode is still missing."""
        return any(entry.unreadable for entry in self.taken)

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "title": self.title,
            "new_show": self.is_new,
            "episodes": [entry.as_json() for entry in self.taken],
            "remarks": list(self.remarks),
        }


def make_bounds(*, pages: int, max_mb: int, max_minutes: int) -> Bounds:
    """As the command line has them."""
    return Bounds(pages=pages, audio_bytes=max_mb * 1_000_000, audio_seconds=max_minutes * 60.0)


def import_feed(
    folder: Path,
    reference: str,
    now: datetime,
    notify: Notify = ignore,
    *,
    bounds: Bounds = USUAL,
    is_own: bool = False,
) -> Import:
    """Take over the podcast whose feed is at `reference`, an address or a file, into the show in `folder`.

    Args:
        folder: A show's, or one that becomes a show.
        reference: Of the feed.
        now: What has a date after that is taken over too, but is not published before that date.
        notify: Receives events as episodes are fetched.
        bounds: How much is taken.
        is_own: The person said that a locked feed is theirs.

    Raises:
        UnusableSource: the feed cannot be had, or is none.
        UsageError: the show that is there has problems, is being built, or is another than that of a locked feed.
    """
    with open_feed(reference, folder / ".cache" / "imports", bounds, notify) as source:
        source.refuse_cover = _refuse_cover
        is_new = not (folder / CONFIG).exists()
        if is_new:
            source.remarks += start_show(folder, source.feed, reference)
        elif source.feed.locked and not is_own:
            _refuse_other_show(folder, source.feed, reference)
        with lock_show(folder, "import"):
            _take_cover(folder, source)
            taken = _take_episodes(folder, source, notify)
            _pin(folder, source, now)
    _say_more(source.feed, source.remarks)
    return Import(title=source.feed.title, taken=taken, remarks=_list_remarks(source.remarks), is_new=is_new)


def _list_remarks(remarks: list[str]) -> tuple[str, ...]:
    """Each once; a feed may have a fault in every line."""
    told = list(dict.fromkeys(remarks))
    further = [f"and {len(told) - _MOST_REMARKS} further remarks"] if len(told) > _MOST_REMARKS else []
    return (*told[:_MOST_REMARKS], *further)


def _refuse_other_show(folder: Path, feed: PodcastFeed, reference: str) -> None:
    """A lock says that its owner wants no copy elsewhere: the person has to say that they are the owner."""
    config = load_config(folder)
    is_same = feed.title.casefold() == config.show.title.casefold()
    is_same = is_same or str(config.feed.guid or "") == _describe_answers(feed, reference)["guid"].lower()
    if not is_same and published.load_pins(folder).keys().isdisjoint(item.guid for item in feed.items):
        raise UsageError(
            f"the feed of “{feed.title}” is locked: its owner wants no copy elsewhere, and the show in this folder is "
            f"“{config.show.title}”. If both are yours, say so with --own; else use a folder of its own"
        )


def start_show(folder: Path, feed: PodcastFeed, reference: str) -> list[str]:
    """Make a show folder with what the feed says of the show; what cannot be used is left out and told."""
    answers = _describe_answers(feed, reference)
    further = {name: value for name, value in _describe_further(feed).items() if value}
    standing = {name: value for name, value in _describe_standing(feed).items() if value}
    text = escape_markdown(answers["description"])
    init.write_new(folder / "content/pages/about.md", f"{render_front_matter({'title': 'About'})}\n{text}\n")
    remarks: list[str] = []
    while True:
        try:
            init.make_show_folder(folder, archive=None, answers=answers, further=further, standing=standing)
        except InvalidDocument as error:
            bad = _find_bad(error, {*answers, *further, *standing} - {"title"})
            if not bad:
                raise
            remarks += [f"the show's {name} was left out: {reason}" for name, reason in bad.items()]
            for options in (answers, further, standing):
                for name in bad.keys() & options.keys():
                    del options[name]
        else:
            return [*remarks, *_describe_stand_ins(folder, {**answers, **further})]


def _describe_stand_ins(folder: Path, said: Mapping[str, object]) -> Iterator[str]:
    """What the config had to say without knowing it."""
    show = load_config(folder).show
    known = {
        "category": ", ".join(" > ".join(filter(None, (c.name, c.sub))) for c in show.categories),
        "description": show.description[:60],
    }
    known |= {"language": show.language, "author": show.author, "email": show.email}
    made_up = [f"{name} ({value})" for name, value in known.items() if not said.get(name)]
    if made_up:
        yield f"config.yaml has stand-ins for what the feed does not say, look them over: {', '.join(made_up)}"


def _find_bad(error: InvalidDocument, names: Collection[str]) -> dict[str, str]:
    """Options that cannot be used, of those that can be done without, and why."""
    bad: dict[str, str] = {}
    for problem in error.problems:
        for name in (word for word in re.findall(r"\w+", problem.field or "") if word in names):
            bad.setdefault(name, problem.message)
    return bad


def _describe_answers(feed: PodcastFeed, reference: str) -> dict[str, str]:
    address = feed.url or reference
    return {
        "title": feed.title,
        "description": html_to_text(nh3.clean(feed.description)) if "<" in feed.description else feed.description,
        "language": feed.language,
        "author": feed.author,
        "email": feed.email,
        "guid": feed.guid or (make_feed_guid(address) if address.startswith("http") else ""),
    }


def _describe_further(feed: PodcastFeed) -> dict[str, object]:
    """Options of `show` beyond what every show says."""
    seasons = {item.season: item.season_name for item in feed.items if item.season and item.season_name}
    return {
        "category": _find_categories(feed),
        "subtitle": feed.standing.subtitle,
        "explicit": feed.explicit,
        "type": feed.kind if feed.kind != "episodic" else "",
        "copyright": feed.copyright,
        "people": [imported_episode.describe_person(person) for person in feed.people],
        **{name: value for name, value in describe_shared_options(feed.talk).items() if name != "txt"},
        "license": _describe_license(feed),
        "location": [imported_episode.describe_location(place) for place in feed.locations],
        "countries": list(feed.standing.countries),
        "seasons": dict(sorted(seasons.items())),
    }


def _find_categories(feed: PodcastFeed) -> list[str]:
    """Apple's own of today; a feed may say what it likes."""
    reading = map_categories(feed.categories)
    feed.remarks.extend(reading.remarks)
    return list(reading.names)


def _describe_standing(feed: PodcastFeed) -> dict[str, object]:
    """Options of `feed`. What belongs to the old address stays behind: its lock, its hub, where it moved."""
    said = feed.standing
    frequency = {"text": said.frequency, "rule": said.frequency_rule, "starts_at": said.frequency_start}
    texts = [{"purpose": "applepodcastsverify", "text": said.code}] if said.code else []
    shows = ({"guid": show.guid, "feed_url": show.feed_url, "title": show.title} for show in said.podroll)
    return {
        "block": said.block,
        "complete": said.complete,
        "medium": said.medium if said.medium != "podcast" else "",
        "txt": [*_list(describe_shared_options(feed.talk)["txt"]), *texts],
        "podroll": [drop_empty(show) for show in shows],
        "update_frequency": drop_empty(frequency) if said.frequency else None,
        "publisher": describe_remote(said.publisher) if said.publisher else None,
        "podping": said.podping,
        "block_services": [entry.service for entry in said.services if entry.blocked],
        "allow_services": [entry.service for entry in said.services if not entry.blocked],
        "live": [describe_live(item) for item in said.live],
    }


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _describe_license(feed: PodcastFeed) -> dict[str, object] | None:
    return drop_empty({"name": feed.license.name, "url": feed.license.url}) if feed.license else None


def _take_cover(folder: Path, source: FeedSource) -> None:
    """The show's cover, unless it has one."""
    if not source.feed.cover_url or any((folder / name).exists() for name in _COVERS):
        return
    content = folder / "content"
    content.mkdir(exist_ok=True)
    source.fetch_cover(source.feed.cover_url, content)


def _refuse_cover(file: Path) -> str:
    from site_builder.render.artwork.images import check_cover, check_size  # noqa: PLC0415 -- Pillow

    try:
        check_size(file.stat().st_size, file.name)
        check_cover(file.read_bytes(), file.name)
    except InvalidDocument as error:
        return error.problems[0].message
    return ""


def _take_episodes(folder: Path, source: FeedSource, notify: Notify) -> tuple[IntakeEntry, ...]:
    explicit = load_config(folder).show.explicit
    bundles = _load_bundles(folder)
    episodes = folder / EPISODES
    episodes.mkdir(parents=True, exist_ok=True)

    def render(conversation: Conversation, slug: str) -> str:
        item = source.items[conversation.recording.id]
        cover = source.covers.get(item.guid, "")
        index = imported_episode.make_index(item, slug, source.chapters[item.guid], cover, explicit=explicit)
        source.remarks.extend(f"“{item.title}” lost its {name}: not usable" for name in index.dropped)
        return index.text

    _leave_out_unkeepable(source)
    notify(Started(len(source.items)))
    return tuple(Intake(episodes, bundles, render).take_all(source))


def _leave_out_unkeepable(source: FeedSource) -> None:
    """Rather not at all than under another guid."""
    for item in list(source.items.values()):
        try:
            imported_episode.make_index(item, "any")
        except UnusableSource as error:
            source.remarks.append(str(error))
            del source.items[item.guid]


def _load_bundles(folder: Path) -> Mapping[Path, Bundle]:
    return {path: load_bundle(path) for path in find_bundles(folder / "content")}


def _pin(folder: Path, source: FeedSource, now: datetime) -> None:
    """Subscribers have had these episodes: their guids and dates are promises, though others made them."""
    known = published.load_published(folder)
    new = []
    for bundle in _load_bundles(folder).values():
        item = source.items.get(bundle.matter.guid)
        if item and item.published_at and item.guid not in known.pins and not bundle.matter.draft:
            if item.published_at > now:
                source.remarks.append(f"“{item.title}” has a date in the future, and appears then")
                continue
            date, slug = item.published_at, bundle.slug
            online = (("import", now),)
            new.append(published.Pin(item.guid, slug, first_published=date, enclosure="", online=online))
    new.sort(key=lambda pin: pin.first_published)
    pins = {**known.pins, **{pin.guid: pin for pin in new}}
    published.write_published(folder, known._replace(pins=pins, show=_pin_show(folder, source, known)), known)


def _pin_show(folder: Path, source: FeedSource, known: published.Published) -> published.ShowPin:
    """The show's guid, where the feed has one and nothing of another show was promised here."""
    feed_guid = load_config(folder).feed.guid
    is_this = bool(source.feed.guid) and feed_guid == source.feed.guid
    return known.show._replace(guid=source.feed.guid) if is_this and not known.pins else known.show


def _say_more(feed: PodcastFeed, remarks: list[str]) -> None:
    if feed.moved_to and feed.moved_to != feed.url:
        remarks.append(f"the feed says that it has moved to {feed.moved_to}; import that one if it is newer")
    if feed.locked:
        remarks.append("the feed is locked: take over only a show that is your own")
    if feed.standing.podping:
        remarks.append(
            "config.yaml says `podping: true`, as the feed did: apps then look less often, and something has to tell "
            "podping.cloud of every change; remove the line if nothing does"
        )
    if left_out := feed.left_out.describe():
        remarks.append(left_out)
    undated = sum(item.published_at is None and not item.date_text for item in feed.items)
    if undated:
        remarks.append(f"{undated} without a date became drafts: write their dates, then remove `draft: true`")
