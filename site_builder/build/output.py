"""Writes `output/`: episodes, pages that name them, the search index, and last the feed.

Where something fails the rest is made, but the last good feed stays, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from site_builder.build.audio import AudioBuilder
from site_builder.build.consent.hidden import describe_tombstones, is_named, list_hidden
from site_builder.build.consent.leak_check import Searched, find_exposed
from site_builder.build.episodes import BuildLog, EpisodeBuilder, plan_jobs
from site_builder.build.feed_gate import FeedGate
from site_builder.build.report import BuildReport
from site_builder.build.selection import Selection
from site_builder.build.up_to_date import ChangeCheck
from site_builder.consent import redact
from site_builder.consent.leaks import LeakMemory
from site_builder.engine.builder import Builder
from site_builder.engine.cache import FileDigests, Reader, ValueCache
from site_builder.engine.digests import digest_bytes, digest_json
from site_builder.engine.groups import Group
from site_builder.engine.processes.prefetch import Prefetch
from site_builder.engine.serialization import digest_value
from site_builder.engine.state import StateDatabase
from site_builder.engine.target import Target
from site_builder.episodes.catalog import Catalog, redact_show
from site_builder.episodes.summary import EpisodeSummary, list_episodes, name_group
from site_builder.events import Notify, Renewed, Stage
from site_builder.render.pages.contexts import describe_search
from site_builder.render.pages.search_text import render_documents
from site_builder.render.pages.site_context import Context, Site
from site_builder.show.layout import OutputPaths, find_artifact_database
from site_builder.show.promises import find_redirects
from site_builder.show.published import Pins
from site_builder.site.audio import make_cache_name
from site_builder.site.covers import CoverPlanner
from site_builder.site.episode_files import Setting
from site_builder.site.feeds import MANY, FeedPlan, FeedWriter, describe_feeds
from site_builder.site.pages import Contents, describe_pages, digest_contents, plan_fittings, plan_site
from site_builder.site.portraits import plan_portraits
from site_builder.site.previous_feed import PreviousFeed
from site_builder.site.search import PROGRAM_FILES, Document, share_out
from site_builder.site.theme_settings import describe_look, lay_out, load_show_theme

if TYPE_CHECKING:  # it loads what talks to workers
    from site_builder.engine.cluster.tasks import Cluster

_PAGES = "pages"
"""The group of all pages that are no episode's."""
_FOUND = "found"
"""Kind of what can be searched of them, in what is kept."""
_FEW = 3
"""Files that are named one by one."""
_ROWS = 1000
"""Episodes of which the row in lists, some kilobytes, stays in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """What came of a build."""

    report: BuildReport
    episodes: tuple[EpisodeSummary, ...]
    foreign: tuple[str, ...]
    """Files of the output that no build made."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a build is to do, and where."""

    catalog: Catalog
    selection: Selection
    pins: Pins
    output_paths: OutputPaths
    state: StateDatabase
    """What remembers of the output."""
    artifacts: StateDatabase
    """The database of what takes long to make."""
    changes: ChangeCheck
    """How the output looked before the build."""
    jobs: int
    prefetch: Prefetch
    """What is drawn ahead."""
    notify: Notify
    cluster: Cluster | None = None
    """Who makes sound instead of this process."""
    leak_memory: LeakMemory | None = None
    """See `BuildOptions`."""

    @cached_property
    def kept(self) -> ValueCache:
        """Values kept between builds."""
        return ValueCache(self.state)

    @cached_property
    def builder(self) -> Builder:
        """Makes the output."""
        return Builder(self.output_paths.output, self.state, jobs=self.jobs, notify=self.notify)

    @cached_property
    def cache_builder(self) -> Builder:
        """Makes what takes long, in `.cache/`."""
        folder = find_artifact_database(self.catalog.folder).parent
        return Builder(folder, self.artifacts, jobs=self.jobs, notify=self.notify, cluster=self.cluster)


def assemble(job: Job) -> Assembled:
    """Make everything and say what was done. If an episode fails, the others are made and the last good feed stays.

    A preview has its own output folder, and its audio on the site itself even where listeners get it from elsewhere.
    """
    return _OutputBuild(job).run()


