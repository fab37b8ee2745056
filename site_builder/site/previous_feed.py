"""Copies items out of the feed that is there, so that one new item does not mean writing all.

docs/decisions/0010 says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from site_builder.engine.digests import digest_file
from site_builder.engine.ledger import Entry, Facts
from site_builder.engine.stamps import FileStamp

_CHUNK = 1 << 20
"""Bytes in memory at a time."""


class PreviousFeed:
    """Items of a feed that this program wrote; none where the file is not as it was written."""

    def __init__(self, file: Path | None = None, entry: Entry | None = None) -> None:
        """`entry` is what is remembered of `file`, with the facts that `FeedPage.write` gave."""
        self._file = file
        self._places: dict[str, range] = {}
        with suppress(OSError, KeyError, TypeError):
            if file and entry and entry.facts["items"] and _is_as_written(file, entry):
                self._places = dict(_find_places(entry.facts))

    def __contains__(self, item: str) -> bool:
        return item in self._places

    def copy(self, items: Iterable[str], write: Callable[[bytes], object]) -> list[int]:
        """Have these items, by digest, written; gives the size of each in bytes."""
        places = [self._places[item] for item in items]
        if self._file:
            with self._file.open("rb") as file:
                for span in _join_neighbours(places):
                    _copy_span(file, span, write)
        return [len(place) for place in places]


def _is_as_written(file: Path, entry: Entry) -> bool:
    """By size, time and inode; where these differ, because it was copied perhaps, byte for byte."""
    return FileStamp.take(file).moved == entry.facts.get("stamp") or digest_file(file) == entry.sha256


def describe_layout(begin: int, items: Sequence[str], sizes: Sequence[int]) -> Facts:
    """Where items, by digest, are in a feed: one after the other from byte `begin` on."""
    return {"begin": begin, "items": items, "sizes": sizes}


def _find_places(facts: Facts) -> Iterator[tuple[str, range]]:
    begin, items, sizes = facts["begin"], facts["items"], facts["sizes"]
    if not (isinstance(begin, int) and isinstance(items, list) and isinstance(sizes, list)):
        raise TypeError
    ends = accumulate(sizes, initial=begin)
    for item, size, start in zip(items, sizes, ends, strict=False):
        yield item, range(start, start + size)


def _join_neighbours(places: Iterable[range]) -> Iterator[range]:
    span = range(0)
    for place in places:
        if place.start == span.stop:
            span = range(span.start, place.stop)
        else:
            yield span
            span = place
    yield span


def _copy_span(file: BinaryIO, span: range, write: Callable[[bytes], object]) -> None:
    file.seek(span.start)
    for at in range(span.start, span.stop, _CHUNK):
        write(file.read(min(_CHUNK, span.stop - at)))
