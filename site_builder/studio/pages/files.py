"""The page Files: edits a show's files as text, for what has no field or cannot be read."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.show.bundles import find_bundles
from site_builder.show.documents.document import decode_any
from site_builder.show.documents.line_ends import edit_lines
from site_builder.show.layout import CONFIG, EPISODES, INDEX, PEOPLE
from site_builder.studio.changes.changes import Edit
from site_builder.studio.changes.patch import read_file
from site_builder.studio.changes.validation import find_problems
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import BASED_ON, call_change, read_form, save

_SHARED = {"config": CONFIG, "people": PEOPLE}


def _find(request: Request) -> tuple[str, str]:
    """Path of the file that the address names, found in a listing, and the page that it belongs to.

    Raises:
        HTTPException: there is no such file.
    """
    name, folder = request.path_params["name"], studio_of(request).folder
    if name in _SHARED:
        return _SHARED[name], "/show" if name == "config" else "/people"
    known = {bundle.name for bundle in find_bundles(folder / "content")}
    episode = name.removeprefix("episodes/")
    if episode == name or episode not in known:
        raise HTTPException(404)
    return f"{EPISODES}/{episode}/{INDEX}", f"/episodes/{episode}"


def show(request: Request) -> Response:
    """The file, and what is wrong in it."""
    studio = studio_of(request)
    path, page = _find(request)
    content = read_file(studio.folder / path) or b""
    line = request.query_params.get("line", "")
    return render(
        request,
        "file.html",
        path=path,
        page=page,
        text=decode_any(content),
        problems=[f"{problem.line}: {problem.message}" for problem in find_problems(path, content)],
        digest=studio.changes.digest(path),
        line=line if line.isdecimal() and len(line) < 7 else "",
    )


async def change(request: Request) -> Response:
    """Write it anew, in the line ends that it has, and in UTF-8 whatever it was in."""
    form = await read_form(request)
    path, _ = await run_in_threadpool(_find, request)

    def make(content: bytes) -> bytes:
        return edit_lines(decode_any(content), lambda _: form.get("text").removeprefix("\ufeff")).encode()

    language = language_of(request)
    label = call_change(language.gettext("the file %(file)s") % {"file": Path(path).name}, language)
    edit = Edit(path=path, change=make if "text" in form else bytes, based_on=form.get(BASED_ON))
    return await save(request, form, label, edit, merge=True)


ROUTES = [Route("/files/{name:path}", show), Route("/files/{name:path}", change, methods=["POST"])]
