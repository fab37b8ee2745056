"""The values that page templates get, as plain JSON.

The contract of each template is written down in `docs/theming.md` and held by `tests/unit/render/test_contexts.py`.
Every context has `site` (the same on all pages), `page` (what this page is and where it goes) and, by template, its
own keys. `page.file` is the output path, `page.template` the template. Paths are below the site's root; `page.root`
leads there.
No page grows with the show: lists come in pages, and an episode knows its neighbours only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

from site_builder.engine.serialization import encode_plain
from site_builder.model.podcast import Artwork, Episode
from site_builder.render.notes import mark_addresses
from site_builder.render.pages.episode_rows import (
    count_first,
    describe_details,
    describe_episode_row,
    describe_player,
    describe_sound,
    describe_transcript,
    find_social_picture,
    find_transcript_path,
    is_local,
)
from site_builder.render.pages.json_ld import describe_episode_data, describe_person_data, describe_show_data
from site_builder.render.pages.lists import Later, ListEntry, NamedPerson, gather_people, gather_tags
from site_builder.render.pages.offline import OFFLINE_PATH
from site_builder.render.pages.qr import make_qr
from site_builder.render.pages.sharing import describe_share, find_embed_path
from site_builder.render.pages.site_context import Context, Site
from site_builder.render.urls import join_url
from site_builder.text.plain import shorten


class Neighbour(NamedTuple):
    """The episode before or after another."""

    title: str
    path: str


def describe_home(site: Site, episodes: Sequence[ListEntry]) -> list[Context]:
    """The home pages, newest episodes first: `home.html`."""
    chunks = _chunk(episodes, site.look.home_count)
    return [
        _context(site, "home.html", _find_number_path("", number, folder="page/"), "")
        | {
            "episodes": list(chunk),
            "pages": _describe_numbers("", number, len(chunks), folder="page/"),
            "total": len(episodes),
        }
        | {"json_ld": describe_show_data(site.show) if number == 1 else None}
        for number, chunk in enumerate(chunks, 1)
    ]


def describe_episode(
    site: Site,
    episode: Episode,
    *,
    newer: Neighbour | None = None,
    older: Neighbour | None = None,
    peaks: Sequence[float] = (),
    row: Context | None = None,
) -> Context:
    """The page of one episode: `episode.html`, with levels of its audio at equal distances (`peaks`).

    `row` is its `describe_episode_row`, from whoever has it already.
    """
    row = row or describe_episode_row(episode, site.zone)
    context = _context(site, "episode.html", episode.path, episode.title)
    _introduce(site, context, episode.summary, find_social_picture(episode.pictures) or episode.artwork)
    context["page"] |= {"kind": "article", "card": "player"}
    return (
        context
        | {
            "episode": (row or describe_episode_row(episode, site.zone))
            | describe_details(site.show, episode, site.zone),
            "player": describe_player(site.show, episode, peaks),
            **_describe_words(episode),
            "newer": newer and newer._asdict(),
            "older": older and older._asdict(),
            "share": describe_share(site.show, episode),
        }
        | {"json_ld": describe_episode_data(site.show, episode)}
    )


def _describe_words(episode: Episode) -> Context:
    """The transcript, how many of its paragraphs an episode's page has, and where all are."""
    paragraphs = describe_transcript(episode)
    whole = {"count": count_first(paragraphs), "path": find_transcript_path(episode)}
    return {"transcript": paragraphs, "whole": whole}


def describe_whole_transcript(site: Site, episode: Episode, words: Context, row: Context | None = None) -> Context:
    """The page with all that is said in an episode, to be read, printed and indexed: `transcript.html`.

    `words` is the context of the episode's page; `row` as for `describe_episode`.
    """
    transcript = site.words.gettext("Transcript")  # not in an f-string: Python 3.11 finds no text to translate there
    title = f"{transcript}: {episode.title}"
    context = _context(site, "transcript.html", find_transcript_path(episode), title)
    _introduce(site, context, _begin_words(words["transcript"]), find_social_picture(episode.pictures))
    return context | {
        "episode": row or describe_episode_row(episode, site.zone),
        "transcript": words["transcript"],
    }


def _begin_words(paragraphs: Sequence[Context]) -> str:
    """The first words, which tell this page from the episode's."""
    return " ".join(text for paragraph in paragraphs[:3] for _, text in paragraph["lines"])


