"""Makes the files of episodes that changed; of all others it keeps the summaries and reads nothing.

They are made in batches, so that memory does not grow with the show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from site_builder.build.audio import AudioBuilder
from site_builder.build.consent.leak_check import find_audible
from site_builder.build.selection import Selection
from site_builder.build.up_to_date import ChangeCheck
from site_builder.engine.builder import Builder
from site_builder.engine.cache import ValueCache
from site_builder.engine.digests import digest_bytes
from site_builder.engine.groups import Group, Planned
from site_builder.engine.run import Outcome
from site_builder.engine.state import StateDatabase
from site_builder.episodes.catalog import Catalog, load_source
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.episodes.source import EpisodeSource
from site_builder.episodes.summary import PARTS, EpisodeSummary, name_group, parse_summaries
from site_builder.errors import InvalidDocument
from site_builder.render.pages.contexts import Neighbour
from site_builder.show.load import make_relative
from site_builder.show.lock import lock_show
from site_builder.site.episode_files import Setting, plan_episode, plan_kept_pages

BATCH = 2000
"""Episodes that are made together; some kilobytes are kept in memory of each while they are."""
_AND_THEME = "/"
"""In the key of an episode's group, between that of its content and that of the theme."""
_DEAR = 400
"""Of those of which audio has to be made; some hundred kilobytes each."""


class EpisodeJob(NamedTuple):
    """A place in the row of episodes. There are thousands, in every build."""

    entry: CatalogEntry
    key: str
    """Digest of all that the episode's files depend on, but for the theme, on which only pages do."""
    newer: Neighbour | None
    older: Neighbour | None
    draft: bool

    @property
    def name(self) -> str:
        """Of the group of its files."""
        return name_group(self.entry.guid)


def plan_jobs(selection: Selection, base: str, left: Iterable[EpisodeSummary] = ()) -> list[EpisodeJob]:
    """Each episode with its neighbours, newest first.

    Args:
        selection: The episodes.
        base: Digest of all that every episode depends on, but for the theme.
        left: Episodes that cannot be made anew, but stand among their neighbours as they were.
    """
    row: list[CatalogEntry | EpisodeSummary] = [*selection.chosen, *left]
    if len(row) > len(selection.chosen):
        row.sort(key=lambda episode: (episode.published_at, episode.guid), reverse=True)
    neighbours = [None, *map(_introduce, row), None]
    episode_jobs = []
    for newer, entry, older in zip(neighbours, row, neighbours[2:], strict=False):
        if isinstance(entry, CatalogEntry):
            draft = entry.guid in selection.drafts
            key = digest_bytes("\0".join((base, entry.key, *(newer or "-"), "|", *(older or "-"), str(draft))).encode())
            episode_jobs.append(EpisodeJob(entry, key, newer, older, draft))
    return episode_jobs


def _introduce(episode: CatalogEntry | EpisodeSummary) -> Neighbour:
    return Neighbour(episode.shown_title if isinstance(episode, CatalogEntry) else episode.title, episode.path)


def _share_out(
    episode_jobs: Sequence[EpisodeJob], is_dear: Callable[[EpisodeJob], bool], ahead: int = 1
) -> Iterator[Sequence[EpisodeJob]]:
    """In batches; so many go `ahead`, for what these load (libraries of sound) is then there for all processes."""
    yield from filter(None, [episode_jobs[:ahead]])
    for kind, size in ((True, _DEAR), (False, BATCH)):
        some = [job for job in episode_jobs[ahead:] if is_dear(job) is kind]
        yield from (some[at : at + size] for at in range(0, len(some), size))


