"""Takes the names of hidden people out of texts: plain text, HTML, the lines of a transcript."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

from site_builder.consent.evidence import Reading
from site_builder.consent.matcher import Match, Matcher, make_matcher
from site_builder.consent.secrets import SOMEONE, Hidden, describe_hidden, find_first_names
from site_builder.consent.visible_text import TAG, View, view_markup, view_plain
from site_builder.model.podcast import Guid, Role, Speaker
from site_builder.show.people import Consent, People, PersonRecord
from site_builder.text.brackets import find_unbalanced
from site_builder.text.folding import fold

_ATTRIBUTE = re.compile(r"\s([a-zA-Z][\w:-]*)=(\"[^\"]*\"|'[^']*')")
_LINKS = frozenset({"href", "src", "cite", "srcset", "poster"})
_EMPTY = re.compile(r"<(a|b|strong|em|i|u|s|code|span|mark)\b[^>]*></\1>")
_BEGINS = re.compile(r"(?:^|[.!?…]\s+|\n\s*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Everybody who is hidden, and names that are shown although a hidden name is part of them."""

    hidden: tuple[Hidden, ...] = ()
    shown: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    """Ids of the Space and of posts that lead to the unedited talk."""

    def __bool__(self) -> bool:
        return bool(self.hidden)

    @property
    def matcher(self) -> Matcher:
        """Finds them."""
        origin = (Hidden(person="the Space or its post", replacement="…", ids=self.origin),) if self.origin else ()
        return make_matcher((*self.hidden, *origin), self.shown)

    def translate(self, someone: str) -> Redaction:
        """The same in another language: `someone` replaces the names of people without a label of their own."""
        hidden = (replace(one, replacement=someone) if one.replacement == SOMEONE else one for one in self.hidden)
        return replace(self, hidden=tuple(hidden))

    def hide_origin(self, ids: Iterable[str]) -> Redaction:
        """The same, with whatever leads to the unedited talk hidden: `ids` are those of the Space and of posts."""
        return replace(self, origin=tuple(ids))


class Redacted(Protocol):
    """What has a redaction: a Casting."""

    @property
    def redaction(self) -> Redaction:
        """What must not be read."""


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
    hidden_keys = {
        record.key
        for record in people.reserved
        if (record.answer_for(guid) if guid else record.consent).status in secret
    }
    absent = [record for record in people.reserved if record.key in hidden_keys and record.key not in known]
    if not speaking and not absent:
        return Redaction()
    shown = [record for record in people.records if record.key not in hidden_keys]
    shared = {address for record in shown for address in (*record.links, record.avatar_url)}
    hidden = tuple(
        replace(one, links=_without(one.links, shared), avatars=_without(one.avatars, shared))
        for one in (*speaking, *map(describe_hidden, absent))
    )
    granted = [name for record in shown for name in record.names]
    handles = [handle for record in shown for handle in record.handles]
    names = _find_shown(hidden, granted, set(credited) if guid else set(granted))
    return Redaction(hidden=hidden, shown=(*names, *_find_shown_handles(hidden, handles)))


def hide_unanswered(people: People, speakers: Iterable[Speaker] = ()) -> Redaction:
    """Redaction of everybody who has not agreed to everything: for addresses, which are chosen once."""
    guests = [(speaker, people.candidates(speaker)) for speaker in speakers if speaker.role is not Role.HOST]
    redaction = make_redaction(people, hide_pending=True)
    known = {record.key for _, found in guests for record in found}
    met = [describe_hidden(PersonRecord(key=""), "", speaker) for speaker, found in guests if not found]
    met += [one for one in redaction.hidden if one.person in known]
    others = [one for one in redaction.hidden if one.person not in known]
    hidden = [*others, *(replace(one, first_names=find_first_names(one.names)) for one in met)]
    return Redaction(hidden=tuple(replace(one, replacement="") for one in hidden), shown=redaction.shown)


def _without(addresses: Iterable[str], shared: set[str]) -> tuple[str, ...]:
    """Addresses that point to nobody else: X gives one picture to everyone who has none."""
    return tuple(address for address in addresses if address not in shared)


def _find_shown(hidden: Iterable[Hidden], granted: Iterable[str], credited: set[str]) -> tuple[str, ...]:
    """Names to leave alone: those credited here, and longer ones of others, that have a hidden name in them."""
    names = {fold(name) for one in hidden for name in (*one.names, *one.first_names)}
    shown = {name for name in credited if any(part in fold(name) for part in names)}
    shown |= {name for name in granted if any(part in fold(name) != part for part in names)}
    return tuple(sorted(shown))


def _find_shown_handles(hidden: Iterable[Hidden], handles: Iterable[str]) -> tuple[str, ...]:
    """Handles of those who are shown that are, or hold, the name of somebody hidden."""
    names = {fold(name) for one in hidden for name in one.names}
    own = {fold(handle) for one in hidden for handle in one.handles}
    return tuple(sorted(f"@{h}" for h in handles if fold(h) not in own and any(name in fold(h) for name in names)))


def _redaction_of(by: Redacted | Redaction) -> Redaction:
    return by if isinstance(by, Redaction) else by.redaction


def redact(text: str, by: Redacted | Redaction, reading: Reading = Reading.TEXT) -> str:
    """Plain `text` without handles, profile links, names, ids and addresses of people who are hidden.

    An address that leads to them goes whole.
    """
    redaction = _redaction_of(by)
    if not redaction or not text or not may_mention(text, redaction):
        return text
    view = view_plain(text)
    return _replace(text, view, redaction.matcher.find(view, reading), redaction, lambda words: words)


