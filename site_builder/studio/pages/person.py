"""The page of a person: where they are heard, their answers, and what another answer would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from site_builder.commands.people import describe_hidden_kinds, foresee_answers, is_waiting, write_request
from site_builder.commands.published_time import Listen, find_edits
from site_builder.consent import Appearance, Consent, PersonRow
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.edits import EditList
from site_builder.model.podcast import Guid, Span
from site_builder.show.bundles import Bundle
from site_builder.show.layout import PEOPLE
from site_builder.show.load import ShowFolder
from site_builder.show.people import UNKNOWN, Answer, PersonRecord
from site_builder.show.people.writing import enter_answer, enter_asked
from site_builder.show.published import State, load_pins
from site_builder.studio.changes.changes import Edit
from site_builder.studio.effects import tell_effects
from site_builder.studio.episodes import load_show
from site_builder.studio.loading import load_whole_show
from site_builder.studio.pages.people import count, describe_row, list_rows
from site_builder.studio.rendering import language_of, render, render_part, studio_of
from site_builder.studio.saving import BASED_ON, Form, answer_problems, find_page, read_form, save, wants_json
from site_builder.studio.sound.editing import listen_to_ends
from site_builder.studio.sound.peaks import SOUNDS
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language

_PASSAGES = 5
_MANY = 12
"""Episodes from which on it takes a while to see what an answer would change."""
_MUCH = 100_000
"""Bytes of transcripts from which on it does."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch in which somebody speaks, to be listened to."""

    folder: str
    """Of the episode."""
    title: str
    start: float
    end: float
    published: Span | None
    """Where it is found in the published episode; None: nothing of it is left there."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a page is about: a person, everywhere or in one episode."""

    row: PersonRow
    number: int
    """Place in the list."""
    record: PersonRecord
    appearance: Appearance | None = None
    """The one episode that the answer is for; None: the whole show."""

    @property
    def answer(self) -> Answer:
        """What holds now."""
        return self.record.answer_for(self.appearance.guid) if self.appearance else self.record.consent

    @property
    def episode(self) -> Guid | None:
        """Guid of the one episode."""
        return self.appearance.guid if self.appearance else None


def _find(request: Request, show: ShowFolder) -> Subject:
    """Whom the address names.

    Raises:
        HTTPException: nobody.
    """
    key, wanted = request.path_params["key"], request.query_params.get("episode", "")
    rows = list_rows(studio_of(request))
    for number, row in enumerate(rows):
        if row.key != key:
            continue
        appearance = next((one for one in row.appearances if one.guid == wanted), None)
        if wanted and appearance is None:
            continue
        if row.key == UNKNOWN and not row.handle and appearance is None:
            continue
        record = next((one for one in show.people.records if one.key == key), PersonRecord(key=key))
        return Subject(row, number, record, appearance)
    raise HTTPException(404)


def show(request: Request) -> Response:
    """The page; where there is much to look through, without what each answer would change, which is asked for next."""
    studio, language = studio_of(request), language_of(request)
    folder, bundles = load_whole_show(studio)
    subject = _find(request, folder)
    if wants_json(request):
        return JSONResponse(_describe_now(request))
    is_long = _is_long(bundles, subject) and "effects" not in request.query_params
    message, obstacles = _write_message(studio, folder, bundles, subject)
    return render(
        request,
        "person.html",
        **_describe_singles(subject),
        options=_describe_options(studio, subject, language, is_long=is_long),
        is_long=is_long,
        answer=subject.answer,
        earlier=[(answer, name_answer(answer.status, language)) for answer in reversed(subject.record.history)],
        passages=_find_passages(studio, folder, bundles, subject),
        sought=[] if subject.row.key == UNKNOWN else _describe_sought(subject.record, language),
        message=message,
        obstacles=obstacles,
        path=PEOPLE,
        digest=studio.changes.digest(PEOPLE),
        today=studio.clock().date(),
    )


def _describe_singles(subject: Subject) -> dict[str, Any]:
    """What the list of answers for single episodes needs to know."""
    return {
        "person": describe_row(subject.row, subject.number),
        "appearance": subject.appearance,
        "is_unknown": subject.row.key == UNKNOWN and not subject.row.handle,
    }


