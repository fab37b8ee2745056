"""Plans the pages and files of the site that belong to no episode: lists, assets, files for machines.

A page is a pure function of its context, so the context and the digest of the theme are all of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from urllib.parse import urlsplit

from site_builder.engine.digests import JSON, digest_bytes, digest_json
from site_builder.engine.processes.prefetch import Take, take_nothing
from site_builder.engine.serialization import digest_value
from site_builder.engine.target import Target, bytes_target
from site_builder.episodes.summary import EpisodeSummary, SharedPicture
from site_builder.model.paths import FEED
from site_builder.model.podcast import Show
from site_builder.render.artwork.icons import find_icons, render_icon
from site_builder.render.pages import contexts
from site_builder.render.pages.lists import ListEntry
from site_builder.render.pages.offline import describe_manifest, describe_worker
from site_builder.render.pages.site_context import Context, Site
from site_builder.render.pages.sitemaps import Place, describe_robots, describe_sitemaps
from site_builder.site.episode_files import Setting, plan_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A free page, ready to be laid out."""

    slug: str
    title: str
    html: str
    summary: str = ""
    pictures: tuple[SharedPicture, ...] = ()
    """That it shows."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All that the site is made of."""

    setting: Setting
    episodes: tuple[EpisodeSummary, ...]
    """To be published, newest first."""
    list_all: Callable[[], tuple[ListEntry, ...]]
    """The same for lists."""
    pages: tuple[Page, ...] = ()
    tombstones: Mapping[str, str] = field(default_factory=dict)
    """Slug of a withdrawn episode to the reason that is given; may be empty."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Slug an episode once had to the one it has."""
    oembed: Mapping[str, bytes] = field(default_factory=dict)
    """For each of these slugs, what oEmbed tells of the episode now: a file cannot lead elsewhere."""
    base: str = ""
    """Digest of what else decides what pages show: the config, the program."""
    take: Take = take_nothing
    """Gives pictures that were drawn ahead."""

    @cached_property
    def listed(self) -> tuple[ListEntry, ...]:
        """The episodes as lists know them."""
        return self.list_all()

    @property
    def site(self) -> Site:
        """The show and how its site looks."""
        return self.setting.site

    @property
    def show(self) -> Show:
        """The show it is the site of."""
        return self.site.show


def plan_fittings(setting: Setting) -> list[Target]:
    """What every page needs to look as it should: style sheets, scripts, fonts."""
    return list(_plan_assets(setting))


def plan_site(contents: Contents, pages: Sequence[Context]) -> list[Target]:
    """Icons, pages that are no episode's, files for machines. `pages` are `describe_pages`' and the search."""
    return [
        *_plan_icons(contents.site.look.accent, contents.take),
        *_plan_redirects(contents.show),
        *(plan_page(contents.setting, context) for context in pages),
        *(plan_page(contents.setting, context) for context in _describe_files(contents, pages)),
        *_plan_former_oembed(contents.oembed),
        bytes_target(".nojekyll", "empty/1", {}, bytes),
    ]


def describe_pages(contents: Contents) -> list[Context]:
    """Every page a person reads but those of the episodes and the search, rows of lists not filled in."""
    site, episodes = contents.site, contents.listed
    return [
        *contexts.describe_home(site, episodes),
        *contexts.describe_archive(site, episodes),
        *contexts.describe_tags(site, episodes),
        *contexts.describe_people(site, episodes),
        contexts.describe_subscribe(site),
        contexts.describe_offline(site),
        *(
            contexts.describe_page(site, path=f"{page.slug}/", title=page.title, html=page.html, summary=page.summary)
            for page in contents.pages
        ),
        *(
            contexts.describe_tombstone(site, path=f"episodes/{slug}/", reason=reason)
            for slug, reason in contents.tombstones.items()
        ),
        *(
            contexts.describe_redirect(site, path=f"episodes/{old}/{part}", target=f"episodes/{new}/{place}")
            for old, new in contents.moved.items()
            for part, place in (("", ""), ("embed/", "embed/"), ("transcript/", ""))
        ),
        contexts.describe_not_found(site, episodes),
    ]


def digest_contents(contents: Contents) -> str:
    """Of all that `describe_pages` and `plan_site` depend on: where it is as it was, so is each of these pages."""
    pages: JSON = [[page.slug, page.title, page.html, page.summary] for page in contents.pages]
    show = digest_value(contents.show)
    oembed: JSON = {slug: digest_bytes(content) for slug, content in contents.oembed.items()}
    return digest_json(
        [
            *("pages/1", contents.setting.site_digest, contents.setting.theme.digest, show, pages),
            *(
                contents.tombstones,
                contents.moved,
                oembed,
                contents.base,
                [episode.listing for episode in contents.episodes],
            ),
        ]
    )


def _describe_files(contents: Contents, pages: Sequence[Context]) -> Iterator[Context]:
    """Files for machines that are templates too."""
    yield from describe_sitemaps(contents.show, list(_find_places(contents, pages)))
    yield describe_robots(contents.show, hidden=contents.show.block)
    yield contexts.describe_feed_stylesheet(contents.site)
    yield describe_manifest(contents.show, contents.site.look.accent)
    yield describe_worker(contents.setting.theme.assets)


def _find_places(contents: Contents, pages: Sequence[Context]) -> Iterator[Place]:
    for page in (context["page"] for context in pages):
        if page["indexed"]:
            yield Place(page["canonical"])
    for episode in contents.episodes:
        updated = (episode.updated_at or episode.published_at).isoformat()
        yield Place(contents.show.url + episode.path, updated)
        if episode.transcript:
            yield Place(contents.show.url + episode.transcript, updated)


def _plan_former_oembed(former: Mapping[str, bytes]) -> Iterator[Target]:
    for slug, content in former.items():
        inputs: dict[str, JSON] = {"content": digest_bytes(content)}
        yield bytes_target(f"episodes/{slug}/oembed.json", "bytes/1", inputs, partial(bytes, content), "oEmbed")


def _plan_assets(setting: Setting) -> Iterator[Target]:
    for path, content in setting.theme.assets.items():
        yield bytes_target(path, "bytes/1", {"content": digest_bytes(content)}, partial(bytes, content))


def _plan_redirects(show: Show) -> Iterator[Target]:
    """What Cloudflare Pages and Netlify read: a feed that moved sends apps on. Other hosts have to be told by hand.

    https://developers.cloudflare.com/pages/configuration/redirects/
    """
    if show.new_feed_url:
        content = f"{urlsplit(show.url).path}{FEED} {show.new_feed_url} 301\n".encode()
        yield bytes_target("_redirects", "bytes/1", {"content": digest_bytes(content)}, partial(bytes, content))


def _plan_icons(accent: str, take: Take) -> Iterator[Target]:
    for icon in find_icons(accent):
        inputs: dict[str, JSON] = {"name": icon.path}
        yield bytes_target(icon.path, "icon/1", inputs, partial(render_icon, icon, accent, take), "icon")
