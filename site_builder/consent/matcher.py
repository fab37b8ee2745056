"""Finds people's names in text; redaction and leak search use the same matcher.

Texts and what is looked for are folded alike (`text/folding.py`). Of a name of several words all are found, however
they are joined: `Ana Lopez`, `#AnaLopez`, `ana-lopez.jpg`, over two lines, cues, cells or tags. Where a word begins and
ends is a matter of its script (`writing_systems.py`), whether a common word is a name a matter of evidence
(`evidence.py`).
docs/decisions/0014 says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from site_builder.consent.evidence import (
    Reading,
    find_token,
    is_address,
    is_called,
    is_meant,
    is_ordinary,
    is_profile,
    is_shaped_like_term,
    is_web_address,
)
from site_builder.consent.ordinary_words import DATED, NAMES, WORDS
from site_builder.consent.secrets import SHORTEST_ID, Hidden
from site_builder.consent.visible_text import View
from site_builder.consent.writing_systems import (
    begins_word,
    ends_word,
    is_cased,
    is_korean,
    is_unspaced,
    split_korean_name,
)
from site_builder.text.brackets import balance
from site_builder.text.folding import fold, is_letter, split_words

_GLUE = r"(?:[^\w\0]|_){0,12}"
"""What may stand between the words of a name."""
_INITIAL = rf"(?:(?<=[^\w])(?:[^\W\d_](?=\.)|[bcdfghjklmnpqrstvwxz](?=[^\w])){_GLUE})?"
"""A second name that is one letter, `Ana M. Lopez`; `a` and `y` without a dot are words."""
_MIDDLE = r" [^\W\d_]{2,20} "
"""A second name, `Ana Maria Lopez`, for whoever is known as `Ana Lopez`."""
_SHORT_GLUE = r"[\s·・･]?"
"""The same between letters of scripts that do not set words apart."""
_AVATAR_SIZE = re.compile(r"_(?:normal|bigger|mini|reasonably_small|\d+x\d+)(?=\.\w+$)")
_PLAIN_HANDLE = re.compile(r"[a-z]{1,8}")
_WORD_BEFORE = re.compile(r"([^\W\d_])[\w'’.-]*[ \t]+$")
_WORD_AFTER = re.compile(r"[ \t-]+([^\W\d_])")
_WORD = re.compile(r"[^\W_]+")
_JOINED_AT_LEAST = 8
"""Letters of a name written together that are no other word by chance."""
_COMMON = WORDS | NAMES | DATED
_FEW = 24
"""Words that are looked for wherever they stand; of more only those that are words of the text."""
_MANY = 300
"""Words that are looked for one by one; more are looked up in the set of a text's words, which is slow to make."""


class Match(NamedTuple):
    """A place in a text where a hidden person is named."""

    start: int
    """In the view's text."""
    end: int
    person: int
    """Index into the people who are looked for."""
    what: str
    """`handle`, `name`, `first name`, `id`, `avatar` or `link`."""


