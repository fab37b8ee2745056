"""Somebody who refused is quiet, comes late, leaves, takes another's slot or is in no list: the sound, measured.

Whoever speaks is a tone of their own, so that it can be told who is still heard.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import MadeArchive, MadeSpace
from listening import decode, decode_recording
from recording_maker import Oddities, make_participant, make_recording, tone_of
from show_runner import build, edit, find_bundle, make_show, read_feed, spacecast

from site_builder.build.consent.silence import REASON

HOST, KIT, LOU, MAX = range(4)
TONES = {"host": HOST, "kit": KIT, "lou": LOU, "max": MAX}
Voices = Sequence[tuple[str, float, float]]


def make_sound(
    voices: Voices, seconds: int, levels: Callable[[float], Any], lists: Callable[[float], Any], **odd: Any
) -> bytes:
    """A recording whose voices are those told, whatever its tags say."""
    tags = make_recording(seconds, levels=levels, participants=lists, odd=Oddities(**odd), turns=())
    sound = make_recording(seconds, turns=[(TONES[who], start, end) for who, start, end in voices], tags=False)
    return splice(tags, sound)


def splice(tagged: bytes, sound: bytes) -> bytes:
    """The tags of one recording with the frames of another."""
    out, at, heard = bytearray(), 0, 0
    while at < len(tagged):
        if tagged[at : at + 3] == b"ID3":
            end = at + 10 + sum(tagged[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            out += tagged[at:end]
        else:
            end = at + measure_frame(tagged, at)
            length = measure_frame(sound, heard)
            out += sound[heard : heard + length]
            heard += length
        at = end
    return bytes(out)


def measure_frame(adts: bytes, at: int) -> int:
    return (adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5


def make_refusal(folder: Path, recording: bytes, who: str = "lou", **metadata: Any) -> Path:
    """A show of one recording in which somebody refused; not built since."""
    media = {"space-1lDxLnrWjwkGm_0.ts": recording}
    space = MadeSpace(media=media, metadata={"speakers": None, **metadata})
    show = make_show(folder / "show", MadeArchive(spaces=[space]))
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  dead_air: keep\n")
    for command in (["extract", show / "content/archives/first.zip"], ["consent", who, "refused"]):
        done = spacecast("-C", show, *command)
        assert done.code == 0, done.err
    return show


def find_tones(samples: Sequence[float], step: float = 0.25) -> dict[str, list[float]]:
    """Who is heard in stereo samples: times at which their tone stands out, in steps."""
    size = round(96000 * step)
    heard: dict[str, list[float]] = {who: [] for who in TONES}
    for n in range(len(samples) // size):
        window = samples[n * size : (n + 1) * size : 8]
        for who, slot in TONES.items():
            if measure_tone(window, tone_of(slot)) > 0.02:
                heard[who].append(n * step)
    return heard


def measure_tone(window: Sequence[float], hz: float) -> float:
    """Strength of one frequency in samples at 12 kHz (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * hz / 12000)
    one = two = 0.0
    for sample in window:
        one, two = sample + turn * one - two, one
    return math.sqrt(max(0.0, one * one + two * two - turn * one * two)) * 2 / len(window)


def by_turns(*steps: tuple[float, Sequence[float]]) -> Callable[[float], Sequence[float]]:
    """Levels, each from a time on."""
    return lambda at: [levels for start, levels in steps if start <= at + 1e-6][-1]


def stage(*steps: tuple[float, Sequence[str]]) -> Callable[[float], list[Any]]:
    """Lists of guests, each from a time on, with numbers that are no slots."""
    return lambda at: [
        make_participant(who, 23 - n) for n, who in enumerate([w for s, w in steps if s <= at + 1e-6][-1])
    ]


def case_quiet() -> bytes:
    """Lou is far from the microphone: levels 1 to 6."""
    voices = [("host", 0, 8), ("lou", 10, 18), ("kit", 22, 30)]
    levels = by_turns(
        (0, [50, 0, 0]), (8, [0, 0, 0]), (10, [0, 0, 1]), (13, [0, 0, 6]), (18, [0, 0, 0]), (22, [0, 50, 0])
    )
    return make_sound(voices, 30, levels, stage((0, ["kit", "lou"])))


