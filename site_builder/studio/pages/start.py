"""The page Start: chooses a folder for the show, an archive, and which Spaces of it.

What is known of the archive at hand is the result of the last job that looked into one, so a reload finds it again.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from site_builder.commands.init import make_show_folder
from site_builder.errors import InvalidDocument, Problem, SpacecastError, UsageError
from site_builder.model.conversation import Account
from site_builder.studio.background.jobs import Job
from site_builder.studio.pages.show import find_examples
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import answer_problems, explain_disk, read_form, wants_json
from site_builder.studio.studio import Studio
from site_builder.studio.uploads import FOLDER, Upload, clear_uploads, receive_body, receive_form

_LARGEST = 120_000_000_000
"""Bytes of an archive: X divides what is larger than 50 GB."""
_LOOK, _TAKE = "look", "take"
_TASKS = "site_builder.studio.tasks.archives"


def count(_studio: Studio, _language: object) -> str:
    """This place is not in the navigation."""
    return ""


def show(request: Request) -> Response:
    """The page: where to, or which archive, or which of its Spaces, or what was taken."""
    studio = studio_of(request)
    _tidy(studio)
    job = _find_job(studio)
    found = _find_look(studio)
    taken = job.result if job and job.kind == _TAKE and job.state == "done" else None
    return render(
        request,
        "start.html",
        job=job,
        look=found and found.result,
        taken=taken,
        lacks_facts=taken is not None and bool(find_examples(studio)),
        place=_find_place(studio),
    )


def _find_job(studio: Studio) -> Job | None:
    """The last look or taking."""
    jobs = (job for job in studio.jobs.find() if job.kind in {_LOOK, _TAKE} and job.state != "cancelled")
    return next(jobs, None)


def _find_look(studio: Studio) -> Job | None:
    """What was found in the archive at hand, which is still there."""
    job = next((job for job in studio.jobs.find(_LOOK) if job.state == "done"), None)
    return job if job and Path(job.result["file"]).exists() else None


def _tidy(studio: Studio) -> None:
    """Delete uploads that nothing is to be done with any more."""
    known = _find_look(studio)
    for job in studio.jobs.find(_LOOK):
        file = studio.jobs.arguments(job.id).get("file", "")
        if not job.is_active and job is not known and file.startswith(str(studio.folder / FOLDER)):
            Path(file).unlink(missing_ok=True)


def _find_place(studio: Studio) -> dict[str, str]:
    """Where a new show would lie: here, if nothing of anybody's is here."""
    folder = studio.folder
    names = [path.name for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
    home = Path.home()
    proposed = folder if not names else (home / "Podcasts" if folder == home else folder) / "my-show"
    return {"here": "" if names else str(folder), "proposed": str(proposed)}


async def choose_folder(request: Request) -> Response:
    """Have the show in the folder that the person names."""
    studio, form = studio_of(request), await read_form(request)
    name = form.get("folder").strip()
    if studio.has_show or not name:
        return RedirectResponse("/start", 303)
    folder = (studio.folder / _expand(name)).resolve()
    if folder.exists() and not folder.is_dir():
        raise UsageError(language_of(request).gettext("This is a file: name a folder, which is made if it is new."))
    clear_uploads(studio)  # what was sent for the folder before; it is not looked into any more
    studio.open(folder)
    clear_uploads(studio)  # as at a start
    return RedirectResponse("/" if studio.has_show else "/start", 303)


def _expand(name: str) -> Path:
    try:
        return Path(name.replace("\0", "")).expanduser()
    except RuntimeError:  # `~somebody`, and nobody is called that
        return Path(name)


async def upload(request: Request) -> Response:
    """An archive that a script sends, which can tell how far it is; then look inside."""
    studio = studio_of(request)
    _require_room(request)
    name = request.query_params.get("name", "")
    try:
        received = await receive_body(request, studio, limit=_LARGEST, suffix=_choose_suffix(name))
    except OSError as error:
        return answer_problems(request, _explain_full(request, error))
    _look(request, received.file, received.name, is_own=True)
    return JSONResponse({"next": "/start"})


async def look_inside(request: Request) -> Response:
    """An archive from a form: a file, or where it lies on this computer."""
    studio = studio_of(request)
    _require_room(request)
    try:
        received = await receive_form(request, studio, limit=_LARGEST)
    except OSError as error:
        return answer_problems(request, _explain_full(request, error))
    archive, path = received.files.get("archive"), received.fields.get("path", "").strip()
    if archive and archive.size:
        _look(request, _rename(archive), archive.name, is_own=True)
    elif path:
        received.delete()
        _look_at_path(request, path)
    else:
        received.delete()
        raise UsageError(language_of(request).gettext("Choose the archive, or type where it lies on this computer."))
    return JSONResponse({"next": "/start"}) if wants_json(request) else RedirectResponse("/start", 303)


def _look_at_path(request: Request, path: str) -> None:
    file = (Path.home() / _expand(path)).resolve()
    if not file.exists():
        sentence = language_of(request).gettext("There is nothing at %(path)s: check the name.") % {"path": path}
        raise InvalidDocument([Problem(sentence, field="path")])
    _look(request, file, file.name, is_own=False)


def _look(request: Request, file: Path, name: str, *, is_own: bool) -> None:
    called = Path(name.replace("\\", "/")).name or "archive.zip"
    label = language_of(request).gettext("Looking into %(name)s") % {"name": called}
    studio_of(request).jobs.start(
        _LOOK, f"{_TASKS}:look", label, page="/start", file=str(file), name=called, own=is_own
    )


def _choose_suffix(name: str) -> str:
    """The end of a name of ours; the date in X's own names is all that is kept of them."""
    date = re.search(r"20\d\d-[01]\d-[0-3]\d", name)
    kind = Path(name).suffix.lower()
    kept = kind if kind in {".zip", ".m4a", ".mp3", ".aac", ".wav", ".ts", ".mp4", ".ogg", ".opus", ".flac"} else ".zip"
    return f"-{date[0]}{kept}" if date else kept


def _rename(received: Upload) -> Path:
    place = received.file.with_name(received.file.name + _choose_suffix(received.name))
    return received.file.rename(place)


def _require_room(request: Request) -> None:
    """Refuse before an hour has gone what does not fit on the disk."""
    folder, size = studio_of(request).folder, request.headers.get("content-length", "")
    while not folder.is_dir():
        folder = folder.parent
    if size.isdecimal() and int(size) > shutil.disk_usage(folder).free:
        raise _explain_full(request, None)


def _explain_full(request: Request, error: OSError | None) -> SpacecastError:
    if error and error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return explain_disk(error, language_of(request))
    sentence = language_of(request).gettext(
        "There is no room on the disk for a copy of it. Type where it lies on this computer: none is made then."
    )
    return SpacecastError(f"{sentence} ({error.strerror})" if error else sentence)


async def take(request: Request) -> Response:
    """Take the Spaces that are ticked, and nothing else; the first time this makes the show."""
    studio, form = studio_of(request), await read_form(request)
    found = await run_in_threadpool(_find_look, studio)
    if found is None:
        return RedirectResponse("/start", 303)
    offered = {entry["id"] for entry in found.result["conversations"] if not entry["missing"]}
    ids = [space for space in form.all("space") if space in offered]
    language = language_of(request)
    if not ids:
        raise UsageError(language.gettext("Tick at least one Space."))
    if not studio.has_show:
        await run_in_threadpool(make_show, studio, found.result["account"])
    label = language.ngettext("Taking %(num)s Space", "Taking %(num)s Spaces", len(ids)) % {"num": len(ids)}
    kept = {key: found.result[key] for key in ("file", "name", "own")}
    studio.jobs.start(_TAKE, f"{_TASKS}:take", label, page="/start", ids=ids, **kept)
    return RedirectResponse("/start", 303)


async def begin_empty(request: Request) -> Response:
    """Make a show without an archive."""
    studio, form = studio_of(request), await read_form(request)
    if not studio.has_show:
        await run_in_threadpool(make_show, studio, {"name": form.get("title").strip()})
    return RedirectResponse("/show", 303)


def make_show(studio: Studio, account: dict[str, Any]) -> None:
    """What `spacecast init` does, in the studio's folder."""
    make_show_folder(studio.folder, archive=None, account=Account(**account), answers={})
    studio.open(studio.folder)


async def forget(request: Request) -> Response:
    """Put the archive aside: an upload is deleted."""
    await read_form(request)
    found = _find_look(studio_of(request))
    if found and found.result["own"]:
        Path(found.result["file"]).unlink(missing_ok=True)
    elif found:
        studio_of(request).jobs.forget(found.id)
    return RedirectResponse("/start", 303)


def _post(path: str, handler: Callable[[Request], Any]) -> Route:
    return Route(path, handler, methods=["POST"])


ROUTES = [
    Route("/start", show),
    _post("/start", look_inside),
    _post("/start/upload", upload),
    _post("/start/folder", choose_folder),
    _post("/start/take", take),
    _post("/start/empty", begin_empty),
    _post("/start/forget", forget),
]
