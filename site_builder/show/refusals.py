"""Remembers who refused in `content/.refusals/`, should `people.yaml` be lost; never in git or output.

    key            32 random bytes as text, made once for the show
    refused.json   who refused, and of whom it was said that they no longer do

People stand there as keyed digests (HMAC-SHA-256) of their ids, handles and names, for a plain digest of a handle can
be guessed. So an older `people.yaml`, one without an entry or one from another show is recognised, and the file alone
names nobody. It is a memory and no second place to answer in: what a person says stands in `people.yaml`.
docs/decisions/0013 says why.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from site_builder.engine.files import write_file
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Guid, Speaker
from site_builder.show.documents import find_line
from site_builder.show.layout import PEOPLE
from site_builder.show.lock import lock_changes
from site_builder.show.people import UNKNOWN, Answer, Consent, People, PersonRecord, is_unknown
from site_builder.show.people.file import read_text

FOLDER = "content/.refusals"
_KEY, _LIST, _IGNORE = "key", "refused.json", ".gitignore"
_LENGTH = 32
"""Hexadecimal digits kept of a digest."""
FORGOTTEN = (
    f"{FOLDER}/, which remembers who refused, was gone and is made anew from people.yaml; if somebody who refused "
    "does not stand there any more, write it down: `spacecast consent WHO refused`"
)
NAME = "refusal-"
"""How one that nobody can be found for is called on the command line, followed by its first digits."""
_SHOWN = 8

Signs = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What one person refused."""

    signs: Signs
    """Digests of all they are known by."""
    everywhere: bool = False
    """For the whole show, but for episodes in `allowed`."""
    episodes: frozenset[str] = frozenset()
    """Guids of single episodes that they refused."""
    allowed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """For the command line, where nobody is known who it is."""
        return NAME + min(self.signs, default="")[:_SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """All that is remembered of a show."""

    key: bytes
    refused: tuple[Refusal, ...] = ()
    lifted: tuple[Signs, ...] = ()
    """Those who had refused and do no longer, as somebody has said."""
    answered: Signs = field(default_factory=frozenset)
    """All others for whom an answer was written down with `spacecast consent`."""

    def sign(self, record: PersonRecord) -> Signs:
        """Digests of all that a person is known by."""
        known = [("x", id_) for id_ in record.x_ids] + [("periscope", id_) for id_ in record.periscope_ids]
        known += [("handle", handle.casefold()) for handle in record.handles]
        known += [("name", name.casefold()) for name in record.names if not known]
        return frozenset(self._digest(kind, value) for kind, value in (*known, ("key", record.key.casefold())))

    def sign_speaker(self, speaker: Speaker) -> Signs:
        """Digests of all that a speaker is known by."""
        record = PersonRecord(
            key=UNKNOWN if is_unknown(speaker) else speaker.handle,
            handle=speaker.handle,
            other_names=tuple(filter(None, [speaker.name])),
            x_ids=tuple(filter(None, [speaker.x_id])),
            periscope_ids=tuple(filter(None, [speaker.periscope_id])),
        )
        return self.sign(record)

    def _digest(self, kind: str, value: str) -> str:
        return hmac.new(self.key, f"{kind}:{value}".encode(), sha256).hexdigest()[:_LENGTH]

    def remember(self, record: PersonRecord) -> Refusals:
        """With what a person refuses now in place of what they refused before; where that is nothing, it is lifted."""
        signs = self.sign(record)
        before = [refusal for refusal in self.refused if refusal.signs & signs]
        others = tuple(refusal for refusal in self.refused if not refusal.signs & signs)
        known = signs.union(*(refusal.signs for refusal in before))
        lifted = tuple(one for one in self.lifted if not one & known)
        if refusal := describe_refusal(record, known):
            return replace(self, refused=(*others, refusal), lifted=lifted)
        return replace(self, refused=others, lifted=(*lifted, known)) if before else self


def describe_refusal(record: PersonRecord, signs: Signs) -> Refusal | None:
    """What a person refuses; None where that is nothing."""
    everywhere = record.consent.status is Consent.REFUSED
    refused = {str(guid) for guid, answer in record.episodes.items() if answer.status is Consent.REFUSED}
    allowed = record.episodes.keys() - refused if everywhere else ()
    if not (everywhere or refused):
        return None
    return Refusal(
        signs=signs, everywhere=everywhere, episodes=frozenset(refused), allowed=frozenset(map(str, allowed))
    )


def find_milder(refusal: Refusal, record: PersonRecord) -> Iterator[str]:
    """Where a person refused and does no longer: guids of episodes, and nothing for the whole show."""
    if refusal.everywhere and record.consent.status is not Consent.REFUSED:
        yield ""
    for guid in refusal.episodes:
        if record.answer_for(Guid(guid)).status is not Consent.REFUSED:
            yield guid
    for guid, answer in record.episodes.items() if refusal.everywhere else ():
        if answer.status is not Consent.REFUSED and guid not in refusal.allowed | refusal.episodes:
            yield guid


def load_refusals(folder: Path) -> Refusals | None:
    """What the show in `folder` remembers; None where nothing was ever written.

    Raises:
        InvalidDocument: it is damaged, or its key is gone.
    """
    place = folder / FOLDER
    file = place / _LIST
    try:
        values = json.loads(file.read_bytes())
        key = bytes.fromhex((place / _KEY).read_text("ascii"))
        return _parse(key, values)
    except FileNotFoundError:
        if not file.exists() and not (place / _KEY).exists():
            return None
        _complain(file if not file.exists() else place / _KEY)
    except (ValueError, KeyError, TypeError, AttributeError):
        _complain(file)


def _complain(file: Path) -> NoReturn:
    message = (
        "is gone or damaged, and with it who refused to be published; restore the folder from a backup, or check that "
        "everyone who refused stands in people.yaml, and delete the folder: the next build makes it anew"
    )
    raise InvalidDocument([Problem(message, file=file)])


def _parse(key: bytes, values: dict[str, Any]) -> Refusals:
    return Refusals(
        key=key,
        refused=tuple(
            Refusal(
                signs=frozenset(map(str, entry["signs"])),
                everywhere=bool(entry["everywhere"]),
                episodes=frozenset(map(str, entry["episodes"])),
                allowed=frozenset(map(str, entry["allowed"])),
            )
            for entry in values["refused"]
        ),
        lifted=tuple(frozenset(map(str, signs)) for signs in values["lifted"]),
        answered=frozenset(map(str, values["answered"])),
    )


def remember_all(folder: Path, people: People) -> bool:
    """Note all who refuse now, and say whether nothing was remembered before; nothing is written where nobody does."""
    with lock_changes(folder):
        known = load_refusals(folder)
        refusing = [record for record in people.reserved if describe_refusal(record, frozenset())]
        if known or refusing:
            memory = known or _begin()
            for record in refusing:
                memory = memory.remember(record)
            _write(folder, memory, known)
    return known is None


def remember_answer(folder: Path, record: PersonRecord) -> None:
    """Note what was said with `spacecast consent`: what this person refuses, or that they no longer do."""
    with lock_changes(folder):
        known = load_refusals(folder)
        memory = (known or _begin()).remember(record)
        if memory.refused == (known or memory).refused and not any(memory.sign(record) & one for one in memory.lifted):
            memory = replace(memory, answered=memory.answered | memory.sign(record))
        _write(folder, memory, known)


def remember_changes(folder: Path, before: People, after: People) -> None:
    """Note of everyone whose answer has changed what they say now, as `remember_answer` does.

    Somebody who is not in the file any more has taken back what they said.
    """
    known = {record.key: record for record in before.records}
    now = {record.key: record for record in after.records}
    for key, record in known.items():
        if key not in now:
            now[key] = replace(record, consent=Answer(), episodes={})
    for key, record in now.items():
        if _list_answers(record) != _list_answers(known.get(key, PersonRecord(key=key))):
            remember_answer(folder, record)


def _list_answers(record: PersonRecord) -> tuple[Consent, dict[Guid, Consent]]:
    return record.consent.status, {guid: answer.status for guid, answer in record.episodes.items()}


def lift_nameless(folder: Path, name: str) -> bool:
    """Note that a refusal of somebody who is found nowhere is lifted; False where none is called `name`."""
    with lock_changes(folder):
        known = load_refusals(folder)
        found = [refusal for refusal in known.refused if refusal.name == name] if known else []
        if known and found:
            lifted = tuple(refusal.signs for refusal in found)
            refused = tuple(refusal for refusal in known.refused if refusal not in found)
            _write(folder, replace(known, refused=refused, lifted=(*known.lifted, *lifted)), known)
    return bool(found)


def _begin() -> Refusals:
    return Refusals(key=secrets.token_bytes(_LENGTH))


def _write(folder: Path, memory: Refusals, known: Refusals | None) -> None:
    if memory == known:
        return
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(place / _IGNORE, b"*\n")  # also where the show's own .gitignore is older than this folder
    if known is None:
        write_file(place / _KEY, memory.key.hex().encode())
    write_file(place / _LIST, json.dumps(_describe(memory), indent=1).encode() + b"\n")


def _describe(memory: Refusals) -> dict[str, Any]:
    return {
        "refused": [
            {
                "signs": sorted(refusal.signs),
                "everywhere": refusal.everywhere,
                "episodes": sorted(refusal.episodes),
                "allowed": sorted(refusal.allowed),
            }
            for refusal in memory.refused
        ],
        "lifted": [sorted(signs) for signs in memory.lifted],
        "answered": sorted(memory.answered),
    }


def find_lost_refusals(folder: Path, people: People, speakers: Iterable[Speaker]) -> Iterator[Problem]:
    """Refusals that `people.yaml` does not hold any more; `speakers` are asked only where somebody has to be named."""
    memory = load_refusals(folder)
    if memory is None:
        return
    records = [(record, memory.sign(record)) for record in people.records]
    for refusal in memory.refused:
        found = [record for record, signs in records if signs & refusal.signs]
        if not found:
            yield Problem(_explain_missing(refusal, memory, speakers), folder / PEOPLE)
        elif all(list(find_milder(refusal, record)) for record in found):
            nearest = max(found, key=lambda record: len(memory.sign(record) & refusal.signs))
            yield from _explain_milder(refusal, nearest, folder / PEOPLE)


def _explain_missing(refusal: Refusal, memory: Refusals, speakers: Iterable[Speaker]) -> str:
    who = next((name_speaker(one) for one in speakers if memory.sign_speaker(one) & refusal.signs), "")
    if not who:
        return (
            "somebody who refused to be published stands here no longer, and is heard in no episode; restore this file "
            f"from a backup, or, if they agreed since, write `spacecast consent {refusal.name} granted`"
        )
    scope = "" if refusal.everywhere else f" --episode {min(refusal.episodes)}"
    return (
        f"{who} refused to be published and stands here no longer; restore this file from a backup, or say it again: "
        f"`spacecast consent {who} refused{scope}`; if they agreed since: `spacecast consent {who} granted{scope}`"
    )


def _explain_milder(refusal: Refusal, record: PersonRecord, file: Path) -> Iterator[Problem]:
    for guid in find_milder(refusal, record):
        scope, place = (f" --episode {guid}", f" in {guid}") if guid else ("", "")
        said = record.answer_for(Guid(guid)).status if guid else record.consent.status
        yield Problem(
            f"{record.key} refused to be published{place}, and is {said} here; restore this file from a backup, or say "
            f"it again: `spacecast consent {record.key} refused{scope}`; if they agreed since: "
            f"`spacecast consent {record.key} granted{scope}` (or pending)",
            file,
            find_line(read_text(file), (record.key,)),
        )


def name_speaker(speaker: Speaker) -> str:
    """What to call a speaker on the command line."""
    return UNKNOWN if is_unknown(speaker) else speaker.handle or speaker.name or speaker.x_id or speaker.periscope_id


def are_accounted(folder: Path, taken_out: int, refused: int, guests: Sequence[Speaker]) -> bool:
    """Whether it is known why fewer people are taken out of an episode than when it was last built.

    Args:
        folder: The show.
        taken_out: How many speakers were taken out then.
        refused: How many of `guests` refuse now.
        guests: Those heard in it, hosts apart.
    """
    memory = load_refusals(folder)
    if memory is None:
        return False
    signs = [memory.sign_speaker(guest) for guest in guests]
    # Of those who are remembered and lost, `find_lost_refusals` tells.
    remembered = [*memory.lifted, *(refusal.signs for refusal in memory.refused)]
    matched = sum(any(one & own for one in remembered) for own in signs)
    known = memory.answered.union(*remembered)
    return max(refused, matched) >= taken_out or all(own & known for own in signs)
