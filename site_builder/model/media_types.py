"""Media types of the site's files by suffix, as servers give them in `Content-Type`; the same on every system.

https://www.iana.org/assignments/media-types/; audio as Apple's feeds name it.
"""

from __future__ import annotations

_TEXT = "; charset=utf-8"
_TYPES = {
    "aac": "audio/aac",
    "avif": "image/avif",
    "css": "text/css" + _TEXT,
    "flac": "audio/flac",
    "gif": "image/gif",
    "html": "text/html" + _TEXT,
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript" + _TEXT,
    "json": "application/json",
    "m4a": "audio/x-m4a",
    "mjs": "text/javascript" + _TEXT,
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "srt": "application/x-subrip" + _TEXT,
    "svg": "image/svg+xml" + _TEXT,
    "txt": "text/plain" + _TEXT,
    "vtt": "text/vtt" + _TEXT,
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": "application/xml",
    "xsl": "application/xml",
    "zip": "application/zip",
}


def find_media_type(path: str) -> str:
    """The type of the file at `path`, by its name: `application/octet-stream` where that does not tell.

    JSON chapters are known by their name, `chapters.json`. A feed is `application/xml`: browsers show that, and would
    download `application/rss+xml`.
    """
    name = path.rpartition("/")[2].lower()
    if name == "chapters.json":
        return "application/json+chapters"
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
