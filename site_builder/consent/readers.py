"""Reads the files of a built site as text: pages, feeds, transcripts, tags of audio, pictures, packed files.

A format is read, not searched for bytes: a name inside compressed or encoded data is found, and chance finds nothing.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from site_builder.consent.evidence import Reading
from site_builder.consent.visible_text import TAG, WALL

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"})
SOUND = frozenset({".m4a", ".mp4", ".mp3", ".aac", ".opus", ".ogg", ".m4b", ".wav", ".flac"})
_MARKUP = frozenset({".html", ".htm", ".xml", ".svg", ".xhtml", ".rss"})
INDEXES = frozenset({".pf_index", ".pf_meta", ".pf_filter"})
"""Of the search: words of what its fragments say, shortened to their stems."""
_LONGEST = 1 << 26
"""Bytes of a packed file, or of all members of an archive, that are read."""
_MOST_MEMBERS = 10_000
_EDGE = 1 << 18
"""Bytes at both ends of sound that nothing can read."""
_RUNS = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){6,}")
_WIDE_RUNS = (
    ("utf-16-le", re.compile(rb"(?:[\x20-\x7e]\0){6,}")),
    ("utf-16-be", re.compile(rb"(?:\0[\x20-\x7e]){6,}")),
)
_GUID = re.compile(r"<guid\b[^>]*>.*?</guid>", re.DOTALL)
_ATTRIBUTE = re.compile(r"\b([a-zA-Z][\w:-]*)=(?:\"([^\"]*)\"|'([^']*)')")
_SILENT = frozenset(
    {"class", "id", "style", "rel", "type", "for", "role", "lang", "dir", "media", "as", "data-key", "sizes"}
)
_ADDRESSES = frozenset({"href", "src", "url", "srcset", "poster", "cite", "action"})
_LINKED_DATA = re.compile(r"<script\b[^>]*ld\+json[^>]*>(.*?)</script>", re.DOTALL)
_PROGRAM = re.compile(r"<(script|style)\b[^>]*>.*?</\1>", re.DOTALL)
_PICTURE_SIGNS = (b"\xff\xd8", b"\x89PNG")
_FRAME_PARTS = ("data", "owner", "desc", "url", "sub_frames")
"""Of ID3 frames: what their text may leave out."""
_TIMING = re.compile(r"(?:^|\n)(?:[^\n]*\n)?[^\n]*-->[^\n]*")
_SPEAKER = re.compile(r"<v[. ]([^>]*)>")


class Passage(NamedTuple):
    """A text in a file."""

    text: str
    reading: Reading = Reading.TEXT
    is_markup: bool = False


def read_passages(path: Path) -> Iterator[Passage]:
    """All that a file says. A damaged file is read as bytes: it hides nothing and stops nothing."""
    suffix = path.suffix.lower()
    if suffix in SOUND:
        yield from _read_sound(path)
    else:
        yield from read_content(path.read_bytes(), path.name)


def read_content(content: bytes, name: str, depth: int = 3) -> Iterator[Passage]:
    """The same of bytes with the name of their file; packed files are opened `depth` levels deep."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in INDEXES:
        return
    if content.startswith(b"\x1f\x8b") and depth:
        yield from read_content(unpack(content), name.removesuffix(".gz"), depth - 1)
    elif content.startswith(b"PK\x03\x04") and depth:
        yield from _read_zip(content, depth - 1)
    elif suffix in PICTURES:
        yield from _read_picture(content)
    elif b"\0" in content[:8192]:
        yield from _read_binary(content)
    else:
        yield from _read_text(content.decode("utf-8", "replace").replace("\0", " "), suffix)


def _read_text(text: str, suffix: str) -> Iterator[Passage]:
    if suffix in _MARKUP or text[:200].lstrip().lower().startswith(("<?xml", "<!doctype html", "<html")):
        yield from read_markup(text)
    elif suffix in {".json", ".webmanifest"} or suffix == ".pf_fragment":
        yield from _read_json(text[text.find("{") :] if suffix == ".pf_fragment" else text)
    elif suffix in {".vtt", ".srt"}:
        yield from (Passage(name, Reading.NAME) for name in dict.fromkeys(_SPEAKER.findall(text)))
        yield Passage(_TIMING.sub("\n", _SPEAKER.sub("", text)), is_markup=True)
    else:
        yield Passage(text)


