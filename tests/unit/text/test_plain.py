"""Text from strangers: cleaned, escaped, shortened."""

from __future__ import annotations

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.render.notes import html_to_text
from site_builder.text.plain import clean, escape_markdown, shorten
from site_builder.text.slugs import SLUG_PATTERN, make_slug


@given(st.text())
def test_clean_text_can_be_written_anywhere(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not any(ord(c) < 32 and c not in "\n\t" for c in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "# not a heading",
        "- not a list",
        "1. not a list",
        "title\n=====",
        "title\n---",
        "    not code",
        "> not a quote",
        "*a* _b_ **c** `d` \\e",
        "<script>alert(1)</script> &amp; &lt;",
        "[text](https://example.org) ![x](y)",
        "@kit_gauges & @_lou_",
    ],
)
def test_escaped_markdown_shows_the_text_as_it_was(text: str) -> None:
    html = markdown.markdown(escape_markdown(text), extensions=["sane_lists", "tables", "fenced_code", "def_list"])
    assert html_to_text(html).split() == text.split() or "https" in text
    assert "<script" not in html
    assert not any(tag in html for tag in ("<h1", "<h2", "<li", "<em", "<strong", "<code", "<blockquote", "<img"))


def test_links_stay_links() -> None:
    html = markdown.markdown(escape_markdown("See https://example.org/a_b_c?x=1&y=2."))
    assert '<a href="https://example.org/a_b_c?x=1&amp;y=2">' in html
    assert html.endswith(".</p>")


@given(st.text(), st.integers(8, 60))
def test_shortened_text_fits(text: str, longest: int) -> None:
    assert len(shorten(text, longest)) <= longest


def test_shortening_cuts_at_a_word() -> None:
    assert shorten("Flood gauges, explained by people", 16) == "Flood gauges…"


@given(st.text(), st.integers(10, 80))
def test_slugs_are_slugs(text: str, longest: int) -> None:
    slug = make_slug(text, longest=longest)
    assert len(slug) <= longest
    assert slug == "" or SLUG_PATTERN.match(slug)


def test_slugs_keep_what_can_be_kept() -> None:
    assert make_slug("Überflutet: wie groß ist der Fluß?") == "uberflutet-wie-gross-ist-der-fluss"
    assert make_slug("川の話", fallback="2026-10-09") == "2026-10-09"
    assert make_slug("It's Kit's turn") == "its-kits-turn"
