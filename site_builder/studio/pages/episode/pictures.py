"""Pictures that are put into an episode's notes, saved beside its `index.md`."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, UsageError
from site_builder.show.layout import EPISODES
from site_builder.studio.changes.changes import Edit
from site_builder.studio.changes.patch import NOTHING
from site_builder.studio.episodes import find_episode
from site_builder.studio.pictures import read_picture_kind
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import Form, answer_problems, save
from site_builder.studio.uploads import receive_body

_LIMIT = 40_000_000


async def add(request: Request) -> Response:
    """Keep a picture that a script sends; what it is called there is told, for the notes to name it."""
    studio, language = studio_of(request), language_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    upload = await receive_body(request, studio, limit=_LIMIT)
    try:
        suffix = await run_in_threadpool(read_picture_kind, upload.file)
        content = await run_in_threadpool(upload.file.read_bytes)
    except InvalidDocument:
        return answer_problems(request, UsageError(language.gettext("Choose a picture: JPEG, PNG or WebP.")))
    finally:
        upload.file.unlink(missing_ok=True)
    name = _find_free(bundle.folder, suffix)
    path = f"{EPISODES}/{bundle.folder.name}/{name}"
    edit = Edit(path=path, change=lambda _: content, based_on=NOTHING)
    label = language.gettext("add a picture to the notes")
    return await save(request, Form(()), label, edit, extra=lambda: {"picture": name})


def _find_free(folder: Path, suffix: str) -> str:
    names = (f"picture-{number}{suffix}" for number in count(1))
    return next(name for name in names if not (folder / name).exists())


ROUTES = [Route("/episodes/{name}/pictures", add, methods=["POST"])]
