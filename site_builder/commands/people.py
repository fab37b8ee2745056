"""The people commands: who is heard, how they are asked, and what they answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from site_builder.commands.published_time import Listen, find_edits
from site_builder.consent import Appearance, PersonRow, describe_person_rows, describe_rows_json, render_request
from site_builder.consent.secrets import describe_hidden, find_first_names
from site_builder.episodes.answers import EpisodeEffect, Outcome, compare_outcomes, find_outcome, is_touched
from site_builder.episodes.intake.intake import add_speakers
from site_builder.errors import InvalidDocument, UsageError
from site_builder.model.conversation import Account
from site_builder.model.edits import EditList
from site_builder.model.podcast import Guid, Span
from site_builder.show import refusals
from site_builder.show.bundles import Bundle, list_described, list_speakers
from site_builder.show.config import load_config
from site_builder.show.config.placeholders import find_placeholders
from site_builder.show.layout import CONFIG, PEOPLE
from site_builder.show.load import ShowFolder, load_whole_show
from site_builder.show.lock import lock_changes, lock_show
from site_builder.show.people import (
    UNKNOWN,
    Answer,
    Consent,
    PersonRecord,
    is_unknown,
    load_people,
    parse_people,
)
from site_builder.show.people.file import read_text
from site_builder.show.people.writing import enter_answer, enter_newcomers, note_asked, set_consent
from site_builder.show.published import State, load_pins

__all__ = [
    "Request",
    "describe_rows_json",
    "enter_unlisted",
    "foresee_answers",
    "list_people",
    "record_answer",
    "write_request",
    "write_requests",
]


@dataclass(frozen=True, slots=True)
class Request:
    """A message to one person who has not answered."""

    name: str
    text: str


def list_people(folder: Path, who: str | None = None) -> tuple[PersonRow, ...]:
    """Everyone heard on the show, in the order of `people.yaml`; or the one who is called that.

    Raises:
        UsageError: nobody is, or more than one.
    """
    show, bundles = load_whole_show(folder)
    rows = describe_person_rows(show.people, bundles)
    return tuple(row for row in rows if row.key == show.people.get(who).key) if who else rows


def enter_unlisted(folder: Path, bundles: Iterable[Bundle], text: str) -> tuple[str, tuple[str, ...]]:
    """`people.yaml` with everyone who is heard and not in it, as `people --ask` enters them; and their names."""
    recordings = [(bundle.guid, bundle.recording) for bundle in bundles if bundle.recording]
    return enter_newcomers(text, recordings, Account(), folder / PEOPLE)


def write_requests(folder: Path, on: date, *, again: bool = False) -> tuple[Request, ...]:
    """A message for each person who is heard somewhere, has not answered, and was not asked yet; the day is noted.

    Whoever is heard and in no file yet, as in episodes copied from another show, is entered first.

    Args:
        folder: The show.
        on: Today.
        again: Ask those too who were asked before.

    Raises:
        InvalidDocument: an address that the messages name is a placeholder: nobody could answer.
    """
    show, _ = load_whole_show(folder)
    _require_answerable(show)
    with lock_show(folder, "people"):
        add_speakers(folder / "content")
    show, bundles = load_whole_show(folder)
    rows = describe_person_rows(show.people, bundles)
    waiting = [row for row in rows if is_waiting(row) and (again or row.asked is None)]
    requests = _render_requests(show, bundles, waiting)
    note_asked(folder / PEOPLE, [row.key for row in waiting], on)
    return requests


def write_request(show: ShowFolder, bundles: Sequence[Bundle], row: PersonRow, listen: Listen | None = None) -> str:
    """The message to one person; nothing is noted. `listen`: as for `find_edits`.

    Raises:
        InvalidDocument: as `write_requests`.
    """
    _require_answerable(show)
    return _render_requests(show, bundles, [row], listen)[0].text


def _render_requests(
    show: ShowFolder, bundles: Sequence[Bundle], rows: Iterable[PersonRow], listen: Listen | None = None
) -> tuple[Request, ...]:
    config, pins = show.config, load_pins(show.folder)
    urls = {
        bundle.guid: f"{config.show.url}episodes/{bundle.slug}/"
        for bundle in bundles
        if (pin := pins.get(bundle.guid)) and pin.state is State.ONLINE
    }
    waiting = tuple(rows)
    asked = {entry.guid for row in waiting for entry in row.appearances if entry.consent is Consent.PENDING}
    edits = {
        bundle.guid: EditList.parse(bundle.media.edits)  # the link leads to what is online, edited since or not
        if bundle.guid in urls and bundle.media
        else find_edits(show, bundle, listen)
        for bundle in bundles
        if bundle.guid in asked
    }
    names = {"show": config.show.title, "host": config.show.author, "contact": config.contact}
    return tuple(Request(row.name, render_request(_as_heard(row, edits), urls=urls, **names)) for row in waiting)


def is_waiting(row: PersonRow) -> bool:
    """Whether somebody is heard who can be asked and has not answered."""
    return row.key != UNKNOWN and any(entry.consent is Consent.PENDING for entry in row.appearances)


def _require_answerable(show: ShowFolder) -> None:
    """Refuse to write messages with dead links and a dead reply address."""
    named = {"show.url", "show.email", "consent.contact"}
    problems = find_placeholders(show.config, (show.folder / CONFIG).read_bytes())
    if found := [problem for problem in problems if problem.field in named]:
        raise InvalidDocument(found)


def _as_heard(row: PersonRow, edits: Mapping[Guid, EditList | None]) -> PersonRow:
    """The same person with the times at which a listener of the episodes hears them."""
    return replace(row, appearances=tuple(_place(entry, edits.get(entry.guid)) for entry in row.appearances))


def _place(appearance: Appearance, edits: EditList | None) -> Appearance:
    if edits is None:
        return appearance
    heard = [Span(start=start, end=end) for span in appearance.spans for start, end in edits.find_published(span)]
    return replace(appearance, spans=tuple(heard), seconds=sum(span.duration for span in heard))


def record_answer(folder: Path, who: str, status: str, *, on: date, note: str = "", episode: str = "") -> PersonRecord:
    """Write down what somebody said, for the show or for one episode.

    Args:
        folder: The show.
        who: Key, @handle, name or id of a person in `people.yaml`.
        status: `granted`, `anonymous`, `refused` or `pending`.
        on: The day of the answer.
        note: How it was given, e.g. `said yes by DM`.
        episode: Guid, slug or folder name of one episode; empty for the whole show.

    Raises:
        UsageError: there is no show, or nobody, or no episode, is called that.
    """
    load_config(folder)
    guid = _find_episode(load_whole_show(folder)[1], episode, unknown=who == UNKNOWN) if episode else None
    answer = Answer(status=Consent(status), since=on, note=note, episode=guid)
    if who.startswith(refusals.NAME) and answer.status is not Consent.REFUSED and refusals.lift_nameless(folder, who):
        return PersonRecord(key=who, consent=answer)
    if who != UNKNOWN and load_people(folder / PEOPLE).find(who) is None:
        add_speakers(folder / "content")  # somebody heard whose entry was lost
    with lock_changes(folder):
        record = set_consent(folder / PEOPLE, who, answer)
        refusals.remember_answer(folder, record)
    return record


def foresee_answers(
    show: ShowFolder, bundles: Sequence[Bundle], who: str, answers: Sequence[Answer]
) -> tuple[tuple[EpisodeEffect, ...], ...]:
    """What each of some answers would change, an episode each; those that stay are left out. Nothing is written.

    Raises:
        UsageError: nobody, or more than one, is called `who`.
    """
    path = show.folder / PEOPLE
    before, speakers = read_text(path), list(list_described(bundles))
    now: dict[Guid, Outcome | None] = {}
    foreseen = []
    for answer in answers:
        text, record = enter_answer(before, who, answer, path)
        after = replace(show, people=parse_people(text, path).describe(speakers))
        effects = []
        for bundle in bundles:
            if answer.episode in {None, bundle.guid} and is_touched(bundle, record, after):
                if bundle.guid not in now:
                    now[bundle.guid] = find_outcome(bundle, show)
                effects.append(compare_outcomes(bundle, record.key, now[bundle.guid], find_outcome(bundle, after)))
        foreseen.append(tuple(effect for effect in effects if not effect.is_nothing))
    return tuple(foreseen)


def describe_search(folder: Path, key: str) -> tuple[tuple[str, str], ...]:
    """What a build looks for of somebody, kind by kind: from `people.yaml` and from every recording."""
    show, _ = load_whole_show(folder)
    return describe_hidden_kinds(show.people.get(key))


def describe_hidden_kinds(record: PersonRecord) -> tuple[tuple[str, str], ...]:
    """The same of somebody whom recordings have described already."""
    hidden = describe_hidden(record)
    kinds = {
        "names": hidden.names,
        "first names": find_first_names(hidden.names),
        "handles": tuple(f"@{handle}" for handle in hidden.handles),
        "ids": hidden.ids,
        "links": hidden.links,
        "pictures": hidden.avatars,
        "but not in": hidden.exceptions,
    }
    return tuple((kind, ", ".join(values)) for kind, values in kinds.items() if values)


def _find_episode(bundles: Sequence[Bundle], name: str, *, unknown: bool = False) -> Guid:
    """The guid of the episode that is called so; `unknown`: somebody whom no list names must be heard in it."""
    for bundle in bundles:
        if name in {bundle.guid, bundle.slug, bundle.folder.name}:
            if unknown and not any(map(is_unknown, list_speakers([bundle]))):
                raise UsageError(f"everybody heard in “{bundle.matter.title}” is in `spacecast people`; use their name")
            return bundle.guid
    known = ", ".join(sorted(bundle.slug for bundle in bundles))
    raise UsageError(f"there is no episode {name!r}; the show has: {known or 'none yet'}")
