"""Finds the line in the host's files from which a name that leaked onto the site can have come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from site_builder.consent import Redaction
from site_builder.consent.file_mentions import Mention, find_mentions
from site_builder.consent.leaks import Leak, Search, Secrets, find_excerpts
from site_builder.episodes.catalog import Catalog
from site_builder.show.documents.document import decode_any
from site_builder.show.layout import CONFIG, EPISODES, INDEX
from site_builder.text.folding import fold, split_words
from site_builder.text.languages import find_builtin_folder

_WRITTEN = frozenset(
    {".md", ".html", ".xml", ".txt", ".css", ".js", ".vtt", ".srt", ".json", ".yaml", ".webmanifest", ".svg"}
)
_REMEDY = "take it out there"
_Place = tuple[str, Mention]
"""A file, as people call it, and what stands in one of its lines."""


class LeakSources:
    """What the host wrote, to tell where a name on the site comes from."""

    def __init__(self, catalog: Catalog, output: Path, secrets: Secrets, guids: Mapping[str, str]) -> None:
        """`guids` are those of the published episodes, by the paths of their pages."""
        self._folder = catalog.folder
        self._output = output
        self._search = Search(secrets)
        self._redaction = Redaction(hidden=tuple(one.hidden for one in secrets.people), shown=secrets.shown)
        names = {entry.guid: entry.name for entry in catalog.entries}
        self._bundles = {path: names[guid] for path, guid in guids.items() if guid in names}
        self._pages = {f"{page.slug}/": page.file for page in catalog.show_folder.pages}
        site = catalog.show_folder.config.site
        self._own_style = tuple(catalog.folder / name for name in (*site.css, *([site.logo] if site.logo else [])))
        self._lines: dict[Path, list[str]] = {}
        self._mentions: dict[Path, list[Mention]] = {}

    def explain(self, leaks: Iterable[Leak], unknown: Collection[str], *, is_whole: bool) -> Iterator[str]:
        """A sentence for each line that must change, else for each name: the files of the site that show it.

        Args:
            leaks: What was found.
            unknown: Files in `output/` that nothing in the show asks for.
            is_whole: Whether all was made anew that had to be.
        """
        shown: dict[_Place, list[str]] = {place: [] for place in self._list_places(self._list_theme())}
        unexplained: dict[tuple[str, str], list[str]] = {}
        for leak in leaks:
            if leak.file in unknown:
                yield f"output/{leak.file}: holds the {leak.what} of {leak.person}, who must not be named; delete it"
            elif places := self._find_places(leak):
                for place in places:
                    shown.setdefault(place, []).append(leak.file)
            else:
                unexplained.setdefault((leak.person, leak.what if is_whole else ""), []).append(leak.file)
        for (file, mention), files in shown.items():
            where = f", is shown on the site ({_name_files(files)})" if files else ""
            yield f"{mention.describe(file)}, who must not be named{where}; {_REMEDY}"
        for (person, what), files in unexplained.items():
            yield _explain_without_source(person, what, files)

    def _find_places(self, leak: Leak) -> list[_Place]:
        """The lines that have most words in common with what is read on the site around the name."""
        files = [*self._list_files(leak.file), *self._list_theme()]
        places = [place for place in self._list_places(files) if place[1].person == leak.person]
        if len(places) < 2:
            return places
        path, matcher = self._output / leak.file, self._search.choose(leak.file)
        excerpts = list(find_excerpts(path, leak.file, matcher, leak.person))
        common = {place: self._measure_common(place, excerpts) for place in places}
        return [place for place in places if common[place] == max(common.values())]

    def _measure_common(self, place: _Place, excerpts: Sequence[list[str]]) -> int:
        """Words in a row that a line and one of the excerpts share."""
        file, mention = place
        words = split_words(fold(self._lines[self._folder / file][mention.line - 1]))
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(words)
        longest = 0
        for excerpt in excerpts:
            matcher.set_seq1(excerpt)
            longest = max(longest, matcher.find_longest_match().size)
        return longest

    def _list_places(self, files: Iterable[Path]) -> list[_Place]:
        return [
            (file.relative_to(self._folder).as_posix(), mention)
            for file in files
            for mention in self._find_mentions(file)
        ]

    def _list_files(self, output: str) -> Iterator[Path]:
        """What was written for a file of the site."""
        for path, name in self._bundles.items():
            if output.startswith(path):
                bundle = self._folder / EPISODES / name
                yield bundle / INDEX
                yield from sorted(bundle.glob("transcript.*"))
        yield from (file for path, file in self._pages.items() if output.startswith(path))
        yield self._folder / CONFIG

    def _list_theme(self) -> Iterator[Path]:
        """What of the theme is the show's own, which is searched where it is written."""
        folder = self._folder / "templates"
        if folder.is_dir() and folder.resolve() != find_builtin_folder().resolve():
            yield from sorted(folder.rglob("*"))
        yield from self._own_style

    def _find_mentions(self, file: Path) -> list[Mention]:
        if file not in self._mentions:
            text = ""
            if file.suffix.lower() in _WRITTEN and file.is_file():
                text = decode_any(file.read_bytes())
            self._lines[file] = text.split("\n")
            self._mentions[file] = find_mentions(text, self._redaction)
        return self._mentions[file]


def _name_files(files: Sequence[str]) -> str:
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _explain_without_source(person: str, what: str, files: Sequence[str]) -> str:
    if what:
        hold = "holds" if len(files) == 1 else "hold"
        return f"{_name_files(files)}: {hold} the {what} of {person}, who must not be named"
    return (
        f"{person} must not be named, and what was made before still does; mend the other problems and "
        "build again: then it is made anew"
    )