def case_soft_edges() -> bytes:
    """Lou's speech rises from level 1 and ends in level 1."""
    voices = [("host", 0, 6), ("lou", 9.3, 18.7), ("kit", 23, 30)]
    levels = by_turns(
        (0, [50, 0, 0]),
        (6, [0, 0, 0]),
        (10, [0, 0, 1]),
        (12, [0, 0, 40]),
        (16, [0, 0, 2]),
        (19, [0, 0, 0]),
        (23, [0, 50, 0]),
    )
    return make_sound(voices, 30, levels, stage((0, ["kit", "lou"])))


def case_takes_over() -> bytes:
    """Lists come 10 s apart; between them kit leaves and lou speaks in kit's slot."""
    voices = [("kit", 0, 8), ("lou", 13.5, 19), ("host", 24, 30)]
    levels = by_turns((0, [0, 50]), (8, [0, 0]), (14, [0, 50]), (19, [0, 0]), (24, [50, 0]))
    return make_sound(voices, 30, levels, stage((0, ["kit"]), (10, ["kit"]), (20, ["lou"])), omit=omit_lists)


def omit_lists(tick: int) -> set[str]:
    return set() if tick % 10 == 0 else {"participants"}


def case_late_list() -> bytes:
    """Lou speaks for 4 s before the list names them."""
    voices = [("host", 0, 7), ("lou", 10, 16), ("kit", 22, 30)]
    levels = by_turns((0, [50, 0]), (7, [0, 0]), (10, [0, 0, 50]), (16, [0, 0, 0]), (22, [0, 50, 0]))
    return make_sound(voices, 30, levels, stage((0, ["kit"]), (14, ["kit", "lou"])))


def case_leaves() -> bytes:
    """Lou goes from the list while still speaking, and max moves to their place."""
    voices = [("host", 0, 7), ("lou", 10, 16.5), ("max", 22, 30)]
    levels = by_turns((0, [50, 0, 0]), (7, [0, 0, 0]), (10, [0, 50, 0]), (16, [0, 50]), (17, [0, 0]), (22, [0, 50]))
    return make_sound(voices, 30, levels, stage((0, ["lou", "max"]), (15, ["max"])))


def case_comes_back() -> bytes:
    """Lou left the list, and a level beyond it may be theirs."""
    voices = [("host", 0, 7), ("lou", 12, 16), ("kit", 22, 30)]
    levels = by_turns((0, [50, 0, 0]), (7, [0, 0]), (12, [0, 0, 0, 50]), (16, [0, 0]), (22, [0, 50]))
    return make_sound(voices, 30, levels, stage((0, ["kit", "lou"]), (8, ["kit"])))


def case_no_number() -> bytes:
    """Lou's level is no number for a while."""
    voices = [("host", 0, 7), ("lou", 10, 16), ("kit", 22, 30)]
    steps = {0: "[50,0,0]", 7: "[0,0,0]", 10: "[0,0,null]", 13: "[0,0]", 16: "[0,0,0]", 22: "[0,50,0]"}
    return make_sound(voices, 30, lambda at: steps[max(s for s in steps if s <= at + 1e-6)], stage((0, ["kit", "lou"])))


