"""Every name, handle, id and address by which a hidden person would be recognised. Pure.

A display name holds more than a name: `Dr. Ana Lopez, PhD (she/her) | Acme 🚀` is looked for as it stands, and as
`Ana Lopez`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from site_builder.consent.ordinary_words import ARTICLES, WORDS, list_words
from site_builder.model.podcast import Guid, Speaker
from site_builder.show.people import Consent, People, PersonRecord
from site_builder.text.folding import fold, is_letter

SOMEONE = "someone"
"""What is read in place of somebody who refused, or who is hidden and does not speak in the episode."""
SHORTEST_PART = 3
"""Letters of a part of a name that is looked for by itself."""
SHORTEST_ID = 7
"""Shorter ids of people (X gave out `12` once) are too common as numbers to be looked for."""
_BRACKETS = re.compile(r"[(\[{<（【「][^)\]}>）】」]*[)\]}>）】」]?")
_BREAK = re.compile(r"\s*[|•·∙/\\~:;»«→★☆✨⭐]\s*|\s+[-–—@+&]+\s+|\s+(?:at|from|bei|chez)\s+(?=[A-Z@])")
_TITLES = list_words(
    """dr prof professor mr mrs ms miss mx sir dame lady lord rev reverend fr father capt captain sgt col gen lt
    hon ing dipl mag sra sr srta dona mme mlle herr frau judge justice senator rabbi imam"""
)
_DEGREES = list_words(
    """phd md mba msc bsc ma ba bs ms jd llm llb esq jr sr ii iii iv cpa cfa rn pe pmp cissp dds dvm edd rd lcsw
    fca mp mep obe mbe cbe frs"""
)
_PRONOUNS = re.compile(
    r"\b(?:she|he|they|ze|xe|any|sie|er|elle|il|iel|ella|el|ela|ele)\s*/\s*[\w/]+|\b(?:pronouns?:?)\s*\S+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Somebody who must not be read of, and what is read in their place."""

    person: str
    """Key in people.yaml; empty for somebody who is not in there."""
    replacement: str = SOMEONE
    handles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    first_names: tuple[str, ...] = ()
    """By these alone they are called in the episodes in which they speak; elsewhere they are anybody's."""
    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    avatars: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    """Phrases in which their name is none."""


def describe_hidden(person: PersonRecord, replacement: str = "", speaker: Speaker | None = None) -> Hidden:
    """Everything by which somebody would be recognised: from `people.yaml`, and as any recording describes them."""
    speakers = (*person.described, *([speaker] if speaker else []))
    names = (*person.names, *(one.name for one in speakers))
    return Hidden(
        person=person.key,
        replacement=replacement or SOMEONE,
        handles=_distinct([*person.handles, *(one.handle for one in speakers)]),
        names=tuple(name for name in _distinct(spelling for name in names for spelling in spell(name)) if _tells(name)),
        ids=_distinct(
            [*person.x_ids, *person.periscope_ids, *(id_ for one in speakers for id_ in (one.x_id, one.periscope_id))]
        ),
        links=person.links,
        avatars=_distinct([person.avatar_url, *(one.avatar_url for one in speakers)]),
        exceptions=person.exceptions,
    )


def spell(name: str) -> Iterator[str]:
    """A display name as it stands, without its ornaments, and as the bare name in it.

    >>> list(spell("Dr. Ana Lopez, PhD (she/her)"))
    ['Dr. Ana Lopez, PhD (she/her)', 'Ana Lopez']
    """
    yield name
    bare = re.sub(r"^[\W_]+|[\W_]+$", "", name)
    if bare != name and _tells(bare) and not _BRACKETS.search(bare):
        yield bare
    core = find_core_name(name)
    if core and core != bare:
        yield core
    words = core.split()
    if len(words) > 2 and all(map(_is_second_name, words[1:-1])):
        yield f"{words[0]} {words[-1]}"


