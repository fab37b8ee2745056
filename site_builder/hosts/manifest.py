"""A list of what was sent, kept in a file beside the site and compared before the next deploy.

Only files named here are ever removed. A path is noted without its digest before it is touched and with it once it is
there, so a deploy that is killed leaves no wrong claim behind.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from site_builder.engine.digests import encode_json
from site_builder.engine.files import is_safe_path
from site_builder.hosts.host import Difference, Host, Upload

MANIFEST = ".spacecast-manifest.json"
UNKNOWN = ""
"""In place of a digest: the file is ours, and may be as it was, or new, or not there."""


def parse_manifest(content: bytes | None) -> dict[str, str]:
    """Path to SHA-256; nothing where there is none, or one that is damaged or of another kind."""
    try:
        document = json.loads(content or b"{}")
        files = document.get("files", {}) if document.get("format") == 1 else {}
        return {path: str(digest) for path, digest in files.items() if is_safe_path(path)}
    except (ValueError, AttributeError, RecursionError):
        return {}


def render_manifest(files: Mapping[str, str]) -> bytes:
    """The file's content."""
    return encode_json({"format": 1, "files": dict(files)}) + b"\n"


def doubt(files: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """The manifest to leave behind while `paths` are being touched."""
    return {**files, **dict.fromkeys(paths, UNKNOWN)}


class ManifestHost(Host):
    """A place that is told apart by its manifest: what was noted is known, and all else is somebody's."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.files: dict[str, str] = {}
        """As the manifest says it."""
        self.wanted: dict[str, str] = {}
        """The same, of what is to be online."""

    @abstractmethod
    def _read_manifest(self) -> bytes | None:
        """What was noted; None where nothing was."""

    @abstractmethod
    def _write_manifest(self, content: bytes) -> None:
        """Note this in place of what was."""

    def _begin_comparing(self, wanted: Sequence[Upload]) -> None:
        """Know what was noted, and what is to be there."""
        self.wanted = {upload.path: upload.sha256 for upload in wanted}
        self.files = parse_manifest(self._read_manifest())

    def _list_missing(self, wanted: Sequence[Upload], sizes: Mapping[str, int]) -> list[str]:
        """By the digests that were noted, and the sizes of what is there."""
        return [
            upload.path
            for upload in wanted
            if self.files.get(upload.path) != upload.sha256 or sizes.get(upload.path) != upload.size_bytes
        ]

    def begin(self, difference: Difference) -> None:
        """Note what will be touched."""
        self._note(doubt(self.files, [*difference.missing, *difference.surplus]))

    def settle(self) -> None:
        """Note what is there now."""
        self._note(self.wanted)

    def _note(self, files: Mapping[str, str]) -> None:
        if files != self.files:
            self._write_manifest(render_manifest(files))
            self.files = dict(files)
