"""The leak search: reads every file of a built site for the names of people who must stay hidden.

What is redacted and what is searched for is the same, by the same matcher. Formats are read (`readers.py`). The theme's
own files are not searched: whoever calls names them. Sound is not listened to here; see `check_silence`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from site_builder.consent import Casting, make_redaction
from site_builder.consent.evidence import Reading
from site_builder.consent.matcher import Matcher
from site_builder.consent.readers import INDEXES, PICTURES, SOUND, Passage, read_content, read_passages, unpack
from site_builder.consent.secrets import Hidden
from site_builder.consent.visible_text import INLINE, read_markup, read_plain
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.engine.stamps import FileStamp
from site_builder.model.podcast import Guid, Span
from site_builder.show.people import People
from site_builder.text.folding import fold, split_words

_INLINE_TAG = re.compile(rf"</?(?:{'|'.join(sorted(INLINE))})\b[^<>]*>", re.IGNORECASE)
_SILENT = -80.0
"""Peak, in dBFS, up to which nothing is heard."""
_AROUND = 80
"""Characters before and after a name by which its place is known again."""
_INSIDE_WORD = re.compile(rf"[^\s<>](?:{_INLINE_TAG.pattern})+[^\s<>]", re.IGNORECASE)
"""Only there a word becomes another one without the tags."""
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Somebody who must not be found."""

    hidden: Hidden
    within: tuple[str, ...] = ()
    """Path prefixes below the output to search; empty for everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Everybody who must not be found."""

    people: tuple[Secret, ...] = ()
    shown: tuple[str, ...] = ()
    """Names that may be read though a hidden name is part of them."""

    def __bool__(self) -> bool:
        return bool(self.people)


class Search:
    """Finds in each file those who are looked for there."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._matchers: dict[tuple[Secret, ...], Matcher] = {}
        self._everywhere = tuple(one for one in secrets.people if not one.within)
        self._within = [one for one in secrets.people if one.within]

    def choose(self, file: str) -> Matcher:
        """For one file below the output."""
        within = tuple(one for one in self._within if file.startswith(one.within))
        if within not in self._matchers:
            hidden = tuple(one.hidden for one in (*self._everywhere, *within))
            own = {fold(text) for one in hidden for text in (*one.names, *(f"@{handle}" for handle in one.handles))}
            self._matchers[within] = Matcher(hidden, [text for text in self._secrets.shown if text not in own])
        return self._matchers[within]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A file that holds what it must not. Never holds the secret itself."""

    file: str
    """Below the output, with forward slashes."""
    what: str
    person: str

    def __str__(self) -> str:
        return f"{self.file}: holds the {self.what} of {self.person}, who must not be named"


def describe_secrets(
    people: People,
    castings: Mapping[Guid, Casting],
    places: Mapping[Guid, Sequence[str]],
    *,
    hide_pending: bool = False,
) -> Secrets:
    """Everything that must not be found.

    Somebody who is named in one published episode and hidden in another is looked for in the files of the other only.

    Args:
        people: everyone.
        castings: the casting of each published episode.
        places: for each published episode, path prefixes of its own files (page, audio, chapters, transcript).
        hide_pending: whether who has not answered counts as anonymous.
    """
    named = {v.person.key for casting in castings.values() for v in casting.verdicts if v.named and v.person}
    everywhere = make_redaction(people, hide_pending=hide_pending)
    found: dict[str, tuple[Hidden, list[str]]] = {}
    for guid, casting in castings.items():
        for hidden in (replace(one, first_names=()) for one in casting.redaction.hidden):  # others have them, too
            known, within = found.setdefault(_call(hidden), (hidden, []))
            found[_call(hidden)] = (_join(known, hidden), within)
            within.extend(places.get(guid, ()) if hidden.person in named else ())
    for hidden in everywhere.hidden:
        if hidden.person not in named:
            found.setdefault(_call(hidden), (hidden, []))
    shown = _find_shown(people, castings, hidden={key for key in found if key not in named})
    secrets = tuple(
        Secret(
            hidden=replace(hidden if within else _leave_out(hidden, shown), person=key),
            within=tuple(dict.fromkeys(within)),
        )
        for key, (hidden, within) in found.items()
        if within or hidden.person not in named
    )
    return Secrets(people=secrets, shown=_find_longer([one.hidden for one in secrets], shown))