def may_mention(text: str, redaction: Redaction) -> bool:
    """A fast first look, which spares nearly every text the rest."""
    matcher, folded = redaction.matcher, fold(text)
    if matcher.find_terms(folded):
        return True
    return any(sign in text for sign in "\\&%") and bool(matcher.find_terms(view_plain(text).folded))


def mentions(text: str, by: Redacted | Redaction, reading: Reading = Reading.TEXT) -> bool:
    """Whether `text` names somebody who is hidden: a tag or an address is better left out than redacted."""
    redaction = _redaction_of(by)
    return bool(redaction) and may_mention(text, redaction) and bool(redaction.matcher.find(view_plain(text), reading))


def redact_lines(texts: Sequence[str], by: Redacted | Redaction) -> list[str]:
    """Lines that are read one after the other, such as those of a transcript: a name may go over two of them."""
    redaction = _redaction_of(by)
    whole = "\n".join(texts)
    if not redaction or not may_mention(whole, redaction):
        return list(texts)
    view = view_plain(whole)
    starts, position = [], 0
    for text in texts:
        starts.append(position)
        position += len(text) + 1
    lines = [_Edited(text, start) for text, start in zip(texts, starts, strict=True)]
    for match in redaction.matcher.find(view):
        spans = view.find_spans(match.start, match.end)
        words = _choose_words(view, match, redaction)
        first, last = (bisect_right(starts, place) for place in (spans[0][0], spans[-1][1])) if spans else (1, 0)
        for line in lines[first - 1 : last]:
            words = "" if line.cut(spans, words) else words
    return [line.text for line in lines]


class _Edited:
    """A line that loses parts."""

    def __init__(self, text: str, start: int) -> None:
        self._whole = text
        self._start = start
        self._cuts: list[tuple[int, int, str]] = []

    def cut(self, spans: Sequence[tuple[int, int]], words: str) -> bool:
        """Leave out what of `spans` is in this line, with `words` in its place; whether there is anything."""
        end = self._start + len(self._whole)
        within = [(max(a, self._start), min(b, end)) for a, b in spans if a < end and b > self._start]
        if within:
            self._cuts.append((within[0][0] - self._start, within[-1][1] - self._start, words))
        return bool(within)

    @property
    def text(self) -> str:
        """What is left."""
        text = self._whole
        for start, end, words in reversed(self._cuts):
            text = text[:start] + words + text[end:]
        return text.strip() if self._cuts else text


def _replace(text: str, view: View, matches: Sequence[Match], redaction: Redaction, write: Escape) -> str:
    """`text` with other words where somebody is found; what stands between, such as tags, stays."""
    pieces, at = [], 0
    for match in matches:
        words = write(_choose_words(view, match, redaction))
        for start, end in sorted(set(view.find_spans(match.start, match.end))):
            pieces += [text[at : max(at, start)], words]
            words, at = "", max(at, end)
    return "".join((*pieces, text[at:]))


class Escape(Protocol):
    """How words are written in a text of some kind."""

    def __call__(self, words: str, /) -> str:
        """The words as written."""


def _choose_words(view: View, match: Match, redaction: Redaction) -> str:
    """What is read in place of somebody; with a capital where a sentence begins."""
    words = redaction.matcher.hidden[match.person].replacement
    words += find_unbalanced(view.text[match.start : match.end]) if words else ""
    begins = _BEGINS.search(view.text[max(0, match.start - 8) : match.start])
    return words[:1].upper() + words[1:] if begins else words


def redact_markup(markup: str, by: Redacted | Redaction) -> str:
    """HTML without people who are hidden: a link to them leaves its words, a picture of them goes."""
    redaction = _redaction_of(by)
    if not redaction or not _may_be_in_markup(markup, redaction):
        return markup
    markup = "".join(_redact_tags(markup, redaction))
    view = view_markup(markup)
    return _EMPTY.sub("", _replace(markup, view, redaction.matcher.find(view), redaction, html.escape))


def _may_be_in_markup(markup: str, redaction: Redaction) -> bool:
    plain = unquote(html.unescape(markup), errors="replace")
    texts = (plain, TAG.sub("", plain), TAG.sub("", markup))
    return any(redaction.matcher.find_terms(fold(text)) for text in texts)


def _redact_tags(markup: str, redaction: Redaction) -> Iterator[str]:
    """The pieces of HTML with tags that name nobody."""
    position, left_out = 0, list[bool]()
    for match in TAG.finditer(markup):
        yield markup[position : match.start()]
        position = match.end()
        name, tag = (match[1] or "").lower(), match.group()
        if name == "a" and tag.startswith("</"):
            yield "" if left_out and left_out.pop() else tag
            continue
        new = _redact_tag(tag, redaction)
        if name == "a":
            left_out.append(not new)
        yield new
    yield markup[position:]


def _redact_tag(tag: str, redaction: Redaction) -> str:
    """A tag with attributes that name nobody; nothing where what it leads to or shows does."""

    def clean(attribute: re.Match[str]) -> str:
        value = html.unescape(attribute[2][1:-1])
        return f' {attribute[1]}="{html.escape(redact(value, redaction))}"' if value else attribute.group()

    values = {match[1].lower(): html.unescape(match[2][1:-1]) for match in _ATTRIBUTE.finditer(tag)}
    addresses = [value for attribute, value in values.items() if attribute in _LINKS]
    if any(mentions(address, redaction, Reading.ADDRESS) for address in addresses):
        return ""
    if not any(mentions(value, redaction) for value in values.values()):
        return tag
    return _ATTRIBUTE.sub(clean, tag)
