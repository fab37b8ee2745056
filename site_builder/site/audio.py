"""Plans the audio files of an episode: encodings in `.cache/`, tagged files in `output/`.

Three steps, so that nothing slow is done twice: dead air is confirmed by ear once for a recording; a recording is
copied or encoded once for its edits and settings; tags are written whenever they change.
Names of audio files are made of what is heard: docs/decisions/0003.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from site_builder.audio.facts import AudioTags
from site_builder.engine.digests import JSON, digest_file, digest_json
from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Facts
from site_builder.engine.target import Target, make_file
from site_builder.episodes.source import EpisodeSource
from site_builder.errors import SpacecastError
from site_builder.model.edits import EditList
from site_builder.model.podcast import Enclosure, Episode, PublishedAudio, Recording, Show
from site_builder.show.config import AudioConfig, AudioFormat
from site_builder.show.config.sections import AlternateEntry
from site_builder.site.pictures import Pictures
from site_builder.site.sound import AAC_FRAME, AudioSettings, describe_facts, foresee_length, make_copy, plan_encode
from site_builder.text.timecode import format_clock

USUAL, ALTERNATES = "audio", "alternates"
"""Folders in `.cache/`: of the usual file of each episode, and of its others."""


def list_settings(config: AudioConfig) -> list[AudioSettings]:
    """How each file of an episode is made, the usual one first."""
    ways: list[AudioConfig | AlternateEntry] = [config, *config.alternates]
    return [
        AudioSettings(
            format=AudioFormat(way.format).value,
            bitrate=way.bitrate,
            channels=way.channels,
            loudness=config.find_loudness(way.level),
            level=way.level.value,
        )
        for way in ways
    ]


def make_cache_name(guid: str) -> str:
    """Name of an episode's files in the cache: stable, and harmless whatever its guid holds."""
    return sha256(guid.encode()).hexdigest()[:16]


def plan_encoding(source: EpisodeSource, originals: Sequence[str], wanted: AudioSettings, folder: str) -> Target:
    """The sound of an episode without tags, in a folder of the cache: that of the usual files, or that of the others.

    Its facts are those of `AudioFacts`, with `peaks` for drawing and `edits`, the edit list as it came out.
    """
    bundle, edits, recording = source.bundle, source.edits, cast("Recording", source.bundle.recording)
    settings = choose_settings(recording, edits, wanted)
    is_copied = settings.format == "copy"
    encoder = {} if is_copied else {"encoder": _find_encoder_version()}
    described = settings.as_json()
    if settings.evens_out:
        described["turns"] = [recording.tick, *([turn.speaker, turn.start, turn.end] for turn in recording.turns)]
    return Target(
        path=f"{folder}/{make_cache_name(source.guid)}{_name_way(wanted, folder)}{find_extension(recording, settings)}",
        recipe="audio/2" if is_copied else "audio/9",
        inputs={"sources": list(originals), "edits": edits.as_json(), "settings": described, **encoder},
        make=_plan_make(bundle.part_files, recording, edits, settings, wanted),
        label=bundle.matter.title,
        group=make_cache_name(source.guid),
        portable=True,
    )


def _find_encoder_version() -> str:
    from site_builder.audio.encode import encoder_version  # noqa: PLC0415 -- PyAV is loaded only where sound is encoded

    return encoder_version()


def _name_way(wanted: AudioSettings, folder: str) -> str:
    """What tells the file from others of the episode in its folder."""
    level = "-speakers" if wanted.evens_out else ""
    return f"-{wanted.format}-{wanted.bitrate}-{wanted.channels}{level}" if folder == ALTERNATES else ""


def _plan_make(
    parts: Sequence[Path], recording: Recording, edits: EditList, settings: AudioSettings, wanted: AudioSettings
) -> Callable[[Path], Facts | None]:
    if settings.format != "copy":
        return plan_encode(parts, recording, edits, settings)
    return partial(make_copy, parts, edits, plan_encode(parts, recording, edits, _choose_encoding(recording, wanted)))


def foresee(recording: Recording, edits: EditList, wanted: AudioSettings) -> tuple[EditList, Enclosure]:
    """How edits will most likely come out, and a file of the length they will lead to."""
    rate = recording.parts[0].sample_rate
    if not edits.is_identity and choose_settings(recording, edits, wanted).format == "copy":
        edits = edits.snap(AAC_FRAME, rate)
    duration = foresee_length(edits, rate)
    return edits, Enclosure(path="", size_bytes=0, media_type="", duration=duration, sha256="")


def choose_settings(recording: Recording, edits: EditList, wanted: AudioSettings) -> AudioSettings:
    """The settings as wanted, or the nearest encoded ones where a recording cannot be copied as it is.

    AAC is copied frame by frame where all parts are coded alike; an MP3 only whole, for its frames share their bits.
    """
    if wanted.format != "copy":
        return wanted
    kinds = {(part.codec, part.sample_rate, part.channels) for part in recording.parts}
    codec, channels = recording.parts[0].codec, recording.parts[0].channels
    is_mp3 = codec.startswith("mp3")
    if (
        len(kinds) == 1
        and channels <= 2
        and (codec == "aac" or (is_mp3 and edits.is_identity and len(recording.parts) == 1))
    ):
        return wanted
    return _choose_encoding(recording, wanted)


def _choose_encoding(recording: Recording, wanted: AudioSettings) -> AudioSettings:
    """The encoded settings that are nearest to a copy."""
    channels = min(2, max(part.channels for part in recording.parts))
    is_mp3 = recording.parts[0].codec.startswith("mp3")
    return replace(wanted, format="mp3" if is_mp3 else "aac", bitrate=64 * channels, channels=channels)


