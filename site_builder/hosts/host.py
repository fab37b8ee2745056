"""The interface of a host: a place a built site is sent to, chosen by the scheme of its address.

A deploy is told to a host in this order, and a host does what it can at each step:

    compare ─▶ begin ─▶ send media ─▶ send assets ─▶ send pages ─▶ send feed ─▶ remove ─▶ settle

Whatever moment it is stopped at, every address that something online names is online too: what is named goes before
what names it, and goes away after it. A host that replaces a whole site at once (git) does everything in `settle`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from site_builder.engine.digests import digest_file
from site_builder.errors import SpacecastError
from site_builder.events import Made, Making, Notify
from site_builder.model.media_types import find_media_type
from site_builder.model.paths import FEED, is_feed
from site_builder.net.credentials import Credentials

HASHED = re.compile(r"(?:assets|artwork|icons)/.*[._-][0-9a-f]{8,64}(?:-[a-z0-9]+)?\.[a-z0-9_]+")
"""A file whose name holds a digest: the same name always means the same bytes."""
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
"""Audio: its name tells what is heard, its tags may be corrected (docs/decisions/0003)."""
BRIEFLY = "public, max-age=300"
"""Pages and the feed: a correction reaches everybody within five minutes."""
_LIKE_PAGES = re.compile(r".*\.html|sitemap(?:-\d+)?\.xml|robots\.txt|pagefind/(?:\d+/)?pagefind-entry\.json")
"""Pages, and files that name others as pages do."""


class Kind(StrEnum):
    """What a file is to the order of a deploy."""

    MEDIA = "media"
    ASSET = "asset"
    """Whatever pages or the feed name: styles, pictures, chapters, transcripts."""
    PAGE = "page"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is to be online."""

    path: str
    """Below the site's root, with `/`."""
    source: Path | None
    """Where it lies; None where only the host has it, as audio whose recording is elsewhere."""
    size_bytes: int
    sha256: str

    @property
    def kind(self) -> Kind:
        """By its path."""
        if self.path.startswith("media/"):
            return Kind.MEDIA
        if is_feed(self.path):
            return Kind.FEED
        return Kind.PAGE if _LIKE_PAGES.fullmatch(self.path) else Kind.ASSET

    @property
    def media_type(self) -> str:
        """For the `Content-Type` header."""
        return find_media_type(self.path)

    @property
    def cache_control(self) -> str:
        """For the header of that name."""
        if self.kind is Kind.MEDIA:
            return A_DAY
        return FOR_EVER if HASHED.fullmatch(self.path) else BRIEFLY

    def find_bytes(self) -> Path:
        """The file, which still holds what was built.

        Raises:
            SpacecastError: it is gone or was changed since.
        """
        try:
            if self.source and digest_file(self.source) == self.sha256:
                return self.source
        except OSError:
            pass
        raise SpacecastError(f"{self.path}: output/ changed while it was being sent; build again, then deploy again")


def in_order(uploads: Sequence[Upload], replaced: Collection[str] = ()) -> Iterator[list[Upload]]:
    """The waves of a deploy; within the last one the feed itself comes after its further pages.

    Audio that takes the place of other audio under the same name (`replaced`; its tags were corrected) goes just before
    the feed. Both files have one size, so either feed is right about either; only where a picture in every chapter
    makes tags outgrow their room (docs/decisions/0003) is one of the two ahead for a moment.
    """
    first = [upload for upload in uploads if upload.kind is Kind.MEDIA and upload.path not in replaced]
    late = [upload for upload in uploads if upload.kind is Kind.MEDIA and upload.path in replaced]
    rest = {kind: [upload for upload in uploads if upload.kind is kind] for kind in Kind}
    for wave in (first, rest[Kind.ASSET], rest[Kind.PAGE], late, rest[Kind.FEED]):
        if wave:
            yield sorted(wave, key=lambda upload: (upload.path == FEED, upload.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a host may want to know of the show."""

    folder: Path
    """The show's."""
    site_url: str
    """Where the site will be seen, with a trailing slash."""
    show_guid: str = ""
    """The show's identity: whose site it is that lies somewhere."""
    site: Path | None = None
    """Where the files to be sent lie; `output/` where nothing is said."""
    credentials: Credentials = field(default_factory=Credentials)
    """Where a host finds its token, where it needs one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a host lacks, and what it has that is no longer wanted; paths."""

    missing: Collection[str]
    replaced: Collection[str] = ()
    """Those of the missing in whose place something else is."""
    surplus: tuple[str, ...] = ()
    """Only what an earlier deploy sent: whatever else lies there is somebody's."""


class Host(ABC):
    """A place files are sent to.

    Every method raises SpacecastError, a sentence without secrets, where the place cannot be reached or refuses.
    """

    name: ClassVar[str]
    """Its scheme, by which the limits of a host are known."""

    def __init__(self, label: str) -> None:
        self.label = label
        """For people: where it is, without secrets."""
        self.noted_as = ""
        """How the config names this very place for good, where a word that may mean another later names it too."""
        self.repository: tuple[str, str] = ("", "")
        """Address and branch, where it is a git repository."""
        self.remarks: list[str] = []
        """What a person should know after a deploy, a sentence each."""

    def describe_outcome(self, site_url: str) -> str:
        """The last line of a deploy: where the site can be seen now."""
        return f"Online soon: {site_url} (sent to {self.label})"

    @abstractmethod
    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """Look at what is online, changing nothing. Called once, before everything else."""

    @abstractmethod
    def begin(self, difference: Difference) -> None:
        """Get ready; whatever is noted here lets the next run finish what this one began."""

    @abstractmethod
    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Put files online; when this returns they are, each whole."""

    @abstractmethod
    def remove(self, paths: Sequence[str]) -> None:
        """Take files offline."""

    @abstractmethod
    def settle(self) -> None:
        """The end of a deploy: everything wanted is online."""


def tell(notify: Notify, upload: Upload, *, done: bool) -> None:
    """One event before an upload, one after."""
    notify(Made(upload.path, upload.path, changed=True) if done else Making(upload.path, f"Sending {upload.path}"))
