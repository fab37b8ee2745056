"""The page People: who is heard, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.commands.people import enter_unlisted, is_waiting
from site_builder.consent import Consent, PersonRow, describe_person_rows
from site_builder.render.pages.styles import LANE_COLOURS
from site_builder.show.bundles import Bundle, list_speakers
from site_builder.show.layout import PEOPLE
from site_builder.show.load import ShowFolder
from site_builder.show.people import UNKNOWN
from site_builder.show.people.file import read_text
from site_builder.studio.changes.changes import Edit
from site_builder.studio.loading import load_bundles, load_whole_show
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import BASED_ON, read_form, save
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row of the list."""

    row: PersonRow
    address: str
    name: str
    initial: str
    lane: int
    """Number of a colour."""
    answers: tuple[Consent, ...]
    """What holds somewhere: the answer for the show first, then others for single episodes."""

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the episodes they are heard in."""
        return tuple(appearance.title for appearance in self.row.appearances)


def count(studio: Studio, language: Language) -> str:
    """How many people nobody has asked yet."""
    number = studio.keep("not asked", lambda: _count_unasked(*load_whole_show(studio)))
    return (
        language.ngettext("%(number)s not asked", "%(number)s not asked", number) % {"number": number} if number else ""
    )


def _count_unasked(show: ShowFolder, bundles: Sequence[Bundle]) -> int:
    """Without looking at when anybody speaks: this stands on every page."""
    unasked = set()
    for bundle in bundles:
        for speaker in list_speakers([bundle]):
            record = show.people.match(speaker)
            if record and record.asked is None and record.answer_for(bundle.guid).status is Consent.PENDING:
                unasked.add(record.key)
    return len(unasked)


def show(request: Request) -> Response:
    """Everyone, those first of whom something is to be done."""
    studio = studio_of(request)
    rows = list_rows(studio)
    listed = [describe_row(row, number) for number, row in enumerate(rows)]
    waiting = [one for one in listed if _is_open(one.row)]
    return render(
        request,
        "people.html",
        unasked=[one for one in waiting if one.row.asked is None],
        asked=[one for one in waiting if one.row.asked is not None],
        answered=[one for one in listed if one not in waiting],
        unlisted=studio.keep("unlisted", lambda: _find_unlisted(studio)),
        path=PEOPLE,
        digest=studio.changes.digest(PEOPLE),
    )


def _find_unlisted(studio: Studio) -> tuple[str, ...]:
    """Names of those who are heard and not in people.yaml, as in episodes copied from another show."""
    return enter_unlisted(studio.folder, load_bundles(studio), read_text(studio.folder / PEOPLE))[1]


async def enter(request: Request) -> Response:
    """Write them into people.yaml, so that they can be asked."""
    studio, form = studio_of(request), await read_form(request)
    bundles = await run_in_threadpool(load_bundles, studio)
    names = await run_in_threadpool(_find_unlisted, studio)
    language = language_of(request)
    label = language.gettext("list %(names)s") % {"names": language.join(names)}

    def change(content: bytes) -> bytes:
        return enter_unlisted(studio.folder, bundles, content.decode())[0].encode()

    return await save(request, form, label, Edit(path=PEOPLE, change=change, based_on=form.get(BASED_ON)))


def list_rows(studio: Studio) -> Sequence[PersonRow]:
    """Everyone heard on the show, as `spacecast people` lists them."""

    def describe() -> Sequence[PersonRow]:
        show, bundles = load_whole_show(studio)
        return describe_person_rows(show.people, bundles)

    return studio.keep("people", describe)


def _is_open(row: PersonRow) -> bool:
    return is_waiting(row) or (row.key == UNKNOWN and row.consent is Consent.PENDING)


def describe_row(row: PersonRow, number: int) -> ListedPerson:
    """One person as pages show them."""
    name = row.name[:1].upper() + row.name[1:] if row.key == UNKNOWN else row.name
    initial = "?" if row.key == UNKNOWN else next((letter for letter in name if letter.isalnum()), "?").upper()
    others = dict.fromkeys(appearance.consent for appearance in row.appearances)
    answers = (row.consent, *(consent for consent in others if consent is not row.consent))
    return ListedPerson(row, find_address(row), name, initial, number % LANE_COLOURS, answers)


def find_address(row: PersonRow) -> str:
    """Of the page about somebody; each unknown voice has one of its own."""
    place = f"/people/{quote(row.key, safe='')}"
    is_nobody = row.key == UNKNOWN and not row.handle
    return f"{place}?{urlencode({'episode': row.appearances[0].guid})}" if is_nobody and row.appearances else place


ROUTES = [Route("/people", show), Route("/people", enter, methods=["POST"])]