def read_markup(text: str) -> Iterator[Passage]:
    """HTML or XML: what is read, and what is in attributes. The guid of an episode cannot change: it is passed over."""
    text = _GUID.sub("", text)
    for data in _LINKED_DATA.findall(text):
        yield from _read_json(data)
    for program in _PROGRAM.finditer(text):
        yield Passage(program.group(), is_markup=True)
    text = _PROGRAM.sub("", text)
    yield Passage(text, is_markup=True)
    if "&lt;" in text or "<![CDATA[" in text:
        yield from _read_attributes(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"'))
    yield from _read_attributes(text)


def _read_attributes(text: str) -> Iterator[Passage]:
    said: dict[str, None] = {}
    linked: dict[str, None] = {}
    for tag in TAG.finditer(text):
        for name, double, single in _ATTRIBUTE.findall(tag.group()):
            if (low := name.lower()) not in _SILENT:
                (linked if low in _ADDRESSES else said)[double or single] = None
    yield Passage(WALL.join(said))
    yield Passage(WALL.join(linked), Reading.ADDRESS)


def _read_json(text: str) -> Iterator[Passage]:
    try:
        yield Passage(WALL.join(read_texts(json.loads(text))), is_markup=True)
    except (ValueError, RecursionError):
        yield Passage(text)


def unpack(content: bytes) -> bytes:
    """What gzip packed; the bytes behind its signature where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _LONGEST)
    except zlib.error:
        return content[2:]


def _read_zip(content: bytes, depth: int) -> Iterator[Passage]:
    """Members of an archive, as far as they can be read, and their names."""
    left = _LONGEST
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield Passage(archive.comment.decode("utf-8", "replace"))
            for member in archive.infolist()[:_MOST_MEMBERS]:
                yield Passage(member.filename, Reading.ADDRESS)
                if left <= 0 or member.flag_bits & 1:
                    continue
                with archive.open(member) as file:
                    part = file.read(min(left, _LONGEST))
                left -= len(part)
                yield from read_content(part, member.filename, depth)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, zlib.error, EOFError):
        yield from _read_binary(content)


def _read_binary(content: bytes) -> Iterator[Passage]:
    """Whatever in bytes looks like text: runs of six characters and more."""
    found = [run.decode("utf-8", "ignore") for run in _RUNS.findall(content)]
    found += [run.decode(encoding, "ignore") for encoding, wide in _WIDE_RUNS for run in wide.findall(content)]
    yield Passage(WALL.join(found))


def _read_sound(path: Path) -> Iterator[Passage]:
    """Tags as mutagen reads them, and chapters as FFmpeg does; the ends of a file that neither can read."""
    import av  # noqa: PLC0415 - dear, and only needed where somebody is hidden
    import mutagen  # noqa: PLC0415

    from site_builder.audio.containers import open_container, read_tags  # noqa: PLC0415 - as above

    is_read = False
    try:
        for tags in filter(None, [mutagen.File(path)]):
            is_read = True
            yield Passage(WALL.join(read_texts(dict(tags.tags or {}))))
    except mutagen.MutagenError:
        pass
    try:
        with open_container(str(path)) as container:
            parts = [container.metadata, *(stream.metadata for stream in container.streams)]
            parts += [chapter["metadata"] for chapter in container.chapters()]
            yield Passage(WALL.join(read_texts([read_tags(part) for part in parts])))
    except av.FFmpegError:
        is_read = False
    if not is_read:
        yield from _read_binary(_read_edges(path))


def _read_edges(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_EDGE)
        file.seek(max(len(head), path.stat().st_size - _EDGE))
        return head + file.read()


def _read_picture(content: bytes) -> Iterator[Passage]:
    """EXIF, XMP, comments and text chunks.

    To be opened is enough for WebP, which is read whole; others may say more behind their pixels, or be damaged there.
    Of JPEG an eighth of these tells.
    """
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("L", (1, 1))
            if picture.format != "WEBP":
                picture.load()
            yield Passage(WALL.join(read_texts([dict(picture.info), dict(picture.getexif())])))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        yield from _read_binary(content)


def read_texts(value: object) -> Iterator[str]:
    """Every text in nested values; bytes in each encoding they may be in."""
    if isinstance(value, str | int):
        yield str(value)
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in read_texts(part))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in read_texts(item))
    elif isinstance(value, bytes):
        yield from _read_bytes(value)
    elif value is not None and not isinstance(value, float):
        yield str(value)
        yield from read_texts([getattr(value, name) for name in _FRAME_PARTS if hasattr(value, name)])


def _read_bytes(value: bytes) -> Iterator[str]:
    if value.startswith(_PICTURE_SIGNS):
        yield from (passage.text for passage in _read_picture(value))
        return
    yield value.decode("utf-8", "ignore").replace("\0", " ")
    if b"\0" in value:
        yield from (value.decode(encoding, "ignore") for encoding in ("utf-16-le", "utf-16-be"))
