"""Values as JSON: what comes back is what went in, and what is no such value is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from site_builder.model import Person, Role, Span
from site_builder.outlines import Names
from site_builder.render.listed import Credit
from site_builder.values import digest_value, parse_value, parse_values, render_value, render_values

NAMES = Names(
    tags=("sea", 'a "quoted" one'),
    people=(Credit(path="people/ada/", speaking=1.5, person=Person(name="Ada", role=Role.HOST)),),
)


def test_one_or_many_come_back_as_they_were() -> None:
    """Alone, or joined: many at once are a list of the same."""
    assert parse_value(Names, render_value(Names, NAMES)) == NAMES
    assert parse_values(Names, [render_values(Names, NAMES), render_values(Names, Names())]) == (NAMES, Names())
    assert parse_values(Names, []) == ()


def test_defaults_take_no_room() -> None:
    """What is as by default is left out, and may be given lines."""
    assert render_value(Names, Names()) == b"{}"
    assert render_value(Names, Names(tags=("sea",)), indent=1) == b'{\n "tags": [\n  "sea"\n ]\n}'


def test_digests_tell_values_apart() -> None:
    """Of all that a value says, defaults included; equal values have equal digests."""
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    one, same, other = (digest_value(Span, Span(start=0.0, end=end)) for end in (1.0, 1.0, 2.0))
    assert one == same != other
    assert len(digest_value(datetime, moment)) == 64


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"tags": "sea"}', b'{"people": [{"nobody": 1}]}'])
def test_what_is_no_such_value_is_told(text: bytes) -> None:
    """A ValueError, alone or among others."""
    with pytest.raises(ValueError, match="validation error"):
        parse_value(Names, text)
    with pytest.raises(ValueError, match="validation error"):
        parse_values(Names, [b"{}", text])
