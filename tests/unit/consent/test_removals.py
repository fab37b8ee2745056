"""What has to go where somebody refused, when that cannot be known, and whoever no list names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bundle_maker import make_bundle

from site_builder.consent import decide, describe_person_rows, plan_removals
from site_builder.errors import UsageError
from site_builder.model.podcast import Guid, Part, Recording, Role, Span, Speaker, Timeline, Turn
from site_builder.show.people import Answer, Consent, People, PersonRecord, load_people, parse_people
from site_builder.show.people.writing import add_newcomers, set_consent

GUID = Guid("1lD")
ANN = Speaker(role=Role.HOST, handle="ann", x_id="33")
KIT, LOU = Speaker(handle="kit", periscope_id="1ekit"), Speaker(handle="lou", periscope_id="1elou")
PART = Part(
    file="recording-0.aac",
    origin="",
    sha256="",
    size_bytes=0,
    container="adts",
    codec="aac",
    sample_rate=48000,
    channels=2,
    samples=100 * 48000,
)
ROOM = Recording(
    id="1lD",
    source="test",
    parts=(PART,),
    speakers=(ANN, KIT, Speaker()),
    on_stage=(LOU,),
    turns=(Turn(speaker=0, start=0, end=9), Turn(speaker=1, start=30, end=40), Turn(speaker=2, start=60, end=70)),
    may_speak=(
        Turn(speaker=1, start=30, end=40),
        Turn(speaker=3, start=50, end=52),
        Turn(speaker=2, start=60, end=71),
    ),
    timeline=Timeline.LEVELS,
)


def people(**answers: str) -> People:
    """Those with these answers, known by handle."""
    return People(
        tuple(PersonRecord(key=who, handle=who, consent=Answer(status=Consent(said))) for who, said in answers.items())
    )


def test_whoever_is_on_stage_unheard_is_taken_out() -> None:
    """By where they may speak; whoever no list names may be them, and goes until the host says who it is."""
    casting = decide(ROOM, GUID, people(lou="refused"), "publish")
    assert plan_removals(ROOM, casting) == (Span(start=48, end=53), Span(start=58, end=72))
    assert [person.name for person in casting.credits] == ["@ann", "@kit"]
    assert not casting.withheld
    assert casting.restricted


@pytest.mark.parametrize("said", [Consent.GRANTED, Consent.ANONYMOUS])
def test_whoever_is_unknown_is_heard_once_answered_for(said: Consent) -> None:
    unknown = PersonRecord(key="unknown", episodes={GUID: Answer(status=said)})
    casting = decide(ROOM, GUID, People((*people(lou="refused").records, unknown)), "withhold")
    assert plan_removals(ROOM, casting) == (Span(start=48, end=53),)
    assert [person.name for person in casting.credits] == ["@ann", "@kit", "Guest 1"]
    assert casting.withheld == "kit has not answered yet, and consent.pending is “withhold”."


def test_whoever_is_unknown_and_refused_goes() -> None:
    """In the episode it was said for, and in no other."""
    unknown = PersonRecord(key="unknown", episodes={GUID: Answer(status=Consent.REFUSED)})
    both = People((*people(kit="granted").records, unknown))
    assert plan_removals(ROOM, decide(ROOM, GUID, both, "publish")) == (Span(start=58, end=72),)
    assert plan_removals(ROOM, decide(ROOM, Guid("other"), both, "publish")) == ()


def test_whoever_is_unknown_where_no_list_names_anybody() -> None:
    """They may be anybody who refused."""
    room = replace(ROOM, speakers=(ANN, Speaker()), on_stage=(), turns=ROOM.turns[:1], may_speak=())
    room = replace(room, turns=(Turn(speaker=1, start=60, end=70),))
    assert plan_removals(room, decide(room, GUID, people(lou="refused"), "publish")) == (Span(start=58, end=71),)
    assert plan_removals(room, decide(room, GUID, people(lou="anonymous"), "publish")) == ()


def test_a_yes_to_all_that_is_unknown_is_none() -> None:
    """Who is unknown may be somebody else in each episode."""
    unknown = PersonRecord(key="unknown", consent=Answer(status=Consent.GRANTED))
    both = People((*people(kit="granted").records, unknown))
    withheld = decide(ROOM, GUID, both, "withhold").withheld
    assert withheld.startswith("Somebody unknown (1:00–1:10) has not answered yet")
    assert "spacecast consent unknown granted|anonymous|refused --episode 1lD" in withheld


@pytest.mark.parametrize(
    ("change", "withheld"),
    [
        ({"may_speak": ()}, "lou refused, and the recording does not tell exactly when they speak."),
        ({"timeline": Timeline.SESSIONS}, "lou refused, and the recording does not tell exactly when they speak."),
        ({"timeline": Timeline.NONE, "speakers": (ANN, Speaker(x_id="77"))}, "lou refused, and"),
        (
            {"timeline": Timeline.SESSIONS, "on_stage": (), "speakers": (ANN, KIT, Speaker(x_id="77"))},
            "The speaker with the X id 77 may be lou, who refused;",
        ),
        ({"on_stage": (), "may_speak": ()}, ""),
        ({}, ""),
    ],
    ids=["no usable level", "sessions", "nothing", "a number alone", "not on stage", "levels"],
)
def test_where_it_cannot_be_known_the_episode_is_withheld(change: dict[str, object], withheld: str) -> None:
    room = replace(ROOM, **change)  # type: ignore[arg-type]
    found = decide(room, GUID, people(lou="refused"), "publish").withheld
    assert found.startswith(withheld) if withheld else not found


def test_spoke_by_the_metadata_and_is_in_no_tag() -> None:
    """Known by X id alone: nobody knows where they are, unless the tags have them under another id."""
    room = replace(ROOM, on_stage=(Speaker(x_id="77"),), may_speak=ROOM.may_speak[::2])
    lou = PersonRecord(key="lou", x_ids=("77",), consent=Answer(status=Consent.REFUSED))
    assert decide(room, GUID, People((lou,)), "publish").withheld.startswith("lou refused, and the recording")
    known = replace(lou, periscope_ids=("1ekit",))
    assert not decide(room, GUID, People((known,)), "publish").withheld


def test_an_answer_for_somebody_unknown(tmp_path: Path) -> None:
    """It makes an entry of its own, for one episode; the rows tell when they speak."""
    file = tmp_path / "people.yaml"
    add_newcomers(file, [(GUID, ROOM)])
    assert [record.key for record in load_people(file).records] == ["ann", "kit", "lou"]
    with pytest.raises(UsageError, match="which episode"):
        set_consent(file, "unknown", Answer(status=Consent.GRANTED))
    set_consent(file, "unknown", Answer(status=Consent.ANONYMOUS, episode=GUID))
    set_consent(file, "unknown", Answer(status=Consent.REFUSED, episode=GUID))
    found = load_people(file)
    assert plan_removals(ROOM, decide(ROOM, GUID, found, "publish")) == (Span(start=58, end=72),)
    (*known, row) = describe_person_rows(found, [make_bundle(GUID, ROOM)])
    assert [one.key for one in known] == ["ann", "kit", "lou"]
    assert (row.key, row.name, row.consent) == (
        "unknown",
        "somebody unknown in “Flood gauges”, 1:00–1:10",
        Consent.REFUSED,
    )
    with pytest.raises(UsageError, match="which episode"):
        set_consent(file, "unknown", Answer(status=Consent.GRANTED))


def test_somebody_called_unknown(tmp_path: Path) -> None:
    """A handle that is the word has another key, and an old entry with that key stays the person's."""
    room = replace(ROOM, speakers=(ANN, Speaker(handle="unknown", periscope_id="1eun")), on_stage=(), may_speak=())
    file = tmp_path / "people.yaml"
    add_newcomers(file, [(GUID, room)])
    assert [record.key for record in load_people(file).records] == ["ann", "unknown-2"]
    old = parse_people("unknown:\n  handle: unknown\n  consent: refused\n", file)
    assert decide(ROOM, GUID, old, "publish").refused == frozenset()
