"""Facts of an audio file (codec, length, size), and the tags written into one."""

from __future__ import annotations

from dataclasses import dataclass

from site_builder.model.podcast import Chapter


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """Codec, length and size of an audio file, counted and not read from its header."""

    codec: str
    """FFmpeg's name, e.g. `aac` or `mp3`."""
    sample_rate: int
    channels: int
    samples: int
    """Decoded samples per channel a listener hears."""
    size_bytes: int
    """Of the whole file, tags included."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.samples / self.sample_rate

    @property
    def bitrate(self) -> int:
        """Bits per second on average, the whole file over its length; 0 for an empty one."""
        return round(self.size_bytes * 8 / self.duration) if self.samples else 0

    @property
    def media_type(self) -> str:
        """As feeds name it: `audio/x-m4a` for AAC (in MP4, as this program writes it), `audio/mpeg` for MP3."""
        return {"mp3": "audio/mpeg", "aac": "audio/x-m4a"}.get(self.codec, "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTags:
    """Title, cover, chapters and other tags of an audio file, as plain text; empty ones are not written."""

    title: str
    album: str = ""
    """The show."""
    artist: str = ""
    date: str = ""
    """ISO 8601, e.g. `2026-10-09`."""
    comment: str = ""
    url: str = ""
    """The episode's page."""
    track: int | None = None
    """The episode's number."""
    genre: str = "Podcast"
    cover: bytes | None = None
    cover_type: str = "image/jpeg"
    """`image/jpeg` or `image/png`."""
    chapters: tuple[Chapter, ...] = ()
    """In published time, in order. Those beyond the 255th are left out: both formats count in one byte."""
