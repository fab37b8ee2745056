"""When a feed says that it changed, and which announced conversations it still names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from episode_maker import FIRST_DAY, make_full_show, make_show

from site_builder.episodes.summary import EpisodeSummary
from site_builder.model.podcast import Show
from site_builder.site.feeds import FeedPlan, describe_feeds


def outline(nth: int, *, updated_at: datetime | None = None, guid: str = "") -> EpisodeSummary:
    """The nth episode, a week after the one before it."""
    return EpisodeSummary(
        guid=guid or f"g{nth}",
        slug=f"s{nth}",
        title=f"Episode {nth}",
        published_at=FIRST_DAY + timedelta(weeks=nth),
        updated_at=updated_at,
        duration=60.0,
        enclosure=f"media/s{nth}.m4a",
        row="",
        item=f"i{nth}",
        document="",
    )


def head(*episodes: EpisodeSummary, show: Show | None = None, size: int = 0, page: int = 1) -> bytes:
    """What a page of the feed says before its items."""
    pages = describe_feeds(FeedPlan(show=show or make_show(), episodes=episodes, size=size))
    return pages[-page].render_head()


def test_the_newest_date_that_anybody_wrote_counts() -> None:
    assert b"<lastBuildDate>Fri, 16 Oct 2026 18:30:00 +0000<" in head(outline(2), outline(1))
    edited = outline(1, updated_at=datetime(2026, 10, 20, 8, tzinfo=UTC))
    assert b"<lastBuildDate>Tue, 20 Oct 2026 08:00:00 +0000<" in head(outline(2), edited)
    assert head(outline(2), edited) == head(outline(2), edited)


def test_a_show_without_episodes_has_no_date() -> None:
    assert b"lastBuildDate" not in head()
    assert b"1970" not in head()


def test_a_live_item_is_on_the_first_page_until_it_is_an_episode() -> None:
    show = make_full_show()
    assert b"<podcast:liveItem" in head(outline(1), show=show)
    assert b"<podcast:liveItem" not in head(outline(1, guid="1lDxLnrWjwk99"), show=show)
    assert b"<podcast:liveItem" not in head(outline(2), outline(1), show=show, size=1, page=2)