def _is_long(bundles: Sequence[Bundle], subject: Subject) -> bool:
    """Whether it takes a while to see what an answer would change: in many episodes, or in long transcripts."""
    if subject.appearance is None and len(subject.row.appearances) > _MANY:
        return True
    return sum(bundle.transcript.stat().st_size for bundle in bundles if bundle.transcript) > _MUCH


def _write_message(
    studio: Studio, show: ShowFolder, bundles: Sequence[Bundle], subject: Subject
) -> tuple[str, tuple[Problem, ...]]:
    """The message that asks, or why nobody could answer it; neither for somebody who has answered."""
    if not is_waiting(subject.row):
        return "", ()
    try:
        return write_request(show, bundles, subject.row, _listen_in(studio)), ()
    except InvalidDocument as error:
        return "", error.problems


def name_answer(status: Consent, language: Language) -> str:
    """An answer as the host reads it."""
    return {
        Consent.GRANTED: language.gettext("Yes, by name"),
        Consent.ANONYMOUS: language.gettext("Yes, not by name"),
        Consent.REFUSED: language.gettext("No"),
        Consent.PENDING: language.gettext("Not answered yet"),
    }[status]


def _describe_meaning(status: Consent, policy: str, language: Language) -> str:
    if status is Consent.PENDING:
        return {
            "publish": language.gettext("Heard and named until there is an answer."),
            "anonymise": language.gettext("Heard without a name until there is an answer."),
            "withhold": language.gettext("Episodes are held back until there is an answer."),
        }[policy]
    return {
        Consent.GRANTED: language.gettext("Heard and named."),
        Consent.ANONYMOUS: language.gettext("Heard as a guest, without name, handle, picture and links."),
        Consent.REFUSED: language.gettext("Taken out of the sound and of everything written."),
    }[status]


def _describe_options(
    studio: Studio, subject: Subject, language: Language, *, is_long: bool
) -> list[dict[str, object]]:
    """The four answers, each with what it would change."""
    policy = load_show(studio).config.consent.pending.value
    effects = {} if is_long else _foresee_all(studio, subject, language)
    return [
        {
            "value": status.value,
            "label": name_answer(status, language),
            "meaning": _describe_meaning(status, policy, language),
            "effects": effects.get(status.value, []),
        }
        for status in (Consent.GRANTED, Consent.ANONYMOUS, Consent.REFUSED, Consent.PENDING)
    ]


def _foresee_all(studio: Studio, subject: Subject, language: Language) -> dict[str, list[str]]:
    """What each answer but the one that holds would change, in sentences; kept until a file changes."""

    def foresee() -> dict[str, list[str]]:
        show, bundles = load_whole_show(studio)
        pins = load_pins(studio.folder)
        online = {guid for guid, pin in pins.items() if pin.state is State.ONLINE}
        others = [status for status in Consent if status is not subject.answer.status]
        today = studio.clock().date()
        answers = [Answer(status=status, since=today, episode=subject.episode) for status in others]
        effects = foresee_answers(show, bundles, subject.row.key, answers)
        told, removal = zip(others, effects, strict=True), show.config.consent.removal
        sentences = {status.value: tell_effects(found, removal, online, language) for status, found in told}
        return {subject.answer.status.value: [], **sentences}

    return studio.keep(f"effects {language.code} {subject.episode} {subject.row.key}", foresee)


def _find_passages(studio: Studio, show: ShowFolder, bundles: Sequence[Bundle], subject: Subject) -> list[Passage]:
    """The longest, in order."""
    folders = {bundle.guid: bundle for bundle in bundles if bundle.has_recording}
    shown = [subject.appearance] if subject.appearance else subject.row.appearances
    found = [(one, span) for one in shown if one.guid in folders for span in one.spans]
    longest = sorted(found, key=lambda pair: -pair[1].duration)[:_PASSAGES]
    places = {one.guid: number for number, one in enumerate(subject.row.appearances)}
    edits = {one.guid: find_edits(show, folders[one.guid], _listen_in(studio)) for one, _ in longest}
    return [
        Passage(folders[one.guid].folder.name, one.title, span.start, span.end, _place(span, edits[one.guid]))
        for one, span in sorted(longest, key=lambda pair: (places[pair[0].guid], pair[1].start))
    ]


