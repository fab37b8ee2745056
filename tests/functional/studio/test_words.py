"""Words in the studio: a correction changes a line and nothing else, in the file and in what is published."""

from __future__ import annotations

import re
import time
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from show_runner import build, edit
from studio_runner import RunningStudio

from site_builder.model.speech import Recognition, Word
from site_builder.show.bundles import load_bundle
from site_builder.show.transcripts.words import write_recognition

VTT = """WEBVTT - read over by Kim

NOTE keep this

00:02.000 --> 00:04.000
<v Night Mail Radio>Good evening from the light ships.

2
00:04.100 --> 00:06.000 align:left
<v Night Mail Radio>Lightships &amp; horns.

00:06.000 --> 00:10.000
And hello to you
"""


def bundle_of(show: Path) -> Path:
    """The first episode's folder."""
    return min((show / "content/episodes").iterdir())


def page_of(show: Path) -> str:
    return f"/episodes/{bundle_of(show).name}/words"


def write(show: Path, name: str = "transcript.vtt", text: str = VTT) -> tuple[Path, str]:
    """A transcript in the first episode; the file, and how forms call it."""
    file = bundle_of(show) / name
    file.write_text(text)
    return file, f"content/episodes/{file.parent.name}/{name}"


def find_lines(page: str) -> list[tuple[str, str]]:
    """Speaker and words of each line."""
    found = re.findall(r'<li class="line.*?data-speaker="(.*?)">.*?<p class="text"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [(unescape(who), unescape(re.sub(r"<[^>]*>", "", text))) for who, text in found]


def test_lines_are_shown(show: Path, studio: RunningStudio) -> None:
    """Each with who speaks: as the file says, or where it does not, as the recording does."""
    write(show)
    page = studio.get(page_of(show)).text
    assert find_lines(page) == [
        ("Night Mail Radio", "Good evening from the light ships."),
        ("Night Mail Radio", "Lightships & horns."),
        ("Kit <of the> Rails", "And hello to you"),
    ]
    assert re.findall(r'<li class="line (p\d)"', page) == ["p0", "p0", "p1"]


def test_a_line_is_corrected(show: Path, studio: RunningStudio) -> None:
    file, path = write(show)
    page = page_of(show)
    digest = studio.digest(page, path)
    answer = studio.post(page, page=page, based_on=digest, line="1", text="Lightships <and> foghorns.").json
    assert answer["undo"] == "change line at 0:04"
    assert [word[0] for word in answer["line"]["words"]] == ["Lightships", "<and>", "foghorns."]
    assert file.read_text() == VTT.replace("Lightships &amp; horns.", "Lightships &lt;and&gt; foghorns.")
    build(show)
    (published,) = (show / "output").glob(f"**/{bundle_of(show).name[11:]}*/*.vtt")
    assert "Lightships &lt;and&gt; foghorns." in published.read_text()
    studio.post("/undo", scripted=False)
    assert file.read_text() == VTT


def test_another_speaker(show: Path, studio: RunningStudio) -> None:
    file, path = write(show)
    page = page_of(show)
    for line, who in (("0", "Kit <of the> Rails"), ("2", "Somebody else")):
        answer = studio.post(page, page=page, based_on=studio.digest(page, path), line=line, speaker=who)
        assert answer.json["line"]["speaker"] == who
    assert "<v Kit &lt;of the&gt; Rails>Good evening" in file.read_text()
    assert "<v Somebody else>And hello to you\n" in file.read_text()


def test_two_windows(show: Path, studio: RunningStudio) -> None:
    """Neither correction is lost: the second window is shown both."""
    file, path = write(show)
    page = page_of(show)
    digest = studio.digest(page, path)
    studio.post(page, page=page, based_on=digest, line="0", text="From the first.")
    assert studio.post(page, page=page, based_on=digest, line="1", text="From the second.").status == 409
    both = studio.post(page, page=page, scripted=False, based_on=digest, line="1", text="From the second.")
    assert "From the first." in both.text
    assert "From the second." in both.text
    assert "From the second." not in file.read_text()


def test_other_kinds_of_files_stay(show: Path, studio: RunningStudio) -> None:
    """The first correction of SubRip is written as WebVTT beside it, and that is what is published from then on."""
    srt = "1\n00:00:02,000 --> 00:00:04,000\nGood evening\n\n2\n00:00:04,000 --> 00:00:06,000\nand so on\n"
    file, _ = write(show, "transcript.srt", srt)
    page = page_of(show)
    assert "Your file transcript.srt stays as it is" in studio.get(page).text
    path = f"content/episodes/{file.parent.name}/transcript.vtt"
    studio.post(page, page=page, based_on=studio.digest(page, path), line="1", text="and so forth")
    assert file.read_text() == srt
    made = file.with_suffix(".vtt").read_text()
    assert "Good evening" in made
    assert "and so forth" in made
    assert load_bundle(file.parent).transcript == file.with_suffix(".vtt")
    studio.post("/undo", scripted=False)
    assert not file.with_suffix(".vtt").exists()


def test_meant_for_heard(show: Path, studio: RunningStudio) -> None:
    """Offered after a correction; accepted it changes this transcript and the config, and is one step to undo."""
    text = VTT.replace("And hello to you", "and the Light Ships, light ships")
    file, path = write(show, text=text)
    page, config = page_of(show), (show / "config.yaml").read_bytes()
    said = "Good evening from the lightships."
    answer = studio.post(page, page=page, based_on=studio.digest(page, path), line="0", text=said).json
    assert answer["offer"] == {"heard": "light ships", "meant": "lightships", "count": 1}
    pair = [("do", "replace"), ("heard", "light ships"), ("meant", "lightships")]
    answer = studio.post(page, *pair, page=page, based_on=studio.digest(page, path)).json
    assert answer["replaced"] == 1
    assert answer["undo"] == "put “lightships” for “light ships”"
    assert "and the lightships, lightships\n" in file.read_text()
    assert "  replace:\n    light ships: lightships\n" in (show / "config.yaml").read_text()
    studio.post("/undo", scripted=False)
    assert (show / "config.yaml").read_bytes() == config
    assert "light ships, light" not in file.read_text().partition("And")[0]
    studio.post("/undo", scripted=False)
    assert file.read_text() == text


def test_unsure_words_and_times(show: Path, studio: RunningStudio) -> None:
    """Times of words are those heard, also in a corrected line; what a person wrote anew is no longer unsure."""
    write(show)
    recording = load_bundle(bundle_of(show)).recording
    assert recording
    said = [("Good", 2.1, 0.9), ("evening", 2.5, 0.3), ("from", 3.0, 0.2), ("a", 3.2, 0.9), ("light", 3.4, 0.9)]
    words = tuple(Word(start=at, end=at + 0.2, text=text, confidence=sure) for text, at, sure in said)
    sources = tuple(part.sha256 for part in recording.parts)
    heard = Recognition(
        engine="test", model="test", model_sha256="", language="en", is_timed=True, sources=sources, words=words
    )
    write_recognition(bundle_of(show), heard)
    page = studio.get(page_of(show)).text
    assert re.findall(r'class="w unsure" data-at="([\d.]+)" data-to="[\d.]+">(\w+)<', page) == [
        ("2.500", "evening"),
        ("3.000", "from"),
    ]


def test_three_hours(show: Path, studio: RunningStudio) -> None:
    """3,000 lines are shown a part at a time, each quickly."""
    times = [f"{at // 1200:02}:{at // 20 % 60:02}:{at % 20:02}.000" for at in range(3001)]
    pairs = enumerate(pairwise(times))
    cues = [f"{one} --> {other}\nline {at} of many\n" for at, (one, other) in pairs]
    _, path = write(show, text="WEBVTT\n\n" + "\n".join(cues))
    page = page_of(show)
    studio.get(page)
    began = time.perf_counter()
    first = studio.get(page).text
    assert time.perf_counter() - began < 1.5
    assert len(find_lines(first)) == 150
    assert "Lines 1 to 150 of" in first
    assert 'rel="next" href="?from=150"' in first
    assert find_lines(studio.get(f"{page}?from=2990").text)[-1][1] == "line 2999 of many"
    assert "line 1200 of many" in [words for _, words in find_lines(studio.get(f"{page}?at=3600").text)]
    studio.post(page, page=page, based_on=studio.digest(page, path), line="2500", text="corrected")
    assert "corrected" in [words for _, words in find_lines(studio.get(f"{page}?at=7500").text)]
    assert studio.ask(f"{page}?from=99999").status == 404


def test_nothing_is_heard(show: Path, studio: RunningStudio) -> None:
    """One button; the work is done in the background, and its result is told when the page is opened again."""
    page = page_of(show)
    before = studio.get(page).text
    assert "Make a transcript" in before
    assert "Nothing leaves this computer." in before
    assert studio.post(page, page=page, scripted=False, do="make").status == 303
    for _ in range(240):
        after = studio.get(page).text
        if "is being made" not in after:
            break
        time.sleep(0.5)
    assert "Nobody says a word in it" in after


def test_what_is_missing_is_told_as_on_the_command_line(show: Path, studio: RunningStudio) -> None:
    (show / "config.yaml").write_text((show / "config.yaml").read_text() + "\ntranscript:\n  model: nosuch\n")
    page = studio.get(page_of(show)).text
    assert "no speech model “nosuch” is on this computer" in unescape(page)
    assert "Make a transcript" not in page


@pytest.mark.parametrize("fields", [{"line": "3"}, {"line": "-1"}, {"line": "x"}, {}])
def test_no_such_line(show: Path, studio: RunningStudio, fields: dict[str, str]) -> None:
    file, path = write(show)
    page = page_of(show)
    assert studio.post(page, *fields.items(), page=page, based_on=studio.digest(page, path), text="x").status == 404
    assert file.read_text() == VTT


def test_a_line_that_was_written_elsewhere(show: Path, studio: RunningStudio) -> None:
    """The editor beside it: its change is seen at once, and a form from before it is refused."""
    file, path = write(show)
    page = page_of(show)
    digest = studio.digest(page, path)
    edit(file, "Good evening", "Good night")
    assert find_lines(studio.get(page).text)[0][1].startswith("Good night")
    assert studio.post(page, page=page, based_on=digest, line="0", text="Good morning").status == 409
