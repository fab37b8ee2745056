"""How recordings describe their speakers, read where a bundle changed and kept for the others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from site_builder.engine.cache import ValueCache
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.engine.serialization import Value, encode_value, parse_values
from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Recording, Speaker
from site_builder.show.bundles import load_json
from site_builder.show.layout import EPISODES, RECORDING

_KIND, _RECIPE = "speakers", 2
"""Kind of what is kept, and a number to raise when more is."""


class _Described(Value, frozen=True, kw_only=True):
    """Those of one recording: handle, name, X id, Periscope id and picture of each."""

    speakers: tuple[tuple[str, str, str, str, str], ...] = ()
    on_stage: tuple[tuple[str, str, str, str, str], ...] = ()


class Descriptions(NamedTuple):
    """How recordings describe people."""

    everybody: tuple[Speaker, ...]
    """Who speaks or is on stage anywhere, each description once."""
    by_bundle: Mapping[str, tuple[Speaker, ...]]
    """All who speak or are on stage, by the name of the bundle."""


def list_speakers(folder: Path, digests: Mapping[str, str], kept: ValueCache, jobs: int) -> Descriptions:
    """Everybody as any `space.json` describes them; `digests` are those of the bundles, by name."""
    known, keys = kept.load(_KIND), {name: f"{_RECIPE} {digest}" for name, digest in digests.items()}
    stale = [name for name, key in keys.items() if name not in known or known[name][0] != key]
    fresh = dict(zip(stale, map_in_processes(partial(_read, folder), stale, jobs), strict=True))
    kept.put(_KIND, {name: (keys[name], text) for name, text in fresh.items()})
    kept.drop(_KIND, known.keys() - digests.keys())
    texts = [fresh[name] if name in fresh else known[name][1] for name in keys]
    found = parse_values(_Described, texts)
    distinct = sorted({one for described in found for one in (*described.speakers, *described.on_stage)})
    made = cache(_make_speaker)
    return Descriptions(
        tuple(map(made, distinct)),
        {name: tuple(map(made, (*one.speakers, *one.on_stage))) for name, one in zip(keys, found, strict=True)},
    )


def _make_speaker(told: tuple[str, str, str, str, str]) -> Speaker:
    handle, name, x_id, periscope_id, avatar = told
    return Speaker(handle=handle, name=name, x_id=x_id, periscope_id=periscope_id, avatar_url=avatar)


def _read(folder: Path, name: str) -> bytes:
    """What is kept of a bundle; a damaged file is somebody else's to tell of."""
    try:
        recording = load_json(folder / EPISODES / name / RECORDING, Recording)
    except InvalidDocument:
        recording = None
    told = (recording.speakers, recording.on_stage) if recording else ((), ())
    speakers, on_stage = (
        tuple((one.handle, one.name, one.x_id, one.periscope_id, one.avatar_url) for one in some) for some in told
    )
    return encode_value(_Described(speakers=speakers, on_stage=on_stage))
