"""Finds people by id, handle and name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache

from site_builder.errors import UsageError
from site_builder.model.podcast import Guid, Role, Speaker
from site_builder.show.people.records import Consent, PersonRecord
from site_builder.text.plain import clean

_HANDLE = re.compile(r"\w{1,30}", re.ASCII)
_NOT_ID = re.compile(r"[^\w-]", re.ASCII)
_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def tidy(speaker: Speaker) -> Speaker:
    """What a source says, as far as it can be believed: one line, no control characters, real handles."""
    handle = speaker.handle.strip().removeprefix("@")
    return replace(
        speaker,
        name=clean(speaker.name, keep_lines=False)[:200],
        handle=handle if _HANDLE.fullmatch(handle) else "",
        x_id=_NOT_ID.sub("", speaker.x_id),
        periscope_id=_NOT_ID.sub("", speaker.periscope_id),
        avatar_url=speaker.avatar_url if _WEB.fullmatch(speaker.avatar_url) else "",
    )


UNKNOWN = "unknown"
"""Key of the entry in `people.yaml` with the answers for speakers whom no list names, one for each episode."""


def is_unknown(speaker: Speaker) -> bool:
    """Whether nothing at all is known of a guest who is heard."""
    known = speaker.handle or speaker.name or speaker.x_id or speaker.periscope_id
    return not known and speaker.role is not Role.HOST


def explain_missing(people: People, speakers: Iterable[Speaker]) -> str:
    """A sentence for the host about those speakers who are nobody in `people`, though something is known of them."""
    missing = [speaker for speaker in map(tidy, speakers) if not is_unknown(speaker) and not people.candidates(speaker)]
    names = dict.fromkeys(who.handle or who.name or who.x_id or who.periscope_id for who in missing)
    if not (listed := ", ".join(filter(None, names))):
        return ""
    return (
        f"Not in content/people.yaml, so what they said to being published is not known: {listed}. Copy their entries "
        "from the show this episode came from (`spacecast help merging`), or let `spacecast people --ask` enter them."
    )


def contradicts(record: PersonRecord, speaker: Speaker) -> bool:
    """Whether both have an id of one kind and not the same: two people, whatever their handles."""
    pairs = ((speaker.periscope_id, record.periscope_ids), (speaker.x_id, record.x_ids))
    return any(id_ and ids and id_ not in ids for id_, ids in pairs)


class Register:
    """Who is who: finds people by id, handle and name, and grows."""

    def __init__(self, records: Iterable[PersonRecord] = ()) -> None:
        self._records: dict[str, PersonRecord] = {}
        self._found: dict[tuple[str, str], list[str]] = {}
        for record in records:
            self.put(record)

    def __iter__(self) -> Iterator[PersonRecord]:
        return iter(self._records.values())

    def __contains__(self, key: object) -> bool:
        return key in self._records

    def put(self, record: PersonRecord) -> None:
        """Add a person, or what became known of one."""
        self._records[record.key] = record
        for sign in _signs(record):
            keys = self._found.setdefault(sign, [])
            if record.key not in keys:
                keys.append(record.key)

    def candidates(self, speaker: Speaker) -> tuple[PersonRecord, ...]:
        """Everyone this speaker could be, the most trusted first; a name counts only where it is all there is."""
        speaker = tidy(speaker)
        by_id = self._look("periscope", speaker.periscope_id) + self._look("x", speaker.x_id)
        by_handle = self._look("handle", speaker.handle.casefold())
        fitting = [record for record in by_handle if not contradicts(record, speaker)]
        if by_id:
            return _unique(by_id + fitting)
        if speaker.handle or speaker.x_id or speaker.periscope_id:
            return _unique(fitting + by_handle)
        return _unique(self._look("name", speaker.name.casefold()))

    def match(self, speaker: Speaker) -> PersonRecord | None:
        """Who this speaker is; None where nobody is, several could be, or the ids say otherwise than the handle."""
        return self.choose(self.candidates(speaker), speaker)

    @staticmethod
    def choose(found: Sequence[PersonRecord], speaker: Speaker) -> PersonRecord | None:
        """As `match`, from the candidates."""
        speaker = tidy(speaker)
        if by_id := [record for record in found if _shares_id(record, speaker)]:
            return by_id[0]
        fitting = [record for record in found if not contradicts(record, speaker)]
        return fitting[0] if len(fitting) == 1 else None

    def find(self, who: str) -> tuple[PersonRecord, ...]:
        """Everyone with this key; or else with this handle, name, X id or Periscope id."""
        if who in self._records:
            return (self._records[who],)
        word = who.removeprefix("@").casefold()
        found = self._look("handle", word) + self._look("x", who) + self._look("periscope", who)
        return _unique(found if who.startswith("@") else found + self._look("name", word) + self._look("key", word))

    def _look(self, kind: str, value: str) -> list[PersonRecord]:
        return [self._records[key] for key in self._found.get((kind, value), ())] if value else []


def _signs(record: PersonRecord) -> Iterator[tuple[str, str]]:
    """What a person is found by."""
    yield from (("periscope", id_) for id_ in record.periscope_ids)
    yield from (("x", id_) for id_ in record.x_ids)
    yield from (("handle", handle.casefold()) for handle in record.handles)
    yield from (("name", name.casefold()) for name in record.names)
    yield "key", record.key.casefold()


def is_for_unknown(record: PersonRecord) -> bool:
    """Whether an entry holds answers for speakers whom no list names, and is no person called that."""
    return record.key == UNKNOWN and not (record.handles or record.names or record.x_ids or record.periscope_ids)


def _shares_id(record: PersonRecord, speaker: Speaker) -> bool:
    return speaker.periscope_id in record.periscope_ids or speaker.x_id in record.x_ids


def _is_reserved(record: PersonRecord) -> bool:
    return any(answer.status is not Consent.GRANTED for answer in (record.consent, *record.episodes.values()))


def _unique(records: list[PersonRecord]) -> tuple[PersonRecord, ...]:
    return tuple({record.key: record for record in records}.values())


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in `people.yaml`, in the order of the file."""

    records: tuple[PersonRecord, ...] = ()
    reserved: tuple[PersonRecord, ...] = field(init=False, repr=False, compare=False)
    """Those who have not said yes to everything: nobody else is ever hidden."""
    _register: Register = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reserved", tuple(filter(_is_reserved, self.records)))
        object.__setattr__(self, "_register", Register(self.records))

    def describe(self, speakers: Iterable[Speaker]) -> People:
        """The same people, each with all names and handles by which recordings call anybody who may be them."""
        found: dict[str, dict[Speaker, None]] = {}
        for speaker in dict.fromkeys(map(tidy, speakers)):
            for record in self._register.candidates(speaker):
                found.setdefault(record.key, {})[speaker] = None
        if not found:
            return self
        return People(tuple(replace(one, described=tuple(found.get(one.key, ()))) for one in self.records))

    def find(self, who: str) -> PersonRecord | None:
        """The person with this key, @handle, name (any case), X id or Periscope id.

        Raises:
            UsageError: several people could be meant; the message names them.
        """
        found = self._register.find(who)
        if len(found) > 1:
            names = " or ".join(f"{record.key} ({record.name or record.handle or 'no name'})" for record in found)
            raise UsageError(f"“{who}” could be {names}; use the first word of one of these")
        return found[0] if found else None

    def get(self, who: str) -> PersonRecord:
        """As `find`, but raises UsageError (with the nearest names) where there is nobody."""
        if found := self.find(who):
            return found
        near = self._suggest(who.removeprefix("@"))
        hint = f"did you mean {' or '.join(near)}?" if near else "`spacecast people` lists everyone"
        raise UsageError(f"nobody in people.yaml is called “{who}”; {hint}")

    def find_unknown(self, guid: Guid) -> PersonRecord | None:
        """The answer for a speaker of an episode who is in no list; None where there is none.

        A yes counts for the episodes it was given for, and for no others: who it is may differ.
        """
        record = next((record for record in self.records if is_for_unknown(record)), None)
        if record is None or record.answer_for(guid).status is Consent.PENDING:
            return None
        return record if guid in record.episodes or record.consent.status is Consent.REFUSED else None

    def _suggest(self, who: str) -> list[str]:
        """What up to three people are called who may be meant: with this in a name of theirs, else with nearly it."""
        known = {word: record.key for record in self.records for word in (record.key, *record.handles, *record.names)}
        word = who.casefold()
        found = [name for name in known if word and word in name.casefold()]
        found = found or get_close_matches(who, known, n=3, cutoff=0.6)
        return list({known[name]: name for name in reversed(found)}.values())[::-1][:3]

    def candidates(self, speaker: Speaker) -> tuple[PersonRecord, ...]:
        """Everyone this speaker could be, the most trusted first: Periscope id, X id, handle."""
        return self._register.candidates(speaker)

    def match(self, speaker: Speaker) -> PersonRecord | None:
        """Who this speaker is; None where nobody is, or where only the handle fits and the ids say otherwise."""
        return self._register.match(speaker)

    def identify(self, speaker: Speaker) -> tuple[PersonRecord | None, tuple[PersonRecord, ...]]:
        """As `match`, and everyone else it could be."""
        found = self._register.candidates(speaker)
        return self._register.choose(found, speaker), found
