"""What every source of recordings offers: an X archive, an audio file, and whatever comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from site_builder.model.conversation import Account, Conversation


class Source(Protocol):
    """Something a person points at that holds one or more recorded conversations. Use it in a `with` block.

        with open_source(Path("twitter-2026-10-18-practice.zip")) as source:
            for id in source.find_ids():
                conversation = source.read(id, copy_into=Path("content/episodes/…"))

    Everything it says is untrusted text: ids, names and titles are data, never file names or markup.
    """

    name: str
    """What a person calls it: the file name."""

    @property
    def remarks(self) -> list[str]:
        """Damage that was worked around, a sentence each; grows while reading."""

    @property
    def account(self) -> Account:
        """Who made it; empty fields where it does not tell."""

    @property
    def made_at(self) -> datetime | None:
        """When it was made, where it tells."""

    def find_ids(self) -> tuple[str, ...]:
        """Ids of all conversations it knows, oldest first; reads no audio."""

    def count_parts(self, id: str) -> int:  # noqa: A002
        """How many files it holds of the recording of `id`; reads none of them."""

    def read_sound(self, id: str, copy_into: Path | None = None) -> Any:  # noqa: A002
        """What takes long of `read`, for it to be given: may be called in a process that was forked from this one.

        None where nothing can be read ahead. Damage is no exception.
        """

    def read(self, id: str, copy_into: Path | None = None, sound: Any = None) -> Conversation:  # noqa: A002
        """The conversation `id`, each part of its recording read once.

        With `copy_into` (an existing folder) each part is written there as `Part.file`, byte for byte, while it is
        read. `sound` is what `read_sound` made of the same.

        Raises:
            UnusableSource: A part cannot be read. Nothing half-written is left in `copy_into`.
            KeyError: `id` is not one of `find_ids()`.
        """

    def close(self) -> None:
        """Let go of open files."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source: how to recognise it and how to open it."""

    name: str
    detect: Callable[[Path], bool]
    """Cheap: looks at names and first bytes only; never raises for content that is not of its kind."""
    open: Callable[[Path], Source]
    """Raises UnusableSource with a sentence saying what to do."""
