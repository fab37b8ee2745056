"""Show notes as HTML and text."""

from __future__ import annotations

from site_builder.render.notes import render_notes

SOURCE = """Tonight with @kit_gauges & friends: [the site](https://example.org/a?b=1&c=2).

## Shared

- 0:40 The map: <https://example.org/map>
- 1:20 said in a removed span
- no clock here

1:02:03 – a paragraph with a clock
"""


def test_clocks_become_links_in_published_time() -> None:
    html = render_notes(SOURCE, lambda time: time - 10).html
    assert '<a class="moment" href="#t=30s" rel="noopener">0:30</a> The map' in html
    assert '<a class="moment" href="#t=1h1m53s" rel="noopener">1:01:53</a> a paragraph' in html


def test_what_lies_in_a_removed_span_disappears() -> None:
    notes = render_notes(SOURCE, lambda time: None if time == 80 else time)
    assert "removed span" not in notes.html + notes.text
    assert "no clock here" in notes.html


def test_a_list_that_lost_all_items_disappears() -> None:
    assert render_notes("- 0:40 gone\n- 0:50 gone", lambda _: None).html == ""


def test_plain_text_keeps_links_and_lines() -> None:
    text = render_notes(SOURCE).text
    assert "the site (https://example.org/a?b=1&c=2)" in text
    assert "• 0:40 The map: https://example.org/map" in text


def test_nothing_active_survives() -> None:
    hostile = (
        "<script>alert(1)</script><img src=x onerror=alert(1)> <a href='javascript:alert(1)'>x</a>\n"
        "<style>*{}</style> <iframe src='https://evil.example'></iframe> <b onclick=x id=player class=y>b</b>"
    )
    html = render_notes(hostile).html
    for word in ("script", "onerror", "javascript", "style", "iframe", "onclick", "id=", "class="):
        assert word not in html
