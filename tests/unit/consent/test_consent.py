"""Who is heard and named, what goes from the audio, and what is read in place of a name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from bundle_maker import make_bundle
from hypothesis import given
from hypothesis import strategies as st
from show_runner import PRACTICE

from site_builder.consent import (
    Casting,
    cast_turns,
    decide,
    describe_person_rows,
    describe_rows_json,
    make_redaction,
    mentions,
    plan_removals,
    redact,
    render_request,
)
from site_builder.model.podcast import Guid, Part, Recording, Role, Span, Speaker, Timeline, Turn
from site_builder.show.people import Answer, Consent, People, PersonRecord, load_people
from site_builder.show.people.writing import add_newcomers, set_consent
from site_builder.sources.x.archives import open_archive

GUID = Guid("1lD")
ANN = Speaker(role=Role.HOST, handle="rivermaps", name="River Maps", x_id="3300551")
KIT = Speaker(
    handle="kit_gauges",
    name="Kit",
    x_id="88120044",
    periscope_id="1mrGmkZqRdXQy",
    avatar_url="https://pbs.example/1/x_normal.jpg",
)
LOU = Speaker(handle="lou_on_water", name="Lou <on> Water", periscope_id="1OyJADqaQbXKb")
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


def turn(speaker: int, start: float, end: float) -> Turn:
    return Turn(speaker=speaker, start=start, end=end)


ROOM = Recording(
    id="1lD",
    source="test",
    started_at=datetime(2026, 10, 9, 7, 30, tzinfo=UTC),
    parts=(PART,),
    speakers=(ANN, LOU, KIT),
    turns=(turn(0, 10, 30), turn(2, 30, 50), turn(1, 49, 52), turn(0, 60, 70), turn(2, 98, 100)),
    timeline=Timeline.LEVELS,
    tick=1.0,
)


def known(speaker: Speaker, status: Consent, **more: object) -> PersonRecord:
    """Somebody in people.yaml."""
    return PersonRecord(
        key=speaker.handle,
        name=speaker.name,
        handle=speaker.handle,
        links=(f"https://x.com/{speaker.handle}",),
        avatar_url=speaker.avatar_url,
        role=speaker.role,
        x_ids=tuple(filter(None, [speaker.x_id])),
        periscope_ids=tuple(filter(None, [speaker.periscope_id])),
        consent=Answer(status=status),
        **more,  # type: ignore[arg-type]
    )


def people(kit: Consent, lou: Consent = Consent.GRANTED, ann: Consent = Consent.GRANTED) -> People:
    return People((known(ANN, ann), known(KIT, kit), known(LOU, lou)))


def cast(kit: Consent, lou: Consent = Consent.GRANTED, pending: str = "publish") -> Casting:
    return decide(ROOM, GUID, people(kit, lou), pending)


def test_granted_is_heard_and_named() -> None:
    """Host first, then guests by time of speech; turns point to the credits; nothing goes."""
    casting = cast(Consent.GRANTED)
    assert [person.name for person in casting.credits] == ["River Maps", "Kit", "Lou <on> Water"]
    assert [round(person.speaking) for person in casting.credits] == [30, 22, 3]
    assert casting.credits[1].href == "https://x.com/kit_gauges"
    assert [turn.speaker for turn in cast_turns(ROOM, casting)] == [0, 1, 2, 0, 1]
    assert plan_removals(ROOM, casting) == ()
    assert not casting.restricted
    assert not casting.withheld


def test_anonymous_is_heard_without_name() -> None:
    casting = cast(Consent.ANONYMOUS)
    guest = casting.credits[1]
    assert (guest.name, guest.handle, guest.href, guest.avatar_url) == ("Guest 1", "", "", "")
    assert plan_removals(ROOM, casting) == ()
    assert len(cast_turns(ROOM, casting)) == 5


def test_guests_are_numbered_in_the_order_they_speak() -> None:
    casting = cast(Consent.ANONYMOUS, Consent.ANONYMOUS)
    assert [verdict.label for verdict in casting.verdicts] == ["River Maps", "Guest 2", "Guest 1"]


def test_refused_is_neither_heard_nor_named() -> None:
    """What they said goes, with what others said at the same time; and they are in no credit and no turn."""
    casting = cast(Consent.REFUSED)
    assert [person.name for person in casting.credits] == ["River Maps", "Lou <on> Water"]
    assert {turn.speaker for turn in cast_turns(ROOM, casting)} == {0, 1}
    assert plan_removals(ROOM, casting) == (Span(start=28, end=51), Span(start=96, end=100))
    assert casting.verdicts[2].label == ""
    assert not casting.withheld


def test_where_levels_are_missing_nobody_who_refused_is_heard() -> None:
    """A span that nobody can account for goes too, but only where somebody refused."""
    room = Recording(**{name: getattr(ROOM, name) for name in ROOM.__slots__} | {"unknown": (Span(start=80, end=85),)})
    assert Span(start=79, end=86) in plan_removals(room, decide(room, GUID, people(Consent.REFUSED), "publish"))
    assert plan_removals(room, decide(room, GUID, people(Consent.GRANTED), "publish")) == ()


@pytest.mark.parametrize("timeline", [Timeline.SESSIONS, Timeline.NONE])
def test_refused_without_reliable_timeline_withholds_the_episode(timeline: Timeline) -> None:
    room = Recording(id="1lD", source="test", parts=(PART,), speakers=(ANN, KIT), timeline=timeline)
    withheld = decide(room, GUID, people(Consent.REFUSED), "publish").withheld
    assert withheld == "kit_gauges refused, and the recording does not tell exactly when they speak."
    assert not decide(room, GUID, people(Consent.ANONYMOUS), "publish").withheld


def test_refused_who_is_in_no_tag_withholds_the_episode() -> None:
    """The source names them as a speaker, the levels never show them: nobody knows where they are."""
    room = Recording(
        id="1lD",
        source="test",
        parts=(PART,),
        speakers=(ANN, Speaker(x_id="88120044")),
        turns=(turn(0, 1, 2),),
        timeline=Timeline.LEVELS,
    )
    assert "does not tell" in decide(room, GUID, people(Consent.REFUSED), "publish").withheld


def test_a_host_who_refuses_withholds_the_episode() -> None:
    assert "the host" in decide(ROOM, GUID, people(Consent.GRANTED, ann=Consent.REFUSED), "publish").withheld


@pytest.mark.parametrize(
    ("policy", "name", "withheld"),
    [("publish", "Kit", False), ("anonymise", "Guest 1", False), ("withhold", "Kit", True)],
)
def test_pending_is_as_the_config_says(policy: str, name: str, withheld: bool) -> None:
    casting = cast(Consent.PENDING, pending=policy)
    assert casting.credits[1].name == name
    assert bool(casting.withheld) is withheld
    assert casting.pending == (name,)


def test_an_answer_for_one_episode_wins_there_alone() -> None:
    kit = known(KIT, Consent.GRANTED, episodes={GUID: Answer(status=Consent.REFUSED, episode=GUID)})
    both = People((known(ANN, Consent.GRANTED), kit))
    assert not decide(ROOM, GUID, both, "publish").verdicts[2].heard
    assert decide(ROOM, Guid("other"), both, "publish").verdicts[2].named


def test_doubt_about_who_it_is_counts_for_the_one_who_refused() -> None:
    """The same handle with another id, before anybody has looked."""
    twin = Recording(id="2", source="test", speakers=(ANN, Speaker(handle="Kit_Gauges", periscope_id="other")))
    assert not decide(twin, Guid("2"), people(Consent.REFUSED), "publish").verdicts[1].heard


@pytest.mark.parametrize(
    ("refused", "heard"),
    [
        (PersonRecord(key="kit", name="Kit Marsh | Gauges 🌊", x_ids=("88120044",)), Speaker(name="Kit Marsh")),
        (PersonRecord(key="kit", name="Kit Marsh"), Speaker(name="Kit Marsh", handle="kit_gauges", x_id="88120044")),
        (PersonRecord(key="kit", other_names=("Kit Marsh",)), Speaker(name="kit  marsh", periscope_id="1mrG")),
    ],
)
@pytest.mark.parametrize("timeline", [Timeline.LEVELS, Timeline.NONE])
def test_a_name_alone_may_be_of_somebody_who_refused(refused: PersonRecord, heard: Speaker, timeline: Timeline) -> None:
    """Where one of the two is known by a name and nothing else, they wait until the host has told them apart."""
    room = replace(ROOM, speakers=(ANN, LOU, heard), timeline=timeline)
    refused = replace(refused, consent=Answer(status=Consent.REFUSED))
    lou = known(LOU, Consent.GRANTED)
    assert "may be kit, who refused" in decide(room, GUID, People((refused, lou)), "anonymise").withheld
    met = PersonRecord(
        key="other",
        name=heard.name,
        handle=heard.handle,
        x_ids=tuple(filter(None, [heard.x_id])),
        periscope_ids=tuple(filter(None, [heard.periscope_id])),
    )
    assert "other may be kit" in decide(room, GUID, People((refused, lou, met)), "anonymise").withheld
    met = replace(met, consent=Answer(status=Consent.ANONYMOUS))
    assert "may be kit" not in decide(room, GUID, People((refused, lou, met)), "anonymise").withheld


def test_a_namesake_with_other_ids_is_somebody_else() -> None:
    """Both are known by more than their name."""
    namesake = PersonRecord(
        key="kit2", name="Kit", handle="kit_two", x_ids=("5",), consent=Answer(status=Consent.REFUSED)
    )
    casting = decide(ROOM, GUID, People((known(ANN, Consent.GRANTED), namesake)), "anonymise")
    assert casting.withheld == ""


def test_somebody_who_came_back_is_credited_once() -> None:
    room = Recording(id="2", source="test", speakers=(ANN, KIT, KIT), turns=(turn(1, 0, 4), turn(2, 2, 6)))
    casting = decide(room, Guid("2"), people(Consent.ANONYMOUS), "publish")
    assert [(person.name, person.speaking) for person in casting.credits] == [("River Maps", 0), ("Guest 1", 6)]
    assert casting.credit_of == (0, 1, 1)


seconds = st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 3))
rooms = st.builds(
    lambda turns, tick: Recording(
        id="1lD",
        source="test",
        parts=(PART,),
        speakers=(ANN, LOU, KIT),
        turns=tuple(turn(who, min(one, two), max(one, two)) for who, one, two in turns if one != two),
        timeline=Timeline.LEVELS,
        tick=tick,
    ),
    st.lists(st.tuples(st.integers(0, 2), seconds, seconds), max_size=12),
    st.floats(0.1, 4),
)


@given(rooms, st.sampled_from(Consent), st.sampled_from(Consent))
def test_removals_cover_whoever_refused_and_nothing_else(room: Recording, kit: Consent, lou: Consent) -> None:
    """Sorted, disjoint, inside; every refused turn, wider by a tick, is covered; no span is there without one."""
    casting = decide(room, GUID, people(kit, lou), "publish")
    spans = plan_removals(room, casting)
    assert all(before.end < after.start for before, after in pairwise(spans))
    assert all(0 <= span.start < span.end <= 100 for span in spans)
    refused = [one for one in room.turns if not casting.verdicts[one.speaker].heard]
    for one in refused:
        start, end = max(0, one.start - room.tick), min(100, one.end + room.tick)
        assert any(span.start <= start and end <= span.end for span in spans)
    for span in spans:
        assert any(span.start <= one.start and one.end <= span.end for one in refused)
    if Consent.REFUSED not in {kit, lou}:
        assert spans == ()


@given(rooms, st.lists(st.sampled_from(Consent), max_size=4))
def test_granted_again_is_as_before(room: Recording, answers: list[Consent]) -> None:
    """Whatever was said in between leaves no trace in the verdicts."""
    first = decide(room, GUID, people(Consent.GRANTED), "publish")
    history = tuple(Answer(status=status) for status in answers)
    kit = known(KIT, Consent.GRANTED, history=history)
    again = decide(room, GUID, People((known(ANN, Consent.GRANTED), kit, known(LOU, Consent.GRANTED))), "publish")
    assert (again.credits, again.credit_of, again.redaction) == (first.credits, first.credit_of, first.redaction)
    assert plan_removals(room, again) == plan_removals(room, first) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tonight with @kit_gauges & @lou_on_water!", "Tonight with someone & @lou_on_water!"),
        ("Kit said: bring your toolkit and a first aid kit.", "Someone said: bring your toolkit and a first aid kit."),
        ("It rained. Kit’s map, by KIT", "It rained. Someone’s map, by someone"),
        ("https://twitter.com/Kit_Gauges/status/12?s=20 says", "Someone says"),
        ("see x.com/kit_gauges.", "see someone."),
        ("kit\\_gauges and kit_gauges2", "Someone and kit_gauges2"),
        ("user 88120044, not 881200441", "user someone, not 881200441"),
        ("https://pbs.example/1/x_400x400.jpg", "Someone"),
        ("#kit_gauges #Kit", "#someone #someone"),
        ("nobody here", "nobody here"),
        ("", ""),
    ],
)
def test_whoever_refused_is_not_read(text: str, expected: str) -> None:
    casting = cast(Consent.REFUSED)
    assert redact(text, casting) == expected
    assert mentions(text, casting) is (text != expected)
    assert redact(text, cast(Consent.GRANTED)) == text


def test_whoever_is_anonymous_is_read_as_their_label() -> None:
    """In every spelling of a hostile name: plain, Markdown, HTML."""
    casting = cast(Consent.GRANTED, Consent.ANONYMOUS)
    for name in (
        "Lou <on> Water",
        "lou &lt;on&gt; water",
        "Lou &lt;on> Water",
        "Lou \\<on\\> Water",
        "Lou  <on>\nWater",
    ):
        assert redact(f"says {name}.", casting) == "says Guest 1."


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("田中", "司会は田中さん", "司会はsomeoneさん"),
        ("🌊 Kit 🌊", "by Kit, 🌊 all around", "by someone, 🌊 all around"),
        ("K", "K is for Kelvin", "K is for Kelvin"),
        ("Will", "I will, said Will", "I will, said someone"),
        ("İpek Çelik", "by İPEK ÇELIK", "by someone"),
    ],
)
def test_names_of_many_kinds(name: str, text: str, expected: str) -> None:
    """Scripts without spaces, ornaments, single letters, ordinary words."""
    someone = PersonRecord(key="a", name=name, consent=Answer(status=Consent.REFUSED))
    assert redact(text, make_redaction(People((someone,)))) == expected


def test_a_name_inside_the_name_of_somebody_else_stays() -> None:
    """Kit refused, Kit Marlowe did not."""
    both = People(
        (known(KIT, Consent.REFUSED), PersonRecord(key="m", name="Kit Marlowe", consent=Answer(status=Consent.GRANTED)))
    )
    assert redact("With Kit Marlowe and Kit", make_redaction(both)) == "With Kit Marlowe and someone"


def test_who_refused_is_hidden_where_they_do_not_speak() -> None:
    """In another episode's notes, and in texts that belong to no episode."""
    room = Recording(id="2", source="test", speakers=(ANN,))
    assert redact("ask @kit_gauges", decide(room, Guid("2"), people(Consent.REFUSED), "publish")) == "ask someone"
    assert redact("ask @kit_gauges", make_redaction(people(Consent.REFUSED))) == "ask someone"


