"""`spacecast transcribe` with a real model on real voices: words, names, corrections, interruptions, consent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from show_runner import PROJECT, build, find_bundle, grep, run_spacecast, spacecast, start_spacecast
from word_errors import count_errors, list_plain

from site_builder.show.transcripts.words import load_recognition
from site_builder.speech.models import find_model
from site_builder.speech.segments import VoiceDetector, cut_pieces

ARCHIVE = PROJECT / "content/archives/demo.zip"
TRUTH = json.loads((PROJECT / "scripts/demo_truth.json").read_text())
LIGHTHOUSES, FOGHORN = "why-no-two-lighthouses-blink-alike", "how-to-sleep-beside-a-foghorn"
"""93 and 36 seconds long."""


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with the Spaces of the practice archive, built."""
    show = tmp_path_factory.mktemp("speech") / "show"
    init = spacecast("init", show, "--title", "Words", "--url", "https://words.example.net/", "--archive", ARCHIVE)
    assert init.code == 0, init.err
    build(show)
    return show


@pytest.fixture(scope="module")
def heard(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, transcribed."""
    show = Path(shutil.copytree(taken, tmp_path_factory.mktemp("heard") / "show", symlinks=True))
    run = spacecast("-C", show, "transcribe", "--json")
    assert run.code == 0, run.err
    assert {entry["outcome"] for entry in run.json["episodes"]} == {"made"}
    assert any(entry["unsure"] for entry in run.json["episodes"])
    return show


def bundles(show: Path) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Each bundle with the truth of who speaks when."""
    turns = {entry["id"]: entry["turns"] for entry in TRUTH}
    for bundle in sorted((show / "content/episodes").iterdir()):
        if (bundle / "recording-0.aac").is_file():
            yield bundle, turns[json.loads((bundle / "space.json").read_text())["id"]]


def assert_same_words(bundle: Path, heard: Path) -> None:
    """What was made for a bundle is what `heard` has."""
    for name in ("words.json", "transcript.vtt"):
        assert (bundle / name).read_bytes() == (find_bundle(heard, bundle.name) / name).read_bytes(), name


def test_every_word_has_the_right_name(heard: Path) -> None:
    """Of those that lie in a turn, at least 98.5 in a hundred; in the transcript they stand under it."""
    right = told = 0
    for bundle, turns in bundles(heard):
        recognition = load_recognition(bundle)
        assert recognition
        assert recognition.is_timed
        handles = [speaker["handle"] for speaker in json.loads((bundle / "space.json").read_text())["speakers"]]
        for word in recognition.words:
            middle = (word.start + word.end) / 2
            who = {turn["who"] for turn in turns if turn["start"] - 0.2 <= middle <= turn["end"] + 0.2}
            told += bool(who)
            right += word.speaker >= 0 and handles[word.speaker] in who
        assert (bundle / "transcript.vtt").read_text().startswith("WEBVTT\n")
    assert told > 100
    assert right / told >= 0.985, f"{right} of {told}"


def test_words_are_right(heard: Path) -> None:
    """Against what the voices were given to read: at most seven words in a hundred are wrong."""
    wrong = spoken = 0
    for bundle, turns in bundles(heard):
        recognition = load_recognition(bundle)
        assert recognition
        read = [word for turn in turns for word in list_plain(turn["text"])]
        wrong += count_errors(read, [word for one in recognition.words for word in list_plain(one.text)])
        spoken += len(read)
    assert spoken > 250
    assert wrong / spoken <= 0.07, f"{wrong} of {spoken}"


def test_the_same_again_with_one_thread(heard: Path, taken: Path, tmp_path: Path) -> None:
    """The same bytes, and with what is done already nothing is heard."""
    show = Path(shutil.copytree(taken, tmp_path / "show", symlinks=True))
    bundle = find_bundle(show, FOGHORN)
    assert spacecast("-C", show, "transcribe", "--jobs", 1, bundle.name).code == 0
    assert_same_words(bundle, heard)
    assert spacecast("-C", heard, "transcribe", "--json").json["episodes"] == []


def test_a_correction_is_never_written_over(heard: Path, tmp_path: Path) -> None:
    """Not by a later run, not with --again; and a transcript from elsewhere stays as well."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    lighthouses, foghorn = find_bundle(show, LIGHTHOUSES), find_bundle(show, FOGHORN)
    transcript = foghorn / "transcript.vtt"
    transcript.write_text(transcript.read_text().replace("\n\n", "\n\nNOTE mine\n\n", 1), "utf-8")
    corrected = transcript.read_bytes()
    assert hear_again(show, foghorn) == "kept"
    assert transcript.read_bytes() == corrected
    for made in ("transcript.vtt", "words.json"):
        (foghorn / made).unlink()
    (foghorn / "transcript.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nmine\n")
    assert hear_again(show, foghorn) == "kept"
    assert not transcript.exists()
    heard_text = (lighthouses / "transcript.vtt").read_text()
    (lighthouses / "transcript.vtt").write_text(heard_text.replace("lamproom", "Lamp Room"), "utf-8")
    assert spacecast("-C", show, "transcribe", "--learn", "--json").json == {
        "transcript": {"replace": {"lamproom": "Lamp Room"}}
    }
    printed = spacecast("-C", show, "transcribe", "--learn")
    assert printed.out == 'transcript:\n  replace:\n    "lamproom": "Lamp Room"\n'


def test_what_is_replaced_is_written_without_hearing_again(heard: Path, tmp_path: Path) -> None:
    """Into transcripts that nobody corrected; one that somebody deleted is written again, a corrected one stays."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    lighthouses, foghorn = (find_bundle(show, slug) / "transcript.vtt" for slug in (LIGHTHOUSES, FOGHORN))
    before, config = lighthouses.read_text(), (show / "config.yaml").read_text()
    assert " lamproom" in before
    (show / "config.yaml").write_text(f"{config}\ntranscript: {{replace: {{lamproom: Lamp Room}}}}\n")
    foghorn.unlink()
    run = spacecast("-C", show, "transcribe", "--json")
    assert [entry["outcome"] for entry in run.json["episodes"]] == ["rewritten", "rewritten"]
    assert lighthouses.read_text() == before.replace(" lamproom", " Lamp Room")
    assert foghorn.is_file()
    assert spacecast("-C", show, "transcribe", "--json").json["episodes"] == []
    corrected = lighthouses.read_text().replace("blink alike", "wink alike")
    lighthouses.write_text(corrected)
    (show / "config.yaml").write_text(config)
    again = [entry["episode"] for entry in spacecast("-C", show, "transcribe", "--json").json["episodes"]]
    assert again == [foghorn.parent.name]
    assert lighthouses.read_text() == corrected


def hear_again(show: Path, bundle: Path) -> str:
    """What becomes of the one transcript that is asked for with `--again`."""
    run = spacecast("-C", show, "transcribe", "--again", "--json", bundle.name)
    assert run.code == 0, run.err
    (entry,) = run.json["episodes"]
    return str(entry["outcome"])


def test_word_times_survive_a_correction(heard: Path, tmp_path: Path) -> None:
    """And a later run: what was put in has the time of what it replaced, every other word its own."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    answer(show, davy_on_lenses="granted", thelamproom="granted", foghorn_owen="granted")
    before = read_words(show, LIGHTHOUSES)
    transcript = find_bundle(show, "2026-10-01-" + LIGHTHOUSES) / "transcript.vtt"
    transcript.write_text(re.sub(r"no do\s+of them", "no two lighthouses", transcript.read_text()), "utf-8")
    assert hear_again(show, transcript.parent) == "kept"
    build(show)
    after = read_words(show, LIGHTHOUSES)
    changed = [(old["body"], new["body"]) for old, new in zip(before, after, strict=False) if old != new]
    at = next(n for n, word in enumerate(before) if word["body"] == "do")
    assert changed[:2] == [("do", "two"), ("of", "lighthouses")]
    assert [word["body"] for word in after[at : at + 3]] == ["two", "lighthouses", "blink"]
    assert after[at]["startTime"] == before[at]["startTime"]
    assert after[at + 1]["endTime"] == before[at + 2]["endTime"]
    assert after[at + 2 :] == before[at + 3 :]


def test_killed_it_goes_on_where_it_was(heard: Path, taken: Path, tmp_path: Path) -> None:
    """What was heard before is not heard again, and the bytes are those of a run that nobody ended."""
    show = Path(shutil.copytree(taken, tmp_path / "show", symlinks=True))
    bundle = find_bundle(show, FOGHORN)
    process = start_spacecast("-C", show, "transcribe", "--jobs", "1", bundle.name)
    notes, deadline = show / ".cache/transcripts", time.monotonic() + 60
    while not any(file.stat().st_size for file in notes.glob("*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert list(notes.glob("*.jsonl")), "the run was over before it could be killed"
    assert spacecast("-C", show, "transcribe", bundle.name).code == 0
    assert_same_words(bundle, heard)
    assert not list(notes.glob("*.jsonl"))


def test_nothing_is_invented_where_nobody_speaks() -> None:
    """Silence, room noise and music are no speech."""
    rate, noise = 16_000, np.random.default_rng(7)
    seconds = np.arange(60 * rate) / rate
    chord = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (220, 277.18, 329.63, 440)) * (1 + np.sin(8 * seconds))
    sounds = {
        "silence": np.zeros(60 * rate),
        "noise": noise.normal(0, 0.02, 60 * rate),
        "music": 0.1 * chord,
    }
    for name, sound in sounds.items():
        pieces = list(cut_pieces(np.array_split(sound.astype(np.float32), 30), VoiceDetector()))
        assert pieces == [], name


def read_published(show: Path, slug: str) -> str:
    """The transcript as it is published, a line of it in one line."""
    (file,) = (show / "output/episodes" / slug).glob("*.vtt")
    return re.sub(r"(?<=\S)\n(?=\S)", " ", file.read_text())


def read_words(show: Path, slug: str) -> list[dict[str, Any]]:
    """The words of the JSON transcript as it is published, each with its time."""
    file = show / "output/episodes" / slug / f"{slug}.json"
    return [segment for segment in json.loads(file.read_text())["segments"] if segment["body"].strip()]


def answer(show: Path, **answers: str) -> Path:
    """Write down what people say, and build."""
    for who, status in answers.items():
        assert spacecast("-C", show, "consent", who, status).code == 0
    build(show)
    return show


def test_who_refused_or_stays_unnamed_is_in_no_published_word(heard: Path, tmp_path: Path) -> None:
    """Neither what they say nor what others call them, however the machine wrote it; who is unnamed is Guest 1."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    answer(show, davy_on_lenses="refused", thelamproom="granted", foghorn_owen="anonymous")
    said = read_published(show, LIGHTHOUSES) + read_published(show, FOGHORN)
    assert "<v Guest 1>Patience" in said
    assert "<v The Lamp Room>" in said
    assert grep(show / "output", "davy_on_lenses", "foghorn_owen") == []
    assert re.findall(r"Dav\w+|Owen|Pike|Quill", said) == []
    assert "Guest 1, you live 40 steps" in said
    published = [*read_words(show, LIGHTHOUSES), *read_words(show, FOGHORN)]
    spoken = " ".join(word["body"].strip() for word in published)
    assert "Guest 1, you live 40 steps" in spoken
    assert len(published) > 150
    assert re.findall(r"Dav\w+|Owen|Pike|Quill", spoken) == []
    pages = [
        file.read_text()
        for slug in (LIGHTHOUSES, FOGHORN)
        for file in (show / "output/episodes" / slug).rglob("index.html")
    ]
    paragraphs = [said for page in pages for said in re.findall(r'<p class="said.*?</p>', page)]
    assert len(paragraphs) > 10
    assert not any(re.findall(r"Dav[ey]\w*|Owen|Pike|Quill", said) for said in paragraphs)
    for bundle, _ in bundles(show):
        for words in _split_by_speaker(bundle, "davy_on_lenses"):
            assert " ".join(words[:4]) not in said, words
            assert " ".join(words[:4]) not in spoken, words


def test_a_name_by_ear_is_hidden_too(heard: Path, tmp_path: Path) -> None:
    """The model hears `Davey`; he is heard without a name, as is whoever has not answered."""
    assert "Davey" in find_bundle(heard, "2026-10-01-" + LIGHTHOUSES).joinpath("transcript.vtt").read_text()
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    answer(show, davy_on_lenses="anonymous", thelamproom="granted")
    said = read_published(show, LIGHTHOUSES)
    assert "Guest 1, you restore lenses" in said
    assert "<v Guest 1>Because the blink is a signature" in said
    assert "<v Guest 2>Patience" in said
    assert re.findall(r"Dav\w+|Owen|Pike|Quill", said) == []


def test_a_transcript_names_people_as_the_host_does(heard: Path, tmp_path: Path) -> None:
    """Who is renamed in `people:` of the front matter has that name in the transcript."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    index = find_bundle(show, "2026-10-01-" + LIGHTHOUSES) / "index.md"
    listed = (
        "people:\n- {name: Mara, handle: thelamproom, role: host}\n- {name: Davy the Lens, handle: davy_on_lenses}\n"
    )
    index.write_text(re.sub(r"(?m)^slug:", listed + "slug:", index.read_text()), "utf-8")
    answer(show, davy_on_lenses="granted", thelamproom="granted", foghorn_owen="granted")
    names = set(re.findall(r"<v ([^>]+)>", read_published(show, LIGHTHOUSES)))
    assert names == {"Mara", "Davy the Lens", "Owen Pike"}


def _split_by_speaker(bundle: Path, handle: str) -> Iterator[list[str]]:
    """Stretches of words of one person."""
    recognition = load_recognition(bundle)
    handles = [speaker["handle"] for speaker in json.loads((bundle / "space.json").read_text())["speakers"]]
    assert recognition
    for speaker, words in groupby(recognition.words, key=lambda word: word.speaker):
        if speaker >= 0 and handles[speaker] == handle:
            yield [word.text for word in words]


def test_no_socket_is_opened(taken: Path, tmp_path: Path) -> None:
    """Everything but --fetch-model works without any network."""
    show = Path(shutil.copytree(taken, tmp_path / "show", symlinks=True))
    bundle = find_bundle(show, FOGHORN)
    code = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('a socket')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from site_builder.cli.main import main\n"
        f"main(['-C', {str(show)!r}, 'transcribe', {bundle.name!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=False)
    assert done.returncode == 0, done.stderr


def test_without_an_engine_or_a_model_both_ways_are_named(taken: Path, tmp_path: Path) -> None:
    """One sentence, and nothing is written."""
    missing = run_spacecast("-C", taken, "transcribe", "--model", tmp_path / "nowhere")
    assert missing.code == 2
    assert "--model FOLDER" in missing.err
    assert "package" in missing.err
    empty = run_spacecast("-C", taken, "transcribe", "--model", tmp_path)
    assert empty.code == 2
    assert "model.bin" in empty.err


def test_what_was_heard_is_private_and_has_a_second_copy(heard: Path, tmp_path: Path) -> None:
    """`check` tells where git keeps it, `backup` takes it along, and a new show's git leaves it out."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    subprocess.run(["git", "init", "-q"], cwd=show, check=True)
    subprocess.run(["git", "add", "-A"], cwd=show, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=show, check=True, capture_output=True, text=True).stdout
    assert "config.yaml" in listed
    assert "words.json" not in listed
    (first, _) = next(bundles(show))
    subprocess.run(["git", "add", "-f", first / "words.json"], cwd=show, check=True)
    findings = spacecast("-C", show, "check", "--json").json["findings"]
    (kept,) = [finding["message"] for finding in findings if finding["rule"] == "repository-private"]
    assert f"{first.name}/words.json" in kept
    assert (
        f"content/episodes/{first.name}/words.json"
        in spacecast("-C", show, "backup", tmp_path / "copy", "--json").json["copied"]
    )


def test_the_page_says_what_wrote_the_transcript(heard: Path, tmp_path: Path) -> None:
    """Engine, model and digest, and whether somebody corrected it; nothing of it where it is from elsewhere."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    (first, _), (second, _) = list(bundles(show))[:2]
    transcript = second / "transcript.vtt"
    transcript.write_text(transcript.read_text().replace("thug horn", "fog horn"))
    build(show)
    told = [(show / f"output/episodes/{slug}/index.html").read_text() for slug in (LIGHTHOUSES, FOGHORN)]
    model = find_model("")
    for page in told:
        assert re.search(rf"faster-whisper [0-9.]+, tiny.en\s.*{model.sha256}", page, re.DOTALL)
    assert ["corrected by hand" in page for page in told] == [False, True]
    (first / "transcript.vtt").rename(first / "transcript.srt")
    build(show)
    assert "faster-whisper" not in (show / f"output/episodes/{LIGHTHOUSES}/index.html").read_text()


def test_the_demo_is_heard_by_the_program_itself() -> None:
    """Its transcripts are as `transcribe` left them, by the model of these tests."""
    bundles = sorted((PROJECT / "content/episodes").glob("*/words.json"))
    assert len(bundles) == 2
    for file in bundles:
        recognition = load_recognition(file.parent)
        assert recognition
        assert (recognition.model, recognition.model_sha256) == ("tiny.en", find_model("tiny.en").sha256)
        assert sha256((file.parent / "transcript.vtt").read_bytes()).hexdigest() == recognition.transcript_sha256


def test_proposals_are_printed_and_nothing_is_written(heard: Path, tmp_path: Path) -> None:
    """As front matter that can be pasted and built; nobody hidden is in it."""
    show = Path(shutil.copytree(heard, tmp_path / "show", symlinks=True))
    assert spacecast("-C", show, "consent", "davy_on_lenses", "refused").code == 0
    index = find_bundle(show, "2026-10-01-" + LIGHTHOUSES) / "index.md"
    before = index.read_bytes()
    printed = spacecast("-C", show, "suggest", LIGHTHOUSES)
    assert printed.code == 0, printed.err
    assert index.read_bytes() == before
    assert "chapters:\n- 0:10 " in printed.out
    assert "welcome to the lamp" in printed.out
    assert not re.search(r"Dav\w+|signature|mercury", printed.out)
    head = re.sub(r"(?m)^tags:(?:\n- .*|.*)*\n", "", index.read_text())
    index.write_text(head.replace("---\n", "---\n" + printed.out, 1))
    assert build(show)["failures"] == []
    assert spacecast("-C", show, "suggest", FOGHORN, "--json").json["chapters"][0]["start"] == pytest.approx(
        1.2, abs=0.2
    )
    missing = run_spacecast("-C", show, "suggest", "nope")
    assert missing.code == 2
    assert "no episode is called nope" in missing.err


def test_a_build_transcribes_what_is_new(heard: Path, taken: Path, tmp_path: Path) -> None:
    """If the config says so: what `transcribe` would have written, once; without a model it says so and goes on."""
    show = Path(shutil.copytree(taken, tmp_path / "show", symlinks=True))
    (first, _), (second, _) = list(bundles(show))[:2]
    (first / "transcript.srt").write_text("1\n00:00:11,000 --> 00:00:12,000\nmine\n")
    config = (show / "config.yaml").read_text()
    (show / "config.yaml").write_text(f"{config}\ntranscript: {{make: yes, model: {tmp_path}/none}}\n")
    (warning,) = [told for told in build(show)["warnings"] if "transcript.make" in told]
    assert "1 episode has no transcript" in warning
    assert not (second / "transcript.vtt").exists()
    (show / "config.yaml").write_text(f"{config}\ntranscript: {{make: yes}}\n")
    assert not [told for told in build(show)["warnings"] if "transcript" in told]
    for name in ("transcript.vtt", "words.json"):
        assert (second / name).read_bytes() == (find_bundle(heard, second.name) / name).read_bytes()
        assert not (first / name).exists()
    assert list((show / "output/episodes").glob(f"{FOGHORN}/*.vtt"))
    assert build(show)["made"] == []


@pytest.mark.parametrize("arguments", [[], ["--fetch-model", "base"]], ids=["transcribe", "fetch"])
def test_without_the_extra_one_sentence_says_what_to_install(taken: Path, arguments: list[str]) -> None:
    """No traceback, whatever was asked for."""
    code = (
        "import sys\n"
        "sys.modules['faster_whisper'] = sys.modules['platformdirs'] = None\n"
        "from site_builder.cli.main import main\n"
        f"main(['-C', {str(taken)!r}, 'transcribe', *{arguments!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=False)
    assert done.returncode == 2
    assert "pip install" in done.stderr
    assert "faster-whisper" in done.stderr
    assert "Traceback" not in done.stderr
