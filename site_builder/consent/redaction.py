"""Taking people out of text: handles, names, ids and addresses, however they are spelt."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from site_builder.model.podcast import Guid, Speaker
from site_builder.show.people import Consent, People, PersonRecord

SOMEONE = "someone"
"""What is read in place of somebody who refused, or who is hidden and does not speak in the episode."""

SHORTEST_ID = 7
"""Shorter ids of people (X gave out `12` once) are too common as numbers to be looked for."""
_PLAIN_HANDLE = re.compile(r"[A-Za-z]{1,8}")
_SITES = (
    r"(?:https?:)?(?://)?(?:\b(?:www|mobile|m)\.)?\b(?:x|twitter)\.com/(?:intent/(?:user|follow)\?screen_name=|#!/|@)?"
)
_REST = r"[^\s<>\"')\]]*"
"""What may follow in an address."""
_AVATAR_SIZE = re.compile(r"_(?:normal|bigger|mini|reasonably_small|\d+x\d+)(?=\.\w+$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Somebody who must not be read of, and what is read in their place."""

    person: str
    """Key in people.yaml; empty for somebody who is not in there."""
    replacement: str = SOMEONE
    handles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    avatars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Everybody who is hidden, and names that are shown although a hidden name is part of them."""

    hidden: tuple[Hidden, ...] = ()
    shown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hidden)


class Redacted(Protocol):
    """What has a redaction: a Casting."""

    @property
    def redaction(self) -> Redaction:
        """What must not be read."""


def describe_hidden(person: PersonRecord, replacement: str = "", speaker: Speaker | None = None) -> Hidden:
    """Everything by which somebody would be recognised, from `people.yaml` and from the recording."""
    speaker = speaker or Speaker()
    names = (*person.names, speaker.name)
    return Hidden(
        person=person.key,
        replacement=replacement or SOMEONE,
        handles=_distinct(*person.handles, speaker.handle),
        names=tuple(name for name in _distinct(*names, *map(_strip_ornament, names)) if _is_telling(name)),
        ids=_distinct(*person.x_ids, *person.periscope_ids, speaker.x_id, speaker.periscope_id),
        links=person.links,
        avatars=_distinct(person.avatar_url, speaker.avatar_url),
    )


def _strip_ornament(name: str) -> str:
    """`🌊 Kit 🌊` is called `Kit` as well."""
    core = re.sub(r"^[\W_]+|[\W_]+$", "", name)
    return core if len(core) > 1 else ""


def _is_telling(name: str) -> bool:
    """Whether a name can be looked for: one letter, or a picture alone, stands in too many texts."""
    return sum(map(str.isalnum, name)) > 1


def _distinct(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def make_redaction(
    people: People,
    guid: Guid | None = None,
    hide_pending: bool = False,
    speaking: Sequence[Hidden] = (),
    credited: Iterable[str] = (),
) -> Redaction:
    """Who is hidden in one episode, or, without `guid`, in everything that belongs to no episode.

    Args:
        people: everyone; whoever refused or is anonymous is hidden in texts too where they do not speak.
        guid: the episode.
        hide_pending: whether who has not answered counts as anonymous.
        speaking: those hidden who speak in the episode.
        credited: names shown in the episode.
    """
    known = {hidden.person for hidden in speaking}
    secret = {Consent.REFUSED, Consent.ANONYMOUS} | ({Consent.PENDING} if hide_pending else set())

    def is_secret(record: PersonRecord) -> bool:
        return (record.answer_for(guid) if guid else record.consent).status in secret

    absent = [record for record in people.reserved if is_secret(record) and record.key not in known]
    if not speaking and not absent:
        return Redaction()
    shown = [record for record in people.records if not is_secret(record)]
    shared = {address for record in shown for address in (*record.links, record.avatar_url)}
    hidden = tuple(
        replace(one, links=_without(one.links, shared), avatars=_without(one.avatars, shared))
        for one in (*speaking, *map(describe_hidden, absent))
    )
    granted = [name for record in shown for name in record.names]
    return Redaction(hidden=hidden, shown=_find_shown(hidden, granted, set(credited) if guid else set(granted)))


def _without(addresses: Iterable[str], shared: set[str]) -> tuple[str, ...]:
    """Addresses that point to nobody else: X gives one picture to everyone who has none."""
    return tuple(address for address in addresses if address not in shared)


def _find_shown(hidden: Iterable[Hidden], granted: Iterable[str], credited: set[str]) -> tuple[str, ...]:
    """Names to leave alone: those credited here, and longer ones of others, that have a hidden name in them."""
    names = {name.casefold() for one in hidden for name in one.names}
    shown = {name for name in credited if any(part in name.casefold() for part in names)}
    shown |= {name for name in granted if any(part in name.casefold() != part for part in names)}
    return tuple(sorted(shown))


def redact(text: str, by: Redacted | Redaction) -> str:
    """`text` without handles, profile links, names, ids and addresses of people who are hidden.

    Plain text, Markdown and HTML alike: a link to somebody hidden leaves its words. Names are matched as whole words,
    those of a single word only with the capitals of a name, so that a guest called Will does not cost every “will”.
    """
    redaction = by if isinstance(by, Redaction) else by.redaction
    if not redaction or not text:
        return text
    compiled = _compile(redaction)
    if not compiled.may_be_in(text):
        return text
    text = compiled.links.sub(lambda match: match["words"], text)
    text = compiled.attributes.sub(lambda match: f'{match["attribute"]}="#"', text)
    return compiled.pattern.sub(lambda match: compiled.replace(match, text), text)


def mentions(text: str, by: Redacted | Redaction) -> bool:
    """Whether `text` names somebody who is hidden: a tag or a short title is better left out than redacted."""
    redaction = by if isinstance(by, Redaction) else by.redaction
    if not redaction:
        return False
    compiled = _compile(redaction)
    return compiled.may_be_in(text) and any(match.lastgroup != "shown" for match in compiled.pattern.finditer(text))


class _Compiled:
    """The patterns of a redaction."""

    def __init__(self, redaction: Redaction) -> None:
        texts = (
            text for one in redaction.hidden for text in (*one.handles, *one.names, *one.ids, *one.links, *one.avatars)
        )
        self._cores = sorted({find_core(text) for text in texts})
        self._replacements = [hidden.replacement for hidden in redaction.hidden]
        addresses = "|".join(pattern for hidden in redaction.hidden for pattern in _addresses(hidden)) or r"(?!)"
        self.links = re.compile(rf"\[(?P<words>[^\]\n]*)\]\(\s*<?(?:{addresses})[^)\n]*\)", re.IGNORECASE)
        self.attributes = re.compile(
            rf"(?P<attribute>\b(?:href|src))=(?P<quote>[\"'])(?:{addresses})[^\"'\n]*(?P=quote)", re.IGNORECASE
        )
        groups = [
            f"(?P<h{number}>{'|'.join(patterns)})"
            for number, hidden in enumerate(redaction.hidden)
            if (patterns := [*_addresses(hidden), *_handles(hidden), *_names(hidden), *_ids(hidden)])
        ]
        shown = [f"(?P<shown>{'|'.join(map(spell_name, redaction.shown))})"] if redaction.shown else []
        self.pattern = re.compile("|".join(shown + groups) or r"(?!)")

    def may_be_in(self, text: str) -> bool:
        """A fast first look, which spares nearly every text the patterns."""
        low = text.lower()
        return any(core in low for core in self._cores)

    def replace(self, match: re.Match[str], text: str) -> str:
        """What is read in place of a match; with a capital where a sentence begins."""
        if match.lastgroup == "shown":
            return match.group()
        replacement = self._replacements[int((match.lastgroup or "h0")[1:])]
        begins = re.search(r"(?:^|[.!?…]\s+|\n\s*)$", text[max(0, match.start() - 8) : match.start()])
        return replacement[:1].upper() + replacement[1:] if begins else replacement


@lru_cache(maxsize=256)
def _compile(redaction: Redaction) -> _Compiled:
    return _Compiled(redaction)


def _addresses(hidden: Hidden) -> Iterator[str]:
    """Profile pages, further links and pictures, with whatever follows in the same address."""
    yield from map(spell_profile, hidden.handles)
    yield from map(spell_address, hidden.links)
    yield from map(spell_avatar, hidden.avatars)


def _handles(hidden: Hidden) -> Iterator[str]:
    return map(spell_handle, hidden.handles)


def _names(hidden: Hidden) -> Iterator[str]:
    return map(spell_name, sorted(hidden.names, key=len, reverse=True))


def _ids(hidden: Hidden) -> Iterator[str]:
    return (spell_id(id_) for id_ in hidden.ids if len(id_) >= SHORTEST_ID)


def find_core(text: str) -> str:
    """A word, in lower case, that stands in every spelling of `text`; empty where it has none."""
    text = _AVATAR_SIZE.sub("", re.sub(r"^https?://", "", text.lower()).rstrip("/"))
    words = re.findall(r"[a-z0-9]+", text) or re.findall(r"\w+", text)
    return max(words, key=len, default="")


def spell(text: str) -> str:
    """A pattern for `text` as it is written in plain text, Markdown (with backslashes) or HTML (with references)."""
    return "".join(map(_spell_character, " ".join(text.split())))


def _spell_character(character: str) -> str:
    if character.isalnum():
        return re.escape(character)
    if character == " ":
        return r"(?:\s|&nbsp;|&#160;)+"
    forms = {html.escape(character), f"&#{ord(character)};", f"&#x{ord(character):x};", "\\" + character, character}
    return "(?:" + "|".join(sorted(map(re.escape, forms), key=len, reverse=True)) + ")"


def may_be_word(handle: str) -> bool:
    """Whether a handle may be an ordinary word, and counts only where it is written as a handle."""
    return _PLAIN_HANDLE.fullmatch(handle) is not None


def spell_handle(handle: str) -> str:
    """A pattern for a handle: with `@`; alone too, unless it may be an ordinary word."""
    at = "@" if may_be_word(handle) else "@?"
    return rf"(?i:(?<![\w@]){at}{spell(handle)})(?!\w)"


def spell_name(name: str) -> str:
    """A pattern for a name as whole words: any case for several words, the capitals of a name for one."""
    before = r"(?<!\w)" if _parts_words(name[:1]) else ""
    after = r"(?!\w)" if _parts_words(name[-1:]) else ""
    if len(re.findall(r"\w+", name)) > 1 or not name.isalpha():
        return f"{before}(?i:{spell(name)}){after}"
    forms = sorted({name, name.upper(), name[:1].upper() + name[1:]})
    return f"{before}(?:{'|'.join(map(spell, forms))}){after}"


def _parts_words(character: str) -> bool:
    """Whether words of this script are set apart: those of Chinese and Japanese are not."""
    return character.isalnum() and not "\u2e80" <= character <= "\u9fff"


def spell_id(id_: str) -> str:
    """A pattern for an id as a whole word."""
    return rf"(?<![0-9A-Za-z]){re.escape(id_)}(?![0-9A-Za-z])"


def spell_address(url: str) -> str:
    """A pattern for a web address, with or without its scheme."""
    return _spell_start(url.rstrip("/")) + r"/?(?![\w/?#=&%-])"


def spell_avatar(url: str) -> str:
    """A pattern for the address of a picture in any size: X names them `…_normal.jpg`, `…_400x400.jpg`, `….jpg`."""
    return _spell_start(_AVATAR_SIZE.sub("", url).rsplit(".", 1)[0]) + r"(?![\dA-Za-z])" + _REST


def spell_profile(handle: str) -> str:
    """A pattern for the address of somebody's profile, or of anything below it."""
    return rf"(?i:{_SITES}{spell(handle)})(?!\w){_REST}"


def _spell_start(url: str) -> str:
    return rf"(?i:(?:https?:)?(?://)?{spell(re.sub(r'^https?://', '', url))})"
