"""How the recordings of a show describe those who speak in them: read where a bundle changed, kept for the others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from site_builder.engine.cache import ValueCache
from site_builder.engine.digests import digest_json
from site_builder.engine.processes import map_in_processes
from site_builder.engine.serialization import Value, encode_value, parse_values
from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Recording, Speaker
from site_builder.show.bundles import load_noun
from site_builder.show.layout import EPISODES, RECORDING

_KIND = "speakers"


class Described(Value, frozen=True, kw_only=True):
    """Those who speak in one recording: handle, name, X id, Periscope id and picture of each."""

    speakers: tuple[tuple[str, str, str, str, str], ...] = ()


def list_speakers(
    folder: Path, digests: Mapping[str, str], kept: ValueCache, jobs: int
) -> tuple[tuple[Speaker, ...], str]:
    """Everybody as any `space.json` describes them, each description once, and a digest of that.

    `digests` are those of the bundles, by name.
    """
    known = kept.load(_KIND)
    stale = [name for name, digest in digests.items() if name not in known or known[name][0] != digest]
    fresh = dict(zip(stale, map_in_processes(partial(_read, folder), stale, jobs), strict=True))
    texts = {name: text for name, (_, text) in known.items() if name in digests} | fresh
    kept.put(_KIND, {name: (digests[name], text) for name, text in fresh.items()})
    kept.drop(_KIND, known.keys() - digests.keys())
    distinct = sorted({one for described in parse_values(Described, set(texts.values())) for one in described.speakers})
    speakers = tuple(
        Speaker(handle=handle, name=name, x_id=x_id, periscope_id=periscope_id, avatar_url=avatar)
        for handle, name, x_id, periscope_id, avatar in distinct
    )
    return speakers, digest_json([list(one) for one in distinct])


def _read(folder: Path, name: str) -> bytes:
    """What is kept of a bundle; a damaged file is somebody else's to tell of."""
    try:
        recording = load_noun(folder / EPISODES / name / RECORDING, Recording)
    except InvalidDocument:
        recording = None
    speakers = recording.speakers if recording else ()
    told = ((one.handle, one.name, one.x_id, one.periscope_id, one.avatar_url) for one in speakers)
    return encode_value(Described(speakers=tuple(told)))
