"""From the tags in a recording to who speaks when."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3
from recording_maker import (
    NTP_2026,
    Oddities,
    ScriptedTurn,
    TagStyle,
    make_id3,
    make_participant,
    make_recording,
    make_tag,
)

from site_builder.model.podcast import Part, Role, Speaker, Timeline
from site_builder.sources.id3 import parse_tag_frames, parse_text, parse_user_text
from site_builder.sources.parts import read_part
from site_builder.sources.x.speaking.hydra_tags import Participant, PartReading, Tick, parse_tag
from site_builder.sources.x.speaking.timeline import (
    TimelineReading,
    make_session_turns,
    make_timeline,
)

NAN = math.nan
HOST = Speaker(role=Role.HOST, handle="host")
STARTED = datetime(2026, 10, 9, 7, 30, tzinfo=UTC)
STYLES = {
    "as X writes it": TagStyle(),
    "version 2.3": TagStyle(version=3),
    "Latin-1": TagStyle(encoding=0),
    "UTF-16": TagStyle(encoding=1),
    "UTF-16, big end first": TagStyle(encoding=1, bom="big"),
    "UTF-16BE": TagStyle(encoding=2),
    "2.3 in UTF-16": TagStyle(version=3, encoding=1),
    "unsynchronised": TagStyle(unsync=True),
    "unsynchronised 2.3 in UTF-16": TagStyle(version=3, encoding=1, unsync=True),
    "extended header": TagStyle(extended=True),
    "extended header in 2.3": TagStyle(version=3, extended=True),
    "padding": TagStyle(padding=300),
    "data length indicator": TagStyle(data_length=True),
    "footer": TagStyle(footer=True),
    "everything": TagStyle(encoding=1, unsync=True, extended=True, padding=7, data_length=True),
}


def read(*recordings: bytes) -> TimelineReading:
    """The timeline of a recording of one or more parts."""
    parts = [read_part(io.BytesIO(part), f"part-{n}", index=n) for n, part in enumerate(recordings)]
    return make_timeline(parts, HOST)


def omitting(what: str, where: Container[int]) -> Oddities:
    """Tags of these numbers lack that."""
    return Oddities(omit=lambda n: {what} if n in where else ())


def spoken(reading: TimelineReading) -> list[tuple[str, float, float]]:
    """Turns by handle."""
    return [(reading.speakers[turn.speaker].handle, turn.start, turn.end) for turn in reading.turns]


def assert_close(reading: TimelineReading, truth: Iterable[ScriptedTurn]) -> None:
    """Each turn is there, nothing else is, and each edge is right within one tick."""
    expected = sorted(truth, key=lambda turn: (turn[1], str(turn[0])))
    assert [who for who, _, _ in spoken(reading)] == [who for who, _, _ in expected]
    for (_, start, end), (_, true_start, true_end) in zip(spoken(reading), expected, strict=True):
        assert abs(start - true_start) <= reading.tick + 0.03
        assert abs(end - true_end) <= reading.tick + 0.03


KEYS = st.sampled_from(["ParticipantIndex", "UserId", "UserName", "ProfileUrl", "ntp"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


class TestTags:
    """One tag."""

    @pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
    def test_every_style_says_the_same(self, style: TagStyle) -> None:
        """Version, encoding, unsynchronisation, headers and padding change nothing; mutagen agrees about the frames."""
        tag = make_tag(NTP_2026 + 0.5, [255, 0, 7.5], ["kit"], style=style)
        tick = parse_tag(tag, 1.5)
        assert tick == Tick(
            at=1.5,
            ntp=NTP_2026 + 0.5,
            levels=(255, 0, 7.5),
            participants=(
                Participant(
                    slot=1,
                    handle="kit",
                    periscope_id="1ekit",
                    avatar_url="https://pbs.twimg.com/profile_images/1/kit.jpg",
                ),
            ),
        )
        ours = [parse_user_text(content) for name, content in parse_tag_frames(tag) if name == b"TXXX"]
        theirs = ID3(io.BytesIO(tag)).getall("TXXX")  # type: ignore[no-untyped-call]
        assert ours == [(frame.desc, frame.text[0]) for frame in theirs]

    @pytest.mark.parametrize("lie", [-20, -1, 1, 30, 10_000_000])
    @pytest.mark.parametrize("version", [3, 4])
    def test_lying_sizes(self, lie: int, version: int) -> None:
        """A frame that claims more or less than it has spoils no other."""
        tick = parse_tag(make_tag(NTP_2026, [50, 10], ["kit"], style=TagStyle(version=version, lying_size=lie)))
        assert tick.ntp == NTP_2026
        assert tick.participants
        assert tick.levels == ((50, 10) if lie > 0 else tick.levels)

    def test_a_plain_size_in_2_4(self) -> None:
        """Sizes that old iTunes wrote as plain numbers are understood."""
        long, short = b"\x03note\0" + b"x" * 300, b"\x03HydraAudioLevel\0[9]"
        tag = bytearray(make_id3([(b"TXXX", long), (b"TXXX", short)]))
        tag[14:18] = len(long).to_bytes(4, "big")
        assert parse_tag(bytes(tag)).levels == (9,)

    @pytest.mark.parametrize(
        ("text", "levels"),
        [
            ("[1, 2.5, 80]", (1, 2.5, 80)),
            ('[NaN, -5, null, true, "12", {}, [], "x", 9]', (NAN, 0, NAN, 1, 12, NAN, NAN, NAN, 9)),
            ("[-2, -2.0, 0.4]", (0, 0, 0.4)),
            ("[1e400, 1" + "0" * 400 + "]", (math.inf, math.inf)),
            ("[]", None),
            ("{}", None),
            ("[1, 2", None),
            ("[" * 100_000, None),
            ("9" * 5000, None),
            ("", None),
        ],
        ids=["plain", "not numbers", "special", "huge", "empty", "object", "cut", "nested", "long number", "nothing"],
    )
    def test_levels(self, text: str, levels: tuple[float, ...] | None) -> None:
        """What is no level keeps its place and is no silence; -2 is no loudness; what is no list is no reading."""
        found = parse_tag(make_tag(NTP_2026, text)).levels
        assert found == (pytest.approx(levels, nan_ok=True) if levels else None)

    def test_participants(self) -> None:
        """The slot is the place in the list, whatever ParticipantIndex says; what is no guest keeps its place."""
        entries = [
            make_participant("kit", ProfileUrl="https://pbs.twimg.com/a\x00b.jpg"),
            make_participant("lou", 7),
            make_participant("max", -1),
            "nobody",
            {"ParticipantIndex": 9},
            make_participant("ann", 10**30),
            {"UserName": "@bo\u202e\x00b", "ParticipantIndex": "1", "ProfileUrl": "javascript:alert(1)"},
        ]
        guests = parse_tag(make_tag(NTP_2026, [1], json.dumps(entries))).participants
        assert guests is not None
        places = [(guest.slot, guest.handle) for guest in guests]
        assert places == [(1, "kit"), (2, "lou"), (3, "max"), (6, "ann"), (7, "bob")]
        assert guests[0].avatar_url == guests[-1].avatar_url == ""

    def test_the_spare_clock(self) -> None:
        """JSONMetadata tells the time where TIT3 does not."""
        spare = b"\x03JSONMetadata\0" + json.dumps({"HydraVersion": 4, "ntp": NTP_2026}).encode()
        assert parse_tag(make_id3([(b"TIT3", b"\x03soon"), (b"TXXX", spare)])).ntp == NTP_2026

    @pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "1e300", "x", "3856965984.391.5"])
    def test_a_clock_that_is_none(self, text: str) -> None:
        """A time outside 2000 to 2090 is none."""
        assert parse_tag(make_tag(text, [1])).ntp is None

    @given(st.binary(max_size=300), st.integers(2, 5), st.integers(0, 255))
    def test_arbitrary_bytes_never_raise(self, body: bytes, version: int, flags: int) -> None:
        """Any tag body, any flags."""
        head = b"ID3" + bytes([version, 0, flags, 0, 0, len(body) >> 7 & 127, len(body) & 127])
        parse_tag(head + body)
        parse_tag(body)
        for _, content in parse_tag_frames(head + body):
            parse_text(content)

    @given(ANY_JSON)
    def test_any_json_never_raises(self, value: Any) -> None:
        """Any JSON in any of the three places, and a timeline from it."""
        text = json.dumps(value)
        spare = b"\x03JSONMetadata\0" + text.encode()
        tick = parse_tag(make_tag(None, text, text, extra=[(b"TXXX", spare)]))
        make_timeline([PartReading(part=make_part(5), ticks=(tick,))], HOST)


def make_part(seconds: float) -> Part:
    """A part of that length, for ticks that stand in no file."""
    return Part(
        file="recording-0.aac",
        origin="x",
        sha256="",
        size_bytes=0,
        container="adts",
        codec="aac",
        sample_rate=48000,
        channels=2,
        samples=round(seconds * 48000),
    )


class TestTurns:
    """The timeline of whole recordings."""

    @pytest.mark.parametrize("tick", [1.0, 3.0])
    @pytest.mark.parametrize("style", [TagStyle(), TagStyle(version=3, encoding=1)], ids=["2.4", "2.3"])
    def test_turns_are_found(self, tick: float, style: TagStyle) -> None:
        """Host and guests, one after the other and at once, each edge right within a tick."""
        truth = [("host", 2, 20), ("kit", 20, 41), ("lou", 40, 52), ("host", 56, 60)]
        reading = read(make_recording(60, turns=truth, participants=["kit", "lou"], tick=tick, style=style))
        assert_close(reading, truth)
        assert reading.tick == pytest.approx(tick, abs=0.03)
        assert reading.timeline is Timeline.LEVELS
        assert reading.started_at == (STARTED,)
        assert [speaker.handle for speaker in reading.speakers] == ["host", "kit", "lou"]
        assert reading.speakers[0] is HOST
        assert reading.speakers[1].role is Role.GUEST
        assert reading.unknown == ()
        assert reading.gaps == ()

    def test_noise_is_no_speech_but_makes_a_speaker(self) -> None:
        """Levels of 1 to 7 are an open microphone: no turn, yet that person may be heard; 8 is speech; 0 is absent."""
        levels: dict[int, list[float]] = {0: [0, 7, 8, 0], 1: [0, 7.9, 8.0, 0]}
        reading = read(
            make_recording(10, levels=lambda at: levels[int(at) % 2], participants=["quiet", "loud", "mute"])
        )
        assert [speaker.handle for speaker in reading.speakers] == ["host", "quiet", "loud"]
        assert [who for who, _, _ in spoken(reading)] == ["loud"]

    def test_silences(self) -> None:
        """Spans in which every level is zero, noise excluded."""
        reading = read(make_recording(12, levels=lambda at: [0 if 3.5 < at < 7 else 1, 0], participants=["kit"]))
        (silence,) = reading.silences
        assert silence.start == pytest.approx(4, abs=0.05)
        assert silence.end == pytest.approx(7.02, abs=0.05)
        assert reading.turns == ()

    @pytest.mark.parametrize("lacking", ["[0]", "[0,null]"])
    def test_where_a_level_is_missing_nobody_knows_of_silence(self, lacking: str) -> None:
        """A guest without a level, or with one that is no number, may be speaking."""

        def levels(at: float) -> str:
            return "[9,0]" if at < 2 else "[0,0]" if at < 7 else lacking

        reading = read(make_recording(12, levels=levels, participants=["kit"]))
        (silence,) = reading.silences
        assert silence.end == pytest.approx(7, abs=0.05)
        (untold,) = reading.may_speak
        assert (untold.start, untold.end) == pytest.approx((7, 12), abs=0.05)
        assert [who.handle for who in reading.on_stage] == ["kit"]

    @pytest.mark.parametrize(("pause", "turns"), [(1, 1), (2, 1), (3, 2)])
    def test_short_pauses_belong_to_a_turn(self, pause: int, turns: int) -> None:
        """Up to two seconds of silence are joined, three are not."""
        script = [("host", 2, 6), ("host", 6 + pause, 14)]
        assert len(read(make_recording(20, turns=script)).turns) == turns

    def test_a_pause_of_one_reading_is_joined_however_long(self) -> None:
        """Where readings are 3 s apart, one at zero may have fallen between two words."""
        reading = read(make_recording(30, turns=[("host", 3, 12), ("host", 15, 24)], tick=3))
        assert len(reading.turns) == 1

    def test_an_answer_ends_a_turn(self) -> None:
        """A pause in which somebody else speaks is not joined: removing one must not remove the other."""
        script = [("host", 2, 6), ("kit", 6, 7), ("host", 7, 12)]
        assert_close(read(make_recording(14, turns=script, participants=["kit"])), script)

    def test_who_joins_and_leaves(self) -> None:
        """A slot means whoever holds it at that moment, also where the list shifts."""

        def on_stage(at: float) -> list[str]:
            return ["kit", "lou"] if at < 20 else ["lou"] if at < 40 else ["lou", "max"]

        truth = [("kit", 2, 10), ("lou", 12, 30), ("max", 42, 50)]
        reading = read(make_recording(60, turns=truth, participants=on_stage))
        assert_close(reading, truth)

    def test_a_slot_taken_over(self) -> None:
        """Slot 1 goes from one person to another in the middle of speech: two turns, two people."""
        reading = read(
            make_recording(20, levels=lambda at: [0, 50], participants=lambda at: ["kit"] if at < 10 else ["lou"])
        )
        assert_close(reading, [("kit", 0, 10), ("lou", 10, 20)])

    def test_the_same_person_in_another_slot(self) -> None:
        """Known again by Periscope id, even under a new handle; the first handle stays."""

        def on_stage(at: float) -> list[Any]:
            kit = [make_participant("kit", 1)], [make_participant("lou"), make_participant("kit2", 1, UserId="1ekit")]
            return kit[at >= 10]

        reading = read(
            make_recording(20, levels=lambda at: [0, 50, 0] if at < 10 else [0, 0, 50], participants=on_stage)
        )
        assert_close(reading, [("kit", 0, 20)])
        assert [(who.handle, who.periscope_id) for who in reading.on_stage[-1:]] == [("kit2", "1ekit")]

    def test_a_handle_taken_over(self) -> None:
        """Two Periscope ids are two people, even under one handle."""

        def on_stage(at: float) -> list[Any]:
            return [make_participant("kit", 1, UserId="1e" if at < 10 else "2e")]

        reading = read(make_recording(20, levels=lambda at: [0, 50], participants=on_stage))
        assert_close(reading, [("kit", 0, 10), ("kit", 10, 20)])
        assert [speaker.periscope_id for speaker in reading.speakers] == ["", "1e", "2e"]

    def test_the_host_among_the_guests(self) -> None:
        """A guest entry with the host's handle is the host."""
        reading = read(make_recording(9, levels=lambda at: [0, 50], participants=["HOST"]))
        assert_close(reading, [("host", 0, 9)])

    def test_missing_lists(self) -> None:
        """Tags without a list mean the list before, or the next where there was none yet."""
        script = [("kit", 0, 8), ("host", 8, 20)]
        for lacking in ({0, 1, 2}, {3, 4, 5, 6, 7}):
            odd = omitting("participants", lacking)
            assert_close(read(make_recording(20, turns=script, participants=["kit"], odd=odd)), script)

    def test_missing_levels_and_tags(self) -> None:
        """A missing reading or tag within a turn is bridged, and its last reading stands for no more than a tick."""
        script = [("kit", 2, 14)]
        for lacks in ("levels", "tag"):
            odd = omitting(lacks, {5, 9, 14, 15})
            reading = read(make_recording(20, turns=script, participants=["kit"], odd=odd))
            assert_close(reading, script)

    def test_a_long_stretch_without_tags_is_unknown(self) -> None:
        """Nobody is said to speak where no tag tells; the stretch is named."""
        odd = Oddities(omit=lambda n: {"tag"} if 10 <= n < 40 else ())
        reading = read(make_recording(60, turns=[("host", 0, 60)], odd=odd))
        assert_close(reading, [("host", 0, 10), ("host", 40, 60)])
        (unknown,) = reading.unknown
        assert unknown.start == pytest.approx(10, abs=0.1)
        assert unknown.end == pytest.approx(40, abs=0.1)

    def test_more_levels_than_guests(self) -> None:
        """A slot that no list names is somebody without a name, never somebody else."""
        reading = read(make_recording(10, levels=lambda at: [0, 0, 50, 30], participants=["kit"]))
        assert [reading.speakers[turn.speaker] for turn in reading.turns] == [Speaker()]

    @pytest.mark.parametrize(
        ("lists", "levels", "truth"),
        [
            (
                {0: [("kit", 1), ("lou", 2)], 6: [("lou", 2)]},
                ["host", "host", 1, 1, 2, 2, "host", "host", 1, 1, 1, 1],
                [("host", 0, 2), ("kit", 2, 4), ("lou", 4, 6), ("host", 6, 8), ("lou", 8, 12)],
            ),
            (
                {0: [("lou", 2), ("kit", 1)]},
                ["host", "host", "host", "host", *[1] * 8],
                [("host", 0, 4), ("lou", 4, 12)],
            ),
            (
                {0: [("kit", 23), ("lou", 57)]},
                [*["host"] * 4, *[1] * 4, *[2] * 4],
                [("host", 0, 4), ("kit", 4, 8), ("lou", 8, 12)],
            ),
            (
                {0: [("kit", 0), ("lou", 0)]},
                [*["host"] * 4, *[1] * 4, *[2] * 4],
                [("host", 0, 4), ("kit", 4, 8), ("lou", 8, 12)],
            ),
            (
                {0: [("kit", 2), ("lou", 1)], 4: [], 8: [("max", 1)]},
                [*[1] * 4, *[1] * 4, *[1] * 4],
                [("kit", 0, 4), ("", 4, 7), ("max", 7, 12)],
            ),
        ],
        ids=["a guest leaves", "order", "large numbers", "all zero", "whoever left holds nothing"],
    )
    def test_a_slot_is_a_place_in_the_newest_list(
        self,
        lists: Mapping[int, Sequence[tuple[str, int]]],
        levels: Sequence[int | str],
        truth: Sequence[ScriptedTurn],
    ) -> None:
        """Position in the newest list and one more, whatever ParticipantIndex says; off the list is off the stage."""

        def on_stage(at: float) -> list[Any]:
            newest = max(start for start in lists if start <= at + 1e-6)
            return [make_participant(handle, index) for handle, index in lists[newest]]

        def level(at: float) -> list[int]:
            slot = levels[min(11, int(at + 1e-6))]
            return [60 * (n == (0 if slot == "host" else slot)) for n in range(3)]

        assert_close(read(make_recording(12, levels=level, participants=on_stage)), truth)

    @pytest.mark.parametrize(("level", "turns"), [(3.9, 0), (6, 1)])
    def test_a_quiet_guest(self, level: float, turns: int) -> None:
        """Where nobody louder speaks for longer than a pause, somebody quiet does."""
        reading = read(
            make_recording(20, levels=lambda at: [50 if at < 5 or at > 14 else 0, level], participants=["kit"])
        )
        quiet = [(start, end) for who, start, end in spoken(reading) if who == "kit"]
        assert len(quiet) == turns
        assert not quiet or quiet[0] == pytest.approx((5, 15), abs=1.1)

    def test_heard_before_listed(self) -> None:
        """Somebody whose level comes one tag before their name is that person."""
        reading = read(
            make_recording(
                10,
                levels=lambda at: [0, 0, 50 if at > 4.5 else 0],
                participants=lambda at: ["kit", "lou"] if at > 5.5 else ["kit"],
            )
        )
        assert_close(reading, [("lou", 5, 10)])

    def test_no_tags(self) -> None:
        """Nothing is known, and it says so."""
        reading = read(make_recording(5, tags=False))
        assert reading == TimelineReading(speakers=(HOST,), started_at=(None,))

    def test_no_levels(self) -> None:
        """Without levels all who were on stage may be heard, and nobody is said to speak."""
        reading = read(make_recording(5, participants=["kit", "lou"], odd=Oddities(omit=lambda _: {"levels"})))
        assert [speaker.handle for speaker in reading.speakers] == ["host", "kit", "lou"]
        assert (reading.turns, reading.timeline) == ((), Timeline.NONE)

    def test_thousands_of_participants(self) -> None:
        """A stage of thousands is read, if not believed."""
        crowd = [f"u{n}" for n in range(5000)]
        reading = read(make_recording(3, levels=lambda at: [20] * 5001, participants=crowd))
        assert len(reading.speakers) == 5001

    def test_parts_are_joined(self) -> None:
        """A turn that spans the seam of two parts is one turn; times run on."""
        truth = [("host", 2, 24), ("kit", 24, 40)]
        first, second = (
            make_recording(20, turns=truth, participants=["kit"], starts_at=at, ntp_start=NTP_2026 + at)
            for at in (0, 20)
        )
        reading = read(first, second)
        assert_close(reading, truth)
        assert reading.gaps == ()
        assert reading.started_at == (STARTED, STARTED + timedelta(seconds=20))

    @settings(max_examples=25, deadline=None)
    @given(cut=st.integers(1, 1400), seed=st.integers(0, 3))
    def test_splitting_changes_nothing(self, cut: int, seed: int) -> None:
        """Split at any frame, a recording has the same turns up to a tick."""
        truth = [("host", 1, 9 + seed), ("kit", 8, 20), ("host", 22, 29)]
        whole = make_recording(30, turns=truth, participants=["kit"], tick=1 + seed)
        pieces = split_at_frame(whole, cut)
        one, two = read(whole), read(*pieces)
        assert [turn.speaker for turn in one.turns] == [turn.speaker for turn in two.turns]
        for before, after in zip(one.turns, two.turns, strict=True):
            assert abs(before.start - after.start) <= one.tick
            assert abs(before.end - after.end) <= one.tick

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.floats(0, 70),
                st.none() | st.lists(st.floats(-10, 100) | st.just(math.nan), min_size=1, max_size=4),
                st.none() | st.lists(st.sampled_from(["a", "b", "c", "host"]), max_size=4, unique=True),
            ),
            max_size=40,
        )
    )
    @example([(0.00006, [8.0], None), (0.0, [math.nan, 8.0], None)])  # two readings of one millisecond
    def test_turns_are_in_order_and_inside(self, said: Sequence[tuple[float, Any, Any]]) -> None:
        """Whatever the tags say: turns sorted, inside the recording, nobody overlapping themselves."""
        ticks = [
            parse_tag(make_tag(None, json.dumps(levels) if levels else None, guests), at) for at, levels, guests in said
        ]
        ticks.sort(key=lambda tick: tick.at)
        reading = make_timeline([PartReading(part=make_part(60), ticks=tuple(ticks))], HOST)
        assert list(reading.turns) == sorted(reading.turns, key=lambda turn: (turn.start, turn.speaker))
        for turn in reading.turns:
            assert 0 <= turn.start <= turn.end <= 60
            assert turn.speaker < len(reading.speakers)
        for number in range(len(reading.speakers)):
            own = [turn for turn in reading.turns if turn.speaker == number]
            assert all(before.end <= after.start for before, after in pairwise(own))