class _OutputBuild:
    """One build: the state that its steps share."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.build_log = BuildLog()
        self.plan: list[Target] = []
        """All that belongs to no group, but for feeds."""
        self.groups: list[str] = []
        """Names of all groups there should be."""
        self.feeds: list[Target] = []
        self.feed_writer = FeedWriter(partial(job.kept.read, "item"), job.output_paths.state / "feeds")
        self.removed: tuple[str, ...] = ()
        """Files that nothing asked for any more."""
        self.apart: tuple[str, ...] = job.catalog.problems
        """What fails without holding up anything else, a sentence each."""
        self.is_feed_held = False
        """Whether an episode is missing that the last feed has, so that it stays, and nothing is deleted."""
        job.notify(Stage("episodes"))
        self.cover_planner, self.episode_builder = _set_up(job)

    def run(self) -> Assembled:
        """Each step needs what the one before made: a page its style sheet, a list its episodes, a feed all of them."""
        job = self.job
        self.make(plan_fittings(self.episode_builder.setting))
        episodes = self.make_episodes()
        job.notify(Stage("making pages"))
        contents = _describe_contents(job, self.episode_builder.setting, episodes)
        search = self.make_pages(contents)
        shown = [*(one.pictures for one in episodes), *(page.pictures for page in contents.pages)]
        pictures = [*self.cover_planner.portraits.pictures, *(picture for some in shown for picture in some)]
        self.make([*self.cover_planner.plan_show(job.cache_builder), *plan_portraits(pictures)])
        self.build_log.failures |= dict.fromkeys(self.cover_planner.failures)
        job.notify(Stage("making the feed"))
        self.make_feeds()
        there = set(job.changes.output.files)
        absent = {path for episode in episodes for path in episode.absent} & there
        unknown = set(job.builder.find_untracked(there))
        lost = (unknown & job.changes.made) - absent
        job.builder.adopt(lost)
        untracked = unknown - absent - lost
        job.notify(Stage("search index"))
        self.make_search(search)
        self.clear_away(absent)
        job.notify(Stage("looking for leaks"))
        any_failed = self.build_log.failures or self.apart
        left = () if any_failed else job.builder.find_untracked(untracked)  # or what failed would be one
        self.look_for_leaks(episodes, left)
        foreign = job.builder.find_untracked(unknown)
        return Assembled(report=self.report(episodes, left), episodes=episodes, foreign=foreign)

    def make(self, targets: Sequence[Target]) -> None:
        """Make what belongs to no group; nothing is deleted yet."""
        self.plan += targets
        self.build_log.add(self.job.builder.make(targets))

    def make_episodes(self) -> tuple[EpisodeSummary, ...]:
        """All episodes, those made anew that are not as they were."""
        unusable = [bundle.guid for bundle in self.job.catalog.unusable]
        last = self.episode_builder.find_last(unusable)
        left = [episode for episode in last.values() if self.job.output_paths.is_preview or not episode.draft]
        episode_jobs = plan_jobs(self.job.selection, _digest_base(self.job, self.episode_builder.setting), left)
        self.groups += [*(one.name for one in episode_jobs), *map(name_group, unusable)]
        episodes = self.episode_builder.build(episode_jobs, self.build_log, unusable)
        self.hold_feed(unusable, {one.entry.guid for one in episode_jobs} - {episode.guid for episode in episodes})
        self.job.notify(Renewed(partial(self.episode_builder.rebuild, {one.entry.name: one for one in episode_jobs})))
        if not left:
            return episodes
        every = (*episodes, *left)
        return tuple(sorted(every, key=lambda episode: (episode.published_at, episode.guid), reverse=True))

    def hold_feed(self, unusable: Sequence[str], failed: Set[str]) -> None:
        """See whether the feed would lose an episode that it had: then it stays. Else failures hold up nothing."""
        missing, pins = [*unusable, *failed], self.job.pins
        last = self.episode_builder.find_last(missing)
        self.is_feed_held = any(
            (guid in last and last[guid].item) or (guid in pins and not pins[guid].retired) for guid in missing
        )
        if failed and not self.is_feed_held:
            self.apart, self.build_log.failures = (*self.apart, *self.build_log.failures), {}

    def make_pages(self, contents: Contents) -> list[Group]:
        """Every page that is no episode's, where any may differ; gives the parts of the search index to be made.

        What takes long, search and feeds, is begun as soon as can be.
        """
        key = digest_contents(contents)
        self.groups.append(_PAGES)
        if self.job.builder.find_current({_PAGES: key}, seen=self.job.changes.sizes):
            search, _ = self.begin_search(contents)
            self.begin_feeds(contents)
            return search
        self.begin_feeds(contents)
        pages = describe_pages(contents)
        self.keep_documents(pages)
        search, further = self.begin_search(contents)
        pages.append(describe_search(contents.site, contents.listed, parts=further))
        self.build_log.add(self.job.builder.make_group(_PAGES, key, plan_site(contents, pages)))
        return search

    def keep_documents(self, pages: Iterable[Context]) -> None:
        """What can be searched of pages that are no episode's."""
        kept, documents = self.job.kept, render_documents(pages)
        kept.put(_FOUND, {file: (digest_bytes(content)[:32], content) for file, content in documents.items()})
        kept.drop(_FOUND, kept.keys(_FOUND).keys() - documents.keys())

    def begin_search(self, contents: Contents) -> tuple[list[Group], list[int]]:
        """Parts of the index that are not as they were, a few begun already; numbers of all parts but the first."""
        job = self.job
        read = partial(Reader(job.output_paths.database).read, _FOUND)
        others = (Document(file, digest, partial(read, file)) for file, digest in job.kept.keys(_FOUND).items())
        parts = share_out([*_list_documents(job.output_paths, contents.episodes), *others])
        current = job.builder.find_current({part.name: part.key for part in parts}, seen=job.changes.sizes)
        self.groups += [part.name for part in parts]
        stale = [part for part in parts if part.name not in current]
        groups = [part.begin() if len(stale) < job.jobs else part.plan() for part in stale]
        return groups, [part.number for part in parts[1:]]

    def make_search(self, parts: Sequence[Group]) -> None:
        """Make parts of the index."""
        jobs = 1 if len(parts) < self.job.jobs else self.job.jobs  # what is begun here is ended here
        self.build_log.add(self.job.builder.make_groups(parts, at_least=1, jobs=jobs))

    def begin_feeds(self, contents: Contents) -> None:
        """Plan the feed, its further pages before it; where it is long it is written from now on."""
        if self.is_feed_held:
            return
        job, feed, show, episodes = self.job, self.job.catalog.show_folder.config.feed, contents.show, contents.episodes
        read_item = partial(Reader(job.output_paths.database).read, "item")
        gate = FeedGate(job.output_paths.output, show, job.kept, read_item, job.jobs)
        pages = describe_feeds(FeedPlan(show=show, episodes=episodes, hub=feed.hub or "", size=feed.page_size))
        self.feeds = [page.plan(self.feed_writer.write, gate.accept) for page in pages]
        if len(episodes) >= MANY and job.jobs > 1:
            outdated = job.builder.find_outdated(self.feeds)
            self.feed_writer.begin(
                [page for page in pages if page.path in outdated],
                job.output_paths.database,
                lambda path: PreviousFeed(job.output_paths.output / path, outdated[path]),
            )

    def make_feeds(self) -> None:
        """The feed, its further pages before it."""
        for target in self.feeds:
            if not self.build_log.failures:
                self.make([target])
        self.feed_writer.end()

    def clear_away(self, absent: Collection[str]) -> None:
        """The end of all that nothing asks for any more, but for audio that cannot be made here but is there."""
        if not (self.build_log.failures or self.is_feed_held or self.job.catalog.show_folder.problems):
            outcome = self.job.builder.make(self.plan, keep=self.groups, hold=absent)
            self.removed = outcome.removed
            self.build_log.add(outcome)

    def look_for_leaks(self, episodes: Sequence[EpisodeSummary], untracked: Sequence[str]) -> None:
        """Whatever leaks is made anew by the next build."""
        job = self.job
        if not self.build_log.failures:
            chosen = job.selection.chosen
            own = {*self.episode_builder.setting.theme.assets, *PROGRAM_FILES}
            is_whole = not (self.apart or self.is_feed_held)
            site = Searched(job.output_paths.output, untracked, own, is_whole, job.leak_memory)
            found = find_exposed(site, job.catalog, chosen, episodes, job.jobs)
            self.build_log.leaks |= dict.fromkeys(found)
        if self.build_log.leaks:
            job.builder.dissolve_groups()

    def report(self, episodes: Sequence[EpisodeSummary], untracked: Sequence[str]) -> BuildReport:
        """What was done."""
        released = [episode for episode in episodes if not episode.draft]
        return BuildReport(
            output=self.job.output_paths.output,
            episodes=len(released),
            duration=sum(episode.duration for episode in released),
            made=tuple(self.build_log.made),
            kept=self.job.builder.count() - len(self.build_log.made),
            removed=self.removed,
            warnings=(*self.build_log.warnings, *_warn_of(untracked)),
            failures=(*self.build_log.failures, *self.apart, *self.build_log.leaks),
            is_feed_held=self.is_feed_held or bool(self.build_log.failures),
            reasons=self.build_log.reasons,
            trimmed=sum(episode.trimmed for episode in episodes),
            redacted=tuple(list_hidden(self.job.catalog, self.job.selection, self.job.pins, episodes)),
            pending=len({label for entry in self.job.selection.chosen for label in entry.pending}),
        )


