"""Somebody says no: the practice archive with and without Kit, heard and read everywhere."""

from __future__ import annotations

import json
import math
from array import array
from pathlib import Path
from typing import Any

import pytest
from archive_maker import MadeArchive, MadeSpace
from listening import decode, list_packets, loudest
from lxml import etree
from show_runner import (
    Item,
    build,
    copy_show,
    edit,
    find_bundle,
    grep,
    make_show,
    read_feed,
    read_tree,
    spacecast,
)

FLOOD, SHORT = "1lDxLnrWjwkGm", "1YqKDoVkzRexV"
KIT = ("kit_gauges", "kit-gauges", "1mrGmkZqRdXQy", "88120044")
SILENT = 10 ** (-80 / 20)
FRAME = 1024 / 48000


@pytest.fixture(scope="module")
def spans(practice_archive: Path) -> dict[str, list[tuple[float, float]]]:
    """When Kit really speaks, by id of the Space, widened by a tick."""
    truth = json.loads(practice_archive.with_name(practice_archive.name.replace(".zip", ".truth.json")).read_text())
    ticks = {FLOOD: 1.0, SHORT: 3.0}
    return {
        known["id"]: [
            (turn["start"] - ticks[known["id"]], min(turn["end"] + ticks[known["id"]], known["duration"]))
            for turn in known["turns"]
            if turn["who"] == "kit_gauges"
        ]
        for known in truth
        if known["audio"]
    }


