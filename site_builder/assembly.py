"""From what a build chose to `output/`: episodes, what names them, search, and at last the feed.

Where something fails the rest is made, but the last good feed stays, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from site_builder.checks.guard import Guard
from site_builder.config import FEED, describe_show
from site_builder.digests import digest_bytes, digest_json
from site_builder.episode_files import Setting
from site_builder.events import Notify, Stage
from site_builder.exposure import find_exposed
from site_builder.feeds import FeedPlan, plan_feeds
from site_builder.freshness import Outlet
from site_builder.gallery import Gallery
from site_builder.groups import Group, build_groups, dissolve_groups, find_current
from site_builder.kept import Kept, Reader
from site_builder.media import key_of
from site_builder.model import Show
from site_builder.outlines import Outline, list_outline
from site_builder.portraits import plan_portraits
from site_builder.published import Pins, find_redirects
from site_builder.render.contexts import Site, describe_search
from site_builder.renewal import Renewal, Tally, line_up
from site_builder.report import BuildReport
from site_builder.searching import Document, plan_search, share_out
from site_builder.selection import Selection
from site_builder.site import Contents, describe_pages, list_documents, plan_site
from site_builder.studio import Place, Studio
from site_builder.survey import Survey
from site_builder.targets import Outcome, Target, build_targets
from site_builder.theming import describe_look, lay_out, load_show_theme, translate_defaults

_SHOW = TypeAdapter(Show)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """What came of a build."""

    report: BuildReport
    episodes: tuple[Outline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a build is to do, and where."""

    survey: Survey
    selection: Selection
    pins: Pins
    outlet: Outlet
    kept: Kept
    jobs: int
    notify: Notify


def assemble(job: Job) -> Assembled:
    """Make everything and say what was done. If an episode fails, the others are made and the last good feed stays.

    A preview has its own outlet, and its audio on the site itself even where listeners get it from elsewhere.
    """
    job.notify(Stage("episodes"))
    tally = Tally()
    gallery, renewal = _set_up(job)
    show = renewal.setting.site.show
    slots = line_up(job.selection, _digest_base(job, renewal.setting))
    episodes = renewal.renew(slots, tally)
    job.notify(Stage("planning pages"))
    contents = _describe_contents(job, renewal.setting, episodes)
    pages = describe_pages(contents)
    found = share_out([*_list_documents(job.outlet, episodes), *list_documents(pages)])
    pages.append(describe_search(contents.site, contents.listed, parts=[number for number in found if number]))
    plan = [
        *gallery.plan_show(),
        *plan_portraits([*gallery.portraits.pictures, *(each for episode in episodes for each in episode.pictures)]),
        *plan_site(contents, pages),
    ]
    job.notify(Stage("search index"))
    groups = [slot.name for slot in slots] + _make_search(job, plan_search(found), tally)
    job.notify(Stage("making pages"))
    held = _find_present(job.outlet.output, episodes)
    build = partial(build_targets, root=job.outlet.output, ledger=job.outlet.ledger, jobs=job.jobs, notify=job.notify)
    outcome = build(plan, hold=held, keep=None)
    tally.add(outcome)
    job.notify(Stage("making the feed"))
    outcome = _make_feeds(job, show, episodes, tally, partial(build, hold=held), plan, groups) or outcome
    job.notify(Stage("looking for leaks"))
    strangers = sorted(set(outcome.unknown) - {path for episode in episodes for path in episode.absent})
    _look_for_leaks(job, episodes, strangers, tally)
    return Assembled(report=_report(job, episodes, tally, outcome, strangers), episodes=episodes)


def _set_up(job: Job) -> tuple[Gallery, Renewal]:
    premises, guids = job.survey.premises, [card.guid for card in job.selection.chosen]
    config = premises.config
    media_url = "" if job.outlet.is_preview else config.media.url or ""
    show = translate_defaults(describe_show(config.show, config.feed, media_url=media_url), premises.words)
    gallery = Gallery(premises, show, published=guids, jobs=job.jobs, notify=job.notify)
    show, theme = gallery.hang_show(), load_show_theme(premises, gallery.accent)
    look = describe_look(premises, theme, gallery.accent)
    site = Site(show=show, look=look, words=premises.words, zone=config.show.zone)
    cache = job.survey.folder / ".cache"
    cached = frozenset(map(key_of, guids))
    place = Place(cache=cache, outlet=job.outlet, jobs=job.jobs, cached=cached, notify=job.notify)
    renewal = Renewal(
        survey=job.survey,
        setting=Setting(site=site, theme=theme, site_digest=digest_json(site.described)),
        studio=Studio(config, show, place, gallery, premises.words),
        outlet=job.outlet,
        kept=job.kept,
        jobs=job.jobs,
        notify=job.notify,
    )
    return gallery, renewal


