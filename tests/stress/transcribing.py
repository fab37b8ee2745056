"""Transcribing that is killed while it hears: the same bytes as without, and hardly anything is heard twice."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

from call_maker import CallSpace, load_turns, mix_call, write_call
from show_runner import copy_show, spacecast, start_spacecast


def kill_transcribing(folder: Path, kills: int) -> tuple[int, list[str]]:
    """Kills `transcribe` until `kills` were hit while it heard; how many were killed in all, and what was wrong."""
    show = folder / "show"
    archive = write_call(folder / "call.zip", [CallSpace(sound=mix_call(), turns=load_turns())])
    assert spacecast("init", show, "--title", "Words", "--url", "https://words.example.net/").code == 0
    assert spacecast("-C", show, "extract", archive).code == 0
    clean = copy_show(show, folder / "clean")
    began = time.monotonic()
    assert spacecast("-C", clean, "transcribe").code == 0
    length, expected = time.monotonic() - began, read_words(clean)
    chance, wrong, all_kills, hits = random.Random(15), list[str](), 0, 0
    tried = copy_show(show, folder / "tried")
    while hits < kills:
        all_kills += 1
        before = read_notes(tried)
        process = start_spacecast("-C", tried, "transcribe", "--jobs", str(chance.choice([1, 2])))
        try:
            process.wait(chance.uniform(0, length / 2))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        hits += process.returncode < 0 and (tried / ".cache/transcripts").is_dir()
        after = read_notes(tried)
        if process.returncode < 0 and not after.startswith(before):
            wrong.append(f"kill {all_kills}: what was noted is gone")
        if process.returncode >= 0 or hits == kills:
            assert spacecast("-C", tried, "transcribe").code == 0
            if read_words(tried) != expected:
                wrong.append(f"after kill {all_kills}: other words")
            shutil.rmtree(tried)
            copy_show(show, tried)
    return all_kills, wrong


def read_words(show: Path) -> list[bytes]:
    """Both files that are made."""
    return [next(show.glob(f"content/episodes/*/{name}")).read_bytes() for name in ("words.json", "transcript.vtt")]


def read_notes(show: Path) -> bytes:
    """Whole lines of what is noted until a recording is done; of another recording nothing."""
    files = list(show.glob(".cache/transcripts/*.jsonl"))
    content = files[0].read_bytes() if files else b""
    return content[: content.rfind(b"\n") + 1]
