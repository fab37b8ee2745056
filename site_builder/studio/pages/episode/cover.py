"""The cover of an episode, chosen in the browser."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import PICTURES, Bundle
from site_builder.show.documents.front_edit import set_option
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import EPISODES
from site_builder.show.own_files import explain_foreign
from site_builder.studio.changes.changes import Edit
from site_builder.studio.episodes import find_episode
from site_builder.studio.pages.episode.sound import edit_index
from site_builder.studio.pictures import read_picture_kind
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import Form, answer_problems, call_change, save
from site_builder.studio.uploads import receive_form

_LIMIT = 40_000_000


async def change(request: Request) -> Response:
    """Put a picture in the place of the episode's cover, or go back to the drawn one."""
    studio, language = studio_of(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    received = await receive_form(request, studio, limit=_LIMIT)
    try:
        form = Form(tuple(received.fields.items()))
        page = f"/episodes/{bundle.folder.name}"
        if form.get("do") == "remove":
            label = language.gettext("draw the cover again")
            return await save(request, form, label, *_remove(bundle, form), back=page)
        upload = received.files.get("cover")
        if upload is None:
            message = language.gettext("Choose a picture first.")
            return answer_problems(request, InvalidDocument([Problem(message, field="cover")]))
        suffix = await run_in_threadpool(read_picture_kind, upload.file)
        content = await run_in_threadpool(upload.file.read_bytes)
        edits = _replace(bundle, form, f"cover{suffix}", content)
        label = call_change(language.gettext("cover of the episode"), language)
        return await save(request, form, label, *edits, back=page)
    except InvalidDocument as error:
        return answer_problems(request, error)
    finally:
        received.delete()


def _replace(bundle: Bundle, form: Form, name: str, content: bytes) -> list[Edit]:
    """The picture under a name that is found by itself; what was there before goes, and so does another name."""
    folder = f"{EPISODES}/{bundle.folder.name}"
    edits = [Edit(path=f"{folder}/{name}", change=lambda _: content)]
    if bundle.matter.cover and bundle.matter.cover != name:
        if _is_usual(bundle.matter.cover):
            edits.append(Edit(path=f"{folder}/{bundle.matter.cover}", change=lambda _: None))
        edits += _forget(bundle, form)
    return edits


def _remove(bundle: Bundle, form: Form) -> list[Edit]:
    cover = bundle.matter.cover
    if not cover:
        return []
    path = f"{EPISODES}/{bundle.folder.name}/{cover}"
    return [*([Edit(path=path, change=lambda _: None)] if _is_usual(cover) else []), *_forget(bundle, form)]


def _is_usual(name: str) -> bool:
    return Path(name).stem.lower() == "cover" and Path(name).suffix.lower() in PICTURES


def _forget(bundle: Bundle, form: Form) -> list[Edit]:
    """`cover:` of the front matter taken out."""
    return [edit_index(bundle, form, [lambda text: set_option(text, "cover", None, EpisodeMatter)])]


def show(request: Request) -> Response:
    """The picture as it is in the folder."""
    studio = studio_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    file = bundle.folder / (bundle.matter.cover or "")
    if not bundle.matter.cover or not file.is_file() or explain_foreign(file, studio.folder):
        raise HTTPException(404)
    return FileResponse(file)


ROUTES = [
    Route("/episodes/{name}/cover", show),
    Route("/episodes/{name}/cover", change, methods=["POST"]),
]