def _set_up(job: Job) -> tuple[CoverPlanner, EpisodeBuilder]:
    show_folder, guids = job.catalog.show_folder, [entry.guid for entry in job.selection.chosen]
    config = show_folder.config
    media_url = "" if job.output_paths.is_preview else config.media.url or ""
    show = show_folder.describe(media_url=media_url)
    cover_planner = CoverPlanner(show_folder, show, published=guids, jobs=job.jobs, prefetch=job.prefetch)
    show, theme = cover_planner.add_show_pictures(), load_show_theme(show_folder, cover_planner.accent)
    look = describe_look(show_folder, theme, cover_planner.accent, redact_show(show_folder))
    site = Site(show=show, look=look, words=show_folder.words, zone=config.show.zone)
    audio_builder = AudioBuilder(
        config=config,
        site=site,
        cover_planner=cover_planner,
        cache=find_artifact_database(job.catalog.folder).parent,
        artifacts=job.cache_builder,
        output=job.builder,
        digests=FileDigests(ValueCache(job.artifacts)),
        jobs=job.jobs,
        is_preview=job.output_paths.is_preview,
        cached=cover_planner.published | {*map(make_cache_name, guids)},
    )
    episode_builder = EpisodeBuilder(
        catalog=job.catalog,
        setting=Setting(site=site, theme=theme, site_digest=digest_json(site.described)),
        audio_builder=audio_builder,
        output=job.output_paths.output,
        builder=job.builder,
        states=(job.state, job.artifacts),
        kept=job.kept,
        changes=job.changes,
    )
    return cover_planner, episode_builder