def _digest_base(job: Job, setting: Setting) -> str:
    """Of all that the files of every episode depend on."""
    show = digest_bytes(_SHOW.dump_json(setting.site.show))
    return digest_json(
        ["episode/1", job.survey.base, setting.site_digest, setting.theme.digest, show, job.outlet.is_preview]
    )


def _describe_contents(job: Job, setting: Setting, episodes: tuple[Outline, ...]) -> Contents:
    read_row = partial(Reader(job.outlet.kept).read, "row")  # a page may be made in another process
    return Contents(
        setting=setting,
        episodes=episodes,
        listed=tuple(list_outline(episode, setting.site.zone, read_row) for episode in episodes),
        pages=tuple(lay_out(page) for page in job.survey.premises.pages if not page.matter.draft),
        tombstones=_describe_tombstones(job, episodes),
        moved=find_redirects(job.pins, episodes),
    )


def _describe_tombstones(job: Job, episodes: Iterable[Outline]) -> dict[str, str]:
    """What was published once and is not now: slug to the reason the host gives; none where consent keeps it back."""
    reasons = {card.guid: card.withdrawn or "" for card in job.survey.cards}
    gone = {pin.slug: reasons.get(pin.guid, "") for pin in job.pins.values() if pin.retired}
    gone |= {pin.slug: "" for pin in job.pins.values() if pin.slug in job.selection.withheld}
    for episode in episodes:
        gone.pop(episode.slug, None)
    return dict(sorted(gone.items()))


def _list_documents(outlet: Outlet, episodes: Iterable[Outline]) -> Iterator[Document]:
    read = partial(Reader(outlet.kept).read, "document")
    for episode in episodes:
        if episode.document:
            yield Document(episode.page, episode.document, partial(read, episode.guid))


def _make_search(job: Job, parts: Sequence[Group], tally: Tally) -> list[str]:
    """Make the parts of the index that are not as they were; the names of all of them."""
    outlet = job.outlet
    current = find_current({part.name: part.key for part in parts}, root=outlet.output, ledger=outlet.ledger)
    stale = [part for part in parts if part.name not in current]
    tally.add(build_groups(stale, root=outlet.output, ledger=outlet.ledger, jobs=job.jobs, notify=job.notify))
    return [part.name for part in parts]


def _find_present(output: Path, episodes: Iterable[Outline]) -> set[str]:
    """Audio that is there though it cannot be made here."""
    return {path for episode in episodes for path in episode.absent if (output / path).is_file()}


def _make_feeds(
    job: Job,
    show: Show,
    episodes: Sequence[Outline],
    tally: Tally,
    build: Callable[..., Outcome],
    plan: Sequence[Target],
    groups: Sequence[str],
) -> Outcome | None:
    """The feed, its further pages before it, and with it the end of all that nothing asks for any more."""
    feed = job.survey.premises.config.feed
    read = partial(job.kept.read, "item")
    guard = Guard(job.outlet.output, show, job.kept, read, job.jobs)
    wanted = FeedPlan(show=show, episodes=episodes, hub=feed.hub or "", size=feed.page_size)
    feeds = plan_feeds(wanted, read, guard.accept)
    outcome = None
    further = [target for target in feeds if target.path != FEED]
    if further and not tally.failures:
        tally.add(build(further, keep=None))
    if not tally.failures:
        outcome = build([*plan, *feeds], keep=groups)
        tally.add(outcome)
    return outcome


def _look_for_leaks(job: Job, episodes: Sequence[Outline], strangers: Sequence[str], tally: Tally) -> None:
    """Whatever leaks is made anew by the next build."""
    if not tally.failures:
        tally.leaks |= dict.fromkeys(
            find_exposed(job.outlet.output, job.survey, job.selection.chosen, episodes, strangers, job.jobs)
        )
    if tally.leaks:
        dissolve_groups(job.outlet.ledger)


def _report(
    job: Job, episodes: Sequence[Outline], tally: Tally, outcome: Outcome, strangers: Sequence[str]
) -> BuildReport:
    released = [episode for episode in episodes if not episode.draft]
    return BuildReport(
        output=job.outlet.output,
        episodes=len(released),
        duration=sum(episode.duration for episode in released),
        made=tuple(tally.made),
        kept=outcome.known - len(tally.made),
        removed=outcome.removed,
        warnings=tuple(map(_warn_of, strangers)),
        failures=(*tally.failures, *tally.leaks),
        reasons=tally.reasons,
        trimmed=sum(episode.trimmed for episode in episodes),
        pending=len({label for card in job.selection.chosen for label in card.pending}),
    )


def _warn_of(stranger: str) -> str:
    """Perhaps it is what somebody took back."""
    return f"output/{stranger} belongs to nothing in the show; delete it, or it is published with the site"
