"""Writes chapters in every format apps read. Pure.

All times are published time. The formats agree to the millisecond, as does the audio's own chapter list.

Advice on length and number: https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape

from site_builder.model.podcast import Chapter
from site_builder.render.feed.limits import fit_line
from site_builder.render.urls import web_url
from site_builder.text.timecode import format_clock, format_fragment, format_timestamp

_encode = json.JSONEncoder(ensure_ascii=False).encode


def render_json_chapters(
    chapters: Sequence[Chapter],
    *,
    title: str = "",
    show_title: str = "",
    make_absolute: Callable[[str], str] = str,
) -> bytes:
    """JSON chapters 1.2 (application/json+chapters), one line per chapter.

    `make_absolute` turns the path of a picture into an address. See
    https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md.
    """
    document: dict[str, object] = {"version": "1.2.0"}
    if title:
        document["title"] = fit_line(title)
    if show_title:
        document["podcastName"] = fit_line(show_title)
    head = _encode(document)[:-1]
    rows = ",\n".join(_encode(_describe_json(chapter, make_absolute)) for chapter in chapters)
    return f'{head}, "chapters": [\n{rows}\n]}}\n'.encode()


def render_lines(chapters: Sequence[Chapter]) -> str:
    """`00:00:00 Opening` and so on, a line each: what apps and directories find in a description."""
    return "\n".join(f"{format_timestamp(chapter.start)[:-4]} {fit_line(chapter.title)}" for chapter in chapters)


def render_chapter_list(chapters: Sequence[Chapter], page: str = "") -> str:
    """The same as an HTML list whose times are links to that moment on `page` (or on the page it stands on)."""
    items = (
        f'<li><a href="{escape(page)}#t={format_fragment(chapter.start)}">{format_clock(chapter.start)}</a> '
        f"{escape(fit_line(chapter.title))}</li>"
        for chapter in chapters
    )
    return f"<ul>{''.join(items)}</ul>" if chapters else ""


def _describe_json(chapter: Chapter, make_absolute: Callable[[str], str]) -> dict[str, object]:
    entry: dict[str, object] = {"startTime": round(chapter.start, 3), "title": fit_line(chapter.title)}
    if chapter.image:
        entry["img"] = make_absolute(chapter.image)
    if href := web_url(chapter.href):
        entry["url"] = href
    return entry
