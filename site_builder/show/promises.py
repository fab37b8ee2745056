"""What a build may not change because subscribers have it (`published.py`), and what a deploy adds. Pure.

Before its promise an episode is free: title, address, date, draft, deletion. After it a guid never vanishes, changes or
comes back as something else, and an address that changes leaves a redirect.
docs/decisions/0016 says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.paths import FEED
from site_builder.show.layout import CONFIG, INDEX
from site_builder.show.published import FILE, Pin, Pins, Published, ShowPin, State
from site_builder.text.addresses import is_same_address

_WITHDRAW = "then a short page stays in its place, for good, and its guid is never used again"
_OLD = (
    f"; if nothing of this show was ever online, delete {FILE}: an older version of spacecast wrote it at every build"
)


class Written(Protocol):
    """What of an episode in `content/episodes/` decides whether promises are kept."""

    @property
    def guid(self) -> str:
        """As its front matter has it."""

    @property
    def slug(self) -> str:
        """Last part of its page's address."""

    @property
    def draft(self) -> bool:
        """Not to be published yet."""

    @property
    def withdrawn(self) -> str | None:
        """Why it is taken back; None: it is not."""

    @property
    def recording_id(self) -> str:
        """As the source of its recording has it, which is its first guid; may be empty."""


Bundles = Mapping[str, Written]
"""By the name of the folder."""


class Released(NamedTuple):
    """An episode as it is in `output/`, or will be when its date has come."""

    guid: str
    slug: str
    """Last part of its page's address."""
    title: str
    """As it is shown."""
    published_at: datetime
    """Aware UTC."""
    enclosure: str
    """Path of its audio."""


class Release(NamedTuple):
    """What of a show is in `output/`: what going online promises."""

    show: ShowPin
    episodes: tuple[Released, ...]
    withdrawn: tuple[str, ...] = ()
    """Guids taken back."""
    waiting: tuple[Released, ...] = ()
    """Those that are not in `output/` before their date has come."""


class Addressed(Protocol):
    """What of an episode its address depends on."""

    @property
    def guid(self) -> str:
        """Its identity."""

    @property
    def slug(self) -> str:
        """Last part of its page's address."""


def find_broken(
    published: Published,
    bundles: Bundles,
    going_out: Iterable[str],
    held_back: Iterable[str],
    within: Path,
    now: datetime,
) -> list[Problem]:
    """What a build may not do to subscribers, each with the ways on.

    Args:
        published: What has been promised.
        bundles: Everything in `content/episodes/`, by the name of its folder.
        going_out: Guids to be published now, without drafts that are only looked at.
        held_back: Guids that consent or a failure keeps back for now: that is never a broken promise.
        within: The folder that the bundles are in.
        now: A promise for a date to come binds from that date on.
    """
    by_guid = {bundle.guid: (name, bundle) for name, bundle in bundles.items()}
    out, held = set(going_out), set(held_back)
    present = out | held
    due = {pin.guid: pin for pin in published.pins.values() if pin.first_published <= now or pin.online or pin.retired}
    changed = dict(_find_changed_guids(bundles, by_guid, published.pins))
    replaced = set(changed.values())
    problems = [_explain_changed_guid(within / name, guid) for name, guid in changed.items()]
    problems += [
        _explain_gone(pin, is_old=published.is_old)
        for pin in due.values()
        if not pin.retired and pin.guid not in by_guid and pin.guid not in present and pin.guid not in replaced
    ]
    problems += _find_hidden(due, by_guid, present, within, is_old=published.is_old)
    problems += [_explain_reuse(guid, within / by_guid[guid][0]) for guid in out if guid in due and due[guid].retired]
    return problems


def _find_changed_guids(bundles: Bundles, by_guid: Collection[str], pins: Pins) -> Iterator[tuple[str, str]]:
    """Folders whose guid is another than the one it was made with or promised under, and that one.

    A copy of an episode that is still there, or of one that was withdrawn, has to have a guid of its own.
    """
    promised = {pin.slug: pin for pin in pins.values() if not pin.retired and pin.guid not in by_guid}
    for name, bundle in bundles.items():
        first = bundle.recording_id
        pin = promised.get(bundle.slug) or promised.get(name)
        if bundle.guid in pins:
            continue
        if first == bundle.guid:
            continue
        if pin:
            yield name, pin.guid
        elif first and first not in by_guid and not (first in pins and pins[first].retired):
            yield name, first


def _explain_changed_guid(folder: Path, guid: str) -> Problem:
    message = (
        f"was {guid!r}; put that back: a guid never changes, for apps know the episode by nothing else, and would give "
        "it to every subscriber again"
    )
    return Problem(message, file=folder / INDEX, field="guid")


def _explain_gone(pin: Pin, *, is_old: bool) -> Problem:
    """No file has the guid any more: the folder is gone."""
    message = (
        f"the episode {pin.slug!r} ({pin.guid}) is {_tell_state(pin)}, and gone from content/episodes/; restore its "
        f"folder, or take it back with `spacecast build --retire {pin.slug}`: {_WITHDRAW}"
    )
    return Problem(message + (_OLD if is_old else ""), file=FILE)


def _tell_state(pin: Pin) -> str:
    if pin.state is State.ONLINE:
        target, since = pin.online[0]
        return f"online since {since:%Y-%m-%d} ({target})"
    return "promised"


