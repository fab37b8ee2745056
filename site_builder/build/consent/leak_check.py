"""The leak check: nobody who is hidden is named in any file of the site, and refused speech decodes to silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from site_builder.consent import Casting, Redaction, make_redaction
from site_builder.consent.leaks import Leak, Secrets, check_silence, describe_secrets, find_leaks
from site_builder.consent.readers import SOUND
from site_builder.consent.sources import Mention, find_mentions
from site_builder.engine.processes import map_in_processes
from site_builder.episodes.catalog import Catalog, load_casting
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.episodes.summary import EpisodeSummary
from site_builder.model.podcast import Guid
from site_builder.show.config import Pending
from site_builder.show.layout import CONFIG, EPISODES, INDEX
from site_builder.text.languages import find_builtin_folder
from site_builder.text.timecode import format_clock

_WRITTEN = frozenset(
    {".md", ".html", ".xml", ".txt", ".css", ".js", ".vtt", ".srt", ".json", ".yaml", ".webmanifest", ".svg"}
)


class Searched(NamedTuple):
    """The site, as the build left it."""

    output: Path
    untracked: Sequence[str]
    """Files below `output` that the show does not ask for: sound among them may be that of an episode from before
    somebody refused, which no text tells."""
    own: Collection[str]
    """Files of the theme and the program, which nothing of the show is in."""
    is_whole: bool
    """Whether all was made anew that had to be; where not, what was made before may still name somebody."""


def find_exposed(
    site: Searched, show: Catalog, chosen: Sequence[CatalogEntry], episodes: Sequence[EpisodeSummary], jobs: int
) -> tuple[str, ...]:
    """A sentence for each file that shows what it must not; nothing is searched where nobody is hidden.

    Args:
        site: What is searched.
        show: Who said what to being published.
        chosen: The episodes that are published.
        episodes: The same as they came out.
        jobs: How many processes may read.
    """
    secrets = _describe_secrets(show, chosen, episodes, jobs)
    if not secrets:
        return ()
    unknown = set(site.untracked)
    leaks = find_leaks(site.output, secrets, set(site.own) - unknown)
    if leaks:
        leaks = find_leaks(site.output, _spare_texts(secrets, show), set(site.own) - unknown)
    sources = _Sources(show, secrets, {outline.path: outline.guid for outline in episodes}, is_whole=site.is_whole)
    return (
        *dict.fromkeys(
            sentence for leak in leaks for sentence in sources.explain(leak, is_known=leak.file not in unknown)
        ),
        *sources.explain_theme(),
        *(
            f"{path}: nothing in the show asks for it; delete it: somebody hidden may be heard"
            for path in site.untracked
            if Path(path).suffix.lower() in SOUND
        ),
    )


def _describe_secrets(
    show: Catalog, chosen: Sequence[CatalogEntry], episodes: Sequence[EpisodeSummary], jobs: int
) -> Secrets:
    people = show.show_folder.people
    hides_pending = show.show_folder.config.consent.pending is Pending.ANONYMISE
    if not (any(card.is_restricted for card in chosen) or make_redaction(people, hide_pending=hides_pending).hidden):
        return Secrets()
    castings: dict[Guid, Casting] = dict(
        zip(
            (Guid(card.guid) for card in chosen),
            map_in_processes(partial(load_casting, show), chosen, jobs),
            strict=True,
        )
    )
    places = {Guid(episode.guid): (episode.path, *episode.audio) for episode in episodes}
    return describe_secrets(people, castings, places, hide_pending=hides_pending)


def _spare_texts(secrets: Secrets, show: Catalog) -> Secrets:
    """The same, but for words of the interface: somebody may be called `Archive`."""
    return replace(secrets, shown=(*secrets.shown, *show.show_folder.words.list_texts()))


class _Sources:
    """What the host wrote, to tell where a name on the site comes from."""

    def __init__(self, show: Catalog, secrets: Secrets, guids: dict[str, str], *, is_whole: bool) -> None:
        self._folder = show.folder
        self._is_whole = is_whole
        self._redaction = Redaction(hidden=tuple(one.hidden for one in secrets.people), shown=secrets.shown)
        names = {card.guid: card.name for card in show.cards}
        self._bundles = {path: names[guid] for path, guid in guids.items() if guid in names}
        self._pages = {f"{page.slug}/": page.file for page in show.show_folder.pages}
        site = show.show_folder.config.site
        self._own_style = tuple(show.folder / name for name in (*site.css, *([site.logo] if site.logo else [])))

    def explain(self, leak: Leak, *, is_known: bool) -> Iterator[str]:
        """Source files and lines that name the same person, else the file on the site."""
        if not is_known:
            yield f"output/{leak.file}: holds the {leak.what} of {leak.person}, who must not be named; delete it"
            return
        found = False
        for file in self._find_files(leak.file):
            for mention in self._find_mentions(file, leak.person):
                found = True
                yield (
                    f"{mention.describe(self._name(file))}, who must not be named, is shown on the site "
                    f"({leak.file}); take it out there"
                )
        if not found and self._is_whole:
            yield str(leak)
        elif not found:
            yield (
                f"{leak.person} must not be named, and what was made before still does; mend the other problems and "
                "build again: then it is made anew"
            )

    def explain_theme(self) -> Iterator[str]:
        """What of the theme is the show's own, which is searched where it is written."""
        folder = self._folder / "templates"
        is_builtin = folder.resolve() == find_builtin_folder().resolve()
        for file in (*(() if is_builtin or not folder.is_dir() else sorted(folder.rglob("*"))), *self._own_style):
            for mention in self._find_mentions(file):
                yield f"{mention.describe(self._name(file))}, who must not be named; take it out there"

    def _find_files(self, output: str) -> Iterator[Path]:
        for path, name in self._bundles.items():
            if output.startswith(path):
                bundle = self._folder / EPISODES / name
                yield bundle / INDEX
                yield from sorted(bundle.glob("transcript.*"))
        yield from (file for path, file in self._pages.items() if output.startswith(path))
        yield self._folder / CONFIG

    def _find_mentions(self, file: Path, person: str = "") -> list[Mention]:
        if file.suffix.lower() not in _WRITTEN or not file.is_file():
            return []
        mentions = find_mentions(file.read_text("utf-8", "replace"), self._redaction)
        return [mention for mention in mentions if person in {"", mention.person}]

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()


def find_audible(output: Path, episodes: Iterable[EpisodeSummary]) -> Iterator[str]:
    """A sentence for each span of refused speech that can still be heard."""
    for episode in episodes:
        for path in episode.audio if episode.silent else ():
            for span in check_silence(output / path, episode.silent) if (output / path).is_file() else ():
                yield (
                    f"{path}: sound is left from {format_clock(span.start)} to {format_clock(span.end)}, "
                    "where somebody who refused speaks"
                )
