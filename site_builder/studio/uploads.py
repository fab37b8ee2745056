"""Receives files from the browser straight into a folder of the show's cache.

A file comes as the body of a request (a script sends it, and can tell how far it is) or within a form
(multipart/form-data, without scripts). Its name on disk is ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from site_builder.studio.background.running_mark import list_running
from site_builder.studio.studio import CACHE, Studio

FOLDER = f"{CACHE}/uploads"
_LONGEST_FIELD = 1_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a browser has sent. Who asked for it has to delete it."""

    file: Path
    """Where it lies, with a name of ours."""
    name: str
    """What it was called: to be shown, and nothing else."""
    size: int


@dataclass(slots=True)
class Received:
    """A form with files."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    """By the name of the field; a field left empty has none."""

    def delete(self) -> None:
        """Remove every file."""
        for upload in self.files.values():
            upload.file.unlink(missing_ok=True)


def clear_uploads(studio: Studio) -> None:
    """Delete what was sent to this studio, and what ended ones have left: to be called at the start and at the end.

    What another studio of the same show has received, and is at work with, stays.
    """
    studio.mark.remove()
    folder = studio.folder / FOLDER
    files = list(folder.iterdir()) if folder.is_dir() else []
    running = list_running(studio.folder) if files else set()
    for file in files:
        if file.name.partition("-")[0] not in running:
            with suppress(OSError):
                file.unlink()


async def receive_body(request: Request, studio: Studio, *, limit: int, suffix: str = "") -> Upload:
    """The body of a request as a file; its name is the parameter `name` of the address.

    Raises:
        HTTPException: it is larger than `limit` bytes, or ended half-way.
    """
    file = _choose_place(studio, suffix)
    size = 0
    try:
        with file.open("xb") as target:
            async for chunk in request.stream():
                size += len(chunk)
                _require_within(size, limit)
                await run_in_threadpool(target.write, chunk)
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, ClientDisconnect):
            raise HTTPException(400) from None
        raise
    return Upload(file, request.query_params.get("name", ""), size)


async def receive_form(request: Request, studio: Studio, *, limit: int) -> Received:
    """A form with files, as it is sent without scripts.

    Raises:
        HTTPException: it is larger than `limit` bytes, or no such form, or ended half-way.
    """
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise HTTPException(415)
    reader = _FormReader(lambda: _choose_place(studio, ""))
    parser = MultipartParser(boundary, callbacks=reader.callbacks)  # type: ignore[arg-type]
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            _require_within(size, limit)
            await run_in_threadpool(parser.write, chunk)
        parser.finalize()
    except BaseException as error:
        reader.abandon()
        if isinstance(error, FormParserError | ClientDisconnect):
            raise HTTPException(400) from None
        raise
    return reader.received


def _require_within(size: int, limit: int) -> None:
    if size > limit:
        raise HTTPException(413)


def _choose_place(studio: Studio, suffix: str) -> Path:
    folder = studio.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{studio.mark.find_name(studio.folder)}-{secrets.token_hex(8)}{suffix}"


class _FormReader:
    """Takes the parts of a form as the parser finds them."""

    def __init__(self, choose_place: Callable[[], Path]) -> None:
        self.received = Received()
        self._choose_place = choose_place
        self._headers: dict[str, str] = {}
        self._name = self._value = b""
        self._text = bytearray()
        self._file: IO[bytes] | None = None
        self._place = Path()
        self._title = ("", "")

    @property
    def callbacks(self) -> dict[str, Callable[..., None]]:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._take_header_name,
            "on_header_value": self._take_header_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._take,
            "on_part_end": self._end,
        }

    def abandon(self) -> None:
        """Remove all that was written."""
        if self._file:
            self._file.close()
            self._place.unlink(missing_ok=True)
        self.received.delete()

    def _begin(self) -> None:
        self._headers, self._text = {}, bytearray()
        self._name = self._value = b""

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _open(self) -> None:
        header = Message()
        header["content-disposition"] = self._headers.get("content-disposition", "")
        name, file = (header.get_param(key, header="content-disposition") for key in ("name", "filename"))
        self._title = (str(name or ""), str(file or ""))
        if file:
            self._place = self._choose_place()
            self._file = self._place.open("xb")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file.write(data[start:end])
        elif len(self._text) + end - start <= _LONGEST_FIELD:
            self._text += data[start:end]

    def _end(self) -> None:
        name, title = self._title
        if self._file:
            size = self._file.tell()
            self._file.close()
            self._file = None
            self.received.files[name] = Upload(self._place, title, size)
        else:
            self.received.fields[name] = self._text.decode("utf-8", "replace")