def describe_embed(site: Site, episode: Episode, row: Context | None = None) -> Context:
    """An episode's player alone, for a frame on another page: `embed.html`; `row` as for `describe_episode`."""
    context = _context(site, "embed.html", find_embed_path(episode), episode.title)
    context["page"] |= {"canonical": join_url(site.show.url, episode.path), "indexed": False}
    return context | {
        "episode": row or describe_episode_row(episode, site.zone),
        "player": describe_sound(site.show, episode),
    }


def describe_archive(site: Site, episodes: Sequence[ListEntry]) -> list[Context]:
    """Every episode, newest first and grouped by year: `archive.html`."""
    _ = site.words.gettext
    return _describe_lists(site, "archive.html", "archive/", _("Episodes"), episodes)


def describe_tags(site: Site, episodes: Sequence[ListEntry]) -> list[Context]:
    """The index of tags, then the pages of each tag: `tags.html` and `tag.html`. Nothing where no episode has a tag."""
    tags = gather_tags(episodes)
    if not tags:
        return []
    entries = [{"name": tag.name, "path": tag.path, "count": len(tag.episodes)} for tag in tags]
    _ = site.words.gettext
    contexts = [_context(site, "tags.html", "tags/", _("Topics")) | {"tags": entries}]
    for tag, entry in zip(tags, entries, strict=True):
        pages = _describe_lists(site, "tag.html", tag.path, tag.name, tag.episodes)
        contexts += [page | {"tag": entry} for page in pages]
    return contexts


def describe_people(site: Site, episodes: Sequence[ListEntry]) -> list[Context]:
    """Everyone named on the show, then the pages of each person: `people.html` and `person.html`."""
    people = gather_people(site.show.people, episodes)
    entries = [_describe_person(person) for person in people]
    _ = site.words.gettext
    contexts = [_context(site, "people.html", "people/", _("People")) | {"people": entries}]
    for person, entry in zip(people, entries, strict=True):
        data = describe_person_data(site.show, person.person, person.path)
        pages = _describe_lists(site, "person.html", person.path, person.person.name, person.episodes)
        contexts += [page | {"person": entry, "json_ld": data} for page in pages]
    return contexts


def describe_page(site: Site, *, path: str, title: str, html: str, summary: str = "") -> Context:
    """A free page, e.g. `about/`: `page.html`. `html` is sanitised."""
    context = _context(site, "page.html", path, title) | {"html": mark_addresses(html)}
    _introduce(site, context, summary)
    return context


def describe_subscribe(site: Site) -> Context:
    """How to follow the show in an app: `subscribe.html`."""
    _ = site.words.gettext
    feed_url = join_url(site.show.url, "feed.xml")
    code = Later(f"qr/1 {feed_url}", lambda: encode_plain(make_qr(feed_url)._asdict()))
    return _context(site, "subscribe.html", "subscribe/", _("Subscribe")) | {
        "qr": code,
        "app_link": "podcast://" + feed_url.split("://", 1)[-1],
    }


def describe_search(site: Site, episodes: Sequence[ListEntry], *, parts: Sequence[int] = ()) -> Context:
    """Search over titles, notes, people and transcripts: `search.html`. `parts` are further parts of the index."""
    _ = site.words.gettext
    context = _context(site, "search.html", "search/", _("Search"))
    context["page"]["indexed"] = False
    return context | {
        "index": "pagefind/pagefind.js",
        "parts": list(parts),
        "has_tags": any(episode.tags for episode in episodes),
    }


def describe_offline(site: Site) -> Context:
    """What is shown without a connection in place of a page that is not kept: `offline.html`."""
    context = _context(site, "offline.html", OFFLINE_PATH, site.words.gettext("No connection"))
    return context | {"page": context["page"] | {"indexed": False}}


def describe_not_found(site: Site, episodes: Sequence[ListEntry]) -> Context:
    """What a host answers for an unknown address: `not-found.html`. Its links work from any depth."""
    _ = site.words.gettext
    context = _context(site, "not-found.html", "404.html", _("Not found"))
    context["page"] |= {"root": urlsplit(site.show.url).path, "canonical": "", "indexed": False}
    return context | {"episodes": list(episodes[:3])}


