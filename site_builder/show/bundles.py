"""Reads and writes bundles: the folders of episodes in `content/episodes/`.

A bundle is a folder below `content/episodes/`:

    index.md          the host's: front matter and show notes; written once, never rewritten
    space.json        the machine's: what the source says (a `Recording` as JSON)
    recording-0.aac … the recording, byte for byte
    media.json        facts of the published audio (`PublishedAudio` as JSON)
    transcript.vtt    optional; .srt and .json too
    words.json        what a speech engine heard (`show.transcripts.words`)
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from site_builder.engine.files import write_file
from site_builder.engine.serialization import parse_value, render_value
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Guid, PublishedAudio, Recording, Speaker
from site_builder.show.documents import decode, is_plain, parse_front_matter
from site_builder.show.front_matter import EpisodeMatter, PageMatter
from site_builder.show.layout import INDEX, MEDIA, RECORDING, WORDS
from site_builder.show.own_files import check_own_file, list_folder, read_own_file
from site_builder.text.plain import clean
from site_builder.text.slugs import make_slug

_NO_SOURCES = {".json", ".md", ".txt", ".part", ".crdownload", ".download"}
TRANSCRIPTS = ("transcript.vtt", "transcript.srt", "transcript.json", "transcript.txt")
PICTURES = (".jpg", ".png", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif")
"""Kinds of pictures that can be read."""
_COVERS = tuple(f"cover{suffix}" for suffix in PICTURES)

SHARED = "Shared during the conversation"
"""Heading over the time-stamped notes that extract writes."""
_HEADING = re.compile(r"\s*(?:#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|$)|([^\n]+)\n=+[ \t]*(?:\n|$))")
"""A level one heading at the beginning of a Markdown text, in either form."""
_DATED = re.compile(r"^(?:\d{4}-\d{2}-\d{2}|undated)-")

Value = TypeVar("Value", Recording, PublishedAudio)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One episode as it lies on disk."""

    folder: Path
    matter: EpisodeMatter
    notes: str
    """Markdown, as the host wrote it."""
    notes_line: int
    """Line of `index.md` the notes begin at."""
    recording: Recording | None = None
    media: PublishedAudio | None = None
    transcript: Path | None = None

    @property
    def guid(self) -> Guid:
        """The episode's identity."""
        return Guid(self.matter.guid)

    @property
    def draft(self) -> bool:
        """Not to be published yet."""
        return self.matter.draft

    @property
    def withdrawn(self) -> str | None:
        """Why it is taken back; None: it is not."""
        return self.matter.withdrawn

    @property
    def recording_id(self) -> str:
        """As the source of its recording has it; empty where there is none."""
        return self.recording.id if self.recording else ""

    @property
    def slug(self) -> str:
        """Last part of the page's address: the front matter's, else one made of the folder's name without its date."""
        return self.matter.slug or make_slug(_DATED.sub("", self.folder.name), fallback=self.matter.guid)

    @property
    def has_spoken(self) -> bool:
        """Whether somebody is heard, and it was built before."""
        return bool(self.media and self.recording and self.recording.speakers)

    @property
    def part_files(self) -> tuple[Path, ...]:
        """Where the recording's parts are, or would be, in order."""
        return tuple(self.folder / part.file for part in self.recording.parts) if self.recording else ()

    @property
    def has_recording(self) -> bool:
        """Whether every part of the recording is here."""
        parts = self.recording.parts if self.recording else ()
        return bool(parts) and all(_is_there(self.folder, part.file) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreePage:
    """A page of the host's own, from `content/pages/`."""

    file: Path
    slug: str
    matter: PageMatter
    text: str
    """Markdown."""
    line: int = 1
    """Of the file, on which the text begins."""


def find_bundles(content: Path) -> tuple[Path, ...]:
    """Folders below `content/episodes/` that hold an `index.md`, in order of name. Hidden ones are unfinished work."""
    episodes = content / "episodes"
    folders = sorted(episodes.iterdir(), key=attrgetter("name")) if episodes.is_dir() else []
    return tuple(folder for folder in folders if not folder.name.startswith(".") and _is_there(folder, INDEX))


def _is_there(folder: Path, name: str) -> bool:
    """Whether a folder holds a file: asked ten times of each episode, and a `Path` takes longer than the answer."""
    return os.path.isfile(f"{folder}/{name}")  # noqa: PTH113


def load_bundle(folder: Path) -> Bundle:
    """One bundle.

    Raises:
        InvalidDocument: the front matter, `space.json` or `media.json` does not say what it must, or something in the
            folder is not the show's own.
    """
    index = folder / INDEX
    _check_own(folder)
    matter, notes, line = parse_front_matter(index.read_bytes(), index, EpisodeMatter)
    recording = load_json(folder / RECORDING, Recording)
    _check_parts(folder, recording)
    names = list(list_folder(folder))
    if not matter.cover and (cover := find_named(names, _COVERS)):
        matter = matter.model_copy(update={"cover": cover})
    return Bundle(
        folder=folder,
        matter=matter,
        notes=notes,
        notes_line=line,
        recording=recording,
        media=load_json(folder / MEDIA, PublishedAudio),
        transcript=find_transcript(folder, names),
    )


def list_speakers(bundles: Iterable[Bundle]) -> Iterator[Speaker]:
    """Everybody who speaks in any of them."""
    for bundle in bundles:
        yield from bundle.recording.speakers if bundle.recording else ()


def list_described(bundles: Iterable[Bundle]) -> Iterator[Speaker]:
    """Everybody whom any of their recordings names, heard or not, as it calls them."""
    for bundle in bundles:
        if bundle.recording:
            yield from (*bundle.recording.speakers, *bundle.recording.on_stage)


def find_named(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The first of the `wanted` names that is there, in small letters or capitals."""
    there = {name.casefold(): name for name in sorted(names, reverse=True)}
    return next((there[name] for name in wanted if name in there), None)


def find_default_cover(content: Path) -> str | None:
    """Where a show's cover lies when the config names none, from the show's folder."""
    name = find_named(list(list_folder(content)) if content.is_dir() else (), _COVERS)
    return f"content/{name}" if name else None


def find_transcript(folder: Path, names: Sequence[str]) -> Path | None:
    """`transcript.vtt` and its kin however they are written, else the only file of captions there is."""
    name = find_named(names, TRANSCRIPTS)
    captions = [name for name in names if name.lower().endswith((".vtt", ".srt")) and not name.startswith(".")]
    if name is None and len(captions) == 1:
        name = captions[0]
    return folder / name if name and _is_there(folder, name) else None


def _check_own(folder: Path) -> None:
    show = folder.parents[2]
    for name, is_own in list_folder(folder).items():
        if not is_own:
            check_own_file(folder / name, show)


def _check_parts(folder: Path, recording: Recording | None) -> None:
    """The parts of a recording lie in the folder of their episode, and nowhere else."""
    for part in recording.parts if recording else ():
        if Path(part.file).name != part.file or "\\" in part.file:
            message = (
                f"this file is written by spacecast; restore it from a backup: it names a file elsewhere, {part.file!r}"
            )
            raise InvalidDocument([Problem(message, file=folder / RECORDING)])


def load_page(file: Path) -> FreePage:
    """One free page; its slug is the front matter's or else the file's name.

    Without front matter its title is that of its first heading, which then is no part of the text, or its file's name.

    Raises:
        InvalidDocument: the front matter has problems.
    """
    content = decode(read_own_file(file, file.parents[2]), file)
    if is_plain(content, PageMatter):
        title, text = _split_title(content)
        matter = PageMatter(title=title or file.stem.replace("-", " ").replace("_", " ").capitalize())
        line = content.count("\n") - text.count("\n") + 1
        return FreePage(file=file, slug=make_slug(file.stem, fallback="page"), matter=matter, text=text, line=line)
    matter, text, line = parse_front_matter(content, file, PageMatter)
    return FreePage(file=file, slug=matter.slug or file.stem, matter=matter, text=text, line=line)


def _split_title(text: str) -> tuple[str, str]:
    """The heading a text begins with, as plain text, and the rest; no heading, all of it."""
    found = _HEADING.match(text)
    return (clean(found[1] or found[2], keep_lines=False)[:255], text[found.end() :]) if found else ("", text)


def find_pages(content: Path) -> tuple[Path, ...]:
    """Markdown files in `content/pages/`, in order of name; not hidden ones, which programs leave there."""
    return tuple(sorted(file for file in (content / "pages").glob("*.md") if not file.name.startswith(".")))


def load_json(file: Path, type_: type[Value]) -> Value | None:
    """A `Recording` or `PublishedAudio` from its JSON file; None where there is no such file."""
    try:
        return parse_value(type_, file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors()[0]["loc"])
        again = "run extract" if type_ is Recording else "build"
        message = f"this file is written by spacecast; restore it from a backup, or delete it and {again} again"
        raise InvalidDocument([Problem(message, file=file, field=place or None)]) from None


def write_json(file: Path, value: Value) -> bool:
    """Write the JSON form of a `Recording` or `PublishedAudio`; False where it stands there already."""
    text = render_value(type(value), value, indent=1) + b"\n"
    if file.is_file() and file.read_bytes() == text:
        return False
    write_file(file, text)
    return True


def is_waiting(folder: Path) -> bool:
    """Whether a folder holds transcripts and nothing else: they were there before their episode."""
    return folder.is_dir() and all(file.name in {*TRANSCRIPTS, WORDS} for file in folder.iterdir())


class Staging:
    """A bundle in the making: a hidden folder that becomes visible at once, or not at all."""

    def __init__(self, episodes: Path, name: str) -> None:
        self.folder = episodes / f".new-{name}"

    def __enter__(self) -> Path:
        """An empty folder to write into."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self.folder

    def publish(self, name: str) -> Path:
        """Give the folder its name. One that waits for its episode is completed, `index.md` last.

        Raises:
            FileExistsError: something else has that name.
        """
        final = self.folder.with_name(name)
        if not final.exists():
            return self.folder.rename(final)
        if not is_waiting(final):
            raise FileExistsError(final)
        for file in sorted(self.folder.iterdir(), key=lambda file: file.name == INDEX):
            file.replace(final / file.name)
        return final

    def discard(self) -> None:
        """Delete what was not published."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(self, *failure: object) -> None:
        self.discard()


def restore_parts(staged: Path, bundle: Path, files: Sequence[str]) -> None:
    """Move recording parts from a staging folder into a bundle that lacks them."""
    for file in files:
        (staged / file).replace(bundle / file)


def iter_source_files(content: Path) -> Iterator[Path]:
    """Archives and audio files lying in `content/archives/`, in order of name; not what lies beside them."""
    folder = content / "archives"
    if folder.is_dir():
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        yield from (path for path in files if path.suffix.lower() not in _NO_SOURCES)