def test_rows_and_request() -> None:
    """Where, when and how long; JSON is plain; the message says all that is needed."""
    row = describe_person_rows(people(Consent.PENDING), [make_bundle(GUID, ROOM)])[1]
    assert (row.key, row.seconds, row.consent) == ("kit_gauges", 22, Consent.PENDING)
    written = json.loads(json.dumps(describe_rows_json([row])))[0]
    assert written["episodes"][0]["spans"] == [[30, 50], [98, 100]]
    message = render_request(
        row, show="River Maps", host="Ann", contact="ann@example.org", urls={GUID: "https://e.example/"}
    )
    for words in (
        "Hello Kit",
        "“Flood gauges”: 0:30–0:50, 1:38–1:40; 22 s in all",
        "https://e.example/",
        "ann@example.org",
    ):
        assert words in message


def test_practice_archive(tmp_path: Path) -> None:
    """Kit refuses: the truth widened by one tick lies inside what goes, in both recordings; the words lose the name."""
    known = json.loads(PRACTICE.with_suffix(".truth.json").read_text("utf-8"))
    truth = {one["id"]: one["turns"] for one in known}
    with open_archive(PRACTICE) as source:
        found = [(Guid(id_), source.read(id_)) for id_ in source.find_ids()]
    path = tmp_path / "people.yaml"
    add_newcomers(path, [(guid, one.recording) for guid, one in found])
    set_consent(path, "kit_gauges", Answer(status=Consent.REFUSED, since=date(2026, 11, 1)))
    checked = 0
    for guid, one in found:
        casting = decide(one.recording, guid, load_people(path), "publish")
        spans = plan_removals(one.recording, casting)
        for said in truth[guid]:
            if said["who"] == "kit_gauges":
                tick = one.recording.tick
                start, end = max(0, said["start"] - tick), min(one.recording.duration, said["end"] + tick)
                assert any(span.start <= start and end <= span.end for span in spans)
                checked += 1
        words = [one.announcement.title, one.announcement.body, *(note.text for note in one.notes)]
        assert "kit" not in " ".join(redact(word, casting) for word in words).lower()
    assert checked == 3
