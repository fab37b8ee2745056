"""An episode with its sound, on the way from a recording to the site. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from site_builder.engine.target import Target
from site_builder.episodes.assemble import Material
from site_builder.episodes.provenance import find_refused, split_removed
from site_builder.episodes.summary import SharedPicture
from site_builder.model.edits import EditList
from site_builder.model.podcast import Episode, PublishedAudio, Span
from site_builder.show.bundles import Bundle
from site_builder.site import audio
from site_builder.site.episode_files import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """A further encoding of an episode, not tagged yet."""

    path: str
    """Of the tagged file, below the site's root."""
    title: str
    """What a listener who may choose reads."""
    cached: audio.CachedSound


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """An episode with its sound, not tagged yet."""

    material: Material
    sound: PublishedAudio
    """As `audio.json` holds it; its enclosure is that of the tagged file once there is one."""
    cached: audio.CachedSound | None = None
    """None where the recording is absent and the published file is all there is."""
    further: tuple[Further, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Of every audio file of the episode, below the site's root."""
        made = [file.path for file in self.further] or [kept.path for kept in self.sound.alternates]
        return (self.sound.enclosure.path, *made)

    @property
    def bundle(self) -> Bundle:
        """The episode's bundle."""
        return self.material.bundle

    @property
    def edits(self) -> EditList:
        """What was done to the recording, as it came out."""
        return self.material.edits


def offer(episode: Episode, take: Take) -> Episode:
    """The episode with its further encodings; where there is a choice, the usual one has a name too."""
    alternates = take.sound.alternates
    if not alternates:
        return episode
    usual = episode.enclosure
    codec = "mp3" if usual.media_type == "audio/mpeg" else "aac"
    title = audio.name_encoding(codec, round(usual.bitrate / 1000))
    return replace(episode, enclosure=replace(usual, title=title), alternates=alternates)


def make_release(
    episode: Episode, take: Take, targets: Sequence[Target] = (), pictures: Sequence[SharedPicture] = ()
) -> Release:
    """The episode, with all that its page needs."""
    return Release(
        episode=episode,
        peaks=take.sound.peaks,
        targets=tuple(targets),
        pictures=tuple(pictures),
        audio=take.paths,
        absent=() if take.cached else take.paths,
        silent=find_refused(take.material),
        trimmed=sum(span.duration for span in split_removed(take.material)[0]),
    )


def find_ends(edits: EditList) -> tuple[Span, ...]:
    """What was removed at the two ends."""
    return tuple(span for span in edits.removed if span.start == 0 or span.end == edits.recording)


def covers(made: EditList, wanted: EditList) -> bool:
    """Whether audio made with one list of edits is what another asks for, but for widening to whole frames."""
    frame = 0.05
    pairs = [(made.removed, wanted.removed), (made.muted, wanted.muted)]
    return all(
        len(one) == len(other)
        and all(abs(a.start - b.start) < frame and abs(a.end - b.end) < frame for a, b in zip(one, other, strict=True))
        for one, other in pairs
    )
