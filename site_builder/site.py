"""Which files the site has, beside its audio: pages, feed, chapters, transcripts, pictures, assets.

A page is a pure function of its context, so the context and the digest of the theme are all of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from site_builder import podcasting20 as p20
from site_builder.config import find_feed_path
from site_builder.digests import JSON, digest_bytes, digest_json
from site_builder.model import Episode, Show
from site_builder.parallel import map_in_processes
from site_builder.render import contexts
from site_builder.render.addresses import absolute_url
from site_builder.render.chapters import render_json_chapters
from site_builder.render.contexts import Context
from site_builder.render.feed import join_feed, make_trailers, render_head, render_item
from site_builder.render.icons import find_icons, render_icon
from site_builder.render.offline import describe_manifest, describe_worker
from site_builder.render.pages import Theme
from site_builder.render.searchable import render_documents
from site_builder.render.sharing import find_oembed_path, render_oembed
from site_builder.render.transcripts import render_json_transcript, render_srt, render_vtt
from site_builder.targets import Target, bytes_target

STYLESHEET = "feed.css"
"""What a browser shows the feed with."""
_PLANNED = {"canonical", "file", "indexed", "path", "title"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPISODE = TypeAdapter(Episode)
_SHOW = TypeAdapter(Show)
_TRAILERS = TypeAdapter(tuple[p20.Trailer, ...])
_TRANSCRIPTS = (
    (".vtt", "text/vtt", render_vtt),
    (".srt", "application/x-subrip", render_srt),
    (".json", "application/json", render_json_transcript),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A free page, ready to be laid out."""

    slug: str
    title: str
    html: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that the site is made of."""

    site: contexts.Site
    episodes: tuple[Episode, ...]
    """To be published, newest first, as `attach_files` leaves them."""
    theme: Theme
    peaks: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Guid to the waveform of the published audio."""
    pages: tuple[Page, ...] = ()
    tombstones: Mapping[str, str] = field(default_factory=dict)
    """Slug of a withdrawn episode to the reason that is given; may be empty."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Slug an episode once had to the one it has."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Path to the bytes of pictures."""
    hub: str = ""
    """A WebSub hub that the feed names."""
    feed_size: int = 0
    """Episodes in one page of the feed (RFC 5005); 0: all in one."""

    @property
    def show(self) -> Show:
        """The show it is the site of."""
        return self.site.show


