"""Plans the covers of a build: given or drawn, smaller sizes, and the ones inside audio files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial

from site_builder.engine.builder import Builder
from site_builder.engine.digests import digest_file
from site_builder.engine.processes.prefetch import Prefetch
from site_builder.engine.run import Outcome
from site_builder.engine.target import Target
from site_builder.episodes.summary import name_group
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Episode, Guid, Show
from site_builder.render.artwork.icons import Icon, find_icons, render_icon
from site_builder.render.pages.styles import DEFAULT_ACCENT
from site_builder.show.bundles import Bundle, find_default_cover
from site_builder.show.config import EpisodeCovers
from site_builder.show.layout import INDEX
from site_builder.show.load import ShowFolder
from site_builder.show.own_files import check_own_file, is_plain_file
from site_builder.site import pictures
from site_builder.site.pictures import GivenCover, Pictures
from site_builder.site.portraits import Portraits

_FOLDER = "pictures"
"""In `.cache/`, where originals lie."""
FEW = 8
"""Covers up to which one after the other is quick enough, ahead of time: each takes 65 MB while it is drawn."""
_MAIN = "show"
"""Group of the show's own picture in the cache; those of episodes are named by guid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCovers:
    """Pictures of episodes in place."""

    covers: Mapping[Guid, Pictures]
    """By guid, of episodes that have a cover of their own."""
    embedded: Mapping[Guid, Pictures]
    """By guid: whose small JPEG goes into the episode's audio file."""
    targets: Mapping[Guid, tuple[Target, ...]]
    """By guid, for `output/`."""
    failures: tuple[str, ...]


def start_early(show_folder: ShowFolder, jobs: int, prefetch: Prefetch) -> None:
    """Begin to draw the show's own pictures, as a gallery of it will, before its episodes are known."""
    CoverPlanner(show_folder, show_folder.describe(), published=(), jobs=jobs, prefetch=prefetch).start(())