def find_extension(recording: Recording, settings: AudioSettings) -> str:
    """Of the file that is published."""
    is_mp3 = settings.format == "mp3" or (settings.format == "copy" and recording.parts[0].codec.startswith("mp3"))
    return ".mp3" if is_mp3 else ".m4a"


def find_media_path(slug: str, encoding: Target) -> str:
    """Where the enclosure of an episode lies below the site's root.

    The name holds a digest of what is heard, so a removed passage can never be served by a cache under the old name.
    """
    heard = digest_json({name: encoding.inputs[name] for name in ("sources", "edits", "settings")})
    return f"media/{slug}-{heard[:8]}{Path(encoding.path).suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedSound:
    """An encoding in the cache, before tags are written."""

    cache: Path
    target: Target
    """What made it, and makes it again."""
    facts: Facts
    """Of the file as it was made."""
    title: str
    """What a listener who may choose between encodings reads."""
    is_new: bool = False
    """It was made by this very build, and its digest taken then."""

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.cache / self.target.path

    @property
    def edits(self) -> EditList:
        """As they came out: a copy is cut at the borders of frames."""
        return EditList.from_json(cast("dict[str, Any]", self.facts["edits"]))

    @property
    def sha256(self) -> str:
        """Digest of the file as it was made."""
        return str(self.facts["sha256"])

    def describe(self, slug: str) -> Enclosure:
        """The file that will be published, but for what tags change."""
        return replace(read_enclosure(find_media_path(slug, self.target), self.facts), title=self.title)

    def require_sound(self) -> Path:
        """The file, made anew where it is not as it was made.

        Raises:
            SpacecastError: what was made anew is another sound than the episode was described with.
        """
        if not self.file.is_file() or not (self.is_new or digest_file(self.file) == self.sha256):
            entry, _ = make_file(self.target, OutputTree(os.path.realpath(self.cache)))
            if entry.sha256 != self.sha256:
                self.file.unlink()  # so that the next build takes nothing of it for granted
                raise SpacecastError(f"{self.target}: its encoding in {self.cache} was damaged; build again")
        return self.file


def plan_enclosure(path: str, sound: CachedSound, tags: AudioTags, cover: Pictures | None) -> Target:
    """The published file: the cached sound with the episode's tags, cover and chapters."""
    described: dict[str, JSON] = {
        "title": tags.title,
        "album": tags.album,
        "artist": tags.artist,
        "date": tags.date,
        "comment": tags.comment,
        "url": tags.url,
        "track": tags.track,
        "cover": cover.original.path if cover else None,
        "chapters": [[chapter.start, chapter.title, chapter.href] for chapter in tags.chapters],
    }
    return Target(
        path=path,
        recipe="enclosure/5",
        inputs={"sound": sound.sha256, "tags": described},
        make=partial(_make_enclosure, sound, tags, cover),
        label=tags.title,
    )


def _make_enclosure(sound: CachedSound, tags: AudioTags, cover: Pictures | None, out: Path) -> Facts:
    """The small picture is made here, and so only for a file that is made."""
    from site_builder.audio.tags import write_tagged  # noqa: PLC0415 -- mutagen and PyAV, where they are needed

    source, picture = sound.require_sound(), cover.embedded() if cover else None
    facts = write_tagged(source, out, replace(tags, cover=picture))
    bare = replace(facts, size_bytes=source.stat().st_size)  # without what was put in beside the sound
    return {**describe_facts(facts), "bitrate": bare.bitrate}


def make_tags(show: Show, episode: Episode) -> AudioTags:
    """What players show for an episode's file."""
    return AudioTags(
        title=episode.title,
        album=show.title,
        artist=show.author,
        date=episode.published_at.date().isoformat(),
        comment=episode.summary,
        url=f"{show.url}{episode.path}",
        track=episode.number,
        chapters=episode.chapters,
    )


def read_enclosure(path: str, facts: Facts) -> Enclosure:
    """An enclosure as feeds name it, from the facts of its target: those of a published file, or of the sound alone."""
    values = cast("dict[str, Any]", facts)
    whole = round(values["size_bytes"] * 8 / values["duration"]) if values["duration"] else 0
    return Enclosure(
        path=path,
        size_bytes=values["size_bytes"],
        media_type=values["media_type"],
        duration=values["duration"],
        sha256=values["sha256"],
        bitrate=values.get("bitrate", whole),
        channels=values["channels"],
        sample_rate=values["sample_rate"],
        codecs="mp4a.40.2" if values["codec"] == "aac" else "mp3",
    )


def name_encoding(codec: str, kilobits: int, even: str = "") -> str:
    """What a listener who may choose reads: `MP3, 96 kbit/s`, with `even` where that says that all are equally loud."""
    return ", ".join(filter(None, (codec.upper(), f"{kilobits} kbit/s", even)))


def describe_undecodable(sound: Facts) -> str:
    """A sentence on sound that no player can play; empty where there is none."""
    places = cast("Sequence[float]", sound.get("undecodable", ()))
    spots = ", ".join(dict.fromkeys(format_clock(at) for at in places))
    return f"some of its sound cannot be decoded, so listeners hear silence there: {spots}" if places else ""


def name_files(audio: PublishedAudio) -> PublishedAudio:
    """Where there is a choice the usual file has a name too."""
    usual = audio.enclosure
    codec = "mp3" if usual.media_type == "audio/mpeg" else "aac"
    title = name_encoding(codec, round(usual.bitrate / 1000)) if audio.alternates else ""
    return replace(audio, enclosure=replace(usual, title=title))