def split_at_frame(recording: bytes, frame: int) -> tuple[bytes, bytes]:
    """The bytes before and from that frame on; tags before it stay in the first part."""
    at, seen = 0, 0
    while at < len(recording) and seen <= frame:
        if recording[at : at + 3] == b"ID3":
            at += 10 + sum(recording[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            continue
        if seen == frame:
            break
        at += (recording[at + 3] & 3) << 11 | recording[at + 4] << 3 | recording[at + 5] >> 5
        seen += 1
    return recording[:at], recording[at:]


class TestGaps:
    """Lost audio."""

    def test_within_a_part(self) -> None:
        """The wall clock jumps ahead of the audio: there audio is lost, and turns go on in media time."""
        odd = Oddities(gaps={10.0: 6.0, 20.0: 0.3})
        reading = read(make_recording(30, turns=[("host", 0, 30)], odd=odd))
        (gap,) = reading.gaps
        assert gap.at == pytest.approx(10, abs=0.03)
        assert gap.lost == pytest.approx(6, abs=0.01)
        assert_close(reading, [("host", 0, 30)])

    def test_between_parts(self) -> None:
        """Audio lost between two files counts, at the seam."""
        first, second = make_recording(10), make_recording(10, ntp_start=NTP_2026 + 10 + 4)
        (gap,) = read(first, second).gaps
        assert gap.at == pytest.approx(10, abs=0.03)
        assert gap.lost == pytest.approx(4, abs=0.05)

    @pytest.mark.parametrize(
        "wobble",
        [
            lambda n: 0.4 * (n % 2),
            lambda n: 0.9 * (n % 2),
            lambda n: 3.0 * (n == 7),
            lambda n: -3.0 * (n >= 7),
            lambda n: 0.02 * n,
        ],
        ids=["jitter", "strong jitter", "one late tag", "clock set back", "slow drift"],
    )
    def test_a_wavering_clock_is_no_gap(self, wobble: Callable[[int], float]) -> None:
        """Only what stays lost is lost."""
        ticks = tuple(Tick(at=float(n), ntp=NTP_2026 + n + wobble(n)) for n in range(30))
        assert make_timeline([PartReading(part=make_part(30), ticks=ticks)], HOST).gaps == ()


class TestSessions:
    """Recordings without tags: who was on stage."""

    def test_turns_from_sessions(self) -> None:
        """Clipped to the recording, joined where one person's overlap, open ones to the end, in order of start."""

        def at(seconds: float) -> datetime:
            return STARTED + timedelta(seconds=seconds)

        sessions = [
            ("7", at(50), None),
            ("5", at(-10), at(20)),
            ("5", at(15), at(30)),
            ("5", at(40), at(45)),
            ("9", at(200), at(300)),
            ("9", at(60), at(55)),
        ]
        turns = make_session_turns(sessions, STARTED, 100.0, order=["5"])
        assert [(turn.speaker, turn.start, turn.end) for turn in turns] == [(0, 0, 30), (0, 40, 45), (1, 50, 100)]