def describe_tombstone(site: Site, *, path: str, title: str = "", reason: str = "") -> Context:
    """What is left of a withdrawn episode: `tombstone.html`. Give a title or reason only where it names nobody."""
    _ = site.words.gettext
    context = _context(site, "tombstone.html", path, title or _("Withdrawn episode"))
    context["page"] |= {"indexed": False}
    return context | {"title": title, "reason": reason}


def describe_redirect(site: Site, *, path: str, target: str) -> Context:
    """The page at an address an episode once had: `redirect.html`. `target` is a path below the site's root."""
    _ = site.words.gettext
    context = _context(site, "redirect.html", path, _("Moved"))
    context["page"] |= {"canonical": join_url(site.show.url, target), "indexed": False}
    return context | {"target": target}


def describe_feed_stylesheet(site: Site) -> Context:
    """What a browser shows for the feed: `feed.css`. The feed names it in an `xml-stylesheet` instruction."""
    return {"site": site.described, "page": describe_file("feed.css")}


def _context(site: Site, template: str, path: str, title: str) -> Context:
    page = {
        "template": template,
        "path": path,
        "file": f"{path}index.html" if not path or path.endswith("/") else path,
        "root": "../" * path.count("/"),
        "title": title,
        "window_title": _make_window_title(title, site.show.title),
        "canonical": join_url(site.show.url, path),
        "kind": "website",
        "indexed": True,
    }
    context: Context = {"site": site.described, "page": page, "json_ld": None}
    _introduce(site, context)
    return context


def _make_window_title(title: str, show_title: str) -> str:
    """What a tab or a search result shows: the page first, the show where there is room, 70 characters at most."""
    both = f"{title} · {show_title}" if title else show_title
    return both if len(both) <= 70 else shorten(title or show_title, 70)


def _introduce(site: Site, context: Context, summary: str = "", image: Artwork | None = None) -> None:
    """Say what a link to the page shows elsewhere: its own summary and picture, else the show's."""
    show = site.show
    picture = image or find_social_picture(show.pictures) or show.artwork
    context["page"] |= {
        "description": shorten(summary or show.subtitle or show.description, 200),
        "image": join_url(show.url, picture.path) if picture else "",
        "card": "summary_large_image" if picture and picture.width > picture.height else "summary",
    }


def describe_file(path: str, template: str = "") -> Context:
    """`page` of a file for machines."""
    return {"template": template or path, "path": path, "file": path, "root": ""}


def _describe_lists(site: Site, template: str, path: str, title: str, episodes: Sequence[ListEntry]) -> list[Context]:
    """The numbered pages of a list of episodes, each grouped by year."""
    chunks = _chunk(episodes, site.look.list_count)
    return [
        _context(site, template, _find_number_path(path, number), title)
        | {
            "years": _group_by_year(chunk),
            "pages": _describe_numbers(path, number, len(chunks)),
            "total": len(episodes),
        }
        for number, chunk in enumerate(chunks, 1)
    ]


def _group_by_year(episodes: Sequence[ListEntry]) -> list[Context]:
    return [
        {"year": year, "episodes": list(group)} for year, group in groupby(episodes, key=lambda episode: episode.year)
    ]


def _chunk(episodes: Sequence[ListEntry], size: int) -> list[Sequence[ListEntry]]:
    return [episodes[at : at + size] for at in range(0, len(episodes), size)] or [()]


def _find_number_path(path: str, number: int, *, folder: str = "") -> str:
    return path if number == 1 else f"{path}{folder}{number}/"


def _describe_numbers(path: str, number: int, count: int, *, folder: str = "") -> Context:
    """Where the neighbours of page `number` of `count` are; empty where there is none."""
    return {
        "number": number,
        "count": count,
        "newer": None if number == 1 else {"path": _find_number_path(path, number - 1, folder=folder)},
        "older": None if number == count else {"path": _find_number_path(path, number + 1, folder=folder)},
    }


def _describe_person(entry: NamedPerson) -> Context:
    person = entry.person
    return {
        "name": person.name,
        "role": str(person.role),
        "handle": person.handle,
        "href": person.href,
        "avatar": person.avatar_url if is_local(person.avatar_url) else "",
        "path": entry.path,
        "count": len(entry.episodes),
        "speaking": entry.speaking,
    }
