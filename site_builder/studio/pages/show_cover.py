"""The show's cover on the page Show: kept, replaced, or drawn again."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem, UsageError
from site_builder.model.media_types import find_media_type
from site_builder.show.bundles import find_default_cover
from site_builder.show.config import load_config
from site_builder.show.documents.yaml_edit import set_option
from site_builder.show.layout import CONFIG
from site_builder.show.own_files import explain_foreign
from site_builder.studio.changes.changes import Edit
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import describe_saved, find_page, read_form, wants_json
from site_builder.studio.studio import Studio
from site_builder.studio.uploads import Upload, receive_body, receive_form

LARGEST = 64_000_000
_KEPT_AS_IT_IS = 6_000_000
"""Bytes up to which a picture is kept as it was given; of a larger one the cover that is made of it."""
_SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png"}


def find_cover_file(studio: Studio) -> Path | None:
    """The picture that stands for the show: the host's, else the one the preview has drawn."""
    name = _find_own(studio)
    if name:
        return studio.folder / name
    drawn = sorted(studio.preview.output_paths.output.glob("artwork/cover*.jpg"), key=lambda file: file.stat().st_size)
    return drawn[-1] if drawn else None


def _find_own(studio: Studio) -> str | None:
    name = load_config(studio.folder).show.cover or find_default_cover(studio.folder / "content")
    is_there = name and (studio.folder / name).is_file() and not explain_foreign(studio.folder / name, studio.folder)
    return name if is_there else None


def answer_cover(request: Request) -> Response:
    """The picture; nothing while there is none."""
    file = find_cover_file(studio_of(request))
    if file is None:
        return Response(status_code=204)  # it is still to be drawn
    return FileResponse(file, media_type=find_media_type(file.name), headers={"cache-control": "no-cache"})


async def change_cover(request: Request) -> Response:
    """Take another picture for the cover."""
    studio = studio_of(request)
    if request.headers.get("content-type", "").startswith("multipart/"):
        received = await receive_form(request, studio, limit=LARGEST)
        picture = received.files.get("cover")
    else:
        picture = await receive_body(request, studio, limit=LARGEST)
    if picture is None:
        raise UsageError(language_of(request).gettext("Choose a picture first."))
    try:
        edits = await run_in_threadpool(_make_edits, studio, picture)
    finally:
        picture.file.unlink(missing_ok=True)
    return await _apply(request, language_of(request).gettext("cover of the show"), edits)


async def remove_cover(request: Request) -> Response:
    """Have one drawn again."""
    studio = studio_of(request)
    await read_form(request)
    name = _find_own(studio)
    edits = [Edit(path=name, change=lambda _: None)] if name and name.startswith("content/cover.") else []
    if load_config(studio.folder).show.cover:
        edits.append(Edit(path=CONFIG, change=_drop_cover))
    return await _apply(request, language_of(request).gettext("the drawn cover"), edits)


async def _apply(request: Request, label: str, edits: list[Edit]) -> Response:
    changes = studio_of(request).changes
    await run_in_threadpool(lambda: changes.apply(label, *edits, page="/show"))
    if wants_json(request):
        return JSONResponse(describe_saved(request, edits))
    return RedirectResponse(find_page(request), 303)


def _make_edits(studio: Studio, picture: Upload) -> list[Edit]:
    """Put the picture where covers lie, and whatever lay there aside.

    Raises:
        InvalidDocument: it is none that can be a cover.
    """
    from site_builder.render.artwork.images import check_cover, convert_cover  # noqa: PLC0415 -- loads Pillow

    content = picture.file.read_bytes()
    name = Path(picture.name.replace("\\", "/")).name or "cover"
    try:
        check_cover(content, name)
        suffix = next((suffix for start, suffix in _SUFFIXES.items() if content.startswith(start)), "")
        if not suffix or len(content) > _KEPT_AS_IT_IS:
            content, suffix = convert_cover(content, name), ".jpg"
    except InvalidDocument as error:
        raise InvalidDocument([Problem(problem.message, field="cover") for problem in error.problems]) from None
    place = f"content/cover{suffix}"
    edits = [Edit(path=place, change=lambda _: content)]
    old = find_default_cover(studio.folder / "content")
    if old and old != place:
        edits.append(Edit(path=old, change=lambda _: None))
    if load_config(studio.folder).show.cover not in {None, place}:
        edits.append(Edit(path=CONFIG, change=_drop_cover))
    return edits


def _drop_cover(content: bytes) -> bytes:
    return set_option(content.decode("utf-8"), ("show", "cover"), None).encode()


ROUTES = [
    Route("/show/cover", answer_cover),
    Route("/show/cover", change_cover, methods=["POST"]),
    Route("/show/cover/remove", remove_cover, methods=["POST"]),
]


def count(_studio: Studio, _language: object) -> str:
    """This is no place of its own."""
    return ""
