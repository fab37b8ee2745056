"""Finds files of a show that nothing reads, and says what would be read in their place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from site_builder.errors import Problem
from site_builder.render.notes import list_markup
from site_builder.show.bundles import PICTURES, Bundle, is_waiting
from site_builder.show.layout import INDEX, MEDIA, RECORDING, WORDS

_TRANSCRIPT = re.compile(
    r".*\.(?:vtt|srt)$|(?:transcript|captions|subtitles)\b.*\.(?:txt|docx?|odt|pdf|rtf|sbv|ass|ttml|html?|json)$",
    re.IGNORECASE,
)
_CHAPTERS = re.compile(r"(?:chapters?|kapitel)\b.*\.\w+$", re.IGNORECASE)
_NOTES = re.compile(
    r"(?:show[-_ ]?)?(?:notes?|description|summary|readme)\b.*\.\w+$|.*\.(?:md|markdown)$", re.IGNORECASE
)
_SOUND = re.compile(r".*\.(?:aac|m4a|m4b|mp3|mp4|wav|flac|ogg|opus|aiff?|wma|mov|mkv|webm)$", re.IGNORECASE)
_OF_OTHER_PROGRAMS = re.compile(
    r"[.~#].*|.*(?:~|\.(?:bak|orig|tmp|swp|part|db|ini|lnk|crdownload))|Icon\r", re.IGNORECASE
)
_OWN = {INDEX, RECORDING, MEDIA, WORDS}
_READ = "index.md, transcript.vtt or .srt, cover.jpg, and pictures that index.md names"
_MOST = 3
"""Names in one sentence."""


def find_unread(bundle: Bundle) -> Iterator[Problem]:
    """What lies in an episode's folder and is not read, and what to do; files that other programs leave aside."""
    rest = []
    for file in _list_files(bundle.folder):
        if _is_read(file.name, bundle):
            continue
        if reason := _explain(file, bundle):
            yield Problem(reason, file)
        elif file.suffix.lower() not in PICTURES or not _is_named(file.name, bundle):
            rest.append(file)
    if rest:
        yield Problem(_explain_rest([file.name for file in rest]), rest[0])


def find_unread_around(content: Path) -> Iterator[Problem]:
    """The same for `content/`, its pages, and folders in which an episode might be meant to be."""
    yield from find_unused_covers(content)
    for file in _list_files(content):
        if file.suffix.lower() in {".md", ".markdown"}:
            yield Problem("is not read: pages lie in content/pages/, notes in the folder of their episode", file)
    for file in _list_files(content / "pages"):
        if file.suffix.lower() in {".txt", ".html", ".htm", ".markdown", ".docx", ".odt", ".mdx"}:
            yield Problem(f"is not read: a page is a file such as {file.stem}.md", file)
    episodes = content / "episodes"
    for file in _list_files(episodes):
        yield Problem(f"is not read: each episode has a folder below content/episodes/, with an {INDEX}", file)
    for folder in sorted(Path(entry) for entry in _scan(episodes) if entry.is_dir() and entry.name[0] != "."):
        if not os.path.isfile(folder / INDEX) and not is_waiting(folder):  # noqa: PTH113 -- quick, of thousands
            yield Problem(f"is no episode, for there is no {INDEX} in it; put that back, or delete the folder", folder)


def find_unused_covers(folder: Path) -> Iterator[Problem]:
    """Pictures named as a cover is, of a kind that cannot be read."""
    for file in _list_files(folder):
        if file.stem.casefold() == "cover" and file.suffix.lower() not in {*PICTURES, ".md", ""}:
            yield Problem(_EXPORT, file)


_EXPORT = "is not used, for it cannot be read; export it as cover.jpg or cover.png"


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return list(entries)


def _list_files(folder: Path) -> list[Path]:
    files = (entry.name for entry in _scan(folder) if not _OF_OTHER_PROGRAMS.fullmatch(entry.name) and entry.is_file())
    return sorted(folder / name for name in files)


def _is_read(name: str, bundle: Bundle) -> bool:
    return (
        name in _OWN
        or re.match(r"recording-\d", name) is not None
        or (bundle.transcript is not None and name == bundle.transcript.name)
        or name == bundle.matter.cover
    )


def _explain(file: Path, bundle: Bundle) -> str:
    """Why a file that is meant for something is not that."""
    if file.stem.casefold() == "cover" and file.suffix.lower() not in {*PICTURES, ".md", ""}:
        return _EXPORT
    if _TRANSCRIPT.match(file.name):
        used = (
            f"{bundle.transcript.name} is" if bundle.transcript else "name the one that is meant transcript.vtt or .srt"
        )
        return f"is not used: {used}; see `spacecast help transcripts`"
    if _CHAPTERS.match(file.name):
        return f"is not read: chapters stand in {INDEX}, below `chapters:`, as lines such as `0:00 Opening`"
    if _NOTES.match(file.name):
        return f"is not read: notes are what stands in {INDEX} below the front matter"
    if _SOUND.match(file.name):
        return f"is not heard: the recording is what {RECORDING} names; `spacecast extract FILE` makes an episode of it"
    return ""


def _is_named(picture: str, bundle: Bundle) -> bool:
    """Whether the notes or the front matter show a picture."""
    matter = bundle.matter
    named = [*(one.image for one in matter.people or ()), *(one.image for one in matter.chapters or ())]
    return picture in named or picture in map(unquote, list_markup(bundle.notes).pictures)


def _explain_rest(names: list[str]) -> str:
    more = [", ".join(names[1:_MOST])] if names[1:] else []
    more += [f"{len(names) - _MOST} more"] if names[_MOST:] else []
    others = f"; nor {'is' if len(names) == 2 else 'are'} {' and '.join(more)}" if more else ""
    return f"is not read{others}: what is read there is {_READ}; your own papers may lie in a folder below it"
