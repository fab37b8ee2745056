"""Writes the transcripts of the demo show from demo_truth.json, which knows every word and who says it when.

    python scripts/make_demo_transcripts.py

Each goes to content/episodes/<bundle>/transcript.vtt, in recording time and without names: the recording itself tells
who speaks, so that the demo shows names being found. Sentences share the time of their turn by length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from site_builder.episodes.intake.new_episode import name_bundle
from site_builder.model.podcast import Cue
from site_builder.render.transcripts import render_vtt
from site_builder.sources.detect import open_source

HERE = Path(__file__).parent
CONTENT = HERE.parent / "content"


def main() -> None:
    """Write one transcript for each recorded conversation of the demo archive."""
    truth = {entry["id"]: entry for entry in json.loads((HERE / "demo_truth.json").read_text("utf-8"))}
    with open_source(CONTENT / "archives" / "demo.zip") as source:
        for id_ in source.find_ids():
            if id_ in truth:
                folder = CONTENT / "episodes" / name_bundle(source.read(id_), (), ())[0]
                folder.mkdir(parents=True, exist_ok=True)
                cues = [cue for turn in truth[id_]["turns"] for cue in split_turn(turn)]
                (folder / "transcript.vtt").write_bytes(render_vtt(cues))


def split_turn(turn: dict[str, Any]) -> Iterator[Cue]:
    """A cue for each sentence."""
    sentences = re.findall(r"[^.?!]+[.?!]+", turn["text"])
    letters = sum(map(len, sentences))
    start = turn["start"]
    for sentence in sentences:
        end = start + (turn["end"] - turn["start"]) * len(sentence) / letters
        yield Cue(start=start, end=end, text=sentence.strip())
        start = end


if __name__ == "__main__":
    main()
