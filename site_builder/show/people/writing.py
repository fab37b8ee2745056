"""Changing `content/people.yaml`: what a person wrote stays as written, and nothing that was answered is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from site_builder.engine.files import write_file
from site_builder.errors import UsageError
from site_builder.model.conversation import Account
from site_builder.model.podcast import Guid, Recording
from site_builder.show.documents.yaml_edit import Node, append_entries, change_entry, quote
from site_builder.show.lock import lock_changes
from site_builder.show.people.file import parse_people, read_text
from site_builder.show.people.newcomers import meet
from site_builder.show.people.records import Answer, Consent, PersonRecord
from site_builder.show.people.register import UNKNOWN, Register, is_for_unknown
from site_builder.show.schema_lines import SCHEMA_FOLDER, name_schema

_HEADER = """\
# Everyone heard on the show. Extract adds whoever is new; what you write here stays as you wrote it.
#
# consent: granted    heard and named
#          anonymous  heard, but called "Guest 1", without handle, picture or link
#          refused    neither heard nor named
#          pending    no answer yet: consent.pending in config.yaml says what happens
#
# `spacecast consent WHO granted` writes an answer here, with its date, and keeps the earlier one.
#
# The entry `unknown`, where there is one, holds answers for speakers whom no list of guests names, episode by episode.
"""


def _make_header(path: Path) -> str:
    """The head of a new file, which names its schema where the show has it."""
    is_known = (path.parent.parent / SCHEMA_FOLDER / "people.schema.json").is_file()
    return (name_schema("people", "../") if is_known else "") + _HEADER


def _describe_entry(record: PersonRecord) -> dict[str, Any]:
    """A person as the file holds them; what is not known is left out."""
    ids = {"x": [*map(quote, record.x_ids)], "periscope": [*map(quote, record.periscope_ids)]}
    entry = {
        "name": quote(record.name) if record.name else "",
        "handle": quote(record.handle) if record.handle else "",
        "other_handles": [*map(quote, record.other_handles)],
        "role": record.role.value,
        "links": [*map(quote, record.links)],
        "avatar": quote(record.avatar_url) if record.avatar_url else "",
        "ids": {kind: values for kind, values in ids.items() if values},
        "consent": _describe_answer(record.consent),
    }
    return {field: value for field, value in entry.items() if value}


def _describe_learned(known: PersonRecord, learned: PersonRecord) -> Callable[[Node], None]:
    """The change of an entry that adds what was learned and replaces nothing that is written there."""
    old, new = _describe_entry(known), _describe_entry(learned)

    def change(person: Node) -> None:
        for position, field in enumerate(("name", "handle", "links", "avatar")):
            if field not in person and field in new and field not in old:
                person.insert(min(position, len(person)), field, new[field])
        if handles := learned.other_handles[len(known.other_handles) :]:
            _list_at(person, "other_handles").extend(map(quote, handles))
        for kind, values in new.get("ids", {}).items():
            if kind not in old.get("ids", {}):
                _mapping_at(person, "ids")[kind] = values

    return change


def add_newcomers(
    path: Path, recordings: Iterable[tuple[Guid, Recording]], own: Account | None = None
) -> tuple[str, ...]:
    """Add new people to `people.yaml`, and new ids and handles to those known; return the names added.

    What a person wrote stays as written; with nothing new the file is not touched. `own` is as for `meet`.

    Raises:
        InvalidDocument: the file does not say what it must; it is left as it is.
    """
    with lock_changes(path.parents[1]):
        before = read_text(path)
        text, names = enter_newcomers(before, recordings, own, path)
        _write(path, text, before)
    return names


def enter_newcomers(
    text: str, recordings: Iterable[tuple[Guid, Recording]], own: Account | None, path: Path
) -> tuple[str, tuple[str, ...]]:
    """The text of `people.yaml` with new people in it, as `add_newcomers` writes it, and their names."""
    register = Register(parse_people(text, path).records)
    known = {record.key: record for record in register}
    meet(register, (recording for _, recording in recordings), own)
    added: dict[str, dict[str, Any]] = {}
    for record in register:
        if record.key not in known:
            added[record.key] = _describe_entry(record)
        elif record != known[record.key]:
            text = change_entry(text, record.key, _describe_learned(known[record.key], record))
    if added:
        text = append_entries(text or _make_header(path), added)
    return text, tuple(record.name or record.key for record in register if record.key in added)


def set_consent(path: Path, who: str, answer: Answer) -> PersonRecord:
    """Write down an answer, for the show or for `answer.episode`; the one before goes to the person's history.

    A stricter answer for the show ends whatever had been allowed for single episodes.

    Raises:
        UsageError: nobody, or more than one, is called `who`.
        InvalidDocument: the file does not say what it must; it is left as it is.
    """
    with lock_changes(path.parents[1]):
        before = read_text(path)
        text, record = enter_answer(before, who, answer, path)
        _write(path, text, before)
    return record


def enter_answer(text: str, who: str, answer: Answer, path: Path) -> tuple[str, PersonRecord]:
    """The text of `people.yaml` with an answer in it, as `set_consent` writes it, and the person as they stand then.

    `path` is named in problems; errors are those of `set_consent`.
    """
    people = parse_people(text, path)
    if who == UNKNOWN and not any(record.key == UNKNOWN for record in people.records):
        return _introduce_unknown(path, text, answer)
    record = people.get(who)
    if is_for_unknown(record) and not answer.episode:
        raise UsageError("say in which episode: who is unknown may be somebody else in each; add `--episode NAME`")
    holds = record.episodes.get(answer.episode) if answer.episode else record.consent
    if holds == answer and not _find_laxer(record, answer):
        return text, record
    text = change_entry(text, record.key, lambda person: _enter(person, record, answer))
    return text, parse_people(text, path).get(record.key)


def note_asked(path: Path, keys: Iterable[str], on: date) -> None:
    """Write down that these people were asked, and when; everything else stays as written.

    Raises:
        InvalidDocument: the file does not say what it must; it is left as it is.
    """
    with lock_changes(path.parents[1]):
        before = read_text(path)
        _write(path, enter_asked(before, keys, on, path), before)


def enter_asked(text: str, keys: Iterable[str], on: date, path: Path) -> str:
    """The text of `people.yaml` with the day on which people were asked, as `note_asked` writes it."""
    known = {record.key: record for record in parse_people(text, path).records}
    for key in keys:
        if known[key].asked != on:
            text = change_entry(text, key, lambda person: _set_asked(person, on))
    parse_people(text, path)
    return text


def _set_asked(person: Node, on: date) -> None:
    if "asked" in person or "consent" not in person:
        person["asked"] = on
    else:
        person.insert(list(person).index("consent"), "asked", on)


def _introduce_unknown(path: Path, before: str, answer: Answer) -> tuple[str, PersonRecord]:
    """The first answer for somebody whom no list names makes their entry."""
    if not answer.episode:
        raise UsageError("say in which episode: who is unknown may be somebody else in each; add `--episode NAME`")
    entry = {"episodes": {quote(answer.episode): _describe_answer(answer)}}
    text = append_entries(before or _make_header(path), {UNKNOWN: entry})
    return text, parse_people(text, path).get(UNKNOWN)


def _enter(person: Node, record: PersonRecord, answer: Answer) -> None:
    """Put an answer where it belongs, and those that it ends into the history."""
    ended = _find_ended(record, answer)
    if answer.episode:
        _write_answer(_mapping_at(_mapping_at(person, "episodes"), answer.episode), answer)
    else:
        for permission in ended:
            if permission.episode:
                episodes = person["episodes"]
                del episodes[_spelling(episodes, permission.episode)]
        if not person.get("episodes", True):
            del person["episodes"]
        _write_answer(_unfold_consent(person), answer)
    if ended:
        _list_at(_unfold_consent(person), "history").extend(_describe_answer(answer, history=True) for answer in ended)


def _find_ended(record: PersonRecord, answer: Answer) -> list[Answer]:
    """Answers that `answer` replaces: the one in its place, and permissions that a stricter one takes back.

    One of which only the note was missing is completed and not replaced.
    """
    same = (Answer(), answer, replace(answer, note=""))
    if answer.episode:
        before = record.episodes.get(answer.episode)
        return [before] if before and before not in same else []
    return ([record.consent] if record.consent not in same else []) + _find_laxer(record, answer)


def _find_laxer(record: PersonRecord, answer: Answer) -> list[Answer]:
    """Permissions for single episodes that a stricter answer for the show takes back."""
    if answer.episode or answer.status not in {Consent.ANONYMOUS, Consent.REFUSED}:
        return []
    return [given for given in record.episodes.values() if given.status.strictness < answer.status.strictness]


def _unfold_consent(person: Node) -> Node:
    """The mapping at `consent`; a status standing alone becomes one."""
    alone = person.get("consent")
    consent = _mapping_at(person, "consent")
    if isinstance(alone, str):
        consent["status"] = alone
    return consent


def _write_answer(node: Node, answer: Answer) -> None:
    """Set an answer field by field, so that comments beside them stay."""
    described = _describe_answer(answer)
    for position, field in enumerate(("status", "since", "note")):
        if field in node and field not in described and field not in node.ca.items:
            del node[field]
        elif field in node:
            node[field] = described.get(field, "")
        elif field in described:
            node.insert(min(position, len(node)), field, described[field])


def _describe_answer(answer: Answer, *, history: bool = False) -> dict[str, Any]:
    described: dict[str, Any] = {"status": answer.status.value}
    if answer.since:
        described["since"] = answer.since
    if answer.note:
        described["note"] = quote(answer.note)
    if answer.episode and history:
        described["episode"] = quote(answer.episode)
    return described


def _mapping_at(node: Node, key: str) -> Node:
    """The mapping at `key`, made where there is none."""
    key = _spelling(node, key)
    if not isinstance(node.get(key), Node):
        node[key] = Node()
    found: Node = node[key]
    return found


def _spelling(node: Node, key: str) -> Any:
    """A key as it stands in the file, where YAML may have made a number of it."""
    return next((written for written in node if str(written) == key), quote(key))


def _list_at(node: Node, key: str) -> list[Any]:
    """The list at `key`, made where there is none or where one value stands alone."""
    if not isinstance(node.get(key), list):
        node[key] = [node[key]] if node.get(key) else []
    found: list[Any] = node[key]
    return found


def _write(path: Path, text: str, before: str) -> None:
    """Replace the file in one step, where there is anything to replace."""
    if text == before:
        return
    write_file(path, text.encode("utf-8"), durable=True)
