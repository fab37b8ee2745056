"""Episodes as lists know them, made as a build does it: from what is kept of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from site_builder.engine.digests import digest_bytes, encode_json
from site_builder.engine.serialization import encode_value
from site_builder.episodes.summary import EpisodeSummary, EpisodeTerms
from site_builder.episodes.summary import list_episodes as list_summaries
from site_builder.model.podcast import Episode
from site_builder.render.pages.episode_rows import describe_episode_row
from site_builder.render.pages.lists import ListEntry, list_credits


def list_episodes(given: Iterable[Episode], zone: tzinfo) -> list[ListEntry]:
    """Dates are told in `zone`."""
    episodes = list(given)
    rows = {str(episode.guid): encode_json(describe_episode_row(episode, zone)) for episode in episodes}
    summaries = [_summarise(episode, rows[episode.guid]) for episode in episodes]
    terms = [encode_value(EpisodeTerms(tags=episode.tags, people=list_credits(episode))) for episode in episodes]
    return list(list_summaries(summaries, terms, zone, rows.__getitem__))


def _summarise(episode: Episode, row: bytes) -> EpisodeSummary:
    return EpisodeSummary(
        guid=episode.guid,
        slug=episode.slug,
        title=episode.title,
        published_at=episode.published_at,
        duration=episode.enclosure.duration,
        enclosure=episode.enclosure.path,
        row=digest_bytes(row)[:32],
    )
