"""Chapters of an episode: written, moved, renamed, and proposed from what was shared and said."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem, UsageError
from site_builder.show.bundles import Bundle
from site_builder.show.documents.front_edit import Entry, set_entries
from site_builder.show.front_matter import ChapterEntry, EpisodeMatter
from site_builder.studio.episodes import find_episode
from site_builder.studio.pages.episode.page import make_extra
from site_builder.studio.pages.episode.sound import edit_index, read_time
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import Form, answer_problems, read_form, save
from site_builder.text.languages import Language
from site_builder.text.timecode import format_precise


async def change(request: Request) -> Response:
    """Add a chapter, change its time or title, remove it, or take over proposals."""
    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    try:
        entries, label = _plan(form, bundle, language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    edit = edit_index(bundle, form, [_make_change(entries)])
    extra = make_extra(request, "chapters")
    return await save(request, form, label, edit, extra=extra, merge=form.get("do") == "change")


def _make_change(entries: list[Entry]) -> Callable[[str], str]:
    return lambda text: set_entries(text, "chapters", entries, EpisodeMatter)


def _plan(form: Form, bundle: Bundle, language: Language) -> tuple[list[Entry], str]:
    known = list(bundle.matter.chapters or ())
    do = form.get("do")
    if do == "add":
        at = read_time(form.get("at").strip() or "0", "at", language)
        title = form.get("title").strip() or language.gettext("New chapter")
        _require_free(at, known, language)
        label = language.gettext("chapter “%(title)s”") % {"title": title}
        return _sort([*_keep(known), (at, Entry(_spell(at, title)))]), label
    number = form.get("chapter")
    if not number.isdecimal() or int(number) >= len(known):
        raise HTTPException(404)
    own = known[int(number)]
    others = [pair for pair in _keep(known) if pair[1].number != int(number)]
    if do == "remove":
        return _sort(others), language.gettext("remove the chapter “%(title)s”") % {"title": own.title}
    at = read_time(form.get("at").strip(), "at", language) if "at" in form else own.start
    title = form.get("title").strip() if "title" in form else own.title
    if not title:
        raise InvalidDocument([Problem(language.gettext("A chapter needs a title."), field="title")])
    _require_free(at, [entry for entry in known if entry is not own], language)
    label = language.gettext("chapter “%(title)s”") % {"title": title}
    return _sort([*others, (at, Entry(_spell(at, title)))]), label


def _require_free(at: float, known: list[ChapterEntry], language: Language) -> None:
    if any(abs(entry.start - at) < 0.0005 for entry in known):
        raise InvalidDocument([Problem(language.gettext("Another chapter begins at this time."), field="at")])


def _keep(known: list[ChapterEntry]) -> list[tuple[float, Entry]]:
    return [(entry.start, Entry(_spell(entry.start, entry.title), number)) for number, entry in enumerate(known)]


def _sort(pairs: list[tuple[float, Entry]]) -> list[Entry]:
    return [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])]


def _spell(at: float, title: str) -> str:
    return f"{format_precise(at)} {' '.join(title.split())}"


async def propose(request: Request) -> Response:
    """Write down what the transcript proposes, to be looked over and undone."""
    from site_builder.commands.suggest import suggest  # noqa: PLC0415

    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    try:
        proposed = suggest(studio.folder, bundle.folder.name).proposals.chapters
    except UsageError as error:
        return answer_problems(request, error)
    if not proposed:
        nothing = language.gettext("Nothing in the transcript looks like the beginning of a chapter.")
        return answer_problems(request, UsageError(nothing))
    entries = [Entry(_spell(chapter.start, chapter.title)) for chapter in proposed]
    label = language.gettext("proposed chapters")
    edit = edit_index(bundle, form, [_make_change(entries)])
    return await save(request, form, label, edit, extra=make_extra(request, "chapters"))


ROUTES = [
    Route("/episodes/{name}/chapters", change, methods=["POST"]),
    Route("/episodes/{name}/chapters/propose", propose, methods=["POST"]),
]