def attach_files(episode: Episode, language: str = "") -> Episode:
    """The episode with the paths of the chapter and transcript files that `plan_site` makes of it.

    `language` is what is spoken, as feeds write it.
    """
    stem = f"{episode.path}{episode.slug}"
    transcripts = tuple(
        p20.TranscriptFile(path=f"{stem}{suffix}", media_type=media_type, language=language, captions=suffix == ".vtt")
        for suffix, media_type, _ in _TRANSCRIPTS
    )
    return replace(
        episode,
        chapters_path=f"{episode.path}chapters.json" if episode.chapters else "",
        transcripts=transcripts if episode.cues else (),
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be. Its context is made to be looked at, and again with the page: all at once would fill the memory."""

    page: Context
    """`page` of the context, as far as it is needed to plan."""
    digest: str
    """Of the context."""
    document: bytes
    """What of it can be searched."""
    describe: Callable[[], Context]


def plan_site(contents: Contents, sheets: Sequence[Sheet]) -> list[Target]:
    """Everything but audio and search, in the order in which it may go online: what is linked before what links to it.

    `sheets` are those of `make_sheets`.
    """
    return [
        *_plan_assets(contents),
        *_plan_icons(contents.site.look.accent),
        *(target for episode in contents.episodes for target in _plan_episode_files(contents.show, episode)),
        *(_plan_page(contents.theme, sheet) for sheet in sheets),
        *(_plan_page(contents.theme, _make_sheet(describe)) for describe in _list_files(contents, sheets)),
        bytes_target(".nojekyll", "empty/1", {}, bytes),
        *_plan_feeds(contents),
    ]


def make_sheets(contents: Contents, jobs: int) -> list[Sheet]:
    """Every page a person reads."""
    pages = list(_list_pages(contents))
    looks = map_in_processes(_look_at, pages, jobs)
    return [Sheet(*look, describe) for look, describe in zip(looks, pages, strict=True)]


def _make_sheet(describe: Callable[[], Context]) -> Sheet:
    return Sheet(*_look_at(describe), describe)


def _look_at(describe: Callable[[], Context]) -> tuple[Context, str, bytes]:
    context = describe()
    documents = render_documents([context])
    page = {name: value for name, value in context["page"].items() if name in _PLANNED}
    return page, digest_json(context), documents.get(page["file"], b"")


def _list_pages(contents: Contents) -> Iterator[Callable[[], Context]]:
    """What describes each page."""
    site, episodes = contents.site, contents.episodes
    yield from map(_already, contexts.describe_home(site, episodes))
    yield from _list_episodes(contents)
    yield from map(_already, contexts.describe_archive(site, episodes))
    yield from map(_already, contexts.describe_tags(site, episodes))
    yield from map(_already, contexts.describe_people(site, episodes))
    yield partial(contexts.describe_subscribe, site)
    yield _already(contexts.describe_search(site, episodes))
    yield partial(contexts.describe_offline, site)
    for page in contents.pages:
        yield partial(
            contexts.describe_page, site, path=f"{page.slug}/", title=page.title, html=page.html, summary=page.summary
        )
    for slug, reason in contents.tombstones.items():
        yield partial(contexts.describe_tombstone, site, path=f"episodes/{slug}/", reason=reason)
    for old, new in contents.moved.items():
        yield partial(contexts.describe_redirect, site, path=f"episodes/{old}/", target=f"episodes/{new}/")
    yield partial(contexts.describe_not_found, site, episodes)


def _already(context: Context) -> Callable[[], Context]:
    """For lists, which share what they hold."""
    return lambda: context


def _list_episodes(contents: Contents) -> Iterator[Callable[[], Context]]:
    """Each episode knows its neighbours."""
    row = (None, *contents.episodes, None)
    for (newer, episode), (_, older) in zip(pairwise(row), pairwise(row[1:]), strict=False):
        if episode:
            yield partial(_describe_episode, contents, episode, newer, older)
            yield partial(contexts.describe_embed, contents.site, episode)


def _describe_episode(contents: Contents, episode: Episode, newer: Episode | None, older: Episode | None) -> Context:
    peaks = [peak / 100 for peak in contents.peaks.get(episode.guid, ())]
    return contexts.describe_episode(contents.site, episode, newer=newer, older=older, peaks=peaks)


def _list_files(contents: Contents, sheets: Sequence[Sheet]) -> Iterator[Callable[[], Context]]:
    """Files for machines that are templates too."""
    updated = {episode.path: (episode.updated_at or episode.published_at).isoformat() for episode in contents.episodes}
    pages = [{"page": sheet.page} for sheet in sheets]
    yield partial(contexts.describe_sitemap, contents.show, pages, updated)
    yield partial(contexts.describe_robots, contents.show, hidden=contents.show.block)
    yield partial(contexts.describe_feed_stylesheet, contents.site)
    yield partial(describe_manifest, contents.show, contents.site.look.accent)
    yield partial(describe_worker, contents.theme.assets)


def _plan_page(theme: Theme, sheet: Sheet) -> Target:
    page = sheet.page
    inputs: dict[str, JSON] = {"context": sheet.digest, "theme": theme.digest}
    render = partial(_render_page, theme, sheet.describe)
    return bytes_target(page["file"], "page/1", inputs, render, label=str(page.get("title", page["file"])))


def _render_page(theme: Theme, describe: Callable[[], Context]) -> bytes:
    context = describe()
    return theme.render(context["page"]["template"], context)


def _plan_assets(contents: Contents) -> Iterator[Target]:
    for path, content in {**contents.theme.assets, **contents.pictures}.items():
        yield bytes_target(path, "bytes/1", {"content": digest_bytes(content)}, partial(bytes, content))


def _plan_icons(accent: str) -> Iterator[Target]:
    for icon in find_icons(accent):
        yield bytes_target(icon.path, "icon/1", {"name": icon.path}, partial(render_icon, icon, accent), "icon")


def _plan_episode_files(show: Show, episode: Episode) -> Iterator[Target]:
    """Chapters and transcripts, in every written form; what other sites may ask."""
    oembed = render_oembed(show, episode)
    yield bytes_target(
        find_oembed_path(episode), "bytes/1", {"content": digest_bytes(oembed)}, partial(bytes, oembed), "oEmbed"
    )
    if episode.chapters_path:
        render = partial(
            render_json_chapters,
            episode.chapters,
            title=episode.title,
            show_title=show.title,
            make_absolute=partial(absolute_url, show),
        )
        inputs: dict[str, JSON] = {"content": digest_bytes(render())}
        yield bytes_target(episode.chapters_path, "chapters/1", inputs, render)
    for file, (_, _, writer) in zip(episode.transcripts, _TRANSCRIPTS, strict=False):
        cues: JSON = [[cue.start, cue.end, cue.text, cue.speaker] for cue in episode.cues]
        yield bytes_target(file.path, "transcript/1", {"cues": digest_json(cues)}, partial(writer, episode.cues))


def _plan_feeds(contents: Contents) -> Iterator[Target]:
    """The feed, or its pages from the oldest to the newest: each is there before the one that leads to it."""
    released = [episode for episode in contents.episodes if not episode.draft]
    size = contents.feed_size or max(1, len(released))
    pages = [released[at : at + size] for at in range(0, len(released), size)] or [[]]
    for number in range(len(pages), 0, -1):
        links = _describe_links(contents, number, len(pages))
        inputs: dict[str, JSON] = {
            "show": digest_bytes(_SHOW.dump_json(contents.show)),
            "trailers": digest_bytes(_TRAILERS.dump_json(make_trailers(contents.show, released))),
            "links": digest_json(_as_json(links)),
            "built": _find_change(released).isoformat(),
            "episodes": [digest_bytes(_EPISODE.dump_json(episode))[:32] for episode in pages[number - 1]],
        }
        render = partial(_render_feed, contents.show, number, links, released, pages[number - 1])
        yield bytes_target(find_feed_path(number), "feed/1", inputs, render, label="feed")


def _describe_links(contents: Contents, number: int, last: int) -> p20.FeedLinks:
    """What page `number` names beside itself; pages only where there are several."""

    def address(page: int) -> str:
        return contents.show.url + find_feed_path(page) if last > 1 and 1 <= page <= last else ""

    return p20.FeedLinks(
        stylesheet=STYLESHEET,
        hub=contents.hub if number == 1 else "",
        first=address(1),
        previous=address(number - 1),
        next=address(number + 1),
        last=address(last),
    )


def _render_feed(
    show: Show, number: int, links: p20.FeedLinks, released: Sequence[Episode], page: Sequence[Episode]
) -> bytes:
    head = render_head(
        show,
        feed_url=show.url + find_feed_path(number),
        built_at=_find_change(released),
        links=links,
        trailers=show.trailers or make_trailers(show, released),
    )
    return join_feed(head, (render_item(show, episode) for episode in page))


def _find_change(episodes: Sequence[Episode]) -> datetime:
    """When something in the feed last changed."""
    return max((moment for e in episodes for moment in (e.published_at, e.updated_at) if moment), default=_EPOCH)


def _as_json(value: Any) -> JSON:
    plain: JSON = TypeAdapter(type(value)).dump_python(value, mode="json")
    return plain