def split_name(name: str) -> Iterator[str]:
    """The words of a name by which somebody is called.

    >>> list(split_name("Dr. Ana von Lopez (she/her)"))
    ['Ana', 'Lopez']
    """
    for word in find_core_name(name).split():
        part = word.strip(".,'’")
        if len(part) >= SHORTEST_PART and part[0].isupper() and fold(part) not in WORDS:
            yield part


def find_first_names(names: Iterable[str]) -> tuple[str, ...]:
    """What somebody with names of several words is called for short; `The Lamp Room` is no person.

    >>> find_first_names(["Owen Pike", "Crypto Dave", "Kit", "The Lamp Room"])
    ('Owen', 'Dave')
    """
    words = ((name, find_core_name(name).split()) for name in names)
    people = (name for name, parts in words if len(parts) > 1 and fold(parts[0]) not in ARTICLES)
    return _distinct(next(split_name(name), "") for name in people)


def _is_second_name(word: str) -> bool:
    """Whether it may be left out of a name: `M.`, `Maria`; `de` and `van` are part of what follows."""
    return len(word.strip(".")) == 1 or word[:1].isupper()


def find_core_name(name: str) -> str:
    """The name in a display name: without titles, degrees, pronouns, pictures, brackets and what follows a `|`."""
    plain = _PRONOUNS.sub(" ", _BRACKETS.sub(" ", unicodedata.normalize("NFKC", name)))
    plain = "".join(" | " if _is_picture(character) else character for character in plain)
    for segment in _BREAK.split(plain):
        words = _drop_titles(segment)
        if words:
            return " ".join(words)
    return ""


def _drop_titles(segment: str) -> list[str]:
    """The words of a name; what stands after a comma is a degree, a place or a firm, but for `Lopez, Ana`."""
    parts = [part.split() for part in segment.split(",")]
    parts = [part for part in ([w for w in part if not _is_one_of(w, _DEGREES)] for part in parts) if part]
    if not parts:
        return []
    words = [*parts[1], *parts[0]] if len(parts) == 2 and len(parts[0]) == len(parts[1]) == 1 else parts[0]
    while len(words) > 1 and _is_one_of(words[0], _TITLES):
        words = words[1:]
    return [stripped for word in words if (stripped := re.sub(r"^[^\w]+|[^\w.]+$|(?<=\w\w)\.$", "", word))]


def _is_one_of(word: str, known: frozenset[str]) -> bool:
    return fold(word).replace(".", "").strip() in known


def _is_picture(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk", "Cs", "Co"} and character not in "^`´¨"


def _tells(name: str) -> bool:
    """Whether a name can be looked for: one letter, or a picture alone, stands in too many texts."""
    return sum(map(is_letter, fold(name))) > 1


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def list_refused(people: People, guid: Guid) -> list[PersonRecord]:
    """Who refused to be heard in an episode."""
    return [record for record in people.reserved if record.answer_for(guid).status is Consent.REFUSED]


def find_namesakes(speaker: Speaker, person: PersonRecord | None, refused: Iterable[PersonRecord]) -> list[str]:
    """Keys of those of the `refused` who have a speaker's name, where one of the two is known by names alone.

    People are known again by ids and handles. A file that was downloaded has names alone, decorated or not: who refused
    as `Ana Lopez | Acme` is in another one as `Ana Lopez`, or in an archive as @ana_builds.
    """
    is_bare = not (speaker.handle or speaker.x_id or speaker.periscope_id)
    possible = [record for record in refused if (is_bare or _is_bare(record)) and record is not person]
    if not possible:
        return []
    names = _fold_all([speaker.name, *(person.names if person else ())])
    return [record.key for record in possible if names & _fold_all(record.names)]


def _is_bare(record: PersonRecord) -> bool:
    return not (record.handles or record.x_ids or record.periscope_ids)


def _fold_all(names: Iterable[str]) -> set[str]:
    return {fold(spelling) for name in names if name for spelling in spell(name)}