def _call(hidden: Hidden) -> str:
    """A key for somebody hidden, known or not."""
    return hidden.person or next(iter((*hidden.handles, *hidden.names, *hidden.ids)), "somebody unknown")


def _join(one: Hidden, other: Hidden) -> Hidden:
    """All that two descriptions of one person say."""
    if one == other:
        return one

    def both(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*some, *others)))

    return replace(
        one,
        handles=both(one.handles, other.handles),
        names=both(one.names, other.names),
        ids=both(one.ids, other.ids),
        links=both(one.links, other.links),
        avatars=both(one.avatars, other.avatars),
    )


def _find_shown(people: People, castings: Mapping[Guid, Casting], hidden: set[str]) -> frozenset[str]:
    """Names, handles with `@` and addresses of those who are shown; folded."""
    records = [record for record in people.records if record.key not in hidden]
    texts = [text for record in records for text in (*record.names, *record.links, record.avatar_url)]
    texts += [f"@{handle}" for record in records for handle in record.handles]
    credits_ = [one for casting in castings.values() for one in casting.credits]
    texts += [text for one in credits_ for text in (one.name, f"@{one.handle}" if one.handle else "")]
    return frozenset(map(fold, filter(None, texts)))


def _leave_out(hidden: Hidden, shown: frozenset[str]) -> Hidden:
    """Without what belongs to somebody else as well, who is shown."""
    return replace(
        hidden,
        names=tuple(name for name in hidden.names if fold(name) not in shown),
        handles=tuple(handle for handle in hidden.handles if fold(f"@{handle}") not in shown),
        links=tuple(link for link in hidden.links if fold(link) not in shown),
        avatars=tuple(avatar for avatar in hidden.avatars if fold(avatar) not in shown),
    )


def _find_longer(hidden: Iterable[Hidden], shown: Iterable[str]) -> tuple[str, ...]:
    """Names and handles that are shown and hold a hidden name."""
    names = {fold(name) for one in hidden for name in one.names}
    return tuple(sorted(text for text in shown if "://" not in text and any(name in text for name in names)))


class LeakMemory:
    """What was found in each file, for the next search by the same process: only files that changed are read again.

    For previews alone, which search after every save: what goes online is always searched whole.
    """

    def __init__(self) -> None:
        self._searches: list[tuple[Secrets, dict[str, _Known]]] = []
        self._castings: tuple[object, dict[object, Casting]] = (None, {})

    def recall_castings(self, setting: object) -> dict[object, Casting]:
        """Who is named in each episode, by what it was read from; nothing where `setting`, all else, was another."""
        return self._castings[1] if self._castings[0] == setting else {}

    def keep_castings(self, setting: object, castings: dict[object, Casting]) -> None:
        """Note them for the next search."""
        self._castings = (setting, castings)

    def recall(self, secrets: Secrets) -> dict[str, _Known]:
        """What the last search for the same has found, by file."""
        return next((known for searched, known in self._searches if searched == secrets), {})

    def keep(self, secrets: Secrets, known: dict[str, _Known]) -> None:
        """Note what a search has found; a build makes two at most."""
        others = [search for search in self._searches if search[0] != secrets]
        self._searches = [(secrets, known), *others[:1]]


class _Known(NamedTuple):
    """One file as it was searched."""

    stamp: FileStamp | None
    """Builds replace files whole, so that of a file that was written just now a later change shows as well."""
    leaks: tuple[Leak, ...]


