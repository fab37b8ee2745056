"""Show notes as HTML and text."""

from __future__ import annotations

import time
from unittest.mock import patch

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown.extensions.fenced_code import FencedCodeExtension

from site_builder.render.markdown import EXTENSIONS, make_engine
from site_builder.render.markdown_limits import is_too_complex
from site_builder.render.notes import html_to_text, list_markup, mark_addresses, render_notes
from site_builder.text.timecode import format_clock

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


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("75:30 The long answer", "1:15:30"),
        ("- 119:59 last", "1:59:59"),
        ("[0:60] x", None),
        ("99:99 red balloons", None),
        ("1:75:00 x", None),
        ("1:2:3:4 x", None),
        ("2:00:01 after the end", None),
        ("100000:00 anything", None),
        ("9" * 5000 + ":30 x", None),
    ],
)
def test_what_is_no_moment_of_the_recording_is_text(line: str, moment: str | None) -> None:
    notes = render_notes(line, end=7200)
    assert [format_clock(note.at) for note in notes.moments] == ([moment] if moment else [])
    assert moment is not None or line in notes.text


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


PIECES = (
    *(
        "word ",
        "Word.",
        "\n",
        "\n\n",
        "    ",
        "  \n",
        "\\",
        "# H\n",
        "> ",
        "- item\n",
        "1. one\n",
        ": def\n",
        "===\n",
        "---\n",
        "***\n",
    ),
    *(
        "a | b\n--|--\n1 | 2\n",
        "```\n",
        "`",
        "*",
        "**",
        "_",
        "__",
        "[a](http://b)",
        "![i](p.png 't')",
        "[a][b]",
        "[b]",
        "![b]",
    ),
    *(
        "[b]: http://x.example\n",
        "<http://a.example>",
        "<me@a.example>",
        "<b>",
        "</b>",
        "<div>\n",
        "&",
        "&amp;",
        "'",
        '"',
    ),
    *("'s ", "--", "---", "...", "[", "]", "(", ")", "<", ">", "é"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_what_is_not_tried_would_have_done_nothing(source: str) -> None:
    extensions = [kind() for kind in (*EXTENSIONS, FencedCodeExtension)]
    plain = markdown.Markdown(extensions=extensions, output_format="html")
    assert make_engine().convert(source) == plain.convert(source)


def test_nothing_is_looked_for_among_all_that_is_installed() -> None:
    """Extensions by name are: that takes as long as to make the engine, or ten times as long."""
    with patch("importlib.metadata.distributions", side_effect=AssertionError("asked")):
        assert make_engine().convert("a -- b") == "<p>a &ndash; b</p>"


@pytest.mark.parametrize("opened", [1, 190, 200, 1000])
@pytest.mark.parametrize("size", [100, 7_700, 7_800, 20_000])
def test_what_is_short_is_told_at_once_and_rightly(size: int, opened: int) -> None:
    """As if nothing were passed over: each opened bracket, which no other closes, is looked at to the end."""
    source = "[" * opened + "a" * size
    looked_at = sum(len(source) - place for place in range(opened))
    assert is_too_complex(source) == (looked_at > 1_500_000)


def test_an_address_is_told_from_what_looks_like_one() -> None:
    html = '<p><a title="say href=" href="https://example.org/?a=1&amp;b=2">here &amp; there</a></p>'
    assert html_to_text(html) == "here & there (https://example.org/?a=1&b=2)"


@pytest.mark.parametrize(
    "piece",
    [
        *("![", "[", "[](", "![](", "[a](b ", "[a][", "<a ", '<a href="', "<!--", "<b>", "<div>", "*_", "**a ", "_a "),
        *("`a", "\\", "'", "&", "> ", ">", "a|b\n-|-\n", "a\n===\n", "# a\n", "a\n: b\n", "- a\n", "~~~\n", "a  \n"),
        *("[x]: y\n", "<http:", "a@b.c ", "1. a\n", "    a\n", "\t", "- 0:00 a\n", "***\n", "&#", "<?", "<![CDATA["),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """Whatever is repeated, and however often: bounded, and every word of it is there."""
    for size in (10_000, 60_000):
        source = "kept " + (piece * size)[:size] + "\n\nkept as well"
        started = time.process_time()
        notes = render_notes(source)
        list_markup(source)
        assert time.process_time() - started < 5
        assert notes.text.startswith("kept")
    nested = "".join("  " * depth + "- a\n" for depth in range(300))
    assert "a" in render_notes(nested).text
    assert render_notes("0:10 <https://example.org>").html.count("<a ") == 2, "the notes after them are read as ever"


def test_long_notes_as_people_write_them_are_markdown() -> None:
    """Three hundred links, a table and a pasted transcript are far below any bound."""
    links = "".join(
        f'- {minute}:00 [link *{minute}*](https://example.org/(a)_{minute}) it\'s "x"\n' for minute in range(59)
    )
    words = "\n\n".join(["It's what \"they\" said (or [so] we think), isn't it? " * 20] * 150)
    table = "a | b\n--|--\n" + "x | `y`\n" * 100
    html = render_notes(f"{links * 5}\n{table}\n{words}").html
    assert html.count("<a ") == 59 * 5 * 2
    assert "<table>" in html
    assert 'they" said' not in html


@pytest.mark.parametrize(
    ("source", "is_address"),
    [
        ("<https://example.org/map>", True),
        ("[example.org/map](https://www.example.org/map/)", True),
        ("[https://example.org/caf\u00e9](https://example.org/caf%C3%A9)", True),
        ('x <a class="x" title="t" href="https://e.org/?a=1&amp;b=2"><b>e.org/?a=1&amp;b=2</b></a>', True),
        ("[the map](https://example.org/map)", False),
        ("[example.org](https://example.org/map)", False),
        ("<mail@example.org>", False),
        ("0:10 now", False),
    ],
)
def test_a_link_whose_text_is_its_address_is_marked_for_print(source: str, is_address: bool) -> None:
    html = render_notes(source).html
    marked = mark_addresses(html)
    assert ('class="address"' in marked) == is_address
    assert marked.replace(' class="address"', "") == html.replace(' class=""', "")
