"""`people.yaml`: who is who, newcomers, answers, and that what a person wrote stays as written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import InvalidDocument, UsageError
from site_builder.model.conversation import Account
from site_builder.model.podcast import Guid, Recording, Role, Speaker
from site_builder.show.people import (
    Answer,
    Consent,
    People,
    PersonRecord,
    load_people,
)
from site_builder.show.people.writing import add_newcomers, set_consent

ANN = Speaker(role=Role.HOST, handle="rivermaps", name="River Maps", x_id="3300551")
KIT = Speaker(
    handle="kit_gauges", name="Kit", x_id="88120044", periscope_id="1mrG", avatar_url="https://p.example/k.jpg"
)
LOU = Speaker(handle="lou_on_water", name="Lou <on> Water", periscope_id="1OyJ")


def heard(*speakers: Speaker, id_: str = "1lD", day: int = 9) -> tuple[Guid, Recording]:
    """A recording of somebody."""
    started = datetime(2026, 10, day, 7, 30, tzinfo=UTC)
    return Guid(id_), Recording(id=id_, source="test", started_at=started, speakers=speakers)


WRITTEN = """\
# My people.

kit:   # met at the weir
    name:   'Kit'
    handle: "@kit_gauges"
    links:
    - https://kit.example/   # home
    -   https://kit.example/b
    consent: granted   # by DM


