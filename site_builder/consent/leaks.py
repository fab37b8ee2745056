"""The last look before anything is published: nobody who must stay hidden is found in any file of the site.

What is looked for, and how, so that a guest called Will does not fail every build:

- handles in any case as whole words, with or without `@`; those of up to eight plain letters, which may be ordinary
  words, only with `@` or in the address of a profile;
- names as whole words: several words in any case, a single word only with the capitals of a name, `Kit` not `kit`;
- ids of at least seven characters as whole words; addresses of pictures in every size;
- handles and names of several words also as they stand in addresses: `kit-gauges`.

Text is searched as written and with JSON escapes, character references and URL encoding undone, and so are file names.
Sound is not searched, only the tags and chapters beside it; of pictures, their metadata. What else is in binary files
is found where it is at least six characters long, in UTF-8 and UTF-16.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from site_builder.consent import Casting, Hidden, make_redaction
from site_builder.consent.redaction import (
    SHORTEST_ID,
    find_core,
    may_be_word,
    spell_address,
    spell_avatar,
    spell_handle,
    spell_id,
    spell_name,
    spell_profile,
)
from site_builder.model.podcast import Guid, Span
from site_builder.show.people import People
from site_builder.text.slugs import make_slug

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
SOUND = frozenset({".m4a", ".mp4", ".mp3", ".aac", ".opus", ".ogg", ".m4b"})
_EDGE = 1 << 18
"""Bytes at both ends of a sound file that are searched as they are: tags stand there."""
_LONGEST = 1 << 26
"""Bytes of a packed file that are looked at."""
_SHORTEST_IN_BINARY = 6
_PERCENT = re.compile(rb"%[3-7][0-9a-f]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(/))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Something that must not be found."""

    what: str
    """`handle`, `name`, `id`, `avatar` or `link`."""
    value: str
    person: str
    """The person's key in people.yaml: for messages on the host's own terminal."""
    within: tuple[str, ...] = ()
    """Path prefixes below the output to search; empty for everywhere."""
    unless: tuple[str, ...] = ()
    """Longer names of others, in which a name may stand."""


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
    people: People, castings: Mapping[Guid, Casting], places: Mapping[Guid, Sequence[str]]
) -> tuple[Secret, ...]:
    """Everything that must not be found.

    Somebody who is named in one published episode and hidden in another is looked for in the files of the other only.

    Args:
        people: everyone.
        castings: the casting of each published episode.
        places: for each published episode, path prefixes of its own files (page, audio, chapters, transcript).
    """
    named = {v.person.key for casting in castings.values() for v in casting.verdicts if v.named and v.person}
    found: dict[str, tuple[Hidden, list[str]]] = {}
    for guid, casting in castings.items():
        for hidden in casting.redaction.hidden:
            _, within = found.setdefault(_call(hidden), (hidden, []))
            within.extend(places.get(guid, ()) if hidden.person in named else ())
    for hidden in make_redaction(people).hidden:
        if hidden.person not in named:
            found.setdefault(_call(hidden), (hidden, []))
    shown = _find_shown(people, castings, hidden={key for key in found if key not in named})
    return tuple(
        secret
        for key, (hidden, within) in found.items()
        if within or hidden.person not in named
        for secret in _describe_secrets(hidden, key, tuple(within), shown)
    )


def _call(hidden: Hidden) -> str:
    """A key for somebody hidden, known or not."""
    return hidden.person or next(iter((*hidden.handles, *hidden.names, *hidden.ids)), "somebody unknown")


def _find_shown(people: People, castings: Mapping[Guid, Casting], hidden: set[str]) -> frozenset[str]:
    """Names, handles and addresses of those who are shown; in lower case."""
    records = [record for record in people.records if record.key not in hidden]
    texts = [text for record in records for text in (*record.names, *record.handles, *record.links, record.avatar_url)]
    texts += [text for casting in castings.values() for one in casting.credits for text in (one.name, one.handle)]
    return frozenset(text.casefold() for text in texts)


