"""The sound editor of an episode: waveform, samples, and trims, cuts and mutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Recording, Span
from site_builder.show.bundles import Bundle
from site_builder.show.documents.front_edit import Entry, set_entries, set_option
from site_builder.show.front_matter import EpisodeMatter
from site_builder.studio.changes.changes import Edit
from site_builder.studio.episodes import find_episode, index_of
from site_builder.studio.pages.episode.page import find_editing, make_extra
from site_builder.studio.rendering import language_of, studio_of
from site_builder.studio.saving import BASED_ON, Form, answer_problems, read_form, save
from site_builder.studio.sound.editing import Editing, Stretch
from site_builder.studio.sound.peaks import DENSITY, GLANCE, SOUNDS, TILE, follow_glance, read_tile
from site_builder.studio.sound.wave_file import Piece, WaveFile, take_around
from site_builder.text.languages import Language
from site_builder.text.timecode import format_precise, parse_timecode

_FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
"""Of what has the recording's digest in its address."""
_BYTES = "application/octet-stream"
_JOIN = 2.0
"""Seconds before and after a join that are heard."""
_SHORTEST = 0.02
"""Seconds; what is shorter is no stretch but a slip of the hand."""


def _open(request: Request) -> Editing:
    studio = studio_of(request)
    editing = find_editing(studio, find_episode(studio, request.path_params["name"]))
    if editing is None:
        raise HTTPException(404)
    return editing


def show_shape(request: Request) -> Response:
    """The recording at a glance, or with `?tile=` one minute of it in detail: a byte for each point.

    A glance that is still to be made comes again and again, each time with more in it; the last one holds.
    """
    editing = _open(request)
    cache = studio_of(request).folder / SOUNDS
    recording, parts = editing.recording, editing.bundle.part_files
    tile = request.query_params.get("tile", "")
    if tile and not (tile.isdecimal() and len(tile) < 6 and int(tile) * TILE < recording.duration):
        raise HTTPException(404)
    headers = {**_FOR_EVER, "x-density": str(DENSITY), "x-points": str(GLANCE)}
    if tile:
        return Response(read_tile(recording, parts, int(tile), cache), media_type=_BYTES, headers=headers)
    glances = follow_glance(recording, parts, cache)
    first, second = next(glances), next(glances, None)
    if second is None:
        return Response(first, media_type=_BYTES, headers=headers)
    headers["cache-control"] = "no-store"
    return StreamingResponse(chain((first, second), glances), 200, headers, _BYTES)


def play(request: Request) -> Response:
    """The recording as it is, as a WAV file; with `?join=` what is heard around a moment once all edits are made."""
    editing = _open(request)
    whole = (Piece(Span(start=0.0, end=editing.recording.duration)),)
    pieces: tuple[Piece, ...] = whole
    headers = dict(_FOR_EVER)
    if "join" in request.query_params:
        pieces = take_around(editing.pieces, _read_time(request.query_params["join"]), _JOIN)
        headers = {"cache-control": "no-store"}
    return _send(WaveFile(editing.bundle.part_files, pieces), request, headers)


def _read_time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HTTPException(400) from None


def _send(file: WaveFile, request: Request, headers: dict[str, str]) -> Response:
    try:
        asked = file.find_range(request.headers.get("range", ""))
    except ValueError:
        return Response(status_code=416, headers={"content-range": f"bytes */{file.size}"})
    start, end = asked or (0, file.size - 1)
    headers |= {"accept-ranges": "bytes", "content-length": str(end - start + 1)}
    if asked:
        headers["content-range"] = f"bytes {start}-{end}/{file.size}"
    body = file.read(start, end) if request.method != "HEAD" else iter(())
    return StreamingResponse(body, 206 if asked else 200, headers, "audio/wav")


