"""One episode: what its sound, chapters, notes and details become in `index.md`, and what is heard."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path

import pytest
from archive_maker import MadeArchive, MadeSpace
from http_answer import Answer
from PIL import Image
from show_runner import make_show, spacecast
from studio_runner import RunningStudio, start_studio

from site_builder.show.documents import parse_front_matter
from site_builder.show.front_matter import EpisodeMatter


def index_of(show: Path) -> Path:
    return min((show / "content/episodes").iterdir()) / "index.md"


def address_of(show: Path) -> str:
    return f"/episodes/{index_of(show).parent.name}"


def read(show: Path) -> EpisodeMatter:
    file = index_of(show)
    return parse_front_matter(file.read_bytes(), file, EpisodeMatter)[0]


def change(studio: RunningStudio, show: Path, place: str = "", **fields: str) -> Answer:
    address = address_of(show)
    path = f"content{address}/index.md"
    based_on = ("based-on", studio.digest(address, path))
    pairs = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return studio.post(address + place, based_on, *pairs, page=address)


def write_option(show: Path, lines: str) -> None:
    file = index_of(show)
    file.write_text(file.read_text("utf-8").replace("---\n", f"---\n{lines}\n", 1), "utf-8")


def test_trim(studio: RunningStudio, show: Path) -> None:
    assert change(studio, show, "/trim", trim_start="0:01.5").json["sound"]["trim"][0] == 1.5
    trim = read(show).trim
    assert trim
    assert trim.start == 1.5
    assert change(studio, show, "/trim", trim_start="0:90").status == 422
    assert change(studio, show, "/trim", trim_start="soon").json["problems"][0]["field"] == "trim-start"
    change(studio, show, "/trim", trim_start="", trim_end="")
    assert read(show).trim is None


def test_cuts_are_the_smallest_edit(studio: RunningStudio, show: Path) -> None:
    """Entries that stay keep their lines, with the comments in and above them."""
    write_option(show, "cut:\n  # a cough\n  - 0:01 - 0:02   # mine\n  - from: 0:06\n    to: 0:07")
    answer = change(studio, show, "/stretches", do="cut", **{"from": "0:03", "to": "0:04.25"})
    assert [entry.to_model().start for entry in read(show).cut] == [1, 3, 6]
    assert "  # a cough\n  - 0:01 - 0:02   # mine\n  - 0:03-0:04.25\n  - from: 0:06\n    to: 0:07\n" in index_of(
        show
    ).read_text("utf-8")
    assert "0:04.25" in answer.json["parts"]["sound"]
    change(studio, show, "/stretches", do="remove", stretch="cut:1.000-2.000")
    assert [entry.to_model().start for entry in read(show).cut] == [3, 6]
    change(studio, show, "/stretches", do="change", stretch="cut:3.000-4.250", to="0:05")
    assert [(entry.start, entry.end) for entry in read(show).cut] == [(3, 5), (6, 7)]
    change(studio, show, "/stretches", do="mute", **{"from": "0:02", "to": "0:02.5"})
    assert read(show).mute[0].end == 2.5


@pytest.mark.parametrize(
    ("start", "end"), [("0:04", "0:04"), ("0:05", "0:04"), ("", "0:04"), ("x", "y"), ("9:00", "9:30")]
)
def test_no_stretch_is_refused(studio: RunningStudio, show: Path, start: str, end: str) -> None:
    before = index_of(show).read_bytes()
    answer = change(studio, show, "/stretches", do="cut", **{"from": start, "to": end})
    assert answer.status == 422
    assert answer.json["problems"][0]["field"] in {"from", "to"}
    assert index_of(show).read_bytes() == before


def test_chapters(studio: RunningStudio, show: Path) -> None:
    write_option(show, "chapters:\n  0:00: Opening # x\n  0:06: The end")
    change(studio, show, "/chapters", do="add", at="0:03", title="It's: #5 and # six")
    assert [(entry.start, entry.title) for entry in read(show).chapters or ()] == [
        (0, "Opening"),
        (3, "It's: #5 and # six"),
        (6, "The end"),
    ]
    assert "  0:00: Opening # x\n" in index_of(show).read_text("utf-8")
    change(studio, show, "/chapters", do="change", chapter="3.000", title="Five")
    moved = change(studio, show, "/chapters", do="change", chapter="6.000", at="0:02")
    assert moved.json["moved"] == {"chapter": {"6.000": "2.000"}}
    assert [entry.title for entry in read(show).chapters or ()] == ["Opening", "The end", "Five"]
    assert change(studio, show, "/chapters", do="add", at="0:02", title="Again").status == 422
    for chapter in ("0.000", "2.000", "3.000"):
        change(studio, show, "/chapters", do="remove", chapter=chapter)
    assert read(show).chapters is None


@pytest.mark.parametrize(
    ("do", "fields", "field", "words"),
    [
        ("add", {"at": "8:00", "title": "Late"}, "at", "the recording is"),
        ("add", {"from": "8:00"}, "from", "the recording is"),
        ("change", {"chapter": "3.000", "at": "9:00"}, "at", "the recording is"),
        ("add", {"at": "0:02", "title": " "}, "title", "needs a title"),
        ("add", {"at": "", "title": "When?"}, "at", "Write a time"),
        ("add", {"from": "", "to": ""}, "from", "Write a time"),
    ],
)
def test_what_is_no_chapter_is_refused(
    studio: RunningStudio, show: Path, do: str, fields: dict[str, str], field: str, words: str
) -> None:
    write_option(show, "chapters:\n  0:03: Opening")
    before = index_of(show).read_bytes()
    answer = change(studio, show, "/chapters", do=do, **fields)
    assert answer.status == 422
    (problem,) = answer.json["problems"]
    assert problem["field"] == field
    assert words in problem["message"]
    assert index_of(show).read_bytes() == before


def test_a_chapter_of_a_selected_stretch_begins_with_it(studio: RunningStudio, show: Path) -> None:
    assert change(studio, show, "/chapters", do="add", **{"from": "0:04", "to": "0:06"}).status == 200
    assert [entry.start for entry in read(show).chapters or ()] == [4]


@pytest.mark.parametrize(
    ("place", "fields"),
    [("/stretches", {"do": "mute", "from": "9:00", "to": "9:30"}), ("/trim", {"trim_start": "9:00"})],
)
def test_times_after_the_end_are_told_with_the_length(
    studio: RunningStudio, show: Path, place: str, fields: dict[str, str]
) -> None:
    assert "the recording is 0:" in change(studio, show, place, **fields).json["problems"][0]["message"]


def test_a_tag_is_there_once(studio: RunningStudio, show: Path) -> None:
    change(studio, show, tags="rivers, gauges,, Rivers, rivers")
    assert read(show).tags == ("rivers", "gauges")
    change(studio, show, tags="")
    write_option(show, "tags: rivers, Rivers")
    assert read(show).tags == ("rivers",)


def test_what_is_left_out_is_told(studio: RunningStudio, show: Path) -> None:
    """A line or chapter in what is cut goes, and is told of; in what the host muted, a line stays."""
    write_option(show, "chapters:\n  0:01: Opening\n  0:03: Lost\n  0:05: Rest\nmute: 0:06-0:07")
    told = change(studio, show, notes="- 0:04 The gauge map\n- 0:06 The muted one").json["parts"]["left-notes"]
    assert "0:04" not in told
    parts = change(studio, show, "/stretches", do="cut", **{"from": "0:03", "to": "0:05"}).json["parts"]
    assert "The line at 0:04 is left out" in parts["left-notes"]
    assert "0:06" not in parts["left-notes"]
    assert "The chapter at 0:03 is left out" in parts["left-chapters"]
    assert "The line at 0:04 is left out" in studio.get(address_of(show)).text
    assert spacecast("-C", show, "build").code == 0
    html = (show / f"output/episodes/{read(show).slug}/index.html").read_text("utf-8")
    assert "The muted one" in html
    assert "The gauge map" not in html
    found = spacecast("-C", show, "check", "--json").json["findings"]
    said = {one["rule"]: one["message"] for one in found if one["rule"].endswith("left-out")}
    assert "the line at 0:04" in said["notes-left-out"]
    assert "the chapter at 0:03" in said["chapters-left-out"]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A show of one conversation of sixteen minutes: chapters are proposed of what is heard, minutes apart."""
    space = MadeSpace(parts=(960.0,), turns=(("host", 1, 959),))
    show = make_show(tmp_path / "talk" / "show", MadeArchive(spaces=[space]))
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    return show


