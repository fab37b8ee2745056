"""The web manifest and service worker, by which the site can be installed and read offline.

https://www.w3.org/TR/appmanifest/ and https://www.w3.org/TR/service-workers/
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from site_builder.model.podcast import Show
from site_builder.render.artwork.icons import find_icons
from site_builder.render.pages.styles import make_palette
from site_builder.text.languages import Language

OFFLINE_PATH = "offline/"
"""The page shown in place of one that is neither to be had nor kept."""
_KEPT_SUFFIXES = (".css", ".js", ".svg", ".woff2")


@lru_cache
def describe_app(accent: str) -> dict[str, Any]:
    """Icons and colours that every page names: `icons` (path, size, purpose) and `paper` (light, dark)."""
    return {
        "icons": [{"path": icon.path, "size": icon.size, "purpose": icon.purpose} for icon in find_icons(accent)],
        "paper": {
            "light": make_palette(accent, dark=False)["paper"],
            "dark": make_palette(accent, dark=True)["paper"],
        },
    }


def describe_manifest(show: Show, accent: str) -> dict[str, Any]:
    """The site as something to install: `manifest.webmanifest`."""
    site = {
        "title": show.title,
        "description": show.subtitle or show.description,
        "language": show.language,
        "dir": Language(show.language).direction,
    }
    return {"site": site | describe_app(accent), "page": _describe_file("manifest.webmanifest")}


def describe_worker(assets: Iterable[str]) -> dict[str, Any]:
    """The service worker: `sw.js`. `assets` are paths with digests, so their names are what a version consists of."""
    kept = sorted(path for path in assets if path.endswith(_KEPT_SUFFIXES))
    version = sha256("\n".join(kept).encode()).hexdigest()[:12]
    return {"site": {}, "page": _describe_file("sw.js"), "version": version, "assets": kept, "offline": OFFLINE_PATH}


def _describe_file(path: str) -> dict[str, Any]:
    return {"template": path, "path": path, "file": path, "root": ""}
