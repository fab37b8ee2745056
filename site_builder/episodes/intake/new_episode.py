"""The first version of an episode's `index.md`, from what its source says. Pure; what follows is the host's.

Everything here is text from strangers: it is cleaned and escaped, and names are made from ids and slugs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import chain, count

from site_builder.consent import Redaction, mentions, redact
from site_builder.consent.evidence import Reading
from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Note
from site_builder.show.bundles import SHARED
from site_builder.show.documents.writing import render_front_matter
from site_builder.text.plain import clean, escape_markdown
from site_builder.text.slugs import make_slug
from site_builder.text.timecode import format_clock


def make_title(conversation: Conversation) -> str:
    """The announced title, else a dated one."""
    if title := clean(conversation.announcement.title, keep_lines=False):
        return title
    day = recorded_at(conversation)
    return f"Conversation on {day.day} {day:%B %Y}" if day else "Untitled conversation"


def recorded_at(conversation: Conversation) -> datetime | None:
    """When the conversation began, as far as its source tells; else a guess."""
    return find_certain_date(conversation) or conversation.guessed_at


def find_certain_date(conversation: Conversation) -> datetime | None:
    """When it began, or a moment not long after; None where that would be a guess."""
    recording = conversation.recording
    return recording.started_at or recording.ended_at or recording.archive_made_at


def describe_draft(conversation: Conversation) -> str:
    """Why a new episode is a draft, and what makes it one no longer; empty where it is none."""
    if find_certain_date(conversation):
        return ""
    day = conversation.guessed_at
    guess = f"; {day.day} {day:%B %Y} is a guess from {conversation.guessed_from}" if day else ""
    return f"draft: give it a date in index.md and take `draft: true` out{guess}"


def name_bundle(
    conversation: Conversation, slugs: Collection[str], folders: Collection[str], hidden: Redaction | None = None
) -> tuple[str, str]:
    """Folder name and slug for a new bundle, other than those that are in use, and without those who are `hidden`.

    The slug is the title's; where another episode has it, the day, the time of day or at last a number is added, once
    and for good: it is written into the front matter, and an URL made of it never changes by itself. Never the Space's
    id: it leads to the unedited talk, and may have to stay hidden.
    """
    day = recorded_at(conversation)
    date = f"{day:%Y-%m-%d}" if day else "undated"
    title = make_slug(_leave_out(make_title(conversation), hidden), fallback=date)
    is_file = conversation.recording.source == "audio-file"  # whose time is often that of its last change
    times = [f"{title}-{date}-{day:%H%M}"] if day and not is_file else []
    choices = [title, *([f"{title}-{date}"] if title != date else []), *times]
    numbered = (f"{title}-{number}" for number in count(2))
    names = ((f"{date}-{choice.replace(f'-{date}', '', 1)}", choice) for choice in chain(choices, numbered))
    return next((folder, slug) for folder, slug in names if folder not in folders and slug not in slugs)


def _leave_out(title: str, hidden: Redaction | None) -> str:
    """A title for an address; nothing of it where a name is left even so."""
    plain = redact(title, hidden) if hidden else title
    return "" if hidden and mentions(make_slug(plain), hidden, Reading.ADDRESS) else plain


def render_index(conversation: Conversation, slug: str) -> str:
    """The text of `index.md`: front matter and first show notes."""
    matter = {
        "title": make_title(conversation),
        "date": recorded_at(conversation) or datetime(1970, 1, 1, tzinfo=UTC),
        "guid": conversation.recording.id,
        "slug": slug,
        "tags": list(conversation.announcement.tags) or None,
        "draft": None if find_certain_date(conversation) else True,
    }
    front = render_front_matter({key: value for key, value in matter.items() if value is not None})
    return front + "\n" + render_notes(conversation)


def render_notes(conversation: Conversation) -> str:
    """The first show notes, as Markdown; empty where nothing was said or shared."""
    paragraphs = [escape_markdown(clean(conversation.announcement.body))] if conversation.announcement.body else []
    if conversation.notes:
        paragraphs += [f"## {SHARED}", "\n".join(map(_render_note, conversation.notes))]
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def _render_note(note: Note) -> str:
    lines = escape_markdown(clean(note.text)).splitlines()
    return f"- {format_clock(note.at)} " + "\n  ".join(line for line in lines if line)
