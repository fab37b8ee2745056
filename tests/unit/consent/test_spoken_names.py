"""Names as they are spoken and as a machine writes them."""

from __future__ import annotations

import pytest

from site_builder.consent.casting import decide
from site_builder.consent.redaction import redact
from site_builder.consent.spoken_names import hear_names, sounds_like
from site_builder.model.podcast import Guid, Recording, Role, Speaker, Timeline, Turn
from site_builder.show.people import People

SPEAKERS = (
    Speaker(handle="host", name="The Lamp Room", role=Role.HOST),
    Speaker(handle="davy", name="Dr. Davy Quill (he/him)"),
    Speaker(handle="owen", name="Owen Hart"),
)
RECORDING = Recording(
    id="1",
    source="x-space",
    speakers=SPEAKERS,
    turns=tuple(Turn(speaker=number, start=number * 10.0, end=number * 10.0 + 9) for number in range(3)),
    timeline=Timeline.LEVELS,
    tick=1.0,
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Thanks, Davy.", "Thanks, Guest 1."),
        ("Davey, you restore lenses", "Guest 1, you restore lenses"),
        ("so i asked davey", "so i asked Guest 1"),
        ("Mr Quil said so", "Mr Guest 1 said so"),
        ("Owen Hart, and Owen too", "Guest 2, and Guest 2 too"),
        ("On we go. One day. Done.", "On we go. One day. Done."),
        ("The lamp in the room", "The lamp in the room"),
        ("a wavy quilt", "a wavy quilt"),
    ],
)
def test_what_others_call_somebody(said: str, read: str) -> None:
    """First and last names, and what sounds like them, of those who have not answered."""
    casting = decide(RECORDING, Guid("1"), People(()), "anonymise")
    assert redact(said, hear_names(casting, said)) == read


@pytest.mark.parametrize(
    ("name", "heard"), [("Davy", "Davie"), ("Mara", "Maara"), ("Kareem", "Karim"), ("Geoffrey", "Geofrey")]
)
def test_by_ear(name: str, heard: str) -> None:
    assert sounds_like(name, heard)


@pytest.mark.parametrize(("name", "other"), [("Owen", "One"), ("Davy", "David"), ("Mara", "Mark"), ("Ana", "An")])
def test_other_words(name: str, other: str) -> None:
    assert not sounds_like(name, other)