# Lou never answers
lou:  {name: 'Lou', handle:   lou_on_water, consent: {status: pending,  since: 2026-10-01}}
# the end
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A people.yaml that somebody wrote in their own way."""
    path = tmp_path / "people.yaml"
    path.write_text(WRITTEN, "utf-8")
    return path


def test_no_file_is_nobody(tmp_path: Path) -> None:
    assert load_people(tmp_path / "people.yaml") == People()


def test_hand_written_file_is_read(file: Path) -> None:
    """Shorthands, an @, flow style: read as meant."""
    kit, lou = load_people(file).records
    assert (kit.handle, kit.consent.status, kit.links[0]) == ("kit_gauges", Consent.GRANTED, "https://kit.example/")
    assert lou.consent == Answer(since=date(2026, 10, 1))


def test_newcomers_are_added_in_a_new_file(tmp_path: Path) -> None:
    """The host has granted; everybody else is pending since they were heard first."""
    path = tmp_path / "people.yaml"
    assert add_newcomers(path, [heard(ANN, KIT, LOU)]) == ("River Maps", "Kit", "Lou <on> Water")
    ann, kit, lou = load_people(path).records
    assert (ann.consent.status, ann.consent.note, ann.role) == (Consent.GRANTED, "host of the show", Role.HOST)
    assert kit == PersonRecord(
        key="kit_gauges",
        name="Kit",
        handle="kit_gauges",
        links=("https://x.com/kit_gauges",),
        avatar_url="https://p.example/k.jpg",
        x_ids=("88120044",),
        periscope_ids=("1mrG",),
        consent=Answer(since=date(2026, 10, 9)),
    )
    assert lou.name == "Lou <on> Water"


def test_nothing_new_leaves_the_file_alone(file: Path) -> None:
    """The same bytes and the same file, not a new one with the same content."""
    add_newcomers(file, [heard(KIT, LOU)])
    before, node = file.read_bytes(), file.stat().st_ino
    assert add_newcomers(file, [heard(KIT, LOU)]) == ()
    assert (file.read_bytes(), file.stat().st_ino) == (before, node)


def test_what_a_person_wrote_stays(file: Path) -> None:
    """A newcomer, an id and an answer are added; every line written by hand is still there but the answer."""
    add_newcomers(file, [heard(ANN, KIT)])
    set_consent(file, "kit", Answer(status=Consent.REFUSED, since=date(2026, 11, 1), note="by DM: no"))
    text = file.read_text("utf-8")
    lost = [line for line in WRITTEN.splitlines() if line not in text.splitlines()]
    assert lost == ["    consent: granted   # by DM"]
    assert "# by DM" in text
    kit = load_people(file).get("kit")
    assert kit.periscope_ids == ("1mrG",)
    assert kit.consent == Answer(status=Consent.REFUSED, since=date(2026, 11, 1), note="by DM: no")
    assert kit.history == (Answer(status=Consent.GRANTED),)


@pytest.mark.parametrize("spelling", ["crlf", "bom"])
def test_line_ends_and_marks_stay(file: Path, spelling: str) -> None:
    """Files saved by Windows editors keep their form."""
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b"\n", b"\r\n") if spelling == "crlf" else b"\xef\xbb\xbf" + raw)
    set_consent(file, "lou", Answer(status=Consent.GRANTED, since=date(2026, 11, 1)))
    after = file.read_bytes()
    assert load_people(file).get("lou").consent.status is Consent.GRANTED
    if spelling == "crlf":
        assert after.count(b"\n") == after.count(b"\r\n") > 10
    else:
        assert after.startswith(b"\xef\xbb\xbf#")


def test_each_line_keeps_its_own_end(file: Path) -> None:
    """Two editors have been at it, one on Windows; only lines that say something else are written anew."""
    lines = WRITTEN.splitlines()
    mixed = "".join(f"{line}{chr(13) * (number % 2)}\n" for number, line in enumerate(lines)).encode()
    file.write_bytes(mixed)
    set_consent(file, "kit", Answer(status=Consent.REFUSED, since=date(2026, 11, 1)))
    kept = set(mixed.splitlines(keepends=True)) - {
        b"    consent: granted   # by DM\n",
        b"    consent: granted   # by DM\r\n",
    }
    assert kept <= set(file.read_bytes().splitlines(keepends=True))
    assert load_people(file).records[0].consent.status is Consent.REFUSED


@pytest.mark.parametrize(
    "odd", ["2026-13-45", "2026-02-30", "-_", "+_", "0x_", "0b_", "12:99:99", "._", "1e", "1_0_", "=", "<<", "~"]
)
def test_what_only_looks_like_a_number_or_a_date(file: Path, odd: str) -> None:
    """It is text, and stays as it stands."""
    before = WRITTEN.replace("name:   'Kit'", f"name:   {odd}")
    file.write_text(before, "utf-8")
    set_consent(file, "kit", Answer(status=Consent.REFUSED, since=date(2026, 11, 1)))
    assert f"    name:   {odd}\n" in file.read_text("utf-8")
    assert load_people(file).records[0].consent.status is Consent.REFUSED


def test_history_is_kept_and_dated(file: Path) -> None:
    """Answers for the show and for one episode; a no for the show ends what was allowed for the episode."""
    guid = Guid("1e5")
    set_consent(file, "@lou_on_water", Answer(status=Consent.ANONYMOUS, since=date(2026, 10, 2)))
    set_consent(
        file, "lou", Answer(status=Consent.GRANTED, since=date(2026, 10, 3), note="yes: all of it", episode=guid)
    )
    lou = load_people(file).get("LOU")
    assert lou.answer_for(guid).status is Consent.GRANTED
    assert lou.answer_for(Guid("other")).status is Consent.ANONYMOUS
    lou = set_consent(file, "lou", Answer(status=Consent.REFUSED, since=date(2026, 10, 4)))
    assert lou.answer_for(guid).status is Consent.REFUSED
    assert [(answer.status, answer.since, answer.episode) for answer in lou.history] == [
        (Consent.PENDING, date(2026, 10, 1), None),
        (Consent.ANONYMOUS, date(2026, 10, 2), None),
        (Consent.GRANTED, date(2026, 10, 3), guid),
    ]


def test_a_yes_for_the_show_does_not_undo_a_no_for_an_episode(file: Path) -> None:
    guid = Guid("1lD")
    set_consent(file, "lou", Answer(status=Consent.REFUSED, since=date(2026, 10, 2), episode=guid))
    lou = set_consent(file, "lou", Answer(status=Consent.GRANTED, since=date(2026, 10, 3)))
    assert lou.answer_for(guid).status is Consent.REFUSED


def test_the_same_answer_again_changes_nothing(file: Path) -> None:
    answer = Answer(status=Consent.REFUSED, since=date(2026, 11, 1), note="no")
    set_consent(file, "kit", answer)
    before = file.read_bytes()
    set_consent(file, "kit", answer)
    assert file.read_bytes() == before


def test_handles_change_and_ids_stay(tmp_path: Path) -> None:
    """Somebody known by id under a new handle is the same person; both handles are found."""
    path = tmp_path / "people.yaml"
    renamed = Speaker(handle="kit_of_the_weir", periscope_id="1mrG")
    assert add_newcomers(path, [heard(KIT), heard(renamed, id_="2", day=16)]) == ("Kit",)
    people = load_people(path)
    assert people.get("@kit_of_the_weir") == people.get("@KIT_gauges") == people.match(renamed)
    assert people.get("kit_gauges").other_handles == ("kit_of_the_weir",)


def test_one_handle_with_other_ids_is_somebody_else(tmp_path: Path) -> None:
    """Never merged; hidden until the host has looked, where the namesake refused."""
    path = tmp_path / "people.yaml"
    add_newcomers(path, [heard(KIT)])
    set_consent(path, "kit_gauges", Answer(status=Consent.REFUSED, since=date(2026, 11, 1)))
    other = heard(Speaker(handle="kit_gauges", periscope_id="other"), id_="2")
    assert load_people(path).match(other[1].speakers[0]) is None
    add_newcomers(path, [other])
    people = load_people(path)
    twin = people.match(other[1].speakers[0])
    assert twin
    assert twin.key == "kit_gauges-2"
    assert twin.consent.status is Consent.REFUSED
    with pytest.raises(UsageError, match=r"kit_gauges .*or kit_gauges-2"):
        people.get("@kit_gauges")
    assert add_newcomers(path, [other]) == ()


def test_nobody_by_that_name_is_told_with_the_nearest(file: Path) -> None:
    with pytest.raises(UsageError, match="did you mean kit_gauges"):
        load_people(file).get("@kit_gages")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kit:\n  consent: maybe\n", 2, "granted, pending, anonymous or refused"),
        ("kit:\n  name: Kit\n  avatar: javascript:alert(1)\n", 3, "https://"),
        ("a:\n  ids: {x: 1}\n\nb:\n  ids:\n    x: [2, 1]\n", 4, "stands at a as well"),
        ("kit: [a\n", 1, "not closed"),
        ("- kit\n", 1, "named values"),
    ],
)
def test_problems_name_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    """And the file is left as it is."""
    path = tmp_path / "people.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidDocument, match=words) as caught:
        add_newcomers(path, [heard(KIT)])
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (path, line)
    assert path.read_text("utf-8") == text


HOSTILE = [
    "no",
    "1e5",
    "12:30",
    "~",
    "a: b",
    "# x",
    "'",
    '"\\',
    "- x",
    "{}",
    "&a",
    "*a",
    "!x",
    "@x",
    "%x",
    "\u202eevil",
    "\ud800x",
    "a\n\nb: c",
    "\x00\x07n",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_survives_the_file(tmp_path: Path, name: str) -> None:
    """What an archive says is one text in the file, whatever YAML would make of it, and is found again."""
    path = tmp_path / "people.yaml"
    recording = heard(Speaker(name=name), Speaker(handle=name, x_id="77"))
    add_newcomers(path, [recording])
    before = path.read_bytes()
    assert len(load_people(path).records) in {1, 2}
    assert add_newcomers(path, [recording]) == ()
    assert path.read_bytes() == before


ids = st.sampled_from(["", "1", "2"])
speakers = st.builds(
    Speaker,
    handle=st.sampled_from(["", "kit", "lou"]),
    name=st.sampled_from(["", "Kit", "Lou"]),
    x_id=ids,
    periscope_id=ids,
)


@given(st.lists(st.lists(speakers, max_size=3), max_size=4))
def test_meeting_again_adds_nobody(tmp_path_factory: pytest.TempPathFactory, rooms: list[list[Speaker]]) -> None:
    """However confused the ids: the file stays sound, a second look changes nothing, and no id has two owners."""
    path = tmp_path_factory.mktemp("people") / "people.yaml"
    recordings = [heard(*room, id_=str(number), day=number + 1) for number, room in enumerate(rooms)]
    add_newcomers(path, recordings)
    first = load_people(path)
    add_newcomers(path, recordings)
    known = load_people(path)
    assert {record.key for record in known.records} == {record.key for record in first.records}
    owners = [("x", id_) for record in known.records for id_ in record.x_ids]
    owners += [("p", id_) for record in known.records for id_ in record.periscope_ids]
    assert len(owners) == len(set(owners))
    for _, recording in recordings:
        for speaker in recording.speakers:
            if speaker.x_id or speaker.periscope_id:  # nobody is guessed at where two namesakes could be meant
                assert known.match(speaker) or len(known.candidates(speaker)) > 1


def test_only_the_first_account_agrees_by_itself(tmp_path: Path) -> None:
    """Whose show it is agrees by making it; the host of another account's recording is asked like everybody."""
    path = tmp_path / "people.yaml"
    host = Speaker(role=Role.HOST, name="Ann", handle="ann_own", x_id="1")
    other = Speaker(role=Role.HOST, name="Bo", handle="bo_other", x_id="2")
    account = Account(handle="Ann_Own", x_id="1")
    add_newcomers(path, [heard(other), heard(host, id_="2", day=16)], account)
    add_newcomers(path, [heard(Speaker(role=Role.HOST, handle="cy_third", x_id="3"), id_="3")], Account(x_id="3"))
    people = load_people(path)
    answers = {key: people.get(key).consent.status.value for key in ("ann_own", "bo_other", "cy_third")}
    assert answers == {"ann_own": "granted", "bo_other": "pending", "cy_third": "pending"}
