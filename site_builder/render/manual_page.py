"""Renders pages of the manual (Markdown) as HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token


def render_manual_page(markdown: str, find_address: Callable[[str], str]) -> str:
    """HTML in which headings have the ids that links between pages name.

    Args:
        markdown: The page; HTML in it is shown as text.
        find_address: Where a link or a picture of the page leads; empty: nowhere, only its text is shown.
    """
    engine = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = engine.parse(markdown)
    _name_headings(tokens)
    for token in tokens:
        token.children = _lead(token.children, find_address) if token.children else token.children
    html: str = engine.renderer.render(tokens, engine.options, {})
    return html


def slugify_heading(text: str) -> str:
    """As GitHub names headings.

    >>> slugify_heading("“No recording”"), slugify_heading("`media`, `deploy` and `repository`")
    ('no-recording', 'media-deploy-and-repository')
    """
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def _name_headings(tokens: list[Token]) -> None:
    seen: Counter[str] = Counter()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            slug = slugify_heading(inline.content)
            token.attrSet("id", f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1


def _lead(children: list[Token], find_address: Callable[[str], str]) -> list[Token]:
    """The same with each link and picture leading where it does here; links that lead nowhere are their text."""
    kept: list[Token] = []
    is_open = False
    for child in children:
        if child.type == "link_open":
            is_open = _lead_one(child, "href", find_address)
        elif child.type == "image":
            _lead_one(child, "src", find_address)
        if child.type not in {"link_open", "link_close"} or is_open:
            kept.append(child)
    return kept


def _lead_one(token: Token, attribute: str, find_address: Callable[[str], str]) -> bool:
    address = find_address(str(token.attrGet(attribute) or ""))
    token.attrSet(attribute, address)
    if "://" in address:
        token.attrSet("rel", "noopener")
        token.attrSet("target", "_blank")
    return bool(address)
