"""What a source offers: conversations that may become episodes, and who held them. Frozen, untrusted values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from site_builder.model.podcast import Note, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What the host wrote to announce a conversation: the best title and opening there is."""

    title: str = ""
    """Plain text; empty where nothing announces the conversation."""
    body: str = ""
    """Plain text after the title, links expanded."""
    url: str = ""
    """The announcing post."""
    tags: tuple[str, ...] = ()
    """Hashtags without `#`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thing a source offers to become an episode: what was recorded, what was said about it."""

    recording: Recording
    announcement: Announcement = Announcement()
    notes: tuple[Note, ...] = ()
    guessed_at: datetime | None = None
    """A day that may be the conversation's, where no source tells when it was."""
    guessed_from: str = ""
    """What that is taken from, as a person would say it: `the file's name`."""
    missing: str = ""
    """Why there is no audio, as a sentence for the host; empty where there is."""
    unreadable: bool = False
    """There is a recording, but nothing of it can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who made a source: proposed as title, author and text of a new show."""

    handle: str = ""
    name: str = ""
    x_id: str = ""
    bio: str = ""
    avatar_url: str = ""