@pytest.mark.parametrize(
    "make",
    [case_quiet, case_soft_edges, case_takes_over, case_late_list, case_leaves, case_comes_back, case_no_number],
    ids=lambda make: make.__name__.removeprefix("case_"),
)
def test_whoever_refused_is_not_heard(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Not for a quarter of a second; whoever speaks five seconds away is heard whole."""
    recording = make()
    show = make_refusal(tmp_path, recording)
    (tmp_path / "whole.aac").write_bytes(recording)
    whole = find_tones(decode_recording(tmp_path / "whole.aac"))
    assert len(whole["lou"]) >= 16
    assert build(show)["skipped"] == []
    (item,) = read_feed(show)
    heard = find_tones(decode(item.find_file(show)))
    assert heard["lou"] == []
    for who in ("host", "kit", "max"):
        away = [at for at in whole[who] if at < 5 or at > 24.5]
        assert [at for at in heard[who] if at < 5 or at > 24.5] == away


def test_chapters_and_somebody_unknown(tmp_path: Path) -> None:
    """A chapter about what was taken out goes and is told; whoever is in no list goes too, until answered for."""
    voices = [("host", 0, 8), ("lou", 12, 18), ("max", 24, 30)]
    levels = by_turns((0, [50, 0, 0]), (8, [0, 0, 0]), (12, [0, 50, 0]), (18, [0, 0, 0]), (24, [0, 0, 50]))
    show = make_refusal(tmp_path, make_sound(voices, 36, levels, stage((0, ["lou"]))))
    index = find_bundle(show) / "index.md"
    edit(index, "---\n", "---\nchapters:\n- 0:00 Start\n- 0:12 Lou speaks\n- 0:19 Afterwards\n")
    report = build(show)
    assert [warning.partition(": ")[2] for warning in report["warnings"]] == [
        "the chapter at 0:12 begins where somebody who refused is taken out; it is left out",
        "the chapter at 0:19 begins where somebody who refused is taken out; it is left out",
    ]
    (item,) = read_feed(show)
    assert [who for who, times in find_tones(decode(item.find_file(show))).items() if times] == ["host"]
    rows = spacecast("-C", show, "people", "--json").json
    assert [row["name"] for row in rows if row["who"] == "unknown"] == [
        f"somebody unknown in “{item.title}”, 0:24–0:36"
    ]
    assert spacecast("-C", show, "consent", "unknown", "granted", "--episode", find_bundle(show).name).code == 0
    assert build(show)["warnings"][1].endswith("; it begins at 0:19")
    (item,) = read_feed(show)
    heard = find_tones(decode(item.find_file(show)))
    assert [who for who, times in heard.items() if times] == ["host", "max"]


def test_an_episode_in_which_nothing_is_left_is_withheld(tmp_path: Path) -> None:
    """It is told, and not published as a second of silence."""
    voices = [("lou", 1, 11)]
    levels = by_turns((0, [0, 0]), (1, [0, 50]), (11, [0, 0]))
    show = make_refusal(tmp_path, make_sound(voices, 14, levels, stage((0, ["lou"]))))
    report = build(show)
    assert [entry["reason"] for entry in report["skipped"]] == [
        "Nothing is left to be heard once those who refused are taken out."
    ]
    assert read_feed(show) == []


@pytest.mark.parametrize("tags", [True, False], ids=["levels of zero", "no tags"])
def test_a_recording_of_silence_is_withheld(tags: bool, tmp_path: Path) -> None:
    """All of its levels are zero, or it has none: it is told, by the next build too, and the other episode is there."""
    silent = MadeSpace(turns=(), tags=tags)
    other = MadeSpace(id="1YqKDoVkzRexV", start=silent.start + timedelta(days=7))
    show = make_show(tmp_path / "show", MadeArchive(spaces=[silent, other]))
    report = build(show)
    assert [entry["reason"] for entry in report["skipped"]] == [REASON]
    assert [entry["result"] for entry in report["taken"]] == ["new", "new"]
    assert [item.guid for item in read_feed(show)] == [other.id]
    assert len(list((show / "output/episodes").iterdir())) == 1
    with (show / "config.yaml").open("a") as config:
        config.write("# changed\n")
    again = build(show)
    assert [entry["reason"] for entry in again["skipped"]] == [REASON]
    assert build(show)["made"] == []


def test_what_an_earlier_version_read_is_read_again(tmp_path: Path) -> None:
    """It gave one guest's speech to another: the tags are read anew, what is known of people stays."""
    voices = [("host", 0, 6), ("lou", 9, 14), ("kit", 20, 30)]
    levels = by_turns((0, [50, 0, 0]), (6, [0, 0, 0]), (9, [0, 0, 50]), (14, [0, 0, 0]), (20, [0, 50, 0]))
    show = make_refusal(tmp_path, make_sound(voices, 30, levels, stage((0, ["kit", "lou"]))))
    file = find_bundle(show) / "space.json"
    right = json.loads(file.read_bytes())
    right["speakers"][2]["name"] = "Lou of the Lake"
    wrong = {key: value for key, value in right.items() if key != "may_speak"}
    swapped = [{**turn, "speaker": (0, 2, 1)[turn["speaker"]]} for turn in right["turns"]]
    file.write_text(json.dumps({**wrong, "turns": swapped}))
    build(show)
    assert json.loads(file.read_bytes()) == right
    (item,) = read_feed(show)
    heard = find_tones(decode(item.find_file(show)))
    assert [who for who, times in heard.items() if times] == ["host", "kit"]