def _find_hidden(
    due: Pins, by_guid: Mapping[str, tuple[str, Written]], present: set[str], within: Path, *, is_old: bool
) -> Iterator[Problem]:
    for guid in [guid for guid in due if guid in by_guid and guid not in present]:
        name, bundle = by_guid[guid]
        pin = due[guid]
        if not pin.retired and bundle.withdrawn is None:
            field, leave = ("draft", "remove `draft: true`") if bundle.draft else ("date", "put the date back")
            message = (
                f"this episode is {_tell_state(pin)}, so it may be in somebody's app; leave it there ({leave}), or "
                f"take it back with `withdrawn: true`: {_WITHDRAW}"
            )
            yield Problem(message + (_OLD if is_old else ""), file=within / name / INDEX, field=field)


def _explain_reuse(guid: str, folder: Path) -> Problem:
    message = (
        f"{guid!r} was taken back and never comes back; write `withdrawn: true`, or give the episode a guid of its own"
    )
    return Problem(message, file=folder / INDEX, field="guid")


def find_broken_show(pinned: ShowPin, now: ShowPin, *, has_moved: bool) -> list[Problem]:
    """What may not become of the show's own identity and address, each with the ways on.

    Args:
        pinned: What was promised.
        now: As the config says it.
        has_moved: The host says that there is nothing to move.
    """
    problems = []
    if pinned.guid and pinned.guid != now.guid:
        message = (
            f"was {pinned.guid}, and is {now.guid} now; write `guid: {pinned.guid}` below `feed:`: it never changes, "
            "for directories and apps know the show by it"
        )
        problems.append(Problem(message, Path(CONFIG), field="feed.guid"))
    if pinned.url and not is_same_address(pinned.url, now.url) and not has_moved:
        moved = pinned.moved_to and is_same_address(pinned.moved_to, now.url + FEED)
        problems += [] if moved else [_explain_new_address(pinned, now)]
    return problems


def _explain_new_address(pinned: ShowPin, now: ShowPin) -> Problem:
    message = (
        f"was {pinned.url}, where apps ask for the feed. Tell them first: leave the old address here, write "
        f"`moved_to: {now.url}{FEED}` below `feed:` and deploy there, then change this line and remove `moved_to` "
        "(`spacecast help moving`). Is there nothing to move, since the old address leads to the new one or nobody "
        "subscribed there? Say so once with `spacecast build --moved`"
    )
    return Problem(message, Path(CONFIG), field="show.url")


def retire(pins: Pins, names: Iterable[str]) -> Pins:
    """The pins with those named (by slug, guid, or the folder they had) withdrawn.

    Raises:
        InvalidDocument: nothing was promised under a name.
    """
    changed = dict(pins)
    problems = []
    for name in names:
        found = [
            pin for pin in pins.values() if name in {pin.guid, pin.slug, f"{pin.first_published:%Y-%m-%d}-{pin.slug}"}
        ]
        changed |= {pin.guid: pin._replace(retired=True) for pin in found}
        if not found:
            message = f"nothing was promised as {name!r}; what was never online needs no --retire: delete its folder"
            problems.append(Problem(message, file=FILE))
    if problems:
        raise InvalidDocument(problems)
    return changed


def withdraw(pins: Pins, guids: Iterable[str]) -> Pins:
    """The pins with those of `guids` that were promised withdrawn."""
    return {**pins, **{guid: pins[guid]._replace(retired=True) for guid in guids if guid in pins}}


def find_first(pins: Pins, release: Release) -> tuple[Released, ...]:
    """Episodes that go out for the first time with this release, oldest first."""
    new = (episode for episode in release.episodes if episode.guid not in pins)
    return tuple(sorted(new, key=lambda episode: (episode.published_at, episode.guid)))


def promise(published: Published, release: Release) -> Published:
    """All that is promised once the release is on its way. Oldest entries stay first."""
    changed = dict(published.pins)
    for episode in (*find_first(changed, release), *release.episodes):
        pin = changed.get(episode.guid) or Pin(
            guid=episode.guid, slug=episode.slug, first_published=episode.published_at, enclosure=""
        )
        former = [slug for slug in (*pin.former_slugs, pin.slug) if slug != episode.slug]
        changed[episode.guid] = pin._replace(
            slug=episode.slug, enclosure=episode.enclosure, former_slugs=tuple(dict.fromkeys(former))
        )
    return Published(withdraw(changed, release.withdrawn), release.show)


def confirm(published: Published, guids: Collection[str], target: str, now: datetime) -> Published:
    """The same with these known to be online at `target`; the first time counts."""
    return published._replace(
        pins={
            guid: pin._replace(online=(*pin.online, (target, now)))
            if guid in guids and not pin.retired and target not in dict(pin.online)
            else pin
            for guid, pin in published.pins.items()
        }
    )


def find_unpromised(published: Published, release: Release) -> list[str]:
    """What this release would be the first to promise, a few words each: nothing where all of it is noted."""
    after = promise(published, release)
    words = [episode.title for episode in find_first(published.pins, release)]
    for guid, pin in published.pins.items():
        new = after.pins[guid]
        if pin.slug != new.slug:
            words.append(f"{new.slug} (was {pin.slug})")
        if new.retired and not pin.retired:
            words.append(f"{pin.slug} (withdrawn)")
    return words


def find_redirects(pins: Pins, episodes: Iterable[Addressed]) -> dict[str, str]:
    """Slug an episode once had to the one it has now; a slug that another episode has by now is that episode's."""
    now: dict[str, str] = {episode.guid: episode.slug for episode in episodes}
    taken = set(now.values())
    return {
        slug: now[pin.guid]
        for pin in pins.values()
        if pin.guid in now
        for slug in (*pin.former_slugs, pin.slug)
        if slug not in taken
    }
