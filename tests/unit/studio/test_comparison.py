"""Two versions of a file beside each other."""

from __future__ import annotations

from site_builder.studio.changes.comparison import Line, compare


def test_what_differs_is_marked() -> None:
    lines = [f"option{number}: {number}" for number in range(40)]
    other = [*lines[:20], "option20: twenty", *lines[21:]]
    now, wanted = compare("\n".join(lines), "\n".join(other))
    assert [line.text for line in now if line.differs] == ["option20: 20"]
    assert [line.text for line in wanted if line.differs] == ["option20: twenty"]
    assert [line.text for line in wanted if not line.is_gap] == other[18:23]
    assert [number for number, line in enumerate(wanted) if line.is_gap] == [0, 6]


def test_what_somebody_else_changed_is_marked_in_both() -> None:
    seen = [str(number) for number in range(40)]
    now, wanted = ["first", *seen[1:]], ["first", *seen[1:30], "mine", *seen[31:]]
    for lines in compare("\n".join(now), "\n".join(wanted), "\n".join(seen)):
        assert "first" in [line.text for line in lines if line.differs]


def test_little_in_common_is_marked_as_well() -> None:
    now, wanted = compare("---\ntitle: A\n---\nMine.", "---\ntitle: B\n---\nYours.")
    assert [line.text for line in now if line.differs] == ["title: A", "Mine."]
    assert [line.text for line in wanted if line.differs] == ["title: B", "Yours."]


def test_what_is_too_long_or_a_passage_is_not_marked() -> None:
    whole = "\n".join(map(str, range(100)))
    assert not any(line.differs or line.is_gap for line in compare(whole, "50\n51", whole=False)[0])
    long = "\n".join(map(str, range(6000)))
    assert compare(long, f"{long}\nx")[1][-1] == Line("x", differs=False)