def find_leaks(
    output: Path, secrets: Secrets, own: Collection[str] = (), memory: LeakMemory | None = None, jobs: int = 1
) -> tuple[Leak, ...]:
    """Search every file below `output`, names of files included, for every secret; sorted by file.

    `own` are paths of files of the theme and the program, which nothing of the show is in. With a `memory`, files that
    are as they were are not read again. Many files are read by so many `jobs`.
    """
    paths = sorted(path for path in output.rglob("*") if path.is_file()) if secrets else []
    files = [file for path in paths if (file := path.relative_to(output).as_posix()) not in own]
    stamps = {file: FileStamp.take(output / file) for file in files} if memory else {}
    before = memory.recall(secrets) if memory else {}
    known = {file: same for file in files if (same := before.get(file)) and same.stamp == stamps.get(file)}
    unread = [file for file in files if file not in known]
    found = map_in_processes(partial(_search_file, output, Search(secrets)), unread, jobs)
    known |= {file: _Known(stamps.get(file), leaks) for file, leaks in zip(unread, found, strict=True)}
    if memory:
        memory.keep(secrets, known)
    return tuple(dict.fromkeys(leak for file in files for leak in known[file].leaks))


def _search_file(output: Path, search: Search, file: str) -> tuple[Leak, ...]:
    matcher = search.choose(file)
    found = _search(output / file, file, matcher) if matcher.hidden else ()
    return tuple(Leak(file=file, what=what, person=matcher.hidden[person].person) for person, what in found)


def _search(path: Path, file: str, matcher: Matcher) -> Iterator[tuple[int, str]]:
    passages = [Passage(file, Reading.ADDRESS)]
    if path.suffix.lower() in SOUND:
        passages += read_passages(path)
    else:
        content = path.read_bytes()
        if _may_be_in(content, path.suffix.lower(), matcher):
            passages += read_content(content, path.name)
    yield from (found for passage in passages for found in find_people(passage, matcher))


def find_excerpts(path: Path, file: str, matcher: Matcher, person: str) -> Iterator[list[str]]:
    """The words around each place of a file at which somebody is named, folded: secrets, for comparison only."""
    passages = read_passages(path) if path.suffix.lower() in SOUND else read_content(path.read_bytes(), path.name)
    for passage in (Passage(file, Reading.ADDRESS), *passages):
        view = (read_markup if passage.is_markup else read_plain)(passage.text)
        for match in matcher.find(view, passage.reading):
            if matcher.hidden[match.person].person == person:
                around = view.text[max(0, match.start - _AROUND) : match.end + _AROUND]
                yield split_words(fold(around))


def find_people(passage: Passage, matcher: Matcher) -> Iterator[tuple[int, str]]:
    """Who is named in a text of a file, and by what."""
    view = (read_markup if passage.is_markup else read_plain)(passage.text)
    yield from ((match.person, match.what) for match in matcher.find(view, passage.reading))


def _may_be_in(content: bytes, suffix: str, matcher: Matcher) -> bool:
    """Whether a file is worth reading: some word of somebody is there, or it is no plain text."""
    if suffix in INDEXES:
        return False
    if content.startswith(b"\x1f\x8b"):
        content = unpack(content)
    if suffix in PICTURES or content.startswith((b"PK", b"\x1f\x8b")) or b"\0" in content[:8192]:
        return True
    text = content.decode("utf-8", "replace")
    plain = _undo_escapes(text)
    if matcher.find_terms(fold(plain)):
        return True
    return bool(_INSIDE_WORD.search(plain) and matcher.find_terms(fold(_INLINE_TAG.sub("", plain))))


def _undo_escapes(text: str) -> str:
    if "\\" in text:
        text = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text.replace("\\/", "/"))
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return unquote(text, errors="replace") if "%" in text else text


def check_silence(audio: Path, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Those of `spans` (published time) in which `audio` is not silent.

    Raises:
        UnusableSource: the file cannot be read.
    """
    from site_builder.audio.measure import find_peaks  # noqa: PLC0415 -- PyAV, where there is something to hear

    spans = tuple(spans)
    peaks = find_peaks((audio,), spans)
    return tuple(span for span, peak in zip(spans, peaks, strict=True) if peak is not None and peak > _SILENT)