def test_chapters_are_proposed_before_they_are_written(talk: Path) -> None:
    with start_studio(talk) as studio:
        propose_chapters(studio.enter(), talk)


def propose_chapters(studio: RunningStudio, show: Path) -> None:
    """Each is accepted or discarded, or all at once; until then it is in no file."""
    cues = ((2, "Good evening."), (305, "And now, how do horns work?"), (610, "What is next?"), (915, "Who is there?"))
    lines = (f"{at // 60:02}:{at % 60:02}.000 --> {at // 60:02}:{at % 60 + 4:02}.000\n{text}" for at, text in cues)
    spoken = "\n\n".join(line.replace("\n", "\n<v Night Mail Radio>") for line in lines)
    index_of(show).with_name("transcript.vtt").write_text(f"WEBVTT\n\n{spoken}\n")
    before = index_of(show).read_bytes()
    proposed = change(studio, show, "/chapters/propose").json["sound"]["proposals"]
    assert [pair[0] for pair in proposed] == [at for at, _ in cues]
    assert index_of(show).read_bytes() == before
    assert "And now, how do horns work?" in studio.get(address_of(show)).text
    left = change(studio, show, "/chapters/propose", do="discard", at="5:05").json["sound"]["proposals"]
    assert [pair[0] for pair in left] == [2, 610, 915]
    added = change(studio, show, "/chapters", do="add", at="10:10", title="What is next?")
    assert [pair[0] for pair in added.json["sound"]["proposals"]] == [2, 915]
    assert [entry.start for entry in read(show).chapters or ()] == [610]
    change(studio, show, "/chapters/propose", do="accept")
    assert [entry.start for entry in read(show).chapters or ()] == [2, 610, 915]
    studio.post("/undo", page=address_of(show), scripted=False)
    assert [entry.start for entry in read(show).chapters or ()] == [610]
    assert change(studio, show, "/chapters/propose", do="discard-all").json["sound"]["proposals"] == []
    assert [entry.start for entry in read(show).chapters or ()] == [610]


