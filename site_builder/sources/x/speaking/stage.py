"""Who holds which slot on stage, tag by tag, from the lists of guests in a recording's tags. Pure.

The newest list says whose a level is, and whoever is not on it holds nothing. Lists and levels are measured apart, so
around a change of the list it is not sure: for somebody who refused, `StageMoment.find_candidates` names everyone a
level may be of.
Levels go by the position in the newest list of guests: docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from site_builder.model.podcast import Role, Speaker
from site_builder.sources.x.speaking.hydra_tags import Participant, Tick

Slots = Mapping[int, int]
"""Slot to the number of the person who holds it; the host, number 0, holds slot 0."""
_EMPTY: Slots = {0: 0}


class Numbering:
    """Gives each person of a recording one number, whatever slot they hold; the host has 0."""

    def __init__(self, host: Speaker) -> None:
        self.speakers: list[Speaker] = [host]
        self.renamed: dict[str, Speaker] = {}
        """Handles that guests took during the recording, in small letters; each with the id of whose it is."""
        self._numbers: dict[tuple[str, str], int] = {("handle", host.handle.casefold()): 0} if host.handle else {}
        self._unknown: int | None = None

    def number_of(self, guest: Participant) -> int:
        """The guest's number: known by Periscope id, else by handle."""
        keys = [("id", guest.periscope_id)] * bool(guest.periscope_id)
        keys += [("handle", guest.handle.casefold())] * bool(guest.handle)
        known = next((self._numbers[key] for key in keys if key in self._numbers), None)
        if known is None or (known and self._is_other(known, guest)):
            known = len(self.speakers)
            self.speakers.append(
                Speaker(
                    handle=guest.handle, periscope_id=guest.periscope_id, avatar_url=guest.avatar_url, role=Role.GUEST
                )
            )
        elif guest.handle and guest.handle.casefold() != self.speakers[known].handle.casefold() and known:
            other = Speaker(handle=guest.handle, periscope_id=guest.periscope_id, role=Role.GUEST)
            self.renamed.setdefault(guest.handle.casefold(), other)
        for key in keys:
            self._numbers[key] = known
        return known

    def _is_other(self, number: int, guest: Participant) -> bool:
        """Whether a guest who has a known handle is another account all the same."""
        known = self.speakers[number].periscope_id
        return bool(known and guest.periscope_id and known != guest.periscope_id)

    @property
    def unknown(self) -> int:
        """The speaker number for slots that no list gives to anybody; one for the whole recording."""
        if self._unknown is None:
            self._unknown = len(self.speakers)
            self.speakers.append(Speaker())
        return self._unknown


@dataclass(frozen=True, slots=True, eq=False)
class StageMoment:
    """Who holds which slot at one tag."""

    listed: Slots
    """By the newest list."""
    next_tick: Slots
    """By the list of the next tag."""
    around: tuple[Slots, ...]
    """By the list of the tag before, and by the next list there is: lists and levels change a tag apart."""
    neighbours: tuple[Slots, ...]
    """By the last list that was another than the newest, and by the next one that is."""

    def find_holder(self, slot: int) -> int | None:
        """Whose level it is; None for nobody's. A slot that the next tag gives to somebody is theirs already."""
        return self.listed.get(slot, self.next_tick.get(slot))

    def find_candidates(self, slot: int) -> Iterator[int]:
        """Everyone whose level it may be, the host apart; some more than once.

        A level beyond the list may be of whoever has just left the list or is about to come on it.
        """
        if not slot:
            return
        yield from (slots[slot] for slots in (self.listed, *self.around) if slot in slots)
        if slot not in self.listed:
            here = set(self.listed.values())
            for slots in self.neighbours:
                yield from (number for other, number in slots.items() if other == slot or number not in here)


def make_stage(ticks: Sequence[Tick], numbers: Numbering) -> list[StageMoment]:
    """Who holds which slot at each tick. A tag without a list means the list before it, or else the first."""
    lists, newest = _find_lists(ticks, numbers)
    moments: dict[tuple[int, int, int, int], StageMoment] = {}
    stage: list[StageMoment] = []
    for n, following in enumerate(_find_following(ticks, newest)):
        before, next_tick = newest[max(0, n - 1)], newest[min(n + 1, len(newest) - 1)]
        key = (newest[n], before, next_tick, following)
        if key not in moments:
            moments[key] = _make_moment(lists, *key)
        stage.append(moments[key])
    return stage


def _find_lists(ticks: Sequence[Tick], numbers: Numbering) -> tuple[list[Slots], list[int]]:
    """The lists in their order, without repetitions, and which is the newest at each tick; -1 before the first."""
    lists: list[Slots] = []
    newest: list[int] = []
    listed: tuple[Participant, ...] | None = None
    for tick in ticks:
        if tick.participants is not None and tick.participants is not listed:
            listed = tick.participants
            slots = {**_EMPTY, **{guest.slot: numbers.number_of(guest) for guest in listed}}
            if not lists or slots != lists[-1]:
                lists.append(slots)
        newest.append(len(lists) - 1)
    return lists, newest


def _find_following(ticks: Sequence[Tick], newest: Sequence[int]) -> list[int]:
    """For each tick, the next list that a later tag holds; the newest where there is none."""
    following = list(newest)
    for n in range(len(ticks) - 2, -1, -1):
        is_told = ticks[n + 1].participants is not None
        following[n] = newest[n + 1] if is_told else max(following[n + 1], newest[n])
    return following


def _make_moment(lists: Sequence[Slots], newest: int, before: int, next_tick: int, following: int) -> StageMoment:
    def at(number: int) -> Slots:
        return lists[number] if 0 <= number < len(lists) else _EMPTY

    return StageMoment(
        listed=at(newest),
        next_tick=at(max(0, next_tick)),
        around=tuple(at(number) for number in {before, following} - {newest}),
        neighbours=(at(newest - 1), at(newest + 1)),
    )