def _describe_secrets(hidden: Hidden, person: str, within: tuple[str, ...], shown: frozenset[str]) -> Iterator[Secret]:
    kinds = {
        "handle": hidden.handles,
        "name": hidden.names,
        "id": tuple(id_ for id_ in hidden.ids if len(id_) >= SHORTEST_ID),
        "avatar": hidden.avatars,
        "link": hidden.links,
    }
    for what, values in kinds.items():
        for value in values:
            low = value.casefold()
            if within or low not in shown:
                longer = sorted(name for name in shown if low in name != low) if what == "name" else ()
                yield Secret(what=what, value=value, person=person, within=within, unless=tuple(longer))


def find_leaks(output: Path, secrets: Sequence[Secret]) -> tuple[Leak, ...]:
    """Search every file below `output`, names of files included, for every secret; sorted by file."""
    leaks: dict[Leak, None] = {}
    for path in sorted(path for path in output.rglob("*") if path.is_file()) if secrets else ():
        file = path.relative_to(output).as_posix()
        sought = tuple(secret for secret in secrets if not secret.within or file.startswith(secret.within))
        if sought:
            for secret in _search(path, file, _compile(sought)):
                leaks[Leak(file=file, what=secret.what, person=secret.person)] = None
    return tuple(leaks)


def _search(path: Path, file: str, search: _Search) -> Iterator[Secret]:
    yield from search.in_text(file)
    suffix = path.suffix.lower()
    if suffix in SOUND:
        yield from search.in_binary(_read_edges(path))
        yield from search.in_text("\n".join(_read_sound_tags(path)))
        return
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = _unpack(content)
    if suffix in _PICTURES:
        yield from search.in_binary(content)
        yield from search.in_text("\n".join(_read_picture_tags(path)))
    elif b"\0" in content[:8192]:
        yield from search.in_binary(content)
    elif search.may_be_in(content):
        yield from search.in_text(content.decode("utf-8", "replace"))


def _unpack(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _LONGEST)
    except zlib.error:
        return content


def _read_edges(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_EDGE)
        file.seek(max(len(head), path.stat().st_size - _EDGE))
        return head + file.read()


def _read_sound_tags(path: Path) -> Iterator[str]:
    """Tags as mutagen reads them, and the titles of chapters as FFmpeg does."""
    import av  # noqa: PLC0415 - dear, and only needed where somebody is hidden
    import mutagen  # noqa: PLC0415

    try:
        for tags in filter(None, [mutagen.File(path)]):
            yield from _texts(dict(tags.tags or {}))
    except mutagen.MutagenError:
        pass
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            yield from _texts([container.metadata, [stream.metadata for stream in container.streams]])
            yield from _texts([chapter["metadata"] for chapter in container.chapters()])
    except av.FFmpegError:
        pass


def _read_picture_tags(path: Path) -> Iterator[str]:
    """EXIF, XMP and text chunks."""
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(path) as picture:
            picture.load()
            yield from _texts([dict(picture.info), dict(picture.getexif())])
    except (OSError, ValueError, SyntaxError):
        pass