def test_details(studio: RunningStudio, show: Path) -> None:
    change(studio, show, tags="fog, sleep, C: the language")
    change(studio, show, draft="yes")
    change(studio, show, explicit="no")
    change(studio, show, date="2026-12-24T18:30")
    change(studio, show, episode="12")
    matter = read(show)
    assert matter.tags == ("fog", "sleep", "C: the language")
    assert (matter.draft, matter.explicit, matter.episode) == (True, False, 12)
    assert matter.date.isoformat() == "2026-12-24T18:30:00+00:00"
    assert change(studio, show, episode="twelve").json["problems"][0]["field"] == "episode"
    assert change(studio, show, date="2026-13-24T18:30").json["problems"][0]["field"] == "date"


def test_notes_while_typing_are_one_step(studio: RunningStudio, show: Path) -> None:
    before = index_of(show).read_bytes()
    for notes in ("Fog", "Fog and", "Fog and horns.\n\n# ---\n\n- 0:02 one"):
        assert change(studio, show, notes=notes).json["undo"] == "change show notes"
    assert index_of(show).read_text("utf-8").endswith("---\n\nFog and horns.\n\n# ---\n\n- 0:02 one\n")
    studio.post("/undo", scripted=False)
    assert index_of(show).read_bytes() == before


def test_what_was_promised_is_not_held_back(studio: RunningStudio, show: Path) -> None:
    since = "2026-10-09T07:30:00Z"
    pin = {"slug": "x", "first_published": since, "enclosure": "media/x.m4a", "online": {"web": since}}
    published = {"format": 2, "show": {}, "episodes": {read(show).guid: pin}}
    (show / "content/published.json").write_text(json.dumps(published), "utf-8")
    assert change(studio, show, draft="yes").status == 422
    assert change(studio, show, date="2030-01-01T00:00").status == 422
    assert "Withdraw" in studio.get(address_of(show)).text
    change(studio, show, "/withdraw", do="withdraw", reason="By mistake")
    assert read(show).withdrawn == "By mistake"


