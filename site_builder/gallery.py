"""The pictures of a build: covers as given or drawn, their smaller sizes, and what goes into audio files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from site_builder import ahead, pictures
from site_builder.config import Config, EpisodeCovers, describe_show
from site_builder.content import Bundle
from site_builder.errors import InvalidDocument, Problem
from site_builder.events import Notify, ignore
from site_builder.model import Episode, Guid, Show
from site_builder.pictures import GivenCover, Pictures
from site_builder.portraits import Portraits
from site_builder.render.icons import Icon, find_icons, render_icon
from site_builder.render.look import DEFAULT_ACCENT
from site_builder.targets import Target, build_targets

FEW = 8
"""Covers up to which one after the other is quick enough: each takes 65 MB while it is drawn."""
_USUAL = ("content/cover.jpg", "content/cover.png", "content/cover.jpeg", "content/cover.webp")
"""Where a show's cover is looked for when the config names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """Pictures in place."""

    show: Show
    covers: Mapping[Guid, Pictures]
    """By guid, of episodes that have a cover of their own."""
    embedded: Mapping[Guid, Pictures]
    """By guid: whose small JPEG goes into the episode's audio file."""
    targets: tuple[Target, ...]
    """For `output/`."""
    failures: tuple[str, ...]
    folders: Mapping[Guid, Path]
    """By guid, the bundle's folder."""

    def put_on(self, episode: Episode) -> Episode:
        """The episode with its cover, portraits and chapter pictures; they are planned in `hang` already."""
        cover = self.covers.get(episode.guid)
        episode = Portraits().hang_episode(episode, self.folders[episode.guid], self.show)
        return pictures.with_pictures(episode, cover) if cover else episode


def start_early(folder: Path, config: Config, jobs: int) -> None:
    """Begin to draw the show's own pictures, as a gallery of it will, before its episodes are known."""
    show = describe_show(config.show, config.feed)
    gallery = Gallery(folder, config, show, cache=folder / ".cache", jobs=jobs, notify=ignore)
    gallery.start(())


class Gallery:
    """Chooses, draws and sizes the covers of one show."""

    def __init__(self, folder: Path, config: Config, show: Show, *, cache: Path, jobs: int, notify: Notify) -> None:
        self.folder = folder
        self.config = config
        self.show = show
        self.cache = cache
        self.jobs = jobs
        self.notify = notify

    @cached_property
    def cover(self) -> GivenCover | None:
        """The show's own cover.

        Raises:
            InvalidDocument: it is not usable as one.
        """
        named = self.config.show.cover
        names = (named,) if named else _USUAL
        found = next((name for name in names if (self.folder / name).is_file()), None)
        return pictures.load_cover(self.folder / found, found) if found else None

    @cached_property
    def accent(self) -> str:
        """The one colour of site and drawn covers: the config's, else the cover's, else the theme's."""
        given = pictures.find_accent(self.cover) if self.cover and not self.config.site.accent else None
        return self.config.site.accent or given or DEFAULT_ACCENT

    def start(self, episodes: Sequence[tuple[Bundle, Episode]]) -> None:
        """Begin to draw what is not there yet in a process of its own; `episodes` as far as they are known by now."""
        if self.jobs < 2:
            return
        with suppress(InvalidDocument, OSError):  # told of by `hang`
            main = self._plan_show()
            every = [*(self._plan(bundle, episode) for bundle, episode in episodes[:FEW]), main]
            if wanted := [planned for planned in every if planned and self._is_wanted(planned)][:FEW]:
                names = [name for planned in wanted for name in planned.names]
                icons = find_icons(self.accent) if main in wanted else ()
                make = partial(_draw_all, wanted, icons, self.accent)
                ahead.start(make, [*names, *(icon.path for icon in icons)])

    def _is_wanted(self, planned: Pictures) -> bool:
        """Whether a cover is neither there nor being drawn."""
        path = planned.original.path
        return not (ahead.is_begun(path) or (self.cache / "pictures" / path).is_file())

    def hang(self, episodes: Sequence[tuple[Bundle, Episode]]) -> Hung:
        """Plan all pictures, and make those that go into audio files."""
        portraits = Portraits()
        show = portraits.hang_show(self.show, self.folder)
        for bundle, episode in episodes:
            portraits.hang_episode(episode, bundle.folder, show)
        main = self._plan_show()
        covers = {episode.guid: self._plan(bundle, episode) for bundle, episode in episodes}
        own = {guid: planned for guid, planned in covers.items() if planned}
        originals = [main.original, *(planned.original for planned in own.values())]
        outcome = build_targets(
            originals,
            root=self.cache / "pictures",
            ledger=self.cache / "pictures.ledger",
            jobs=self.jobs if len(originals) > FEW else 1,
            notify=self.notify,
        )
        whole = [planned for planned in (main, *own.values()) if planned.original.path not in outcome.failed]
        used = {episode.guid: own.get(episode.guid, main) for _, episode in episodes}
        return Hung(
            show=replace(show, artwork=main.artwork, pictures=(*self.show.pictures, main.social)),
            covers=own,
            embedded={guid: planned for guid, planned in used.items() if planned in whole},
            targets=(*portraits.targets, *(target for planned in whole for target in planned.targets)),
            failures=tuple(outcome.failed.values()),
            folders={episode.guid: bundle.folder for bundle, episode in episodes},
        )

    def _plan_show(self) -> Pictures:
        return pictures.plan_show_pictures(self.show, self.accent, self.cache / "pictures", self.cover)

    def _plan(self, bundle: Bundle, episode: Episode) -> Pictures | None:
        """The pictures of an episode; None where the show's serve."""
        matter = bundle.matter
        cover = None
        if matter.cover:
            file = bundle.folder / matter.cover
            name = f"{bundle.folder.name}/{matter.cover}"
            if not file.is_file():
                message = f"there is no file {matter.cover!r} in the episode's folder"
                raise InvalidDocument([Problem(message, file=bundle.folder / "index.md", field="cover")])
            cover = pictures.load_cover(file, name)
        elif self.config.show.episode_covers is EpisodeCovers.SHOW:
            return None
        return pictures.plan_episode_pictures(
            self.show, episode, self.accent, self.cache / "pictures", cover, alt=matter.cover_alt
        )


def _draw_all(wanted: Sequence[Pictures], icons: Sequence[Icon], accent: str) -> Iterator[tuple[str, bytes]]:
    yield from pictures.draw_all(wanted)
    for icon in icons:
        yield icon.path, render_icon(icon, accent)
