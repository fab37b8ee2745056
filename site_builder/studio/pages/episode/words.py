"""The transcript of an episode: made on this computer, corrected while it plays, cut by its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem, UsageError
from site_builder.render.transcripts import render_vtt
from site_builder.show.bundles import Bundle
from site_builder.show.documents.yaml_edit import set_value
from site_builder.show.layout import CONFIG, EPISODES, TRANSCRIPT
from site_builder.show.transcripts.editing import Correction, correct_cues, correct_vtt, find_replacements
from site_builder.studio.changes.changes import Edit
from site_builder.studio.episodes import find_episode, index_of, load_show
from site_builder.studio.pages.episode.page import find_editing
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import BASED_ON, Form, answer_problems, call_change, read_form, save
from site_builder.studio.sound.editing import Editing
from site_builder.studio.sound.peaks import make_key
from site_builder.studio.studio import Studio
from site_builder.studio.words import LINES, ShownLine, Transcript, as_data, learn, load_transcript, stamp
from site_builder.text.languages import Language
from site_builder.text.timecode import format_clock

JOB = "transcribe"
_TASK = "site_builder.studio.tasks.words:transcribe"
_SHARE = 0.1
"""Of the recording's length that hearing it takes on a usual computer (docs/performance.md); rounded up."""


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    transcript = load(studio, bundle)
    context: dict[str, Any] = {
        "bundle": bundle,
        "address": f"/episodes/{bundle.folder.name}",
        "job": _find_job(studio, bundle),
        "has_recording": bundle.has_recording,
    }
    if transcript is None or not transcript.cues:
        return render(request, "words-none.html", **context, **_describe_making(studio, bundle))
    return render(request, "words.html", **context, **_describe_lines(request, studio, bundle, transcript))


def load(studio: Studio, bundle: Bundle) -> Transcript | None:
    """The transcript of an episode, kept while its file is as it is."""
    return studio.keep(f"words of {bundle.folder.name}", lambda: load_transcript(bundle), stamp=stamp(bundle))


def _find_job(studio: Studio, bundle: Bundle) -> Any:
    """The last work on this episode's transcript."""
    page = f"/episodes/{bundle.folder.name}/words"
    return next((job for job in studio.jobs.find(JOB) if job.page == page), None)


def _describe_making(studio: Studio, bundle: Bundle) -> dict[str, Any]:
    """What there is to know before a transcript is made."""
    length = bundle.recording.duration if bundle.recording else 0.0
    return {"obstacle": find_obstacle(load_show(studio).config.transcript.model), "takes": max(60.0, length * _SHARE)}


_found: set[str] = set()


def find_obstacle(model: str) -> str:
    """Why no transcript can be made here, in the sentence of `spacecast transcribe`; empty where one can."""
    from site_builder.episodes.transcripts.hearing import require_model  # noqa: PLC0415 -- looks for an extra

    if model in _found:
        return ""
    try:
        require_model(model)
    except UsageError as error:
        return str(error)
    _found.add(model)
    return ""


def _describe_lines(request: Request, studio: Studio, bundle: Bundle, transcript: Transcript) -> dict[str, Any]:
    first = _find_first(request, transcript)
    last = min(first + LINES, len(transcript.cues))
    editing = find_editing(studio, bundle)
    lines = _show_lines(transcript, first, last, editing)
    path, index = find_path(bundle), index_of(bundle)
    wanted = request.query_params.get("line", "")
    return {
        "lines": lines,
        "first": first,
        "last": last,
        "total": len(transcript.cues),
        "size": LINES,
        "names": transcript.names,
        "data": as_data(lines),
        "path": path,
        "digest": studio.changes.digest(path),
        "index_path": index,
        "index_digest": studio.changes.digest(index),
        "sound_key": make_key(editing.recording) if editing else "",
        "file": bundle.transcript.name if bundle.transcript else "",
        "will_be": TRANSCRIPT,
        "is_copy": path.rpartition("/")[2] != (bundle.transcript.name if bundle.transcript else ""),
        "is_heard": transcript.heard is not None,
        "chosen": int(wanted) if wanted.isdecimal() and len(wanted) < 7 else None,
        "takes": max(60.0, (bundle.recording.duration if bundle.recording else 0.0) * _SHARE),
    }


def _show_lines(transcript: Transcript, first: int, last: int, editing: Editing | None) -> list[ShownLine]:
    return (
        transcript.show(first, last, editing.edits, editing.losses) if editing else transcript.show(first, last, None)
    )


def _find_first(request: Request, transcript: Transcript) -> int:
    """Number of the first line of the part of the transcript that is asked for."""
    query = request.query_params
    number = 0
    if query.get("line", "").isdecimal() and len(query["line"]) < 7:
        number = int(query["line"])
    elif "at" in query:
        try:
            number = transcript.find_line(float(query["at"]))
        except ValueError:
            raise HTTPException(400) from None
    elif query.get("from", "").isdecimal() and len(query["from"]) < 7:
        number = int(query["from"])
    if number >= len(transcript.cues):
        raise HTTPException(404)
    return number // LINES * LINES


