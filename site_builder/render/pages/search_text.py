"""The text of a page that can be searched, whose ids are the moments results lead to.

Made from the context of a page, not from its HTML: a theme may change how a page looks, and pages need not carry an
id on each line of their transcript. Ids are a letter and a time as links have it, `l1m23s:2` the line at 1:23 by the
person 2, `l1m23s:2:0342` the same with the steps of its words, `c2m5s` a chapter, `n40s` a time-stamped note.
`templates/assets/search.js` reads them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from site_builder.text.spoken import UNSPACED
from site_builder.text.timecode import format_fragment

_STAMPED = re.compile(r'<(li|p)>(\s*(?:<p>)?<a (?:class="moment" )?href="#t=([^",]+)")')
_TEXT = re.compile(r">[^<]+")
_TITLE = 10
"""How much more than a word in the text a word in a title counts."""


def render_documents(pages: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The documents of all pages that are worth finding, by the file of the page."""
    found = ((page["page"]["file"], _render_document(page)) for page in pages)
    return {file: document.encode() for file, document in found if document}


def _render_document(page: Mapping[str, Any]) -> str:
    match page["page"]["template"]:
        case "episode.html" if not page["episode"]["draft"]:
            return _wrap(page, _describe_episode(page), _render_episode(page))
        case "person.html" if page["pages"]["number"] == 1:
            return _wrap(page, {"kind": "person"}, _render_person(page))
        case "page.html":
            return _wrap(page, {"kind": "page"}, [page["html"]])
    return ""


def _wrap(page: Mapping[str, Any], facts: Mapping[str, str], parts: Iterable[str]) -> str:
    """A document with a title; it and `facts` come with each result as they are."""
    facts = {"title": page["page"]["title"], **facts}
    values = "".join(f' data-{name}="{escape(value)}"' for name, value in facts.items())
    names = ", ".join(f"{name}[data-{name}]" for name in facts)
    title = _set_apart(escape(page["page"]["title"]))
    body = "\n".join(parts)
    if not body.isascii() and _make_pattern().search(body):
        body = _TEXT.sub(lambda text: _set_apart(text[0]), body)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(page["site"]["language"])}"><body data-pagefind-body>\n'
        f'<h1 data-pagefind-weight="{_TITLE}">{title}</h1>\n'
        f'<div data-pagefind-meta="{names}"{values}></div>\n' + body + "\n</body></html>\n"
    )


def _set_apart(text: str) -> str:
    """Letters of scripts without spaces become words of one letter, which the search page asks for as a phrase."""
    return text if text.isascii() else _make_pattern().sub(r" \g<0> ", text)


@cache
def _make_pattern() -> re.Pattern[str]:
    """Of such a letter; made where there may be one, for it takes 3 ms."""
    return re.compile(f"[{UNSPACED}]")


def _describe_episode(page: Mapping[str, Any]) -> dict[str, str]:
    episode = page["episode"]
    names = [person["name"] for person in episode["people"]]
    return {
        "kind": "episode",
        "date": episode["published_at"][:10],
        "length": str(round(episode["length"])),
        "people": json.dumps(names, ensure_ascii=False),
    }


def _render_episode(page: Mapping[str, Any]) -> Iterator[str]:
    episode = page["episode"]
    yield f"<p>{escape(episode['summary'])}</p>"
    yield f"<p>{escape(', '.join(tag['name'] for tag in episode['tags']))}</p>"
    for person in episode["people"]:
        called = f"{person['name']} {person['handle']}".strip()  # a space at the end would join it with what follows
        yield f'<p data-pagefind-weight="4">{escape(called)}</p>'
    for chapter in page["player"]["chapters"]:
        yield f'<p data-pagefind-weight="3" id="c{chapter["fragment"]}">{escape(chapter["title"])}</p>'
    yield _STAMPED.sub(r'<\1 id="n\3">\2', episode["notes"])
    for paragraph in page["transcript"]:
        yield from _render_lines(paragraph)


def _render_lines(paragraph: Mapping[str, Any]) -> Iterator[str]:
    person = "" if paragraph["person"] is None else paragraph["person"]
    for (start, text), steps in zip(paragraph["lines"], paragraph["steps"], strict=True):
        words = _write_words(start, steps)
        yield f'<p id="l{format_fragment(start)}:{person}{words}">{escape(text)}</p>'


def _write_words(start: float, steps: str) -> str:
    """When the words of a line are said, counted from the whole second that its id has."""
    first = round((start - int(start)) * 10) + int(steps[0], 36) if steps else 36
    return f":{first:x}{steps[1:]}" if first < 16 else ""


def _render_person(page: Mapping[str, Any]) -> Iterator[str]:
    person = page["person"]
    yield f"<p>{escape(person['handle'])}</p>"