@dataclass(frozen=True)
class Term:
    """One thing that is looked for."""

    person: int
    what: str
    value: str
    words: tuple[str, ...] = field(init=False)
    """Its words, folded."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(split_words(fold(self.value))))

    @property
    def cores(self) -> set[str]:
        """Words of which one at least stands in every form of it."""
        joined = {"".join(self.words[a:b]) for a in range(len(self.words)) for b in range(a + 2, len(self.words) + 1)}
        rarest = max(self.words, key=lambda word: (word not in _COMMON, len(word)))
        return {rarest, *joined} if self.what in {"name", "handle"} else {rarest}

    @cached_property
    def is_spaced(self) -> bool:
        """Whether its script sets words apart, so that its words are words of the text."""
        return all(is_cased(character) or character.isdigit() for word in self.words for character in word)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds all of its forms in a folded text, and more than these."""
        match self.what:
            case "name" | "first name":
                between = _GLUE + _INITIAL if self.is_spaced else _GLUE
                if self.is_spaced and len(self.words) == 2:
                    between = f"(?:{between}|{_MIDDLE})"
                return re.compile(between.join(_spell_word(word) for word in self.words))
            case "handle":
                return re.compile("@?" + "[-_.]?".join(map(re.escape, self.words)))
            case "sign":
                return re.compile(re.escape(fold(self.value)))
            case "id":
                return re.compile(rf"(?<![0-9a-z]){re.escape(fold(self.value))}(?![0-9a-z])")
            case "avatar":
                address = _AVATAR_SIZE.sub("", self.value).rsplit(".", 1)[0]
                return re.compile(_spell_address(address) + r"(?![\da-z])")
            case _:
                below = r"(?:/|(?![\w/?#=&%-]))" if "/" in re.sub(r"^\w+://", "", self.value).rstrip("/") else ""
                return re.compile(_spell_address(self.value) + (below or r"/?(?![\w/?#=&%-])"))

    @cached_property
    def turned_round(self) -> re.Pattern[str] | None:
        """Finds a name as lists have it, `Lopez, Ana`; None for what is no such name."""
        if self.what != "name" or not self.is_spaced or len(self.words) < 2:
            return None
        given = _GLUE.join(map(_spell_word, self.words[:-1]))
        return re.compile(rf"{_spell_word(self.words[-1])}\s?,\s?{given}")


def _spell_word(word: str) -> str:
    if any(map(is_unspaced, word)):
        return _SHORT_GLUE.join(map(re.escape, word))
    family, given = split_korean_name(word)
    return rf"{family}\s?{given}" if given else re.escape(word)


def _spell_address(address: str) -> str:
    return re.escape(fold(re.sub(r"^https?://(?:www\.)?", "", address.strip()).rstrip("/")))


class Matcher:
    """Everybody who is looked for, prepared once."""

    def __init__(self, hidden: Sequence[Hidden], shown: Iterable[str] = ()) -> None:
        """`shown` are names, and handles with their `@`, that may be read though a hidden name is part of them."""
        self.hidden = hidden
        self._index: dict[str, list[Term]] = {}
        self._anywhere: list[tuple[str, Term]] = []
        for term in _list_terms(hidden):
            if term.is_spaced:
                for core in term.cores:
                    self._index.setdefault(core, []).append(term)
            else:
                self._anywhere.append((_find_start(term), term))
        self._as_words = {core: re.compile(rf"(?<![^\W_]){re.escape(core)}(?![^\W_])") for core in self._index}
        self._shown = [
            Term(person=-1, what="sign" if name.startswith("@") else "name", value=name)
            for name in shown
            if split_words(fold(name))
        ]
        self._exceptions = [
            [Term(person=number, what="name", value=phrase) for phrase in one.exceptions if split_words(fold(phrase))]
            for number, one in enumerate(hidden)
        ]

    def find_terms(self, folded: str) -> list[Term]:
        """A fast first look: what may stand in a folded text."""
        if len(self._index) > _MANY:
            cores: Iterable[str] = self._index.keys() & set(_WORD.findall(folded))
        else:
            cores = [core for core in self._index if core in folded]
            if len(self._index) > _FEW:  # then parts of other words are many, and each costs a closer look
                cores = [core for core in cores if self._as_words[core].search(folded)]
        found = {id(term): term for core in cores for term in self._index[core]}
        found |= {id(term): term for start, term in self._anywhere if start in folded}
        return list(found.values())

    def find(self, view: View, reading: Reading = Reading.TEXT) -> list[Match]:
        """Everybody in a text, in order, no two in one place."""
        terms = self.find_terms(view.folded)
        found = [match for term in terms for match in self._find(term, view, reading)] if terms else []
        if found and (self._shown or any(self._exceptions)):
            found = [match for match in found if not self._is_shown(match, view)]
        return _merge(found)

    def _find(self, term: Term, view: View, reading: Reading) -> Iterator[Match]:
        found = [
            Match(*place, term.person, term.what)
            for match in term.pattern.finditer(view.folded)
            if (place := _verify(term, view, match.start(), match.end(), reading))
        ]
        yield from found
        for match in term.turned_round.finditer(view.folded) if term.turned_round else ():
            start, end = _place(view, match.start(), match.end())
            if any(other.start < end and start < other.end for other in found):
                continue
            if _is_whole(view, match.start(), match.end()) and _is_one_person(view.text, start, end):
                yield Match(*balance(view.text, start, end), term.person, term.what)

    def _is_shown(self, match: Match, view: View) -> bool:
        """Whether it is part of the name of somebody who is shown, or of a phrase that the host excepts."""
        if match.what not in {"name", "first name", "handle"}:
            return False
        for term in (*self._shown, *self._exceptions[match.person]):
            for other in term.pattern.finditer(view.folded):
                start, end = _place(view, other.start(), other.end())
                if (
                    start <= match.start
                    and match.end <= end
                    and (term.what == "sign" or _is_whole(view, other.start(), other.end()))
                ):
                    return True
        return False


