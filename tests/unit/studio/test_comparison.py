"""Two versions of a file beside each other."""

from __future__ import annotations

from site_builder.studio.changes.comparison import Line, compare


def test_what_differs_is_marked() -> None:
    lines = [f"option{number}: {number}" for number in range(40)]
    other = [*lines[:20], "option20: twenty", *lines[21:]]
    now, wanted = compare("\n".join(lines), "\n".join(other))
    assert [line.text for line in now if line.differs] == ["option20: 20"]
    assert [line.text for line in wanted if line.differs] == ["option20: twenty"]
    assert [line.text for line in wanted] == other


def test_what_is_too_long_or_something_else_is_not_marked() -> None:
    whole = "\n".join(map(str, range(100)))
    assert not any(line.differs for line in compare(whole, "50\n51")[0])
    long = "\n".join(map(str, range(6000)))
    assert compare(long, f"{long}\nx")[1][-1] == Line("x", differs=False)
