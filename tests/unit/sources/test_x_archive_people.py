"""Who is who in an X archive: ids, handles, names and roles matched where that is certain, and never guessed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    OWNER_HANDLE,
    OWNER_ID,
    OWNER_NAME,
    START,
    MadeArchive,
    MadeSpace,
    iso,
    make_tweet,
    write_archive,
)
from recording_maker import make_participant

from site_builder.model.podcast import Recording, Role, Timeline
from site_builder.sources.x.archives import open_archive

KIT, LOU = ("88120044", "kit", "Kit <of the> Rails"), ("77120031", "lou", "Lou")


def read(path: Path, space: MadeSpace, *mentions: tuple[str, str, str]) -> Recording:
    """The recording of one Space in an archive in which these were mentioned."""
    tweets = [make_tweet("Hello", START - timedelta(days=9 - n), mentions=[who]) for n, who in enumerate(mentions)]
    with open_archive(write_archive(path / "a.zip", MadeArchive(spaces=[space], tweets=tweets))) as archive:
        return archive.read(space.id).recording


def people(recording: Recording) -> list[tuple[Role, str, str, str]]:
    """Role, handle, name and id of all speakers."""
    return [(who.role, who.handle, who.name, who.x_id) for who in recording.speakers]


HOST = (Role.HOST, OWNER_HANDLE, OWNER_NAME, OWNER_ID)
ELSEWHERE: dict[str, Any] = {"creatorUserId": "999", "hostUserIds": ["999"], "speakers": []}
"""Metadata of a Space that someone else hosted."""


def test_handles_lead_to_ids_through_mentions(tmp_path: Path) -> None:
    """A guest whom the account mentioned, in whatever case, has an id and a name."""
    found = people(read(tmp_path, MadeSpace(participants=["KIT"], turns=[("host", 2, 6), (1, 6, 11)], ids=IDS), KIT))
    assert found == [HOST, (Role.GUEST, "KIT", KIT[2], KIT[0])]


IDS = {"host": OWNER_ID, "1": KIT[0], "2": LOU[0], "kit": KIT[0], "lou": LOU[0]}


def test_sessions_lead_to_ids_where_they_fit_nobody_else(tmp_path: Path) -> None:
    """A guest never mentioned whose speech lies in one user's sessions, and in no other's, is that user."""
    assert people(read(tmp_path, MadeSpace()))[1] == (Role.GUEST, "kit", "", KIT[0])


def on_stage_all_along(*users: str) -> dict[str, Any]:
    """Metadata in which these users' sessions last as long as the recording."""
    times = [{"startedAt": iso(START), "endedAt": iso(START, 12)}]
    return {"speakers": [{"userId": user, "sessions": times} for user in (OWNER_ID, *users)]}


def test_sessions_that_fit_two_are_no_proof(tmp_path: Path) -> None:
    """Where two users were on stage all along, who of them is who stays open."""
    turns = [("host", 0, 3), ("kit", 3, 7), ("lou", 7, 12)]
    space = MadeSpace(turns=turns, participants=["kit", "lou"], metadata=on_stage_all_along(KIT[0], LOU[0]))
    assert [who[3] for who in people(read(tmp_path, space))] == [OWNER_ID, "", ""]


def test_a_user_known_by_another_handle_is_somebody_else(tmp_path: Path) -> None:
    """Sessions do not make a guest of someone whom the account mentions under another handle."""
    found = people(read(tmp_path, MadeSpace(), (KIT[0], "not_kit", "Not Kit")))
    assert found[1] == (Role.GUEST, "kit", "", "")


def test_a_handle_that_changed_hands_proves_nothing(tmp_path: Path) -> None:
    """A handle under which two users were mentioned identifies neither."""
    space = MadeSpace(metadata=on_stage_all_along(KIT[0], LOU[0]))
    assert people(read(tmp_path, space, KIT, ("5", "kit", "New Kit")))[1] == (Role.GUEST, "kit", "", "")


def test_latest_name_counts(tmp_path: Path) -> None:
    """People are named as when last mentioned."""
    renamed = (KIT[0], "kit", "Kit\nof the Tides")
    assert people(read(tmp_path, MadeSpace(), KIT, renamed))[1][2] == "Kit of the Tides"


def test_earlier_handles_and_names_are_known(tmp_path: Path) -> None:
    """By the same id: a post may still call them so. A handle that somebody else has now is not theirs any more."""
    mentions = [(KIT[0], "old_kit", "Kitty Marsh"), (KIT[0], "lou", "Kitty M."), LOU, (KIT[0], "kit", "Kit"), KIT]
    found = read(tmp_path, MadeSpace(ids=IDS), *mentions)
    assert people(found)[1] == (Role.GUEST, "kit", KIT[2], KIT[0])
    earlier = {(who.handle, who.name) for who in found.on_stage if who.x_id == KIT[0]}
    assert earlier == {("old_kit", "Kitty Marsh"), ("", "Kitty M."), ("kit", "Kit")}


def test_co_hosts(tmp_path: Path) -> None:
    """A guest among the host ids is a co-host; ids may be one string."""
    for hosts in ([OWNER_ID, KIT[0]], f"{OWNER_ID},{KIT[0]}", [{"userId": KIT[0]}]):
        found = people(read(tmp_path, MadeSpace(metadata={"hostUserIds": hosts}), KIT))
        assert [who[0] for who in found] == [Role.HOST, Role.CO_HOST]