async def change_trim(request: Request) -> Response:
    """Set where the published part begins or ends; both emptied: as it is done by itself."""
    form = await read_form(request)
    editing, language = _open(request), language_of(request)
    try:
        trim = _read_trim(form, editing, language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    value = _spell_trim(trim, editing.recording.duration) if trim else None
    label = _label_trim(trim, editing.trim, language)
    edit = _edit(editing.bundle, form, lambda text: set_option(text, "trim", value, EpisodeMatter))
    return await save(
        request, form, label, edit, extra=make_extra(request, "sound", "left-notes", "left-chapters"), merge=True
    )


def _read_trim(form: Form, editing: Editing, language: Language) -> Span | None:
    """The trim that a form asks for; None where both fields are empty."""
    texts = {name: form.get(name).strip() for name in ("trim-start", "trim-end") if name in form}
    if texts and not any(texts.values()) and len(texts) == 2:
        return None
    start, end = editing.trim.start, editing.trim.end
    if "trim-start" in texts:
        start = read_moment(texts["trim-start"] or "0", "trim-start", editing.recording, language)
    if "trim-end" in texts:
        usual = format_precise(editing.recording.duration)
        end = min(read_time(texts["trim-end"] or usual, "trim-end", language), editing.recording.duration)
    if end - start < _SHORTEST:
        message = language.gettext("The start must lie before the end.")
        raise InvalidDocument([Problem(message, field=next(iter(texts), "trim-start"))])
    return Span(start=start, end=end)


def _spell_trim(trim: Span, duration: float) -> str:
    start = format_precise(trim.start) if trim.start > 0 else ""
    end = format_precise(trim.end) if trim.end < duration - 0.0005 else ""
    return f"{start or '0:00'}-{end}" if start or end else "none"


def _label_trim(trim: Span | None, before: Span, language: Language) -> str:
    if trim is None:
        return language.gettext("trim as it is done by itself")
    if abs(trim.start - before.start) > 0.0005 or trim == before:
        return language.gettext("trim start %(time)s") % {"time": format_precise(trim.start)}
    return language.gettext("trim end %(time)s") % {"time": format_precise(trim.end)}


def read_time(text: str, field: str, language: Language) -> float:
    """Seconds from what a person typed.

    Raises:
        InvalidDocument: it is no time.
    """
    try:
        return parse_timecode(text)
    except ValueError:
        message = language.gettext("Write a time such as 1:02:03 or 2:03.5.")
        raise InvalidDocument([Problem(message, field=field)]) from None


def read_moment(text: str, field: str, recording: Recording | None, language: Language) -> float:
    """Seconds from what a person typed, before the end of the recording where there is one.

    Raises:
        InvalidDocument: it is no time, or one after the end.
    """
    at = read_time(text, field, language)
    if recording and recording.parts and at >= recording.duration:
        message = language.gettext("This lies after the end: the recording is %(length)s long.")
        raise InvalidDocument([Problem(message % {"length": format_precise(recording.duration)}, field=field)])
    return at


async def change_stretches(request: Request) -> Response:
    """Cut or mute a stretch, change one, or take it back."""
    form = await read_form(request)
    editing, language = _open(request), language_of(request)
    try:
        change, label = _plan(form, editing, language)
    except InvalidDocument as error:
        return answer_problems(request, error)
    edit = _edit(editing.bundle, form, change)
    is_change = form.get("do") == "change"
    moved = {"stretch": _find_name(form, editing, language)} if is_change else {}
    return await save(
        request,
        form,
        label,
        edit,
        extra=make_extra(request, "sound", "left-notes", "left-chapters", moved=moved),
        merge=is_change,
    )


def _find_name(form: Form, editing: Editing, language: Language) -> dict[str, str]:
    """What a stretch that was changed is called now."""
    known = next(stretch for stretch in editing.stretches if stretch.id == form.get("stretch"))
    span = _read_span(form, editing, language, usual=Span(start=known.start, end=known.end))
    return {known.id: Stretch(known.kind, span.start, span.end).id}


def _plan(form: Form, editing: Editing, language: Language) -> tuple[Callable[[str], str], str]:
    """What is asked for: a change of `index.md`, and what it is called."""
    do, known = form.get("do"), {stretch.id: stretch for stretch in editing.stretches}
    if do == "remove":
        stretch = known.get(form.get("stretch"))
        if stretch is None:
            raise HTTPException(404)
        span = {"span": _spell_clock(stretch.start, stretch.end)}
        label = language.gettext("keep %(span)s") % span
        return _make_change(editing, stretch.kind, without=stretch.id), label
    if do == "change":
        stretch = known.get(form.get("stretch"))
        if stretch is None:
            raise HTTPException(404)
        wanted = _read_span(form, editing, language, usual=Span(start=stretch.start, end=stretch.end))
        return _make_change(editing, stretch.kind, without=stretch.id, new=wanted), _label(
            stretch.kind, wanted, language
        )
    if do not in {"cut", "mute"}:
        raise HTTPException(400)
    wanted = _read_span(form, editing, language)
    return _make_change(editing, do, new=wanted), _label(do, wanted, language)


def _label(kind: str, span: Span, language: Language) -> str:
    words = language.gettext("cut %(span)s") if kind == "cut" else language.gettext("mute %(span)s")
    return words % {"span": _spell_clock(span.start, span.end)}


def _spell_clock(start: float, end: float) -> str:
    return f"{format_precise(start)}–{format_precise(end)}"


def _read_span(form: Form, editing: Editing, language: Language, usual: Span | None = None) -> Span:
    texts = (form.get("from").strip(), form.get("to").strip())
    start = usual.start if usual and not texts[0] else read_moment(texts[0], "from", editing.recording, language)
    end = usual.end if usual and not texts[1] else read_time(texts[1], "to", language)
    span = Span(start=start, end=min(end, editing.recording.duration))
    if span.duration < _SHORTEST:
        message = language.gettext("The start must lie before the end.")
        raise InvalidDocument([Problem(message, field="from" if usual is None else "to")])
    return span


def _make_change(editing: Editing, kind: str, *, without: str = "", new: Span | None = None) -> Callable[[str], str]:
    """The list of cuts or mutes with one taken out, one put in, by time."""
    matter = editing.bundle.matter
    spans = [Span(start=span.start, end=span.end) for span in (matter.cut if kind == "cut" else matter.mute)]
    entries = [
        (span, Entry(_spell(span), number))
        for number, span in enumerate(spans)
        if f"{kind}:{span.start:.3f}-{span.end:.3f}" != without
    ]
    if new is not None:
        later = (at for at, (span, _) in enumerate(entries) if (span.start, span.end) > (new.start, new.end))
        entries.insert(next(later, len(entries)), (new, Entry(_spell(new))))
    return lambda text: set_entries(text, kind, [entry for _, entry in entries], EpisodeMatter)


def _spell(span: Span) -> str:
    return f"{format_precise(span.start)}-{format_precise(span.end)}"


def _edit(bundle: Bundle, form: Form, change: Callable[[str], str]) -> Edit:
    return edit_index(bundle, form, [change])


def edit_index(bundle: Bundle, form: Form, changes: Iterable[Callable[[str], str]]) -> Edit:
    """A change of an episode's `index.md`, step by step."""
    steps = list(changes)

    def change(content: bytes) -> bytes:
        text = content.decode()
        for step in steps:
            text = step(text)
        return text.encode()

    return Edit(path=index_of(bundle), change=change, based_on=form.get(BASED_ON))


ROUTES = [
    Route("/episodes/{name}/shape", show_shape),
    Route("/episodes/{name}/sound.wav", play),
    Route("/episodes/{name}/trim", change_trim, methods=["POST"]),
    Route("/episodes/{name}/stretches", change_stretches, methods=["POST"]),
]
