"""What a feed names, fetched; relative addresses, which no feed should have and some do, are relative to the feed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from site_builder.errors import UnusableSource
from site_builder.net.download import Report, download
from site_builder.net.failures import Exceeded, Refused, Unanswered
from site_builder.net.http import Answer, Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds on what is downloaded from other servers; a host may raise them."""

    audio_bytes: int = 2_000_000_000
    """Of one audio file."""
    audio_seconds: float = 7200.0
    """For one audio file to come."""
    pages: int = 500
    """Of a feed in pages (RFC 5005)."""


USUAL = Bounds()


class Web:
    """Fetches for an import.

    Args:
        feed_url: Where the feed is, as a person gave it; empty where it is a file on this computer.
        bounds: Of what is downloaded.
    """

    def __init__(self, feed_url: str = "", bounds: Bounds = USUAL) -> None:
        self._feed_url = feed_url
        self._client = Client(feed_url)
        self._bounds = bounds

    def fetch(self, url: str, *, largest: int) -> Answer:
        """A file of at most `largest` bytes.

        Raises:
            UnusableSource: it cannot be had, or is longer.
        """
        with _explained(url, self._feed_url) as absolute:
            return self._client.fetch(absolute, largest=largest)

    def download(self, url: str, file: Path, report: Report) -> None:
        """Audio to disk; see `net.download`.

        Raises:
            UnusableSource: it cannot be had, or is too long for the bounds.
        """
        with _explained(url, self._feed_url) as absolute:
            largest, seconds = self._bounds.audio_bytes, self._bounds.audio_seconds
            download(self._client, absolute, file, largest=largest, seconds=seconds, report=report)


@contextmanager
def _explained(url: str, feed_url: str) -> Iterator[str]:
    try:
        yield urljoin(feed_url, url)
    except Exceeded as error:
        raise UnusableSource(f"{url[:200]} was not fetched: {error}; --max-mb and --max-minutes raise that") from None
    except Refused as error:
        raise UnusableSource(f"{url[:200]} cannot be had: {error}") from None
    except Unanswered as error:
        raise UnusableSource(f"{url[:200]} cannot be had ({error}); run the same command later") from None
    except ValueError:
        raise UnusableSource(f"{url[:200]} is no web address") from None
