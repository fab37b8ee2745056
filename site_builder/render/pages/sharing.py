"""An episode on other people's pages: a small player in a frame, and oEmbed (https://oembed.com), which tells of it."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from site_builder.model.podcast import Episode, Show
from site_builder.render.urls import absolute_url, join_url, media_url, page_url

WIDTH = 640
HEIGHT = 200
"""Pixels of the player in its frame; it takes less width where there is less."""
_encode = json.JSONEncoder(ensure_ascii=False).encode
_CACHE_AGE = 86400
"""Seconds for which others may believe what oEmbed says."""


def find_embed_path(episode: Episode) -> str:
    """The page with nothing but the player."""
    return f"{episode.path}embed/"


def find_oembed_path(episode: Episode) -> str:
    """The document that tells of the player."""
    return f"{episode.path}oembed.json"


def describe_share(show: Show, episode: Episode) -> dict[str, Any]:
    """What the head of the episode's page says to others, and the code to copy; addresses are absolute."""
    return {
        "embed": absolute_url(show, find_embed_path(episode)),
        "oembed": absolute_url(show, find_oembed_path(episode)),
        "audio": media_url(show, episode.enclosure),
        "audio_type": episode.enclosure.media_type,
        "width": WIDTH,
        "height": HEIGHT,
        "code": make_embed_code(show, episode),
    }


def make_embed_code(show: Show, episode: Episode) -> str:
    """HTML for other people's pages."""
    address = absolute_url(show, find_embed_path(episode))
    return (
        f'<iframe src="{escape(address)}" title="{escape(episode.title)}" width="{WIDTH}" height="{HEIGHT}" '
        'style="border:0;width:100%;max-width:40rem" loading="lazy" allow="autoplay"></iframe>'
    )


def render_oembed(show: Show, episode: Episode) -> bytes:
    """The oEmbed document of an episode, of type `rich`."""
    document: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": episode.title,
        "author_name": show.author,
        "author_url": show.url,
        "provider_name": show.title,
        "provider_url": show.url,
        "url": page_url(show, episode),
        "cache_age": _CACHE_AGE,
        "html": make_embed_code(show, episode),
        "width": WIDTH,
        "height": HEIGHT,
    }
    if picture := episode.artwork or show.artwork:
        document |= {
            "thumbnail_url": join_url(show.url, picture.path),
            "thumbnail_width": picture.width,
            "thumbnail_height": picture.height,
        }
    lines = ",\n".join(f' "{name}": {_encode(value)}' for name, value in document.items())
    return f"{{\n{lines}\n}}\n".encode()
