"""Whether anybody is to be less visible now than when a site was sent: compares what they had answered then.

An answer in `people.yaml` tells the day it was given and not the hour, so each deploy keeps how visible everybody was.
Where that is not known (it was kept by an earlier version, or somebody answered while it was being sent), whoever
may have asked to be hidden since counts as having done so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from site_builder.errors import InvalidDocument, UsageError
from site_builder.show.bundles import find_bundles, list_described, load_bundle
from site_builder.show.config import Config, Pending, load_config
from site_builder.show.layout import PEOPLE
from site_builder.show.load import find_lost_answers, make_relative
from site_builder.show.people import Answer, Consent, PersonRecord, load_people
from site_builder.show.refusals import find_lost_refusals

P = TypeVar("P")

_SILENT, _UNNAMED, _NAMED = 0, 1, 2
_PENDING = {Pending.PUBLISH: _NAMED, Pending.ANONYMISE: _UNNAMED, Pending.WITHHOLD: _SILENT}
_HIDDEN = {Consent.ANONYMOUS, Consent.REFUSED}


class KeptAnswer(TypedDict):
    """How visible one person was in what was sent."""

    show: int
    """0: not heard; 1: heard without a name; 2: heard and named."""
    episodes: dict[str, int]
    """The same for single episodes, by guid, where it was said for them."""
    known_as: list[str]
    """Names and handles that were hidden, if any was."""


KeptAnswers = Mapping[str, KeptAnswer]
"""By the person's key in `people.yaml`."""


def note_answers(folder: Path, config: Config) -> KeptAnswers:
    """How visible everybody is now."""
    return {record.key: _note(record, config) for record in load_people(folder / PEOPLE).records}


def confirm_answers(folder: Path, answers: KeptAnswers) -> KeptAnswers | None:
    """The same where they still hold; None where somebody has answered meanwhile, or that cannot be told."""
    try:
        return answers if note_answers(folder, load_config(folder)) == answers else None
    except InvalidDocument:  # a file is being written to just now
        return None


def make_review(review: Callable[[P], bool], folder: Path, answers: KeptAnswers, now: datetime) -> Callable[[P], bool]:
    """A review that refuses, too, to send what was built before somebody said no: people may take hours to answer it.

    It raises UsageError, with whom.
    """

    def ask(plan: P) -> bool:
        if not review(plan):
            return False
        if stricter := _find_stricter(folder, answers, now):
            raise UsageError(
                f"nothing was sent: since this deploy began, content/people.yaml says otherwise: "
                f"{'; '.join(stricter)}. Build, look it over, and deploy again"
            )
        return True

    return ask


def warn_of_no(folder: Path, answers: KeptAnswers, now: datetime) -> list[str]:
    """A sentence where somebody said no while it was being sent, so that it is online and must go again."""
    with suppress(InvalidDocument):  # a file is being written to just now; the next build reads it
        if stricter := _find_stricter(folder, answers, now):
            return [f"what was just sent must change again: {'; '.join(stricter)}; build and deploy at once"]
    return []


def _find_stricter(folder: Path, answers: KeptAnswers, now: datetime) -> list[str]:
    config = load_config(folder)
    both = (*answers.values(), *note_answers(folder, config).values())
    guids = dict.fromkeys(guid for kept in both for guid in kept["episodes"])
    return find_more_hidden(folder, config, answers, list(guids), now)


def _note(record: PersonRecord, config: Config) -> KeptAnswer:
    episodes = {str(guid): _measure(answer, config) for guid, answer in sorted(record.episodes.items())}
    return KeptAnswer(show=_measure(record.consent, config), episodes=episodes, known_as=_list_names(record))


def _measure(answer: Answer, config: Config) -> int:
    if answer.status is Consent.PENDING:
        return _PENDING[config.consent.pending]
    return {Consent.GRANTED: _NAMED, Consent.ANONYMOUS: _UNNAMED, Consent.REFUSED: _SILENT}[answer.status]


def _list_names(record: PersonRecord) -> list[str]:
    return sorted({name.casefold() for name in (*record.names, *record.handles)})


def parse_answers(values: Any) -> KeptAnswers | None:
    """What was kept; None where nothing was.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is damaged.
    """
    if values is None:
        return None
    return {
        str(key): KeptAnswer(
            show=int(kept["show"]),
            episodes={str(guid): int(seen) for guid, seen in kept["episodes"].items()},
            known_as=[str(name) for name in kept["known_as"]],
        )
        for key, kept in values.items()
    }


def find_more_hidden(
    folder: Path, config: Config, kept: KeptAnswers | None, guids: Sequence[str], moment: datetime
) -> list[str]:
    """Why a site of an earlier moment, with these episodes, would show more of somebody than they want; sentences."""
    records = load_people(folder / PEOPLE).records
    if kept is None:
        named = (record.name or record.key for record in records if _may_be_hidden_since(record, moment))
        return [f"{name} may have asked to be hidden since" for name in named]
    found = (_explain(record, kept.get(record.key), config, guids) for record in records)
    return [reason for reason in found if reason]


def require_remembered(folder: Path, kept: KeptAnswers | None) -> None:
    """Refuse to compare answers with a people.yaml that is gone, or older than what is remembered beside it.

    Raises:
        InvalidDocument: with each refusal it lacks.
    """
    bundles = (load_bundle(bundle) for bundle in find_bundles(folder / "content"))  # asked where one is to be named
    problems = [
        *find_lost_answers(folder, has_spoken=bool(kept)),
        *find_lost_refusals(folder, load_people(folder / PEOPLE), list_described(bundles)),
    ]
    if problems:
        raise InvalidDocument([make_relative(problem) for problem in problems])


def _explain(record: PersonRecord, kept: KeptAnswer | None, config: Config, guids: Iterable[str]) -> str:
    """Why one person would be shown more; empty where they would not be."""
    name = record.name or record.key
    if kept is None:  # nobody knew them by that key: whoever is hidden now may have been named
        hides = any(answer.status in _HIDDEN for answer in _list_answers(record))
        return f"{name} asked to be hidden since" if hides else ""
    now = _note(record, config)
    scopes = [(now["show"], kept["show"])]
    scopes += [(now["episodes"].get(g, now["show"]), kept["episodes"].get(g, kept["show"])) for g in guids]
    stricter = [present for present, then in scopes if present < then]
    if stricter:
        return f"{name} is not to be {'heard' if _SILENT in stricter else 'named'} any more"
    is_hidden = any(present < _NAMED for present, _ in scopes)
    if is_hidden and set(now["known_as"]) - set(kept["known_as"]):
        return f"{name} is hidden by more names since"
    return ""


def _list_answers(record: PersonRecord) -> tuple[Answer, ...]:
    return (record.consent, *record.episodes.values())


def _may_be_hidden_since(record: PersonRecord, moment: datetime) -> bool:
    """Whether somebody asked to be hidden since a deploy, as far as days tell, or on a day nobody wrote down."""
    hidden = (answer for answer in _list_answers(record) if answer.status in _HIDDEN)
    return any(_is_since(answer.since, moment) for answer in hidden)


def _is_since(day: date | None, moment: datetime) -> bool:
    """Whether an answer may be later than a deploy. Its day is local, which may be one day earlier than in UTC."""
    return day is None or day >= moment.date() - timedelta(days=1)
