"""Names as they are spoken and as a machine writes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from site_builder.consent.casting import decide
from site_builder.consent.leaks import describe_secrets
from site_builder.consent.redaction import hide_unanswered, redact
from site_builder.consent.spoken_names import hear_names, list_called, sounds_like
from site_builder.episodes.redact import redact_cues
from site_builder.episodes.transcripts.cues import label_speakers
from site_builder.model.podcast import Cue, Guid, Recording, Role, Speaker, Timeline, Turn
from site_builder.show.people import Answer, Consent, People, PersonRecord

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


@pytest.mark.parametrize("has_answered", [True, False])
def test_somebody_who_is_on_stage_and_says_nothing(has_answered: bool) -> None:
    """They are spoken to by their first name, and have not agreed to be named either."""
    silent = Speaker(handle="wren_k", name="Wren Kestrel")
    room = replace(RECORDING, on_stage=(silent,), may_speak=(Turn(speaker=3, start=40.0, end=41.0),))
    known = PersonRecord(key="wren_k", name="Wren Kestrel", handle="wren_k", consent=Answer(status=Consent.REFUSED))
    casting = decide(room, Guid("1"), People((known,) if has_answered else ()), "anonymise")
    assert redact("Wren, are you there? Wrenn?", hear_names(casting, "Wren, are you there? Wrenn?")) == (
        "Someone, are you there? Someone?"
    )


@pytest.mark.parametrize(
    ("name", "heard"), [("Davy", "Davie"), ("Mara", "Maara"), ("Kareem", "Karim"), ("Geoffrey", "Geofrey")]
)
def test_by_ear(name: str, heard: str) -> None:
    assert sounds_like(name, heard)


@pytest.mark.parametrize(("name", "other"), [("Owen", "One"), ("Davy", "David"), ("Mara", "Mark"), ("Ana", "An")])
def test_other_words(name: str, other: str) -> None:
    assert not sounds_like(name, other)


@pytest.mark.parametrize(
    ("label", "status", "told"),
    [
        ("Quill", Consent.REFUSED, None),
        ("davy Quill", Consent.REFUSED, None),
        ("Kitty", Consent.REFUSED, None),
        ("Zoë", Consent.REFUSED, None),
        ("Davey", Consent.REFUSED, "Someone"),
        ("Quill", Consent.ANONYMOUS, "Guest 1"),
        ("Davy Q.", Consent.ANONYMOUS, "Guest 1 Q."),
        ("Quill", Consent.GRANTED, "Quill"),
        ("Hart", Consent.REFUSED, "Hart"),
        ("Owen Hart", Consent.REFUSED, "Owen Hart"),
        ("@davy", Consent.GRANTED, "Dr. Davy Quill"),
    ],
)
def test_who_speaks_by_a_transcript_from_elsewhere(label: str, status: Consent, told: str | None) -> None:
    """Services label lines with a first name, or what the host typed; who refused is heard in none of these lines."""
    record = PersonRecord(
        key="d", name="Dr. Davy Quill", handle="davy", other_names=("Kitty", "Zoë Quill"), consent=Answer(status=status)
    )
    owen = PersonRecord(key="o", name="Owen Hart", handle="owen", consent=Answer(status=Consent.GRANTED))
    casting = decide(RECORDING, Guid("1"), People((record, owen)), "publish")
    called = list_called(casting, SPEAKERS)
    labels = [verdict.label if verdict.heard else None for verdict in casting.verdicts]
    cues = [Cue(start=0.0, end=1.0, text="I see.", speaker=label)]
    cues = list(label_speakers(cues, [one for one, _ in called], [labels[number] for _, number in called]))
    found = [cue.speaker for cue in redact_cues(cues, casting)]
    assert found == ([] if told is None else [told])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("There it is: the grunt. Owen recorded it.", "There it is: the grunt. Guest 2 recorded it."),
        ("Owen’s dog, and a walk with Davy", "Guest 2’s dog, and a walk with Guest 1"),
        ("A night with Owen", "A night with Guest 2"),
        ("the Nora we know, nora, #Nora, https://nora.example/nora", None),
        ("Mr Quill and Ms Hart", None),  # family names are other people's as well
        ("Owens and Davyd", None),
    ],
)
def test_first_names_in_what_is_written(written: str, read: str | None) -> None:
    recording = replace(RECORDING, speakers=(*SPEAKERS, Speaker(handle="finch_n", name="Nora Finch")))
    assert redact(written, decide(recording, Guid("1"), People(()), "anonymise")) == (read or written)


def test_a_first_name_of_somebody_credited_is_theirs() -> None:
    """A guest who agreed and one who did not are both called Davy."""
    other = Speaker(handle="davy_jones", name="Davy Jones")
    known = PersonRecord(key="davy", handle="davy", name="Davy Quill", consent=Answer(status=Consent.GRANTED))
    recording = replace(RECORDING, speakers=(SPEAKERS[0], SPEAKERS[1], other))
    casting = decide(recording, Guid("1"), People((known,)), "anonymise")
    assert redact("Davy said so, Davy Jones too", casting) == "Davy said so, Guest 1 too"


def test_a_new_address_has_no_first_name() -> None:
    assert redact("A night with Owen", hide_unanswered(People(()), SPEAKERS)) == "A night with "
    assert redact("A night with Owen", hide_unanswered(People(()), SPEAKERS[:2])) == "A night with Owen"


def test_another_persons_first_name_elsewhere_is_no_leak() -> None:
    """Owen is hidden where he speaks; the site as a whole may speak of some Owen."""
    casting = decide(RECORDING, Guid("1"), People(()), "anonymise")
    secrets = describe_secrets(People(()), {Guid("1"): casting}, {Guid("1"): ()}, hide_pending=True)
    assert not any(one.hidden.first_names for one in secrets.people)
    assert any("Owen Hart" in one.hidden.names for one in secrets.people)
