"""Show, episode and person as schema.org JSON-LD, for search engines (https://schema.org/PodcastEpisode)."""

from __future__ import annotations

from typing import Any

from site_builder.model.podcast import Artwork, Episode, Person, Show
from site_builder.render.pages.episode_rows import find_person_path
from site_builder.render.pages.sharing import find_embed_path
from site_builder.render.urls import join_url
from site_builder.text.timecode import format_iso_duration, format_utc

_CONTEXT = "https://schema.org"


def describe_show_data(show: Show) -> dict[str, Any]:
    """A `PodcastSeries`."""
    return _drop_empty(
        {
            "@context": _CONTEXT,
            **_describe_series(show),
            "description": show.description,
            "inLanguage": show.language,
            "author": {"@type": "Person", "name": show.author},
            "webFeed": join_url(show.url, "feed.xml"),
            "image": _find_image(show, show.artwork),
        }
    )


def describe_episode_data(show: Show, episode: Episode) -> dict[str, Any]:
    """A `PodcastEpisode` with its `AudioObject` and the people heard."""
    url = join_url(show.url, episode.path)
    audio = episode.enclosure
    return _drop_empty(
        {
            "@context": _CONTEXT,
            "@type": "PodcastEpisode",
            "@id": url,
            "url": url,
            "name": episode.title,
            "description": episode.summary,
            "datePublished": format_utc(episode.published_at),
            "dateModified": episode.updated_at and format_utc(episode.updated_at),
            "episodeNumber": episode.number,
            "inLanguage": show.language,
            "keywords": ", ".join(episode.tags),
            "timeRequired": format_iso_duration(audio.duration),
            "image": _find_image(show, episode.artwork or show.artwork),
            "associatedMedia": {
                "@type": "AudioObject",
                "contentUrl": join_url(show.media_url or show.url, audio.path),
                "embedUrl": join_url(show.url, find_embed_path(episode)),
                "encodingFormat": audio.media_type,
                "duration": format_iso_duration(audio.duration),
                "contentSize": str(audio.size_bytes),
            },
            "contributor": [_describe_contributor(show, person) for person in episode.people],
            "partOfSeries": _describe_series(show),
        }
    )


def describe_person_data(show: Show, person: Person, path: str) -> dict[str, Any]:
    """A `Person` with the page that is theirs."""
    entry = _describe_contributor(show, person)
    return {"@context": _CONTEXT, **entry, "@id": join_url(show.url, path)}


def _describe_series(show: Show) -> dict[str, Any]:
    return {"@type": "PodcastSeries", "@id": show.url, "name": show.title, "url": show.url}


def _describe_contributor(show: Show, person: Person) -> dict[str, Any]:
    path = find_person_path(person)
    return _drop_empty(
        {
            "@type": "Person",
            "name": person.name,
            "url": join_url(show.url, path) if path else "",
            "sameAs": person.href,
        }
    )


def _find_image(show: Show, artwork: Artwork | None) -> str:
    return join_url(show.url, artwork.path) if artwork else ""


def _drop_empty(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in ("", None, [])}