def _digest_base(job: Job, setting: Setting) -> str:
    """Of all that the files of every episode depend on, but for the theme."""
    show = digest_value(setting.site.show)
    return digest_json(["episode/1", job.catalog.base, setting.site_digest, show, job.output_paths.is_preview])


def _describe_contents(job: Job, setting: Setting, episodes: tuple[EpisodeSummary, ...]) -> Contents:
    read = partial(Reader(job.output_paths.database).read, "row")  # a page may be made in another process
    read_row = lru_cache(_ROWS)(read)  # each is on some eight pages
    terms = partial(job.kept.read, "names", [episode.guid for episode in episodes])
    catalog, hidden = job.catalog, redact_show(job.catalog.show_folder)
    gone = describe_tombstones(catalog, job.selection, job.pins, episodes)
    moved = {old: new for old, new in find_redirects(job.pins, episodes).items() if not is_named(catalog, hidden, old)}
    return Contents(
        setting=setting,
        episodes=episodes,
        list_all=lambda: list_episodes(episodes, terms(), setting.site.zone, read_row),
        pages=tuple(lay_out(page, hidden) for page in job.catalog.show_folder.pages),
        tombstones={
            slug: redact(reason, hidden) for slug, reason in gone.items() if not is_named(catalog, hidden, slug)
        },
        moved=moved,
        oembed=_read_oembed(job.output_paths, moved),
        base=job.catalog.base,
        take=job.prefetch.take,
    )


def _read_oembed(output_paths: OutputPaths, moved: Mapping[str, str]) -> dict[str, bytes]:
    """What was made for episodes that had another slug once, by that."""
    files = {old: output_paths.output / "episodes" / new / "oembed.json" for old, new in moved.items()}
    return {old: file.read_bytes() for old, file in files.items() if file.is_file()}


def _list_documents(output_paths: OutputPaths, episodes: Iterable[EpisodeSummary]) -> Iterator[Document]:
    read = partial(Reader(output_paths.database).read, "document")
    for episode in episodes:
        if episode.document:
            yield Document(episode.page, episode.document, partial(read, episode.guid))


def _warn_of(strangers: Sequence[str]) -> Iterator[str]:
    """Perhaps they are what somebody took back; many are of builds whose records are lost."""
    if len(strangers) <= _FEW:
        for stranger in strangers:
            yield f"output/{stranger} belongs to nothing in the show; delete it, or it is published with the site"
    else:
        yield (
            f"{len(strangers)} files in output/ belong to nothing in the show, such as {' and '.join(strangers[:2])}; "
            "delete output/ and build again, or they are published with the site"
        )
