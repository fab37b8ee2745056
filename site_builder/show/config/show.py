"""Makes the `Show` of `model/` from the config."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

from site_builder.model import podcasting20 as p20
from site_builder.model.paths import FEED
from site_builder.model.podcast import Show
from site_builder.show.config.feed import FeedConfig
from site_builder.show.config.sections import ShowConfig
from site_builder.show.documents.podcasting20 import list_posts

_NAMESPACE = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")


def make_feed_guid(feed_url: str) -> str:
    """The `podcast:guid` of a feed that is published for the first time at `feed_url`.

    https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/tags/guid.md
    """
    return str(uuid5(_NAMESPACE, feed_url.rpartition("://")[2].rstrip("/")))


def describe_show(show: ShowConfig, feed: FeedConfig, *, media_url: str = "") -> Show:
    """The show without what only a build knows: artwork, pictures, trailers.

    Pictures of people are as written: a path in the show's folder, or a URL.
    """
    guid = feed.guid or make_feed_guid(show.url + FEED)
    described = Show(
        title=show.title,
        description=show.description,
        url=show.url,
        language=show.language,
        author=show.author,
        email=show.email,
        categories=show.categories,
        explicit=show.explicit,
        copyright=show.copyright,
        kind=show.kind.value,
        subtitle=show.subtitle,
        guid=guid,
        people=tuple(entry.to_model() for entry in show.people),
        media_url=media_url,
        enclosure_prefix=f"https://op3.dev/e,pg={guid}/" if feed.op3 else "",
        new_feed_url=feed.moved_to or "",
        complete=feed.complete,
        locked=feed.locked,
        medium=feed.medium,
        countries=show.countries,
        podroll=tuple(entry.to_model() for entry in feed.podroll),
        update_frequency=feed.update_frequency.to_model(show.zone) if feed.update_frequency else None,
        funding=tuple(entry.to_model() for entry in show.funding),
        license=show.license.to_model() if show.license else None,
        locations=tuple(entry.to_model() for entry in show.location),
        texts=tuple(entry.to_model() for entry in feed.txt),
        block=feed.block,
    )
    return _add_podcasting20(described, show, feed)


def _add_podcasting20(described: Show, show: ShowConfig, feed: FeedConfig) -> Show:
    """What Podcasting 2.0 apps show beside the feed: talk, payment, network."""
    return replace(
        described,
        posts=list_posts(show.comments),
        chat=show.chat.to_model() if show.chat else None,
        value=(show.value.to_model(),) if show.value else (),
        publisher=feed.publisher.to_model() if feed.publisher else None,
        podping=feed.podping,
        services=_list_services(feed),
        live=tuple(entry.to_model(show.zone) for entry in feed.live),
    )


def _list_services(feed: FeedConfig) -> tuple[p20.ServiceBlock, ...]:
    blocked = [(service, True) for service in feed.block_services]
    allowed = [(service, False) for service in feed.allow_services]
    return tuple(p20.ServiceBlock(service=service, blocked=block) for service, block in [*blocked, *allowed])
