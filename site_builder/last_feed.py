"""The feed that is there, to copy from: of a long one with one new item, all the others need not be read anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from site_builder.digests import digest_file
from site_builder.ledger import Entry, Facts

_CHUNK = 1 << 20
"""Bytes in memory at a time."""


class LastFeed:
    """Items of a feed that this program wrote; none where the file is not, byte for byte, as it was written."""

    def __init__(self, file: Path | None = None, entry: Entry | None = None) -> None:
        """`entry` is what is remembered of `file`, with the facts that `describe_layout` gave."""
        self._file = file
        self._places: dict[str, range] = {}
        with suppress(OSError, KeyError, TypeError):
            if file and entry and entry.facts["items"] and digest_file(file) == entry.sha256:
                self._places = dict(_find_places(entry.facts))

    def __contains__(self, item: str) -> bool:
        return item in self._places

    def copy(self, items: Iterable[str], out: BinaryIO) -> list[int]:
        """Append these items, by digest, to `out`; gives the size of each in bytes."""
        places = [self._places[item] for item in items]
        if self._file:
            with self._file.open("rb") as file:
                for span in _join_neighbours(places):
                    _copy_span(file, span, out)
        return [len(place) for place in places]


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


def _copy_span(file: BinaryIO, span: range, out: BinaryIO) -> None:
    file.seek(span.start)
    out.writelines(file.read(min(_CHUNK, span.stop - at)) for at in range(span.start, span.stop, _CHUNK))
