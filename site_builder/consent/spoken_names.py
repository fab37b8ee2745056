"""Finds names in transcripts, where people are called by a part of theirs and machines spell by ear. Pure.

Texts that people write are searched for whole and for first names (`Ana Lopez`, `Ana`). An engine that hears `Davy`
writes `Davey`; so of those who take part in an episode and are not named in it, each word of their name is looked for,
and what sounds like it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from site_builder.consent.casting import Casting, Verdict
from site_builder.consent.ordinary_words import DATED, NAMES, WORDS
from site_builder.consent.redaction import Redaction
from site_builder.consent.secrets import SHORTEST_PART, Hidden, spell, split_name
from site_builder.model.podcast import Speaker
from site_builder.text.folding import fold

_TOKEN = re.compile(r"[^\W\d_]+")
_ORDINARY = WORDS | NAMES | DATED
_SOUNDS = {
    letter: digit for digit, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for letter in letters
}


def hear_names(casting: Casting, text: str) -> Redaction:
    """What must not be read in a transcript of an episode, whose whole text is `text`."""
    redaction = casting.redaction
    unnamed = casting.taking_part
    if not unnamed:
        return redaction
    heard: dict[str, list[str]] = {}
    for token in sorted(set(_TOKEN.findall(text))):
        heard.setdefault(_code(_simplify(token)), []).append(token)
    speaking = tuple(_add_spoken(one, heard) for one in redaction.hidden[:unnamed])
    parts = {fold(part) for one in speaking for part in one.names}
    credited = [person.name for person in casting.credits if not person.anonymous]
    longer = [name for name in credited if " " in name and parts & set(fold(name).split())]
    hidden = (*speaking, *redaction.hidden[unnamed:])
    return replace(redaction, hidden=hidden, shown=tuple(dict.fromkeys([*redaction.shown, *longer])))


def list_called(casting: Casting, speakers: Sequence[Speaker]) -> list[tuple[Speaker, int]]:
    """Every way in which the lines of a transcript may name who speaks, each with the speaker's number.

    That is, besides what the recording calls them, all that people.yaml knows, and of whoever is not named each word of
    their name, where that is nobody else's.
    """
    known = [[speaker.name, *(v.person.names if v.person else ())] for v, speaker in _pair(casting, speakers)]
    names = [[spelling for name in filter(None, own) for spelling in spell(name)] for own in known]
    parts = [{part: fold(part) for name in own for part in split_name(name)} for own in names]
    who = [verdict.person.key if verdict.person else number for number, verdict in enumerate(casting.verdicts)]
    owners = Counter(
        part for _, part in {(one, part) for one, own in zip(who, parts, strict=True) for part in own.values()}
    )
    called = [(speaker, number) for number, speaker in enumerate(speakers)]
    for number, (verdict, _) in enumerate(_pair(casting, speakers)):
        called += [(Speaker(name=name), number) for name in names[number]]
        called += [(Speaker(handle=handle), number) for handle in (verdict.person.handles if verdict.person else ())]
        if not verdict.named:
            alone = [part for part, folded in parts[number].items() if owners[folded] == 1]
            called += [(Speaker(name=part), number) for part in alone]
    return called


def _pair(casting: Casting, speakers: Sequence[Speaker]) -> Iterator[tuple[Verdict, Speaker]]:
    return zip(casting.verdicts, speakers, strict=True)


def _add_spoken(hidden: Hidden, heard: Mapping[str, Sequence[str]]) -> Hidden:
    """With each word of the names, and those of the words `heard`, by what they sound like, that may be one of them."""
    parts = list(dict.fromkeys(part for name in hidden.names for part in split_name(name)))
    alike = [token for part in parts for token in heard.get(_code(_simplify(part)), ()) if _may_be(part, token)]
    return replace(hidden, names=tuple(dict.fromkeys([*hidden.names, *parts, *alike])))


def _may_be(name: str, token: str) -> bool:
    """Whether a word of a transcript may be a name by ear; without a capital only one that is spelt much the same."""
    is_spelling = _simplify(name) == _simplify(token) and len(_simplify(token)) > SHORTEST_PART
    return (is_spelling or token[0].isupper()) and sounds_like(name, token)


def sounds_like(name: str, word: str) -> bool:
    """Whether `word` may be how an engine writes `name`: it sounds the same, and few letters differ.

    >>> sounds_like("Davy", "Davey"), sounds_like("Mara", "Maar"), sounds_like("Davy", "Dove")
    (True, True, False)
    """
    import regex  # noqa: PLC0415 -- 15 ms that few shows need

    one, other = _simplify(name), _simplify(word)
    if fold(word) in {fold(name), *_ORDINARY} or len(other) < SHORTEST_PART or _code(one) != _code(other):
        return False
    most = 1 if len(one) <= SHORTEST_PART + 1 else 2
    is_close = regex.fullmatch(rf"(?:{regex.escape(one)}){{e<={most}}}", other) is not None
    return is_close or sorted(one) == sorted(other)


@lru_cache(maxsize=20_000)
def _simplify(word: str) -> str:
    """With one spelling of sounds that have several: Davie is Davy."""
    return re.sub("ie|ey|ee|i", "y", fold(word).replace("ph", "f").replace("ck", "k"))


def _code(word: str) -> str:
    """The first letter and the kinds of consonants after it (Soundex, 1918)."""
    digits = [str(_SOUNDS.get(letter, "")) for letter in word if letter not in "hw"]
    after = [digit for before, digit in pairwise(digits) if digit and digit != before]
    return word[:1] + "".join(after)
