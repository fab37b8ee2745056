"""Title, notes, tags, date and other options of an episode, saved a field at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import Bundle
from site_builder.show.documents.front_edit import set_notes, set_option
from site_builder.show.front_matter import EpisodeMatter, keep_distinct
from site_builder.show.published import State, load_pins
from site_builder.studio.episodes import find_episode, load_show
from site_builder.studio.pages.episode.page import make_extra
from site_builder.studio.pages.episode.sound import edit_index
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import Form, answer_problems, call_change, read_form, save
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language

_PLAIN = ("title", "summary", "slug", "episode_display", "cover_alt")
_NUMBERS = ("season", "episode")
_NEVER_SHORT = {"title"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    field: str
    edit: Callable[[str], str]


async def change(request: Request) -> Response:
    """Save the fields that differ from what is there."""
    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    try:
        changes = find_changes(studio, bundle, form, language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    fields = [change.field for change in changes]
    label = _label(fields, form, language)
    edit = replace(edit_index(bundle, form, [change.edit for change in changes]), is_carried=True)
    parts: tuple[str, ...] = ("heading", "when") if {"title", "date", "draft"} & set(fields) else ()
    parts += ("left-notes",) if "notes" in fields else ()
    return await save(request, form, label, edit, extra=make_extra(request, *parts), merge=fields == ["notes"])


def find_changes(studio: Studio, bundle: Bundle, form: Form, language: Language) -> list[Change]:
    """What of a form is to be changed.

    Raises:
        InvalidDocument: a field does not say what it must.
    """
    found = [_set(name, form.get(name).strip(), _text_of(bundle, name)) for name in _PLAIN if name in form]
    found += [_set_number(name, form, bundle, language) for name in _NUMBERS if name in form]
    if "notes" in form and form.get("notes").strip("\n") != bundle.notes.strip("\n"):
        found.append(Change("notes", lambda text: set_notes(text, form.get("notes"))))
    if "tags" in form:
        written = (part.strip() for part in form.get("tags").replace("、", ",").split(","))
        tags = list(keep_distinct(filter(None, written)))
        found.append(_change("tags", tags or None, list(bundle.matter.tags) or None))
    if "type" in form:
        kind = form.get("type")
        found.append(_change("type", None if kind == "full" else kind, _unless_full(bundle)))
    if "explicit" in form:
        said = {"yes": True, "no": False}.get(form.get("explicit"))
        found.append(_change("explicit", said, bundle.matter.explicit))
    if "draft" in form:
        found.append(_set_draft(studio, bundle, form, language))
    if "date" in form:
        found.append(_set_date(studio, bundle, form, language))
    return [change for change in found if change]


def _unless_full(bundle: Bundle) -> str | None:
    kind = bundle.matter.kind.value
    return None if kind == "full" else kind


def _text_of(bundle: Bundle, name: str) -> str:
    return str(getattr(bundle.matter, name) or "")


def _set(name: str, value: str, before: str) -> Change | None:
    return _change(name, value if value or name in _NEVER_SHORT else None, before or None)


def _change(name: str, value: Any, before: Any) -> Change | None:
    if value == before:
        return None
    return Change(name, lambda text: set_option(text, name, value, EpisodeMatter))


def _set_number(name: str, form: Form, bundle: Bundle, language: Language) -> Change | None:
    text = form.get(name).strip()
    if text and not (text.isdecimal() and 0 < int(text) < 1_000_000):
        raise InvalidDocument([Problem(language.gettext("Write a whole number, such as 12."), field=name)])
    return _change(name, int(text) if text else None, getattr(bundle.matter, name))


def _set_draft(studio: Studio, bundle: Bundle, form: Form, language: Language) -> Change | None:
    is_draft = form.get("draft") == "yes"
    if is_draft and _is_promised(studio, bundle):
        raise InvalidDocument([Problem(_explain_promise(language), field="draft")])
    return _change("draft", True if is_draft else None, True if bundle.matter.draft else None)


def _set_date(studio: Studio, bundle: Bundle, form: Form, language: Language) -> Change | None:
    zone = load_show(studio).config.show.zone
    try:
        at = datetime.fromisoformat(form.get("date").strip()).replace(tzinfo=zone)
    except ValueError:
        message = language.gettext("Choose a date and a time.")
        raise InvalidDocument([Problem(message, field="date")]) from None
    before = bundle.matter.published_at(zone)
    if at.replace(second=0) == before.replace(second=0, microsecond=0):
        return None
    if at > studio.clock() and _is_promised(studio, bundle):
        raise InvalidDocument([Problem(_explain_promise(language), field="date")])
    return Change("date", lambda text: set_option(text, "date", at, EpisodeMatter))


def _is_promised(studio: Studio, bundle: Bundle) -> bool:
    pin = load_pins(studio.folder).get(bundle.matter.guid)
    return pin is not None and pin.state is not State.WITHDRAWN


def _explain_promise(language: Language) -> str:
    return language.gettext(
        "It is in podcast apps already and cannot be held back any more. It can be withdrawn for good: a short page "
        "stays in its place."
    )


def _label(fields: list[str], form: Form, language: Language) -> str:
    if fields == ["title"]:
        return call_change(language.gettext("title “%(title)s”") % {"title": form.get("title").strip()}, language)
    if fields == ["draft"]:
        return language.gettext("hold back or not")
    known = _name_fields(language).get(fields[0]) if len(fields) == 1 else None
    return call_change(known or language.gettext("details"), language)


def _name_fields(language: Language) -> dict[str, str]:
    return {
        "notes": language.gettext("show notes"),
        "tags": language.gettext("tags"),
        "date": language.gettext("date and time"),
        "explicit": language.gettext("explicit"),
        "summary": language.gettext("summary"),
        "slug": language.gettext("address of the page"),
    }


async def withdraw(request: Request) -> Response:
    """Take an episode back that people have, or take that back as long as nothing was sent."""
    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    value = form.get("reason").strip() or True if form.get("do") == "withdraw" else None
    label = language.gettext("withdraw the episode") if value else language.gettext("do not withdraw the episode")
    edit = edit_index(bundle, form, [lambda text: set_option(text, "withdrawn", value, EpisodeMatter)])
    return await save(request, form, label, edit, back=f"/episodes/{bundle.folder.name}")


ROUTES = [
    Route("/episodes/{name}", change, methods=["POST"]),
    Route("/episodes/{name}/withdraw", withdraw, methods=["POST"]),
]