@lru_cache(maxsize=64)
def make_matcher(hidden: tuple[Hidden, ...], shown: tuple[str, ...] = ()) -> Matcher:
    """The same for the same people."""
    return Matcher(hidden, shown)


def _list_terms(hidden: Sequence[Hidden]) -> Iterator[Term]:
    for number, one in enumerate(hidden):
        kinds = {"avatar": one.avatars, "link": one.links, "handle": one.handles, "name": one.names}
        kinds["first name"] = one.first_names
        kinds["id"] = tuple(id_ for id_ in one.ids if len(id_) >= SHORTEST_ID)
        for what, values in kinds.items():
            terms = (Term(person=number, what=what, value=value) for value in values)
            yield from {term.words: term for term in terms if term.words}.values()


def _find_start(term: Term) -> str:
    """What a folded text holds in which a name of another script stands."""
    word = max(term.words, key=len)
    if given := split_korean_name(word)[1]:
        return given
    return word[0] if is_unspaced(word[0]) else word


def _merge(found: list[Match]) -> list[Match]:
    """In order, the longest of those that overlap."""
    merged: list[Match] = []
    for match in sorted(set(found), key=lambda match: (match.start, -match.end)):
        if merged and match.start < merged[-1].end:
            if match.end > merged[-1].end:
                merged[-1] = merged[-1]._replace(end=match.end)
            continue
        merged.append(match)
    return merged


def _place(view: View, start: int, end: int) -> tuple[int, int]:
    return view.places[start], view.places[end]


def _is_whole(view: View, start: int, end: int) -> bool:
    """Whether a find is a word, or words, and no part of one."""
    inside = view.places[end] == view.places[end - 1]
    syllables = view.places[end] - view.places[start] if is_korean(view.folded[start]) else 0
    return begins_word(view.folded, start, syllables) and ends_word(view.folded, end, inside_character=inside)


def _verify(term: Term, view: View, start: int, end: int, reading: Reading) -> tuple[int, int] | None:
    """Where in the text a find stands, if it is one."""
    if term.what in {"id", "link", "avatar"}:
        place = _place(view, start, end)
        return _widen(view.text, *place)
    if not _is_whole(view, start, end):
        return None
    first, last = _place(view, start, end)
    left, right = find_token(view.text, first, last)
    token = view.text[left:right]
    in_address = reading is Reading.ADDRESS or is_address(token)
    is_it = _is_handle if term.what == "handle" else _is_name
    if not is_it(term, view, (start, end), (first, last), reading, in_address=in_address):
        return None
    return _widen(view.text, *balance(view.text, first, last))


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """A find inside an address is all of the address."""
    left, right = find_token(text, start, end)
    if end <= right and is_web_address(text[left:right]):
        return left, right
    return start, end


