"""Decides who says each word: the likeliest sequence of speakers, by turns and by voices. Pure.

A Viterbi search over words (Forney 1973). A word may belong to whoever's turn, widened by a tick on both sides, covers
it; the nearer the better. A change of speaker is cheap in a pause or after a sentence and dear inside one. A short turn
inside another's thus moves only its own words. docs/decisions/0045 says what holds where no turn is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from operator import attrgetter

from site_builder.model.podcast import Turn
from site_builder.model.speech import Word

NOBODY = -1
_OUTSIDE = 3.5
"""Cost of a word at the far end of a tick beside a turn; in proportion to the distance before."""
_NOBODY, _NOBODY_WITHIN = 2.0, 6.0
"""Cost of saying that nobody known speaks, a tick from all turns and within one; in proportion between."""
_ELSEWHERE = 5.0
"""Cost of a word far from all turns of somebody whose voice is known: a turn may fall between readings of levels."""
_CHANGE_IN_PAUSE, _CHANGE_IN_SENTENCE = 1.0, 5.0
_PAUSE = 0.35
"""Seconds between words in which speakers change."""
_SENTENCE_END = (".", "?", "!", "…", "。", "？", "！", "؟", "۔", "।")
_VOICE_WEIGHT = 0.15
"""What a frame's difference in log density counts, up to `_VOICE_MOST` a word."""
_VOICE_MOST = 8.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one word besides its time: by speaker, how well the voice fits (mean log density a frame)."""

    fits: dict[int, float]
    frames: int = 0


class TurnIndex:
    """Turns by time, for recordings with thousands of them."""

    def __init__(self, turns: Iterable[Turn]) -> None:
        """Sort them."""
        self._turns = sorted(turns, key=attrgetter("start"))
        self._starts = [turn.start for turn in self._turns]
        self._ends = list(accumulate((turn.end for turn in self._turns), max))

    def find_near(self, start: float, end: float) -> Sequence[Turn]:
        """In order, all turns that touch the time from `start` to `end`; a few that are over may be among them."""
        return self._turns[bisect_left(self._ends, start) : bisect_right(self._starts, end)]


def attribute(
    words: Sequence[Word], turns: Sequence[Turn], tick: float, voices: Iterable[Evidence] | None = None
) -> tuple[Word, ...]:
    """The words with their speakers; `turns` are from levels, in the same time, and true to a `tick` of seconds.

    Args:
        words: In order.
        turns: Who speaks when.
        tick: How far the edge of a turn may be off.
        voices: For each word how well each voice fits; None where nothing is known of voices.
    """
    if not words or not turns:
        return tuple(words)
    index = TurnIndex(turns)
    candidates = (_find_candidates(word, index, tick) for word in words)
    if voices is not None:
        candidates = (_hear_voices(costs, voice) for costs, voice in zip(candidates, voices, strict=True))
    path = _search(words, candidates)
    return tuple(
        replace(word, speaker=speaker, is_overlapped=_is_overlapped(word, index, speaker, tick))
        for word, speaker in zip(words, path, strict=True)
    )


def _find_candidates(word: Word, turns: TurnIndex, tick: float) -> dict[int, float]:
    """By speaker who may say a word, what that costs."""
    middle = (word.start + word.end) / 2
    costs: dict[int, float] = {}
    nearest = tick
    for turn in turns.find_near(middle - tick, middle + tick):
        distance = max(turn.start - middle, middle - turn.end, 0.0)
        if distance <= tick:
            cost = _OUTSIDE * distance / tick if tick else 0.0
            costs[turn.speaker] = min(cost, costs.get(turn.speaker, cost))
            nearest = min(nearest, distance)
    within = (1 - nearest / tick) if tick else float(bool(costs))
    costs[NOBODY] = _NOBODY + within * (_NOBODY_WITHIN - _NOBODY)
    return costs


def _hear_voices(costs: dict[int, float], voice: Evidence) -> dict[int, float]:
    """The same costs with what each voice says of it; speakers of whom no voice is known are judged by time alone."""
    if len(voice.fits) < 2:
        return costs
    costs = dict.fromkeys(voice.fits, _ELSEWHERE) | costs
    best = max(voice.fits.values())
    worse = {
        speaker: min(_VOICE_MOST, (best - fit) * voice.frames * _VOICE_WEIGHT) for speaker, fit in voice.fits.items()
    }
    return {speaker: cost + worse.get(speaker, 0.0) for speaker, cost in costs.items()}


def _search(words: Sequence[Word], candidates: Iterator[dict[int, float]]) -> list[int]:
    """The cheapest row of speakers."""
    totals = dict(next(candidates))
    back: list[dict[int, int]] = []
    for (before, word), costs in zip(pairwise(words), candidates, strict=True):
        change = _cost_of_change(before, word)
        cheapest = min(totals, key=lambda speaker: (totals[speaker], speaker))
        came: dict[int, int] = {}
        new: dict[int, float] = {}
        for speaker, cost in costs.items():
            stay = totals.get(speaker, float("inf"))
            moved = totals[cheapest] + (0.0 if speaker == cheapest else change)
            came[speaker], total = (speaker, stay) if stay <= moved else (cheapest, moved)
            new[speaker] = total + cost
        totals = new
        back.append(came)
    path = [min(totals, key=lambda speaker: (totals[speaker], speaker))]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def _cost_of_change(before: Word, word: Word) -> float:
    is_break = word.start - before.end >= _PAUSE or before.text.endswith(_SENTENCE_END)
    return _CHANGE_IN_PAUSE if is_break else _CHANGE_IN_SENTENCE


def _is_overlapped(word: Word, turns: TurnIndex, speaker: int, tick: float) -> bool:
    """Whether somebody else certainly speaks as well: within their turn even if its edges are a tick off."""
    return any(
        turn.speaker != speaker and turn.start + tick < word.end and word.start < turn.end - tick
        for turn in turns.find_near(word.start, word.end)
    )
