"""What earlier deploys put somewhere: a small file that lies beside the site and is read before the next deploy.

Only files named here are ever removed. A path is noted without its digest before it is touched and with it once it is
there, so a deploy that is killed leaves no wrong claim behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from site_builder.engine.digests import encode_json
from site_builder.engine.files import is_proper

MANIFEST = ".spacecast-manifest.json"
UNKNOWN = ""
"""In place of a digest: the file is ours, and may be as it was, or new, or not there."""


def parse_manifest(content: bytes | None) -> dict[str, str]:
    """Path to SHA-256; nothing where there is none, or one that is damaged or of another kind."""
    try:
        document = json.loads(content or b"{}")
        files = document.get("files", {}) if document.get("format") == 1 else {}
        return {path: str(digest) for path, digest in files.items() if is_proper(path)}
    except (ValueError, AttributeError, RecursionError):
        return {}


def render_manifest(files: Mapping[str, str]) -> bytes:
    """The file's content."""
    return encode_json({"format": 1, "files": dict(files)}) + b"\n"


def doubt(files: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """The manifest to leave behind while `paths` are being touched."""
    return {**files, **dict.fromkeys(paths, UNKNOWN)}
