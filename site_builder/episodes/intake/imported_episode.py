"""The `index.md` of an episode taken over from a feed. Pure; everything in the feed is untrusted text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import nh3

from site_builder.episodes.intake.imported_options import describe_links, describe_shared_options, drop_empty
from site_builder.errors import InvalidDocument, UnusableSource
from site_builder.model.podcast import Chapter, EpisodeKind, Person
from site_builder.render.notes import html_to_text
from site_builder.show.documents import parse_front_matter
from site_builder.show.documents.writing import render_front_matter
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import INDEX
from site_builder.sources.feed.items import FeedItem
from site_builder.text.plain import clean, escape_markdown
from site_builder.text.timecode import format_clock, format_timestamp

_HTML = re.compile(
    r"</?(?:p|br|a|ul|ol|li|div|span|strong|em|b|i|h[1-6]|blockquote|pre|code|table|hr|img)\b[^<>]*>", re.IGNORECASE
)
_ACCOUNT = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(\w{1,15})/?", re.ASCII)
_LAST_LIST = re.compile(r"<ul>(?:(?!<ul>).)*</ul>\s*\Z", re.DOTALL)
_NO_PICTURES = nh3.ALLOWED_TAGS - {"img"}
_FIXED = {"title", "date", "guid", "slug"}
_PLACE = Path(INDEX)


@dataclass(frozen=True, slots=True)
class Index:
    """A first `index.md`."""

    text: str
    dropped: tuple[str, ...] = ()
    """Fields of front matter that the feed filled with something unusable."""


def make_index(
    item: FeedItem, slug: str, chapters: Sequence[Chapter] = (), cover: str = "", *, explicit: bool = False
) -> Index:
    """Front matter and notes.

    Args:
        item: What the feed says.
        slug: Last part of the page's address.
        chapters: With times of the enclosure.
        cover: File name of the episode's own cover.
        explicit: What the show says, which the episode need not repeat.

    Raises:
        UnusableSource: the guid cannot be kept as it is.
    """
    described = _describe(item, slug, chapters, cover, explicit)
    matter = {name: value for name, value in described.items() if value not in (None, [])}
    dropped: list[str] = []
    while True:
        front = render_front_matter(matter)
        try:
            parsed, _, _ = parse_front_matter(front, _PLACE, EpisodeMatter)
            break
        except InvalidDocument as error:
            bad = {re.split(r"[.\[]", problem.field or "")[0] for problem in error.problems} & matter.keys() - _FIXED
            if not bad:
                raise _cannot_keep(item) from None
            dropped += sorted(bad)
            matter = {name: value for name, value in matter.items() if name not in bad}
    if parsed.guid != item.guid:
        raise _cannot_keep(item)
    return Index(text=f"{front}\n{render_taken_notes(item, chapters)}", dropped=tuple(dropped))


def _cannot_keep(item: FeedItem) -> UnusableSource:
    return UnusableSource(
        f"“{item.title}” was left out: its guid cannot be kept as it is (it is long, or holds odd characters): "
        f"{item.guid[:60]!r}"
    )


def _describe(item: FeedItem, slug: str, chapters: Sequence[Chapter], cover: str, explicit: bool) -> dict[str, object]:
    return {
        "title": item.title,
        "itunes_title": item.itunes_title or None,
        "date": item.published_at or datetime(1970, 1, 1, tzinfo=UTC),
        "guid": item.guid,
        "slug": slug,
        "summary": _find_summary(item),
        "tags": list(item.tags) or None,
        "draft": None if item.published_at else True,
        "season": item.season,
        "episode": item.number,
        "episode_display": item.number_shown or None,
        "type": item.kind.value if item.kind is not EpisodeKind.FULL else None,
        "explicit": item.explicit if item.explicit not in {None, explicit} else None,
        "cover": cover or None,
        "cover_alt": item.cover_alt if cover and item.cover_alt else None,
        "people": [describe_person(person) for person in item.people] or None,
        "chapters": _describe_chapters(chapters) or None,
        "soundbites": [
            drop_empty(
                {"from": format_timestamp(b.start), "to": format_timestamp(b.start + b.duration), "title": b.title}
            )
            for b in item.soundbites
        ]
        or None,
        "license": {"name": item.license.name, **({"url": item.license.url} if item.license.url else {})}
        if item.license
        else None,
        "location": [describe_location(place) for place in item.locations] or None,
        "block": True if item.block else None,
        "links": describe_links(item.talk.links),
        **describe_shared_options(item.talk),
    }


def describe_person(person: Person) -> dict[str, object]:
    """As front matter and config write them; only what is on the web as people.yaml would take it."""
    entry: dict[str, object] = {"name": person.name, "role": str(person.role)}
    if person.group:
        entry["group"] = person.group
    if account := _ACCOUNT.fullmatch(person.href):
        entry["handle"] = account[1]
    if re.match(r"https?://\S+$", person.href):
        entry["href"] = person.href
    if re.match(r"https://\S+$", person.avatar_url):
        entry["image"] = person.avatar_url
    return entry


def describe_location(place: object) -> dict[str, object]:
    """As front matter and config write them."""
    names = ("name", "relation", "geo", "osm", "country")
    return {name: value for name in names if (value := getattr(place, name)) and value != "subject"}


def _describe_chapters(chapters: Sequence[Chapter]) -> list[dict[str, object]]:
    entries: dict[float, dict[str, object]] = {}
    for chapter in chapters:
        entry: dict[str, object] = {"at": format_timestamp(chapter.start).removesuffix(".000"), "title": chapter.title}
        if re.match(r"https?://\S+$", chapter.href):
            entry["url"] = chapter.href
        if re.match(r"https://\S+$", chapter.image):
            entry["image"] = chapter.image
        entries.setdefault(round(chapter.start, 3), entry)
    return [entry for _, entry in sorted(entries.items())]


def _find_summary(item: FeedItem) -> str | None:
    """The subtitle, where it is more than the beginning of the notes."""
    subtitle = item.subtitle
    known = " ".join(_plain(item.notes).split())
    return subtitle if subtitle and subtitle != item.title and not known.startswith(subtitle.rstrip("….")) else None


def _plain(notes: str) -> str:
    return html_to_text(nh3.clean(notes)) if _HTML.search(notes) else notes


def render_taken_notes(item: FeedItem, chapters: Sequence[Chapter]) -> str:
    """Notes for `index.md`: plain text as Markdown, HTML sanitised in a block of its own, without pictures.

    Links to times of the episode's old page lead to those of the new one; a list of chapters that another program put
    at the end is left out, for it is made again.
    """
    if not _HTML.search(item.notes):
        paragraphs = re.split(r"\n[ \t]*\n", clean(item.notes))
        return "\n\n".join(escape_markdown(text).replace("\n", "  \n") for text in paragraphs if text.strip()) + "\n"
    html = _sanitise(item.notes, item.link)
    html = _without_chapters(html, chapters).strip()
    inner = html.removeprefix("<div>").removesuffix("</div>").strip() if html.startswith("<div>") else html
    whole = inner if inner.count("<div") == inner.count("</div") == 0 else html
    return f"<div>\n{whole}\n</div>\n" if whole else ""


def _sanitise(html: str, link: str) -> str:
    def place(element: str, attribute: str, value: str) -> str | None:
        moment = value.removeprefix(link) if element == "a" and attribute == "href" and link else ""
        return moment if moment.startswith("#t=") else value

    cleaner = nh3.Cleaner(
        tags=_NO_PICTURES,
        attribute_filter=place,
        allowed_classes={"a": {"moment"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
        url_relative=lambda url: url if url.startswith("#") else urljoin(link, url) if link else None,
    )
    return cleaner.clean(html)


def _without_chapters(html: str, chapters: Sequence[Chapter]) -> str:
    """`html` without a list at its end that says what `chapters` say."""
    found = _LAST_LIST.search(html)
    if not found or not chapters:
        return html
    said = [
        re.sub(r" \(https?://[^)]*\)", "", line).lstrip("• ")
        for line in html_to_text(found.group()).splitlines()
        if line
    ]
    lines = [f"{format_clock(chapter.start)} {chapter.title}" for chapter in chapters]
    return html[: found.start()] if said == lines else html