@dataclass(slots=True)
class BuildLog:
    """What a build has done so far."""

    made: dict[str, None] = field(default_factory=dict)
    """Paths of files with new bytes."""
    failures: dict[str, None] = field(default_factory=dict)
    """A sentence each."""
    warnings: dict[str, None] = field(default_factory=dict)
    """A sentence each."""
    leaks: dict[str, None] = field(default_factory=dict)
    """What is seen or heard though it must not be, a sentence each."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Path to why it was made."""

    def add(self, outcome: Outcome) -> None:
        """Count one part of the build."""
        self.made |= dict.fromkeys(outcome.made)
        self.failures |= dict.fromkeys(outcome.failed.values())
        self.reasons = {**outcome.reasons, **self.reasons}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeBuilder:
    """What the making of episodes needs."""

    catalog: Catalog
    setting: Setting
    audio_builder: AudioBuilder
    output: Path
    builder: Builder
    """Of the output."""
    states: Sequence[StateDatabase]
    """What remembers, to be closed where it is used again later."""
    kept: ValueCache
    changes: ChangeCheck
    """How the output looked before the build."""

    def build(
        self, episode_jobs: Sequence[EpisodeJob], build_log: BuildLog, unusable: Iterable[str] = ()
    ) -> tuple[EpisodeSummary, ...]:
        """All episodes but those that fail, in the order of `episode_jobs`; those `unusable` (guids) stay cached."""
        known = self.kept.load("outline")
        stale, unstyled = self._find_stale(episode_jobs, {guid: key for guid, (key, _) in known.items()})
        unread, failed = self._style_anew(unstyled, build_log)
        stale = [*stale, *unread]
        missing = {job.entry.guid for job in (*stale, *failed)}
        texts = {job.entry.guid: known[job.entry.guid][1] for job in episode_jobs if job.entry.guid not in missing}
        ahead = 0 if self.audio_builder.encodes else 1
        for some in _share_out(stale, lambda job: self.audio_builder.needs_files(job.entry), ahead):
            texts |= self._make(some, build_log)
        gone = known.keys() - {job.entry.guid for job in episode_jobs} - set(unusable)
        for part in PARTS:
            self.kept.drop(part, gone)
        if gone:
            self.audio_builder.prune()
        return parse_summaries(texts[job.entry.guid] for job in episode_jobs if job.entry.guid in texts)

    def find_last(self, guids: Iterable[str]) -> dict[str, EpisodeSummary]:
        """By guid, episodes as they were when they could last be made, of those that once could."""
        wanted = set(guids)
        known = self.kept.load("outline") if wanted else {}
        return {one.guid: one for one in parse_summaries(known[guid][1] for guid in wanted & known.keys())}

    def rebuild(self, episode_jobs: Mapping[str, EpisodeJob], name: str) -> None:
        """Make the files of one episode anew, ahead of a build, which will look at all of them again.

        Args:
            episode_jobs: All episodes by the name of their folder, as they were lined up.
            name: Of the folder.

        Raises:
            SpacecastError: it cannot be made, or another build is at work.
        """
        if name in episode_jobs:
            with lock_show(self.catalog.folder, "serve", patience=0), ExitStack() as closing:
                for state in self.states:
                    closing.callback(state.close)
                self._make([episode_jobs[name]._replace(key="")], BuildLog())

    def _find_stale(
        self, episode_jobs: Sequence[EpisodeJob], known: Mapping[str, str]
    ) -> tuple[list[EpisodeJob], list[EpisodeJob]]:
        """Those whose files are not all there, or of which nothing is kept; those that only look otherwise now."""
        whole = self.builder.find_whole({job.name for job in episode_jobs}, seen=self.changes.sizes)
        stale, unstyled = [], []
        for job in episode_jobs:
            content, _, theme = whole.get(job.name, "").partition(_AND_THEME)
            if not content == job.key == known.get(job.entry.guid):
                stale.append(job)
            elif theme != self.setting.theme.digest:
                unstyled.append(job)
        return stale, unstyled

    def _name_state(self, job: EpisodeJob) -> str:
        """The key of the group of an episode's files."""
        return f"{job.key}{_AND_THEME}{self.setting.theme.digest}"

    def _style_anew(
        self, episode_jobs: Sequence[EpisodeJob], build_log: BuildLog
    ) -> tuple[list[EpisodeJob], list[EpisodeJob]]:
        """Make nothing but the pages of episodes anew, in another theme, from what is kept of them.

        Gives those of which that cannot be read, and those that failed.
        docs/decisions/0049 says why.
        """
        unread, done = list[EpisodeJob](), dict[str, object]()
        for some in _share_out(episode_jobs, lambda _: False):
            pages = self.kept.find("pages", {job.entry.guid: job.key for job in some})
            keys = {job.name: self._name_state(job) for job in some}
            groups = [
                Group(
                    name=job.name,
                    key=keys[job.name],
                    plan=partial(plan_kept_pages, self.setting, pages.get(job.entry.guid, b"")),
                    label=job.entry.shown_title,
                )
                for job in some
            ]
            outcome = self.builder.make_groups(groups, remember=done.update)
            unread += [job for job in some if job.name in outcome.failed]
            shown = {name: sentence for name, sentence in outcome.failed.items() if name not in keys}
            build_log.add(replace(outcome, failed=shown))
        made = done.keys() | {job.name for job in unread}
        return unread, [job for job in episode_jobs if job.name not in made]

    def _load_sources(self, episode_jobs: Sequence[EpisodeJob], build_log: BuildLog) -> list[EpisodeSource]:
        """Those that can be read; what is wrong with the others is told, and they fail."""
        sources = []
        for job in episode_jobs:
            try:
                sources.append(load_source(self.catalog, job.entry, draft=job.draft))
            except InvalidDocument as error:  # of `media.json`, which the catalog does not read
                build_log.failures |= dict.fromkeys(str(make_relative(problem)) for problem in error.problems)
        return sources

    def _make(self, episode_jobs: Sequence[EpisodeJob], build_log: BuildLog) -> dict[str, bytes]:
        """By guid, the summaries of episodes whose files are all there now; they are kept."""
        dear = [job for job in episode_jobs if self.audio_builder.needs_files(job.entry)]
        sources = self._load_sources(dear, build_log)
        encodings = self.audio_builder.produce(sources) if sources else {}
        failed = {job.entry.guid for job in dear} - encodings.keys()

        def plan(job: EpisodeJob) -> Planned:
            encoding = encodings.get(job.entry.guid)
            if not encoding:
                encoding = self.audio_builder.keep(load_source(self.catalog, job.entry, draft=job.draft))
            return plan_episode(self.setting, self.audio_builder.describe(encoding), encoding, job.newer, job.older)

        keys, texts = {job.name: (job.entry.guid, job.key) for job in episode_jobs}, dict[str, bytes]()

        def remember(whole: Mapping[str, Mapping[str, bytes]]) -> None:
            for part in reversed(PARTS):  # the summary last: where it is, all is
                self.kept.put(part, {keys[name][0]: (keys[name][1], parts[part]) for name, parts in whole.items()})
            texts.update({keys[name][0]: parts["outline"] for name, parts in whole.items()})

        groups = [
            Group(name=job.name, key=self._name_state(job), plan=partial(plan, job), label=job.entry.shown_title)
            for job in episode_jobs
            if job.entry.guid not in failed
        ]
        for tagged in self.audio_builder.tagged:
            build_log.add(tagged)
        for some in filter(None, (groups[:1], groups[1:])):  # what the first loads is there for all processes
            build_log.add(self.builder.make_groups(some, remember=remember))
        build_log.failures |= dict.fromkeys(self.audio_builder.failures)
        build_log.warnings |= dict.fromkeys(self.audio_builder.warnings)
        build_log.leaks |= dict.fromkeys(find_audible(self.output, parse_summaries(texts.values())))
        return texts
