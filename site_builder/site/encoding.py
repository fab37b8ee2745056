"""An episode with its sound, on the way from a recording to the site."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from site_builder.engine.target import Target
from site_builder.episodes.source import EpisodeSource
from site_builder.model.podcast import Enclosure, PublishedAudio
from site_builder.site.audio import CachedSound
from site_builder.site.pictures import Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """An episode's sound, in one encoding or more; the usual one is the first."""

    source: EpisodeSource
    """What it was made from, with the edits as they came out."""
    audio: PublishedAudio
    """As `media.json` holds it; its files are those that are published once they have their tags."""
    sounds: Sequence[CachedSound] = ()
    """Each of its files before tags are written; none where the recording is absent, and what was published is all."""
    targets: Sequence[Target] = ()
    """Its files on the site, and those of its cover."""
    cover: Pictures | None = None
    """None where the show's serves."""


def list_files(audio: PublishedAudio) -> tuple[Enclosure, ...]:
    """All files of an episode, the usual one first."""
    return (audio.enclosure, *audio.alternates)


def describe_sounds(
    source: EpisodeSource, sounds: Sequence[CachedSound], originals: Sequence[str], made_by: str
) -> Encoding:
    """An episode with the files it will have once they have tags; one that would be there twice is there once.

    Args:
        source: With the edits as they came out.
        sounds: In the cache, the usual one first.
        originals: sha256 of each part of the recording.
        made_by: Name and version of the program.
    """
    facts, usual = sounds[0].facts, sounds[0].describe(source.bundle.slug)
    others = [(file, sound) for sound in sounds[1:] if (file := sound.describe(source.bundle.slug)).path != usual.path]
    audio = PublishedAudio(
        enclosure=replace(usual, title=""),
        alternates=tuple(file for file, _ in others),
        edits=json.dumps(facts["edits"], sort_keys=True),
        peaks=tuple(cast("Sequence[int]", facts["peaks"])),
        sources=tuple(originals),
        made_by=made_by,
        taken_out=source.casting.taken_out,
    )
    return Encoding(source=source, audio=audio, sounds=[sounds[0], *(sound for _, sound in others)])
