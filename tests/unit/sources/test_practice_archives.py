"""Who speaks when in archives of which it is known: one whose numbers agree with places, one whose numbers do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from site_builder.sources.detect import open_source

PROJECT = Path(__file__).parents[3]
SHARED = PROJECT.parent / "shared" / "archives"
ARCHIVES = [
    *sorted((PROJECT / "tests/archives").glob("*.zip")),
    *sorted(SHARED.rglob("*practice*.zip")),  # the same with real voices, where they lie beside the project
]


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: f"{path.parent.name}-{path.stem[-10:]}")
def test_who_speaks_when(archive: Path) -> None:
    """Every turn, each edge within a reading: guests who come, leave and take another's slot, and a quiet one."""
    known = json.loads(archive.with_suffix("").with_suffix(".truth.json").read_text())
    with open_source(archive) as source:
        for space in (space for space in known if space["audio"]):
            recording = source.read(space["id"]).recording
            found = [(recording.speakers[t.speaker].handle, t.start, t.end) for t in recording.turns]
            assert [who for who, _, _ in found] == [turn["who"] for turn in space["turns"]]
            for (_, start, end), turn in zip(found, space["turns"], strict=True):
                assert start == pytest.approx(turn["start"], abs=recording.tick)
                assert end == pytest.approx(turn["end"], abs=recording.tick)
