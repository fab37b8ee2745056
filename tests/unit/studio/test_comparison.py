"""Two versions of a file beside each other."""

from __future__ import annotations

from site_builder.studio.changes.comparison import Line, compare


def test_what_differs_is_marked_and_found_at_once() -> None:
    lines = [f"option{number}: {number}" for number in range(40)]
    other = [*lines[:20], "option20: twenty", *lines[21:]]
    now, wanted = compare("\n".join(lines), "\n".join(other))
    assert [line.text for line in now if line.state == "differs"] == ["option20: 20"]
    assert [line.text for line in wanted if line.state == "differs"] == ["option20: twenty"]
    assert [line.text for line in wanted] == ["…", *other[17:24], "…"]


def test_what_is_too_long_or_something_else_is_shown_whole() -> None:
    whole = "\n".join(map(str, range(100)))
    assert compare(whole, "50\n51")[0] == [Line(str(number), "same") for number in range(100)]
    long = "\n".join(map(str, range(6000)))
    assert len(compare(long, long + "\nx")[1]) == 6001
