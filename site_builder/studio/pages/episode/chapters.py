"""Chapters on an episode's page: written, moved, renamed, and proposed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem, UsageError
from site_builder.show.bundles import Bundle
from site_builder.show.documents.front_edit import Entry, set_entries
from site_builder.show.front_matter import ChapterEntry, EpisodeMatter
from site_builder.studio.episodes import find_episode
from site_builder.studio.pages.episode.page import find_proposals, list_chapters, make_extra, name_chapter
from site_builder.studio.pages.episode.sound import edit_index, read_moment, read_time
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import Form, answer_problems, call_change, find_page, read_form, save, wants_json
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language
from site_builder.text.timecode import format_precise


async def change(request: Request) -> Response:
    """Add a chapter, change its time or title, or remove it."""
    studio, form, language = studio_of(request), await read_form(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    try:
        entries, label = _plan(form, bundle, language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    edit = edit_index(bundle, form, [_make_change(entries)])
    is_change = form.get("do") == "change"
    moved = (
        {form.get("chapter"): name_chapter(at)} if is_change and (at := _find_time(form, language)) is not None else {}
    )
    extra = make_extra(request, "chapters", "left-chapters", moved={"chapter": moved})
    return await save(request, form, label, edit, extra=extra, merge=is_change)


def _find_time(form: Form, language: Language) -> float | None:
    """When a changed chapter begins now; None where that was not changed."""
    return read_time(form.get("at").strip(), "at", language) if "at" in form else None


def _make_change(entries: list[Entry]) -> Callable[[str], str]:
    return lambda text: set_entries(text, "chapters", entries, EpisodeMatter)


def _plan(form: Form, bundle: Bundle, language: Language) -> tuple[list[Entry], str]:
    known = list(bundle.matter.chapters or ())
    do = form.get("do")
    if do == "add":
        field = "at" if "at" in form else "from"  # a selected stretch of the sound has no field for a title either
        at = read_moment(form.get(field).strip(), field, bundle.recording, language)
        title = _read_title(form, language.gettext("New chapter"), language)
        _require_free(at, known, field, language)
        label = language.gettext("add the chapter “%(title)s”") % {"title": title}
        return _sort([*_keep(known), (at, Entry(_spell(at, title)))]), label
    number = next((chapter["number"] for chapter in list_chapters(bundle) if chapter["id"] == form.get("chapter")), -1)
    if number < 0:
        raise HTTPException(404)
    own = known[number]
    others = [pair for pair in _keep(known) if pair[1].number != number]
    if do == "remove":
        return _sort(others), language.gettext("remove the chapter “%(title)s”") % {"title": own.title}
    at = read_moment(form.get("at").strip(), "at", bundle.recording, language) if "at" in form else own.start
    title = _read_title(form, own.title, language)
    _require_free(at, [entry for entry in known if entry is not own], "at", language)
    label = call_change(language.gettext("chapter “%(title)s”") % {"title": title}, language)
    return _sort([*others, (at, Entry(_spell(at, title)))]), label


def _read_title(form: Form, usual: str, language: Language) -> str:
    """What a form calls the chapter; `usual` where it does not ask."""
    title = form.get("title", usual).strip()
    if not title:
        raise InvalidDocument([Problem(language.gettext("A chapter needs a title."), field="title")])
    return title


def _require_free(at: float, known: list[ChapterEntry], field: str, language: Language) -> None:
    if any(abs(entry.start - at) < 0.0005 for entry in known):
        raise InvalidDocument([Problem(language.gettext("Another chapter begins at this time."), field=field)])


def _keep(known: list[ChapterEntry]) -> list[tuple[float, Entry]]:
    return [(entry.start, Entry(_spell(entry.start, entry.title), number)) for number, entry in enumerate(known)]


def _sort(pairs: list[tuple[float, Entry]]) -> list[Entry]:
    return [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])]


def _spell(at: float, title: str) -> str:
    return f"{format_precise(at)} {' '.join(title.split())}"


async def propose(request: Request) -> Response:
    """Look what the transcript proposes, shown pale until it is taken or let go; nothing is written before that."""
    studio, form = studio_of(request), await read_form(request)
    bundle = find_episode(studio, request.path_params["name"])
    do = form.get("do")
    if do == "accept":
        return await _accept(request, form, bundle)
    if do in {"discard", "discard-all"}:
        _let_go(studio, bundle, form.get("at") if do == "discard" else "")
    else:
        try:
            studio.proposals[bundle.folder.name] = await run_in_threadpool(_look, studio, bundle)
        except UsageError as error:
            return answer_problems(request, error)
        if not find_proposals(studio, bundle):
            nothing = language_of(request).gettext("Nothing in the transcript looks like the beginning of a chapter.")
            return answer_problems(request, UsageError(nothing))
    if not wants_json(request):
        return RedirectResponse(f"{find_page(request)}#s-chapters", 303)
    return JSONResponse(await run_in_threadpool(make_extra(request, "chapters", "left-chapters")))


def _look(studio: Studio, bundle: Bundle) -> tuple[tuple[float, str], ...]:
    from site_builder.commands.suggest import suggest  # noqa: PLC0415

    proposed = suggest(studio.folder, bundle.folder.name).proposals.chapters
    return tuple((chapter.start, chapter.title) for chapter in proposed)


def _let_go(studio: Studio, bundle: Bundle, at: str) -> None:
    """Show the proposal at that time no more, or none at all where it is empty."""
    left = [pair for pair in studio.proposals.get(bundle.folder.name, ()) if at and format_precise(pair[0]) != at]
    studio.proposals[bundle.folder.name] = tuple(left)


async def _accept(request: Request, form: Form, bundle: Bundle) -> Response:
    """Write down all that is proposed still, as one step."""
    studio, known = studio_of(request), bundle.matter.chapters or ()
    new = [(start, Entry(_spell(start, title))) for start, title in find_proposals(studio, bundle)]
    edit = edit_index(bundle, form, [_make_change(_sort([*_keep(list(known)), *new]))])
    label = language_of(request).gettext("take the proposed chapters")
    return await save(request, form, label, edit, extra=make_extra(request, "chapters", "left-chapters"))


ROUTES = [
    Route("/episodes/{name}/chapters", change, methods=["POST"]),
    Route("/episodes/{name}/chapters/propose", propose, methods=["POST"]),
]