def _texts(value: object) -> Iterator[str]:
    """Every text in nested values; bytes in each encoding they may be in."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "ignore")
        if b"\0" in value:
            yield from (value.decode(encoding, "ignore") for encoding in ("utf-16-le", "utf-16-be"))
    else:
        yield str(value)


class _Sought:
    """One secret: a word that stands in every form of it, for a fast first look, and the pattern that decides."""

    def __init__(self, secret: Secret) -> None:
        self.secret = secret
        self.cores = _cores(secret)
        unless = [f"(?P<shown>{'|'.join(map(spell_name, secret.unless))})"] if secret.unless else []
        self._pattern = re.compile("|".join([*unless, *_patterns(secret)]))
        long = len(secret.value) >= _SHORTEST_IN_BINARY
        self._binary = _binary_forms(secret.value) if long else ()

    def is_in(self, text: str, low: str) -> bool:
        """Whether the secret stands in `text`; `low` is the same in lower case."""
        if not any(core in (low if core.islower() else text) for core in self.cores):
            return False
        return any(match.lastgroup != "shown" for match in self._pattern.finditer(text))

    def is_in_bytes(self, low: bytes) -> bool:
        """Whether the secret stands in bytes in lower case that are not text."""
        return any(form in low for form in self._binary)


class _Search:
    """A set of secrets, prepared once."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._sought = [_Sought(secret) for secret in secrets]
        cores = sorted({core for sought in self._sought for core in sought.cores})
        self._low = [core.encode() for core in cores if core.islower()]
        self._exact = [core.encode() for core in cores if not core.islower()]
        self._ascii = all(core.isascii() for core in cores)

    def may_be_in(self, content: bytes) -> bool:
        """Whether a closer look is needed: some word of a secret is there, or escapes that may hide one."""
        if any(core in content for core in self._exact):
            return True
        low = content.lower()
        if any(core in low for core in self._low):
            return True
        plain = low.replace(b"&#34;", b"").replace(b"&#39;", b"")
        escaped = b"&#" in plain or b"\\u00" in plain or _PERCENT.search(plain)
        return bool(escaped) or not (self._ascii or b"\\u" not in plain)

    def in_text(self, text: str) -> Iterator[Secret]:
        """Secrets in a text as it is, or behind escapes."""
        for form in dict.fromkeys((text, _undo_escapes(text))):
            low = form.lower()
            yield from (sought.secret for sought in self._sought if sought.is_in(form, low))

    def in_binary(self, content: bytes) -> Iterator[Secret]:
        """Secrets in bytes that are not text; only long ones, since chance makes short ones."""
        low = content.lower()
        return (sought.secret for sought in self._sought if sought.is_in_bytes(low))


_compile = lru_cache(maxsize=64)(_Search)


def _undo_escapes(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "/", text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return unquote(text, errors="replace") if "%" in text else text


def _patterns(secret: Secret) -> list[str]:
    """Regular expressions of a secret in all its forms."""
    slug = _slug(secret)
    in_address = [rf"(?<![a-z0-9]){re.escape(slug)}(?![a-z0-9])"] if slug else []
    match secret.what:
        case "handle":
            profile = [spell_profile(secret.value)] if may_be_word(secret.value) else []
            return [spell_handle(secret.value), *in_address, *profile]
        case "name":
            return [spell_name(secret.value), *in_address]
        case "id":
            return [spell_id(secret.value)]
        case "avatar":
            return [spell_avatar(secret.value)]
        case _:
            return [spell_address(secret.value)]


def _slug(secret: Secret) -> str:
    """A handle or name as it stands in addresses; empty where it could be any word."""
    slug = make_slug(secret.value) if secret.what in {"handle", "name"} else ""
    return slug if "-" in slug else ""


def _cores(secret: Secret) -> tuple[str, ...]:
    """Texts of which at least one stands in every form of a secret: in lower case, or with the capitals of a name."""
    value, low = secret.value, secret.value.lower()
    slug = [_slug(secret)] if _slug(secret) else []
    if secret.what == "name" and value.isalpha():
        return tuple(sorted({value, value.upper(), value[:1].upper() + value[1:]}))
    if secret.what in {"handle", "id"}:
        return (low, *slug)
    return (find_core(value), *slug)


def _binary_forms(value: str) -> tuple[bytes, ...]:
    forms = {value, value.lower()}
    return tuple(
        {form.encode(encoding).lower() for form in forms for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")}
        if value.isascii()
        else {form.encode(encoding) for form in forms for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    )


def check_silence(audio: Path, spans: Iterable[Span], *, below: float = -80.0) -> tuple[Span, ...]:
    """Those of `spans` (published time) in which `audio` is louder than `below` dBFS.

    Raises:
        UnusableSource: the file cannot be read.
    """
    from site_builder.audio.measure import find_levels  # noqa: PLC0415 -- PyAV, where there is something to hear

    spans = tuple(spans)
    levels = find_levels((audio,), spans)
    return tuple(span for span, level in zip(spans, levels, strict=True) if level and level.peak > below)
