"""Reads catalogues of translations (gettext, `.po`), and keeps what is compiled of the built-in ones.

To compile one takes 80 ms of every build, more than all else that an edited note needs but loading. Compiled ones lie
beside the program, in `__pycache__`, as Python keeps its own modules; they are named by what they were compiled from.
"""

from __future__ import annotations

import io
import os
import re
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from gettext import GNUTranslations
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.errors import InvalidDocument, Problem

if TYPE_CHECKING:
    from babel.messages.catalog import Message

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
"""What is filled in: `%(name)s`."""
_STRAY = re.compile(r"(?<!%)%(?![%(])")
_MARK = 16
"""Digits of a digest."""


def find_program_cache(module: str) -> Path:
    """Where Python keeps what it compiled of a module, which may be elsewhere (`PYTHONPYCACHEPREFIX`)."""
    from importlib.util import cache_from_source  # noqa: PLC0415 -- loaded by Python itself, but not under this name

    return Path(cache_from_source(module)).parent


def load_catalogue(file: Path, keep_in: Path | None = None) -> GNUTranslations:
    """What a catalogue says; compiled, it is kept in the folder given, for nobody else to write to.

    Raises:
        InvalidDocument: it cannot be read, or fills in what its text does not have; names the line.
    """
    content = file.read_bytes()
    kept = keep_in / f"{file.stem}-{sha256(content).hexdigest()[:_MARK]}.mo" if keep_in else None
    with suppress(OSError, ValueError, LookupError, struct.error):
        if kept:
            return _read_compiled(kept.read_bytes())
    compiled = _compile(file, content)
    if kept and not sys.dont_write_bytecode:
        with suppress(OSError):
            _keep(kept, compiled)
    return _read_compiled(compiled)


def _read_compiled(compiled: bytes) -> GNUTranslations:
    return GNUTranslations(io.BytesIO(compiled))


def _compile(file: Path, content: bytes) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 -- not needed for what was compiled before
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415 -- as above

    compiled = io.BytesIO()
    try:
        locale = file.stem.replace("-", "_")
        catalogue = read_po(io.BytesIO(content), locale=locale, abort_invalid=True)
        problems = [problem for message in catalogue for problem in _check_message(file, message)]
        write_mo(compiled, catalogue)
        _read_compiled(compiled.getvalue())
    except PoFileError as error:
        what = re.sub(r" on \d+$", "", str(error))
        raise InvalidDocument([Problem(f"this catalogue cannot be read: {what}", file, error.lineno + 1)]) from error
    except (ValueError, LookupError) as error:
        raise InvalidDocument([Problem(f"this catalogue cannot be read: {error}", file)]) from error
    if problems:
        raise InvalidDocument(problems)
    return compiled.getvalue()


def _keep(place: Path, compiled: bytes) -> None:
    """Write it whole, and delete what an earlier version of the catalogue left."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}-{os.getpid()}")
    part.write_bytes(compiled)
    part.replace(place)
    for other in place.parent.glob(f"{place.stem[:-_MARK]}{'?' * _MARK}.mo"):
        if other != place:
            other.unlink(missing_ok=True)


def _check_message(file: Path, message: Message) -> Iterator[Problem]:
    """A translation may fill in what its text does, and nothing else."""
    wanted = set(PLACEHOLDER.findall("".join(message.id)))
    for said in [message.string] if isinstance(message.string, str) else message.string or ():
        if odd := set(PLACEHOLDER.findall(said)) - wanted if message.id else ():
            names = ", ".join(f"%({name})s" for name in sorted(odd))
            yield Problem(f"{said!r} fills in {names}, which the text has not", file, message.lineno)
        elif wanted and _STRAY.search(said):
            yield Problem(f"{said!r} has a single %; write %%", file, message.lineno)