class CoverPlanner:
    """Chooses, draws and sizes the covers of one show."""

    def __init__(
        self, show_folder: ShowFolder, show: Show, *, published: Iterable[str], jobs: int, prefetch: Prefetch
    ) -> None:
        self.folder = show_folder.folder
        self.published = frozenset((*published, _MAIN))
        """Guids of episodes whose pictures are kept."""
        self.config = show_folder.config
        self.show = show
        self.cache = show_folder.folder / ".cache" / _FOLDER
        self.jobs = jobs
        self.prefetch = prefetch
        self.failures: list[str] = []
        """A sentence for each picture of the show that could not be made."""

    @cached_property
    def cover(self) -> GivenCover | None:
        """The show's own cover.

        Raises:
            InvalidDocument: it is not usable as one.
        """
        named = self.config.show.cover
        found = named or find_default_cover(self.folder / "content")
        if not found:
            return None
        check_own_file(self.folder / found, self.folder)
        return pictures.load_cover(self.folder / found, found)

    @cached_property
    def accent(self) -> str:
        """The one colour of site and drawn covers: the config's, else the cover's, else the theme's."""
        given = pictures.find_accent(self.cover) if self.cover and not self.config.site.accent else None
        return self.config.site.accent or given or DEFAULT_ACCENT

    @property
    def draws(self) -> bool:
        """Whether each episode without a cover gets one drawn."""
        return self.config.show.episode_covers is not EpisodeCovers.SHOW

    @cached_property
    def main(self) -> Pictures:
        """The pictures of the show."""
        return pictures.plan_show_pictures(self.show, self.accent, self.cache, self.cover, take=self.prefetch.take)

    @cached_property
    def portraits(self) -> Portraits:
        """Of the people of the show."""
        portraits = Portraits()
        portraits.add_show_pictures(self.show, self.folder)
        return portraits

    def add_show_pictures(self) -> Show:
        """The show with its pictures.

        Raises:
            InvalidDocument: one that is named is not there, or not usable.
        """
        show = Portraits().add_show_pictures(self.show, self.folder)
        return replace(show, artwork=self.main.artwork, pictures=(*self.show.pictures, self.main.social))

    def start(self, episodes: Sequence[tuple[Bundle, Episode]]) -> None:
        """Begin to draw what is not there yet in a process of its own; `episodes` as far as they are known by now."""
        if self.jobs < 2:
            return
        with suppress(InvalidDocument, OSError):  # told of by `plan_covers`
            main = self.main
            every = [*(self._plan(bundle, episode) for bundle, episode in episodes[:FEW]), main]
            if wanted := [planned for planned in every if planned and self._is_wanted(planned)][:FEW]:
                names = [name for planned in wanted for name in planned.names]
                icons = find_icons(self.accent) if main in wanted else ()
                make = partial(_draw_all, wanted, icons, self.accent)
                self.prefetch.start(make, [*names, *(icon.path for icon in icons)])

    def _is_wanted(self, planned: Pictures) -> bool:
        """Whether a cover is neither there nor being drawn."""
        path = planned.original.path
        return not (self.prefetch.is_begun(path) or (self.cache / path).is_file())

    def plan_covers(self, episodes: Sequence[tuple[Bundle, Episode]], artifacts: Builder) -> PlannedCovers:
        """Plan the pictures of episodes, and make those that go into audio files."""
        covers = {episode.guid: self._plan(bundle, episode) for bundle, episode in episodes}
        own = {guid: planned for guid, planned in covers.items() if planned}
        originals = [replace(planned.original, group=guid) for guid, planned in own.items()]
        failed = self._make_originals([replace(self.main.original, group=_MAIN), *originals], artifacts)
        whole = [planned for planned in (self.main, *own.values()) if planned.original.path not in failed]
        used = {episode.guid: own.get(episode.guid, self.main) for _, episode in episodes}
        return PlannedCovers(
            covers=own,
            embedded={guid: planned for guid, planned in used.items() if planned in whole},
            targets={
                guid: tuple(replace(target, group=name_group(guid)) for target in planned.targets)
                for guid, planned in own.items()
                if planned in whole
            },
            failures=tuple(failed.values()),
        )

    def plan_show(self, artifacts: Builder) -> list[Target]:
        """The show's pictures for `output/`, but for portraits. What they are made from is made now."""
        failed = self._make_originals([replace(self.main.original, group=_MAIN)], artifacts)
        self.failures += failed.values()
        return [] if failed else list(self.main.targets)

    def _make_originals(self, originals: Sequence[Target], artifacts: Builder) -> dict[str, str]:
        """Draw or convert what is not there; what has other bytes than it was made with is made anew.

        Gives sentences, by path, of those that cannot be made.
        """
        outcome = self._build_originals(originals, artifacts)
        kept = {path: facts["sha256"] for path, facts in outcome.facts.items() if path not in outcome.made}
        damaged = [path for path, sha256 in kept.items() if digest_file(self.cache.parent / path) != sha256]
        for path in damaged:
            (self.cache.parent / path).unlink()
        outcome = self._build_originals(originals, artifacts) if damaged else outcome
        return {path.removeprefix(f"{_FOLDER}/"): sentence for path, sentence in outcome.failed.items()}

    def _build_originals(self, originals: Sequence[Target], artifacts: Builder) -> Outcome:
        return artifacts.make(
            [replace(target, path=f"{_FOLDER}/{target.path}") for target in originals],
            keep=self.published - {target.group for target in originals},
            within=f"{_FOLDER}/",
            jobs=self.jobs if len(originals) > FEW else 1,
            forked=True,
        )

    def _plan(self, bundle: Bundle, episode: Episode) -> Pictures | None:
        """The pictures of an episode; None where the show's serve."""
        matter = bundle.matter
        cover = None
        if matter.cover:
            file = bundle.folder / matter.cover
            name = f"{bundle.folder.name}/{matter.cover}"
            if not is_plain_file(file):
                message = f"there is no file {matter.cover!r} in the episode's folder"
                raise InvalidDocument([Problem(message, file=bundle.folder / INDEX, field="cover")])
            check_own_file(file, self.folder)
            cover = pictures.load_cover(file, name)
        elif not self.draws:
            return None
        return pictures.plan_episode_pictures(
            self.show, episode, self.accent, self.cache, cover, alt=episode.cover_alt, take=self.prefetch.take
        )


def _draw_all(wanted: Sequence[Pictures], icons: Sequence[Icon], accent: str) -> Iterator[tuple[str, bytes]]:
    yield from pictures.draw_all(wanted)
    for icon in icons:
        yield icon.path, render_icon(icon, accent)