def _is_handle(
    term: Term, view: View, folded: tuple[int, int], place: tuple[int, int], reading: Reading, *, in_address: bool
) -> bool:
    text, (start, end), handle = view.text, folded, "".join(term.words)
    has_sign = view.folded[start] == "@"
    before = text[max(0, place[0] - 80) : place[0]]
    is_profile_of = is_profile(before)
    if has_sign and view.folded[start - 1 : start].isalnum():
        return False  # an e-mail address at a host that is called so
    if "_" in (view.folded[start - 1 : start], view.folded[end : end + 1]) and (
        has_sign or is_profile_of or not in_address
    ):
        return False  # another, longer handle
    if has_sign or is_profile_of:
        return True
    if reading is Reading.NAME and fold(text).strip() == fold(term.value):
        return True
    if len(term.words) == 1 and is_ordinary(handle):
        return False
    return in_address or not _PLAIN_HANDLE.fullmatch(fold(term.value))


def _is_name(
    term: Term, view: View, folded: tuple[int, int], place: tuple[int, int], reading: Reading, *, in_address: bool
) -> bool:
    text = view.text[place[0] : place[1]]
    if reading is Reading.NAME and split_words(view.folded) == list(term.words):
        return True
    if not is_cased("".join(term.words)) and not "".join(term.words).isdigit():
        return True
    if term.what == "first name" and (in_address or not is_called(view.text, *place)):
        return False
    if len(term.words) == 1:
        return _is_single_name(term, view, folded, place, in_address=in_address)
    return _is_full_name(term, view.folded[slice(*folded)], text, in_address=in_address)


def _is_full_name(term: Term, folded: str, text: str, *, in_address: bool) -> bool:
    if _has_middle_name(term, folded):
        return all(word[:1].isupper() for word in text.split()) and not text.isupper()
    if any(is_letter(character) and not character.isalnum() for character in folded):
        return "".join(term.words) == "".join(split_words(folded))
    capitals = _count_capitals(term, text)
    if sum(map(len, term.words)) < 4 or all(is_ordinary(word) for word in term.words):
        return capitals >= len(term.words)
    is_joined = len(split_words(folded)) < len(term.words)
    return not is_joined or in_address or capitals > 1 or sum(map(len, term.words)) >= _JOINED_AT_LEAST


def _has_middle_name(term: Term, folded: str) -> bool:
    words = split_words(folded)
    return len(words) > len(term.words) == 2 and len(words[1]) > 1


def _is_one_person(text: str, start: int, end: int) -> bool:
    """Whether `Lopez, Ana` is one person: not between other words of names, as in a list of people."""
    before = _WORD_BEFORE.search(text[max(0, start - 40) : start])
    after = _WORD_AFTER.match(text[end : end + 40])
    return text[start].isupper() and not any(word and word[1].isupper() for word in (before, after))


def _count_capitals(term: Term, text: str) -> int:
    """How many words of a name begin with a capital in a text that holds it, joined or not."""
    letters = [character for character in text if fold(character).isalnum()]
    at, count = 0, 0
    for word in term.words:
        count += (letters[at].isupper() or letters[at].isdigit()) if at < len(letters) else 0
        at += len(word)
    return count


def _is_single_name(
    term: Term, view: View, folded: tuple[int, int], place: tuple[int, int], *, in_address: bool
) -> bool:
    word, text = term.words[0], view.text[slice(*place)]
    has_sign = view.folded[folded[0] - 1 : folded[0]] == "@"
    sides = (view.folded[folded[0] - 1 : folded[0]], view.folded[folded[1] : folded[1] + 1])
    if sides.count("_") == 1 and (has_sign or not in_address):
        return False  # a longer handle
    if has_sign and not view.folded[max(0, folded[0] - 2) : folded[0] - 1].isalnum():
        return True
    is_hashtag = view.folded[folded[0] - 1 : folded[0]] == "#"
    if word.isdigit() or word in WORDS or is_shaped_like_term(term.value.strip()):
        return False
    has_capital = text[:1].isupper() or text[:1].istitle()
    if word in NAMES or word in DATED:
        is_named = (is_hashtag and word in NAMES) if in_address else is_meant(view.text, *place, word)
        return has_capital and is_named
    return in_address or has_capital or text == term.value.strip() or not view.has_capitals