def _listen_in(studio: Studio) -> Listen:
    return partial(listen_to_ends, cache=studio.folder / SOUNDS)


def _place(span: Span, edits: EditList | None) -> Span | None:
    heard = list(edits.find_published(span)) if edits else []
    return Span(start=heard[0][0], end=heard[-1][1]) if heard else None


def _describe_sought(record: PersonRecord, language: Language) -> list[tuple[str, str]]:
    names = {
        "names": language.gettext("Names"),
        "first names": language.gettext("First names"),
        "handles": language.gettext("Handles"),
        "ids": language.gettext("Numbers"),
        "links": language.gettext("Links"),
        "pictures": language.gettext("Pictures"),
        "but not in": language.gettext("But not in"),
    }
    return [(names[kind], values) for kind, values in describe_hidden_kinds(record)]


async def change(request: Request) -> Response:
    """Write down an answer, or that somebody was asked."""
    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    show, _ = await run_in_threadpool(load_whole_show, studio)
    subject = await run_in_threadpool(_find, request, show)
    if form.get("do") == "asked":
        return await _note_asked(request, form, subject)
    try:
        answer = _read_answer(form, subject, studio.clock().date(), language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    key, path = subject.row.key, studio.folder / PEOPLE

    def enter(content: bytes) -> bytes:
        return enter_answer(content.decode(), key, answer, path)[0].encode()

    values = {"name": subject.row.name, "answer": name_answer(answer.status, language)}
    label = language.gettext("note the answer of %(name)s: %(answer)s") % values
    edit = Edit(path=PEOPLE, change=enter, based_on=form.get(BASED_ON))
    return await save(request, form, label, edit, extra=lambda: _describe_now(request))


def _describe_now(request: Request) -> Mapping[str, object]:
    """What the page shows from now on, for the script that saved."""
    studio, language = studio_of(request), language_of(request)
    show, _ = load_whole_show(studio)
    subject = _find(request, show)
    is_answered = subject.answer.since and subject.answer.status is not Consent.PENDING
    singles = render_part(request, "person-singles.html", **_describe_singles(subject))
    return {
        "parts": {"singles": singles},
        "effects": _foresee_all(studio, subject, language),
        "answer": subject.answer.status.value,
        "note": subject.answer.note,
        "date": str(subject.answer.since) if is_answered else "",
        "count": count(studio, language),
    }


async def _note_asked(request: Request, form: Form, subject: Subject) -> Response:
    studio, language = studio_of(request), language_of(request)
    path, on = studio.folder / PEOPLE, studio.clock().date()

    def enter(content: bytes) -> bytes:
        return enter_asked(content.decode(), [subject.row.key], on, path).encode()

    label = language.gettext("note that %(name)s was asked") % {"name": subject.row.name}
    edit = Edit(path=PEOPLE, change=enter, based_on=form.get(BASED_ON))
    return await save(request, form, label, edit, back=find_page(request))


def _read_answer(form: Form, subject: Subject, today: date, language: Language) -> Answer:
    """What is to be written; another answer is of today and has no note, unless the form says otherwise.

    Raises:
        InvalidDocument: it is no answer.
    """
    known = subject.answer
    status = form.get("answer")
    if status not in set(Consent):
        message = language.gettext("Choose an answer.")
        raise InvalidDocument([Problem(message, field="answer")])
    is_other = status != known.status.value
    said = " ".join(form.get("note").split()) if "note" in form else known.note
    note = "" if is_other and said == known.note else said
    day = _read_date(form.get("date"), language) if form.get("date") else known.since
    on = today if day is None or (is_other and day == known.since) else day
    return Answer(status=Consent(status), since=on, note=note, episode=subject.episode)


def _read_date(text: str, language: Language) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = language.gettext("Write the date as 2026-11-28.")
        raise InvalidDocument([Problem(message, Path(PEOPLE), field="date")]) from None


ROUTES = [
    Route("/people/{key:path}", show),
    Route("/people/{key:path}", change, methods=["POST"]),
]