def test_sound_in_any_range_is_the_same(looked_at: RunningStudio) -> None:
    address = address_of(looked_at.show)
    whole = looked_at.get(f"{address}/sound.wav").body
    with wave.open(io.BytesIO(whole)) as file:
        assert file.getnchannels() == 1
        seconds = file.getnframes() / file.getframerate()
    assert seconds == pytest.approx(looked_at.get(f"{address}/sound").json["duration"], abs=0.001)
    size = len(whole)
    for start, end in ((0, 0), (44, 99), (45, 46), (size // 2 + 1, size - 1), (size - 10, size - 1)):
        part = looked_at.ask(f"{address}/sound.wav", range=f"bytes={start}-{end}")
        assert part.status == 206
        assert part.headers["content-range"] == f"bytes {start}-{end}/{size}"
        assert len(part.body) == end - start + 1
        assert sum(abs(a - b) > 3 for a, b in zip(part.body, whole[start : end + 1], strict=True)) < len(part.body) / 50
    assert looked_at.ask(f"{address}/sound.wav", range=f"bytes={size}-").status == 416


def test_the_join_leaves_out_what_is_cut(studio: RunningStudio, show: Path) -> None:
    change(studio, show, "/stretches", do="cut", **{"from": "0:03", "to": "0:05"})
    with wave.open(io.BytesIO(studio.get(f"{address_of(show)}/sound.wav?join=3").body)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(4, abs=0.01)


def test_shapes(looked_at: RunningStudio) -> None:
    address = address_of(looked_at.show)
    glances = looked_at.get(f"{address}/shape").body  # one after the other while it grows, which a busy machine shows
    tile = looked_at.get(f"{address}/shape?tile=0").body
    assert len(glances) % 4000 == 0
    assert max(glances[-4000:]) > 200
    assert len(tile) == pytest.approx(min(60, looked_at.get(f"{address}/sound").json["duration"]) * 50, abs=1)
    for odd in ("-1", "99999", "x", "0x1", "1" * 300):
        assert looked_at.ask(f"{address}/shape?tile={odd}").status == 404


def send_cover(studio: RunningStudio, show: Path, content: bytes, **fields: str) -> Answer:
    """The form of the cover, as a browser sends it."""
    address = address_of(show)
    given = {"based-on": studio.digest(address, f"content{address}/index.md"), **fields}
    parts = [f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in given.items()]
    named = 'Content-Disposition: form-data; name="cover"; filename="../../../etc/evil.sh"\r\nContent-Type: image/png'
    body = "\r\n".join([*parts, f"--line\r\n{named}\r\n\r\n"]).encode() + content + b"\r\n--line--\r\n"
    headers = {"origin": studio.origin, "content_type": "multipart/form-data; boundary=line"}
    return studio.ask(f"{address}/cover", "POST", body, **headers)


def test_cover(studio: RunningStudio, show: Path) -> None:
    """A picture gets a name of ours; nothing of an upload stays elsewhere; Undo brings back what was there."""
    picture = io.BytesIO()
    Image.new("RGB", (1500, 1500), "navy").save(picture, "PNG")
    before = sorted(file.name for file in index_of(show).parent.iterdir())
    assert send_cover(studio, show, picture.getvalue()).status == 303
    assert (index_of(show).parent / "cover.png").read_bytes() == picture.getvalue()
    assert studio.get(f"{address_of(show)}/cover").headers["content-type"] == "image/png"
    assert send_cover(studio, show, b"#!/bin/sh").status == 422
    assert list((show / ".cache/studio/uploads").iterdir()) == []
    assert send_cover(studio, show, b"", do="remove").status == 303
    assert sorted(file.name for file in index_of(show).parent.iterdir()) == before
    studio.post("/undo", scripted=False)
    assert (index_of(show).parent / "cover.png").read_bytes() == picture.getvalue()