def find_path(bundle: Bundle) -> str:
    """The file that corrections go into: the transcript, or where that is of another kind, WebVTT beside it."""
    own = bundle.transcript
    is_vtt = own is not None and own.suffix.lower() == ".vtt"
    return f"{EPISODES}/{bundle.folder.name}/{own.name if own and is_vtt else TRANSCRIPT}"


def make_edit(bundle: Bundle, transcript: Transcript, corrections: Mapping[int, Correction], based_on: str) -> Edit:
    """The smallest change of the transcript that corrects some lines."""
    path = find_path(bundle)

    def change(content: bytes) -> bytes:
        if content:
            return correct_vtt(content, corrections, bundle.folder / path.rpartition("/")[2])
        return render_vtt(correct_cues(transcript.cues, corrections))

    return Edit(path=path, change=change, based_on=based_on)


async def change(request: Request) -> Response:
    """Correct a line, accept a replacement for all, or have a transcript made."""
    studio, form = studio_of(request), await read_form(request)
    bundle = await run_in_threadpool(find_episode, studio, request.path_params["name"])
    if form.get("do") == "make":
        return _start(request, studio, bundle)
    transcript = await run_in_threadpool(load, studio, bundle)
    if transcript is None:
        raise HTTPException(404)
    try:
        if form.get("do") == "replace":
            return await _replace(request, form, bundle, transcript)
        return await _correct(request, form, bundle, transcript)
    except InvalidDocument as error:
        return answer_problems(request, error)


def _start(request: Request, studio: Studio, bundle: Bundle) -> Response:
    page = f"/episodes/{bundle.folder.name}/words"
    label = language_of(request).gettext("Transcript of “%(title)s”") % {"title": bundle.matter.title}
    if bundle.has_recording:
        studio.jobs.start(JOB, _TASK, label, page=page, target=bundle.folder.name)
    return RedirectResponse(page, 303)


async def _correct(request: Request, form: Form, bundle: Bundle, transcript: Transcript) -> Response:
    language = language_of(request)
    number = _read_number(form, transcript)
    cue = transcript.cues[number]
    correction = Correction(
        text=" ".join(form.get("text").split()) if "text" in form else None,
        speaker=form.get("speaker").strip() or None,
    )
    edit = make_edit(bundle, transcript, {number: correction}, form.get(BASED_ON))
    label = _label(correction, format_clock(cue.start), language)
    name = request.path_params["name"]
    offer = learn(cue.text, correction.text) if correction.text else None

    def extra() -> Mapping[str, Any]:
        return _describe_corrected(studio_of(request), name, number, offer)

    back = f"/episodes/{bundle.folder.name}/words?line={number}#line-{number}"
    return await save(request, form, label, edit, back=back, extra=extra)


def _read_number(form: Form, transcript: Transcript) -> int:
    number = form.get("line")
    if not number.isdecimal() or len(number) > 6 or int(number) >= len(transcript.cues):
        raise HTTPException(404)
    return int(number)


def _label(correction: Correction, at: str, language: Language) -> str:
    if correction.text is None:
        speaker = language.gettext("speaker at %(time)s: %(name)s") % {"time": at, "name": correction.speaker}
        return call_change(speaker, language)
    if not correction.text:
        return language.gettext("remove the line at %(time)s") % {"time": at}
    return call_change(language.gettext("line at %(time)s") % {"time": at}, language)


def _describe_corrected(studio: Studio, name: str, number: int, offer: tuple[str, str] | None) -> dict[str, Any]:
    """The line as it is now, and what may be meant elsewhere too."""
    bundle = find_episode(studio, name)
    transcript = load_transcript(bundle)
    if transcript is None or number >= len(transcript.cues):
        return {}
    editing = find_editing(studio, bundle)
    (line,) = _show_lines(transcript, number, number + 1, editing)
    told: dict[str, Any] = {"line": line.as_json()}
    known = load_show(studio).config.transcript.replace
    if offer and known.get(offer[0]) != offer[1]:
        others = find_replacements(transcript.cues, *offer)
        told["offer"] = {"heard": offer[0], "meant": offer[1], "count": len(others)}
    return told


async def _replace(request: Request, form: Form, bundle: Bundle, transcript: Transcript) -> Response:
    """Put what is meant in place of what was heard, here and in transcripts to come."""
    language = language_of(request)
    heard, meant = (" ".join(form.get(name).split()) for name in ("heard", "meant"))
    if not heard or not meant:
        message = language.gettext("Write what was heard and what is meant.")
        raise InvalidDocument([Problem(message, field="meant" if heard else "heard")])
    corrections = find_replacements(transcript.cues, heard, meant)
    edits = [Edit(path=CONFIG, change=lambda content: _enter(content, heard, meant))]
    if corrections:
        edits.append(make_edit(bundle, transcript, corrections, form.get(BASED_ON)))
    label = language.gettext("put “%(meant)s” for “%(heard)s”") % {"meant": meant, "heard": heard}
    back = f"/episodes/{bundle.folder.name}/words"
    return await save(request, form, label, *edits, back=back, extra=lambda: {"replaced": len(corrections)})


def _enter(content: bytes, heard: str, meant: str) -> bytes:
    return set_value(content.decode(), ["transcript", "replace", heard], meant).encode()


ROUTES = [
    Route("/episodes/{name}/words", show),
    Route("/episodes/{name}/words", change, methods=["POST"]),
]
