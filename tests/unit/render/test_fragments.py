"""Pieces of HTML that are written without a template: the same as its loops would give, and as safe."""

from __future__ import annotations

from site_builder.render.pages.fragments import make_name_row, make_turn_rows, render_strip

PEOPLE = [{"name": "Ada <b>"}, {"name": "Ben & Co"}]


def test_rows_of_turns() -> None:
    write_rows = make_turn_rows(lambda seconds: f"{seconds:g} <s>")
    assert write_rows([(1, 3.5, 64.5)], PEOPLE) == (
        '<tr data-turn="1 3.5 64.5"><td><a href="#t=3s">0:03</a></td><td>Ben &amp; Co</td><td>61 &lt;s&gt;</td></tr>'
    )
    assert write_rows([(0, 0.0, 1.0)] * 2, PEOPLE).count("<tr") == 2


def test_names_in_a_row() -> None:
    write_names = make_name_row(" & ")
    assert write_names(PEOPLE) == "<bdi>Ada &lt;b&gt;</bdi> &amp; <bdi>Ben &amp; Co</bdi>"
    assert write_names([]) == ""


def test_the_strip() -> None:
    strip = render_strip([{"person": 0, "path": "M0 0h2v1h-2z"}, {"person": 9, "path": "M2 0h1v1h-1z"}])
    assert 'viewBox="0 0 160 5"' in strip
    assert '<path class="p1" transform="matrix(1 0 0 2 0 3)" d="M2 0h1v1h-1z"/>' in strip
    assert render_strip([]) == ""
