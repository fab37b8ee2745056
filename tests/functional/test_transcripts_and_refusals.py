"""What a machine really heard of somebody who refused, and what others say of them, is in no file that is published.

The words are those of the demo, as `spacecast transcribe` left them: Davy restores lenses, Mara and Owen talk to him.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from show_runner import PROJECT, build, edit, find_bundle, spacecast
from word_errors import list_plain

from site_builder.show.transcripts.files import parse_transcript
from site_builder.show.transcripts.words import load_recognition
from site_builder.text.timecode import format_timestamp

DEMO = PROJECT / "content/episodes"
LIGHTHOUSES = "2026-10-01-why-no-two-lighthouses-blink-alike"
ONLY_HIS = ("signature", "steadily", "mercury", "finger")
"""Words that nobody but him says anywhere."""
CALLED = ("davy", "davey", "quill", "davy_on_lenses")
LONGEST = 5
"""Words in a row that two people do not say by chance."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's recordings and transcripts, everybody in them, built."""
    show = tmp_path_factory.mktemp("words") / "show"
    archive = PROJECT / "content/archives/demo.zip"
    assert spacecast("init", show, "--title", "Words", "--url", "https://words.example.net/").code == 0
    assert spacecast("-C", show, "extract", archive).code == 0
    for bundle in DEMO.iterdir():
        for name in ("transcript.vtt", "words.json"):
            shutil.copy(bundle / name, show / "content/episodes" / bundle.name)
    for who in ("davy_on_lenses", "thelamproom", "foghorn_owen"):
        assert spacecast("-C", show, "consent", who, "granted").code == 0
    build(show)
    said = read_all(show / "output")
    assert all(any(word in words for words in said.values()) for word in (*ONLY_HIS, "davy", "quill"))
    return show


def read_all(output: Path) -> dict[str, list[str]]:
    """Plain words of every file of a site but programs, whatever form it has."""
    files = [path for path in output.rglob("*") if path.is_file() and path.suffix not in {".js", ".css", ".woff2"}]
    return {str(path.relative_to(output)): read_words(path) for path in files if "wasm" not in path.name}


def read_words(path: Path) -> list[str]:
    """Of words a segment each, one after the other; of pages what stands between tags, and what their links say."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    text = content.decode("utf-8", "replace")
    if path.suffix == ".json" and '"segments"' in text:
        text = " ".join(f"{part.get('speaker', '')} {part['body']}" for part in json.loads(text)["segments"])
    timeless = re.sub(r"(?m)^[\d:.,]+ --> [\d:.,]+$|^\d+$", " ", text)
    return list_plain(re.sub(r"</?(?:span|b|i|mark|a|p)\b[^>]*>", " ", timeless) + " " + text)


def has_run(words: list[str], run: list[str]) -> bool:
    """Whether these words stand in a row."""
    return any(words[at : at + len(run)] == run for at in range(len(words)) if words[at] == run[0])


def find_runs(show: Path, handle: str) -> Iterator[list[str]]:
    """Five words in a row that somebody says, of all that they say."""
    bundle = find_bundle(show, LIGHTHOUSES)
    recognition = load_recognition(bundle)
    speakers = json.loads((bundle / "space.json").read_text())["speakers"]
    number = next(n for n, speaker in enumerate(speakers) if speaker["handle"] == handle)
    assert recognition
    for at in range(len(recognition.words) - LONGEST):
        words = recognition.words[at : at + LONGEST]
        if all(word.speaker == number for word in words):
            yield list_plain(" ".join(word.text for word in words))


def leave_as_it_is(bundle: Path) -> None:
    """As `transcribe` made it."""


def lose_times(bundle: Path) -> None:
    """Nobody knows when each word is said."""
    (bundle / "words.json").unlink()


def write_nameless(bundle: Path) -> None:
    """From another machine, which tells no voices apart, in lines that do not end with turns."""
    cues = parse_transcript((bundle / "transcript.vtt").read_bytes(), bundle / "transcript.vtt")
    blocks = [
        f"{n}\n{format_timestamp(cue.start)} --> {format_timestamp(cue.end)}\n{cue.text}\n".replace(".", ",", 2)
        for n, cue in enumerate(cues, 1)
    ]
    drop_ours(bundle)
    (bundle / "transcript.srt").write_text("\n".join(blocks), "utf-8")


def write_wrong_names(bundle: Path) -> None:
    """Everything is said to be the host's."""
    text = (bundle / "transcript.vtt").read_text("utf-8")
    (bundle / "transcript.vtt").write_text(re.sub(r"<v [^>]*>", "<v The Lamp Room>", text), "utf-8")


def write_whisper(bundle: Path) -> None:
    """Whisper's own JSON."""
    cues = parse_transcript((bundle / "transcript.vtt").read_bytes(), bundle / "transcript.vtt")
    segments: list[dict[str, Any]] = [{"start": cue.start, "end": cue.end, "text": cue.text} for cue in cues]
    drop_ours(bundle)
    (bundle / "transcript.json").write_text(json.dumps({"text": "", "language": "en", "segments": segments}), "utf-8")


def drop_ours(bundle: Path) -> None:
    """No transcript of ours is here."""
    (bundle / "transcript.vtt").unlink()
    (bundle / "words.json").unlink()


@pytest.mark.parametrize("removal", ["mute", "cut"])
@pytest.mark.parametrize(
    "change", [leave_as_it_is, lose_times, write_nameless, write_wrong_names, write_whisper], ids=lambda f: f.__name__
)
def test_who_refused_is_in_no_published_file(
    published: Path, tmp_path: Path, change: Callable[[Path], None], removal: str
) -> None:
    """Though they were published before: neither their words nor what they are called, in any form there is."""
    show = Path(shutil.copytree(published, tmp_path / "show", symlinks=True))
    change(find_bundle(show, LIGHTHOUSES))
    edit(show / "config.yaml", "pending: anonymise", f"pending: anonymise\n  removal: {removal}")
    assert spacecast("-C", show, "consent", "davy_on_lenses", "refused").code == 0
    build(show)
    said = read_all(show / "output")
    assert any(name.endswith(".vtt") for name in said)
    assert any("twenty" in words and "minutes" in words for words in said.values()), "Owen is still there"
    for name, words in said.items():
        assert not {*ONLY_HIS, *CALLED} & set(words), name
    runs = list(find_runs(published, "davy_on_lenses"))
    assert len(runs) > 50
    for name, words in said.items():
        assert not [run for run in runs if has_run(words, run)], name


@pytest.mark.parametrize("change", [leave_as_it_is, write_nameless, write_wrong_names], ids=lambda f: f.__name__)
def test_who_refused_is_in_no_proposal(published: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    """What `suggest` prints is there to be pasted, and published."""
    show = Path(shutil.copytree(published, tmp_path / "show", symlinks=True))
    change(find_bundle(show, LIGHTHOUSES))
    assert spacecast("-C", show, "consent", "davy_on_lenses", "refused").code == 0
    proposed = list_plain(spacecast("-C", show, "suggest", LIGHTHOUSES).out)
    assert "chapters" in proposed
    assert not {*ONLY_HIS, *CALLED} & set(proposed)
    assert not [run for run in find_runs(published, "davy_on_lenses") if has_run(proposed, run)]