def test_a_space_of_somebody_else(tmp_path: Path) -> None:
    """Slot 0 is the Space's host, named if mentioned, else by id alone; the account is a guest there."""
    space = MadeSpace(participants=[OWNER_HANDLE], turns=[(0, 2, 6), (1, 6, 11)], ids={"0": "999", "1": OWNER_ID})
    space.metadata = ELSEWHERE
    guest = (Role.GUEST, *HOST[1:])
    assert people(read(tmp_path, space)) == [(Role.HOST, "", "", "999"), guest]
    assert people(read(tmp_path, space, ("999", "ada", "Ada"))) == [(Role.HOST, "ada", "Ada", "999"), guest]
    space.metadata = None
    assert people(read(tmp_path, space)) == [(Role.HOST, "", "", ""), guest]


def test_guests_keep_what_tags_say(tmp_path: Path) -> None:
    """Periscope id and picture come from the tags; a picture that is no web address does not."""
    guests = [make_participant("kit", 1), make_participant("lou", 2, ProfileUrl="javascript:alert(1)")]
    turns = [("host", 0, 3), ("kit", 3, 7), ("lou", 7, 12)]
    recording = read(tmp_path, MadeSpace(turns=turns, participants=guests), KIT, LOU)
    assert [who.periscope_id for who in recording.speakers] == ["", "1ekit", "1elou"]
    assert [who.avatar_url for who in recording.speakers][1:] == ["https://pbs.twimg.com/profile_images/1/kit.jpg", ""]


# ------------------------------------------------------------------------------------------- recordings without tags


def untagged(**metadata: Any) -> MadeSpace:
    """A Space whose recording does not say who speaks."""
    return MadeSpace(tags=False, metadata=metadata)


def test_sessions_stand_in_for_tags(tmp_path: Path) -> None:
    """Without tags the metadata says who was on stage when, counted from the end of the Space backwards."""
    recording = read(tmp_path, untagged(), KIT)
    assert recording.timeline is Timeline.SESSIONS
    assert recording.started_at is not None
    assert abs((recording.started_at - START).total_seconds()) < 0.05
    assert people(recording) == [HOST, (Role.GUEST, *KIT[1:], KIT[0])]
    assert [turn.speaker for turn in recording.turns] == [0, 1]
    for turn, (_, start, end) in zip(recording.turns, MadeSpace().turns, strict=True):
        assert (turn.start, turn.end) == pytest.approx((start, end), abs=0.05)


def clocks(*pairs: tuple[float, float]) -> list[tuple[str, str]]:
    return [(iso(START, start), iso(START, end)) for start, end in pairs]


FIRST, LAST = clocks((2, 4), (8, 10))
SHAPES: dict[str, Any] = {
    "sessions": [{"userId": "5", "sessions": [{"startedAt": a, "endedAt": b} for a, b in (FIRST, LAST)]}],
    "other words": [{"userId": 5, "sessions": [{"startTime": a, "endTime": b} for a, b in (FIRST, LAST)]}],
    "flat pairs": [{"userId": "5", "startedAt": a, "endedAt": b} for a, b in (FIRST, LAST)],
    "wrapped sessions": [
        {"speaker": {"userId": "5", "sessions": [{"s": {"start": a, "end": b}} for a, b in (FIRST, LAST)]}}
    ],
    "lists of two": [{"id": "5", "sessions": [list(FIRST), list(LAST)]}],
    "by user": {"5": [{"startedAt": a, "endedAt": b} for a, b in (FIRST, LAST)]},
}


@pytest.mark.parametrize("speakers", SHAPES.values(), ids=SHAPES)
def test_shapes_of_sessions(tmp_path: Path, speakers: Any) -> None:
    """However the spoken sessions are written, they are the same two turns of one nameless user."""
    recording = read(tmp_path, untagged(speakers=speakers))
    assert people(recording) == [HOST, (Role.GUEST, "", "", "5")]
    assert [turn.speaker for turn in recording.turns] == [1, 1]
    assert [turn.start for turn in recording.turns] == pytest.approx([2, 8], abs=0.05)
    assert [turn.end for turn in recording.turns] == pytest.approx([4, 10], abs=0.05)


@pytest.mark.parametrize("speakers", [["5"], [5], [{"userId": "5"}], [{"userId": "5", "sessions": []}]])
def test_speakers_without_times(tmp_path: Path, speakers: Any) -> None:
    """Who spoke is known even where it is not told when."""
    recording = read(tmp_path, untagged(speakers=speakers))
    assert people(recording) == [HOST, (Role.GUEST, "", "", "5")]
    assert (recording.turns, recording.timeline) == ((), Timeline.NONE)


def test_nothing_known_of_speakers(tmp_path: Path) -> None:
    """Without tags and without speakers there is the host, and nothing is claimed about who speaks when."""
    recording = read(tmp_path, untagged(speakers=None))
    assert people(recording) == [HOST]
    assert (recording.turns, recording.timeline) == ((), Timeline.NONE)