@pytest.fixture(scope="module")
def without_kit(practice: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The show after Kit's refusal. Not to be changed."""
    show = copy_show(practice, tmp_path_factory.mktemp("consent") / "show")
    run = spacecast("-C", show, "consent", "kit_gauges", "refused", "--note", "said no by DM")
    assert (run.code, run.err) == (0, "")
    report = build(show)
    assert (report["failures"], report["warnings"]) == ([], [])
    return show


def is_alike(samples: array[float], whole: array[float], at: int) -> bool:
    """Whether `samples` are those of `whole` from `at` on.

    Not to the bit: decoders fill noisy bands with random numbers that depend on all they decoded before. One frame off
    would differ by more than there is.
    """
    pairs = list(zip(samples, whole[at : at + len(samples)], strict=True))
    return sum((a - b) ** 2 for a, b in pairs) < 0.1 * sum(b * b for _, b in pairs)


def find_item(show: Path, guid: str) -> Item:
    """The feed's item of one episode."""
    return next(item for item in read_feed(show) if item.guid == guid)


@pytest.mark.parametrize("guid", [FLOOD, SHORT])
def test_refused_speech_is_silence(
    without_kit: Path, practice: Path, spans: dict[str, list[tuple[float, float]]], guid: str
) -> None:
    """Every sample of it decodes below -80 dBFS; every other packet is the one that was recorded."""
    file, before = find_item(without_kit, guid).find_file(without_kit), find_item(practice, guid).find_file(practice)
    samples = decode(file)
    for start, end in spans[guid]:
        assert loudest(samples, start, min(end, len(samples) / 2 / 48000)) < SILENT
    packets, originals = list_packets(file), list_packets(before)
    assert len(packets) == len(originals)
    changed = [n for n, (new, old) in enumerate(zip(packets, originals, strict=True)) if new != old]
    assert changed
    slack = (3.1 if guid == SHORT else 1.1) * 2
    for number in changed:
        at = number * FRAME
        assert any(start - slack <= at <= end + slack for start, end in spans[guid]), f"packet at {at:.2f} s changed"


def test_nothing_written_is_left(without_kit: Path, practice: Path) -> None:
    """No file name and no byte of the site has the handle, an id or the name as a word."""
    assert grep(practice / "output", *KIT) != []
    assert grep(without_kit / "output", *KIT) == []
    for file in (without_kit / "output").rglob("*"):
        if file.suffix in {".html", ".xml", ".json", ".vtt", ".srt"}:
            assert b"Kit" not in file.read_bytes(), file
    feed = (without_kit / "output/feed.xml").read_text()
    assert "Tonight with someone &amp; @lou_on_water" in feed
    assert "gauges?river" not in feed  # shared while Kit spoke


def test_the_audio_has_a_new_name(without_kit: Path, practice: Path) -> None:
    """No cache can serve the old file under the new address, and the old file is gone."""
    for guid in (FLOOD, SHORT):
        old, new = find_item(practice, guid), find_item(without_kit, guid)
        assert old.url != new.url
        assert new.length == new.find_file(without_kit).stat().st_size
    assert len(list((without_kit / "output/media").glob("*.m4a"))) == 2


def test_others_are_untouched(without_kit: Path, practice: Path) -> None:
    """The other guest is heard and named as before, except where both speak at once."""
    persons = "{https://podcastindex.org/namespace/1.0}person"
    feed = etree.fromstring((without_kit / "output/feed.xml").read_bytes())
    named = {person.text for person in feed.iter(persons)}
    assert named == {"River Maps Weekly", "Lou <on> Water"}
    new, old = (find_item(show, FLOOD).find_file(show) for show in (without_kit, practice))
    start, end = 55 * 48000 // 1024, 71 * 48000 // 1024
    assert list_packets(new)[start:end] == list_packets(old)[start:end]
    at = 60 * 48000 * 2
    assert is_alike(decode(new)[at : 70 * 48000 * 2], decode(old), at)
    assert not is_alike(decode(new)[at : 70 * 48000 * 2], decode(old), at + 2048)


def test_granted_again_brings_the_first_bytes_back(without_kit: Path, practice: Path, tmp_path: Path) -> None:
    """A yes after the no: the site is the one of the first build, byte for byte."""
    show = copy_show(without_kit, tmp_path / "show")
    assert spacecast("-C", show, "consent", "kit_gauges", "granted").code == 0
    build(show)
    assert read_tree(show / "output") == read_tree(practice / "output")
    people = (show / "content/people.yaml").read_text()
    assert "said no by DM" in people  # what was said before stays on record


def test_cut_instead_of_muted(practice: Path, without_kit: Path, tmp_path: Path) -> None:
    """The episode shrinks by exactly the frames that are gone, and what follows is the recording, sample for sample."""
    show = copy_show(without_kit, tmp_path / "show")
    edit(show / "config.yaml", "pending: publish", "removal: cut")
    edit(
        find_bundle(show, "flood") / "index.md",
        "\nslug:",
        "\nchapters:\n  - 0:12 Start\n  - 1:26 The end\nslug:",
    )
    build(show)
    new, old = (list_packets(find_item(there, FLOOD).find_file(there)) for there in (show, practice))
    silent = [packet for packet in new if packet not in old]
    assert len(silent) <= 4  # a join begins and ends in silence
    position = 0
    for packet in new:
        position = position if packet in silent else old.index(packet, position) + 1
    gone = len(old) - len(new)
    assert gone * FRAME == pytest.approx(22 + 10 + 3 * 3, abs=4)
    samples, whole = (decode(find_item(there, FLOOD).find_file(there)) for there in (show, practice))
    assert len(whole) - len(samples) == gone * 1024 * 2
    chapter = _find_chapter(show, "The end")
    assert chapter == pytest.approx(86 - gone * FRAME, abs=2 * FRAME)
    at, shift = round(chapter * 48000) * 2, len(whole) - len(samples)
    assert abs(at + shift - 86 * 48000 * 2) <= 2 * 1024
    assert is_alike(samples[at : at + 96000], whole, at + shift)


def _find_chapter(show: Path, title: str) -> float:
    (file,) = (show / "output/episodes").glob("flood*/chapters.json")
    chapters: list[dict[str, Any]] = json.loads(file.read_text())["chapters"]
    (start,) = (chapter["startTime"] for chapter in chapters if chapter["title"] == title)
    return float(start)


def test_anonymous_is_heard_but_not_named(practice: Path, tmp_path: Path) -> None:
    """The same sound; "Guest 1" in place of the name; no handle, link, picture or id anywhere."""
    show = copy_show(practice, tmp_path / "show")
    assert spacecast("-C", show, "consent", "@Kit_Gauges", "anonymous").code == 0
    report = build(show)
    assert report["failures"] == []
    assert grep(show / "output", *KIT) == []
    assert "Guest 1" in (show / "output/feed.xml").read_text()
    for guid in (FLOOD, SHORT):
        now, then = find_item(show, guid).find_file(show), find_item(practice, guid).find_file(practice)
        assert list_packets(now) == list_packets(then)


def test_refusal_for_one_episode(practice: Path, tmp_path: Path) -> None:
    """Said of one episode, it holds for that one: the other sounds and reads as before."""
    show = copy_show(practice, tmp_path / "show")
    slug = "short-one-how-we-draw-a-river"
    assert spacecast("-C", show, "consent", "kit_gauges", "refused", "--episode", slug).code == 0
    build(show)
    flood = find_item(show, FLOOD)
    assert flood.url == find_item(practice, FLOOD).url
    assert find_item(show, SHORT).url != find_item(practice, SHORT).url
    assert grep(show / "output/episodes" / slug, *KIT) == []
    assert grep(show / "output/episodes" / flood.url.rsplit("/", 1)[1].rsplit("-", 1)[0], KIT[0]) != []


def test_no_reliable_timeline(tmp_path: Path) -> None:
    """A refusal in a recording that does not tell who speaks when: withheld, with the reason; the feed stays valid."""
    show = make_show(tmp_path / "show", MadeArchive(spaces=[MadeSpace(tags=False)]))
    assert build(show)["episodes"] == 1
    (media,) = (show / "output/media").glob("*.m4a")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    report = build(show)
    (skipped,) = report["skipped"]
    assert skipped["reason"] == "kit refused, and the recording does not tell exactly when they speak."
    assert (report["episodes"], read_feed(show)) == (0, [])
    assert not media.exists()
    assert grep(show / "output", "88120044", "@kit") == []
    told = spacecast("-C", show, "build")
    assert skipped["reason"] in told.out


@pytest.mark.parametrize(("policy", "episodes"), [("publish", 2), ("anonymise", 2), ("withhold", 0)])
def test_people_who_have_not_answered(practice: Path, tmp_path: Path, policy: str, episodes: int) -> None:
    """`consent.pending`: published and counted, without their names, or not at all."""
    show = copy_show(practice, tmp_path / "show")
    edit(show / "config.yaml", "pending: publish", f"pending: {policy}")
    report = build(show)
    assert report["episodes"] == episodes
    assert (report["pending"] > 0) == (policy != "withhold")
    assert bool(grep(show / "output", *KIT)) == (policy == "publish")


def test_a_refusal_reaches_pages_where_nobody_is_heard(practice: Path, tmp_path: Path) -> None:
    """A name on a free page is the host's own word, but it is not let out: the build fails and names the file."""
    show = copy_show(practice, tmp_path / "show")
    (show / "content/pages/guests.md").write_text("---\ntitle: Guests\n---\nMy friend @kit_gauges knows rivers.\n")
    for slug in ("short-one-how-we-draw-a-river", "flood-gauges-explained-by-people-who-read-them"):
        (bundle,) = (folder for folder in (show / "content/episodes").iterdir() if slug in folder.name)
        edit(bundle / "index.md", "\nslug:", "\nwithdrawn: true\nslug:")
    assert spacecast("-C", show, "consent", "kit_gauges", "refused").code == 0
    run = spacecast("-C", show, "build")
    if grep(show / "output", "kit_gauges"):
        assert run.code == 1
        assert "guests/index.html: holds the handle of kit_gauges" in run.err
    else:
        assert run.code == 0


def test_old_sound_that_nothing_remembers(without_kit: Path, tmp_path: Path) -> None:
    """With `.cache` gone nobody knows of an old file; it may hold the voice that said no, so the build fails."""
    show = copy_show(without_kit, tmp_path / "show")
    (show / "output/media/older.m4a").write_bytes(b"sound")
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "media/older.m4a: nothing in the show asks for it; delete it" in run.err


def test_decoding_helper_hears() -> None:
    """The measure these tests rest on: a tone at -79 dBFS is not silence."""
    tone = array("f", [10 ** (-79 / 20) * math.sin(n / 5) for n in range(96000)])
    assert loudest(tone, 0, 1) > SILENT


def test_answers_that_are_lost_stop_a_build(without_kit: Path, tmp_path: Path) -> None:
    """Without people.yaml nobody knows who said no: nothing is built until it is back, or begun anew on purpose."""
    show = copy_show(without_kit, tmp_path / "show")
    people = show / "content/people.yaml"
    answers = people.read_text()
    people.unlink()
    before = read_tree(show / "output")
    run = spacecast("-C", show, "build")
    assert (run.code, read_tree(show / "output")) == (2, before)
    assert "people.yaml" in run.err
    assert "restore it" in run.err
    people.write_text(answers)
    assert build(show)["made"] == []
