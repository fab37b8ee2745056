"""Values as JSON: what comes back is what went in, and what is no such value is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from site_builder.engine.serialization import digest_value, encode_value, parse_value, parse_values, render_value
from site_builder.episodes.summary import EpisodeSummary, EpisodeTerms
from site_builder.model.podcast import Person, Recording, Role, Span
from site_builder.render.pages.lists import Credit

CREDIT = Credit(path="people/ada/", speaking=1.5, person=Person(name="Ada", role=Role.HOST))
NAMES = EpisodeTerms(tags=("sea", 'a "quoted" one'), people=(CREDIT,))
OUTLINE = EpisodeSummary(
    guid="one",
    slug="one",
    title="Tea \U0001f375 & \u05e9\u05dc\u05d5\u05dd",
    published_at=datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    duration=3600.0,
    enclosure="media/one.m4a",
    silent=(Span(start=0.1, end=1e-7 + 0.2),),
    row="",
    item="",
    document="",
)


@pytest.mark.parametrize("value", [NAMES, EpisodeTerms(), OUTLINE])
def test_many_come_back_as_they_were(value: EpisodeTerms | EpisodeSummary) -> None:
    """To the last digit and microsecond; times know that they are UTC."""
    assert parse_values(type(value), [encode_value(value)] * 3) == (value,) * 3
    assert encode_value(parse_values(type(value), [encode_value(value)])[0]) == encode_value(value)
    assert parse_values(type(value), []) == ()


def test_defaults_take_no_room() -> None:
    """What is as by default is left out, and a document may be given lines."""
    span = Span(start=0.0, end=1.5)
    assert encode_value(EpisodeTerms()) == b"{}"
    assert render_value(Span, span, indent=1) == b'{\n "start": 0.0,\n "end": 1.5\n}'
    assert parse_value(Span, render_value(Span, span)) == span


def test_a_document_is_read_however_it_is_written() -> None:
    """What another program writes otherwise than we do means the same."""
    part = Recording(id="a", source="x-space", started_at=datetime(2026, 10, 9, 19, 30, tzinfo=UTC), tick=2.0)
    assert parse_value(Recording, render_value(Recording, part)) == part
    other = b'{"id":"a","source":"x-space","started_at":1791574200,"tick":"2","unknown":[],"odd":{}}'
    assert parse_value(Recording, other) == part


def test_digests_tell_values_apart() -> None:
    """Equal values have equal digests, whatever order a set has."""
    one, same, other = (digest_value(Span(start=0.0, end=end)) for end in (1.0, 1.0, 2.0))
    assert one == same != other
    assert len(one) == 64
    assert digest_value(set("abcdef")) == digest_value(set("fedcba"))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"tags": "sea"}', b'{"people": [{"nobody": 1}]}', b'{"tags": ["\xff"]}']
)
def test_what_is_no_such_value_is_told(text: bytes) -> None:
    """A ValueError, of a document or of one among others."""
    with pytest.raises(ValueError, match="validation error"):
        parse_value(Span, text)
    with pytest.raises(ValueError, match=r"JSON|Expected|missing|utf-8"):
        parse_values(EpisodeTerms, [b"{}", text])
