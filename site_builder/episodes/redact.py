"""Takes hidden people out of an episode: out of every text and every address. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from site_builder.consent import Casting, Redaction, mentions, redact
from site_builder.consent.evidence import Reading
from site_builder.consent.redaction import redact_lines, redact_markup
from site_builder.consent.spoken_names import hear_names
from site_builder.episodes.transcripts.cues import reword
from site_builder.model.podcast import Chapter, Cue, Episode, Note, Person
from site_builder.render.notes import RenderedNotes, html_to_text

_PUBLICITY = ("soundbites", "locations", "license", "links", "funding", "posts", "chat", "value", "texts")
"""What an episode says beyond its sound."""
_WORDS = frozenset({"title", "text", "name", "description"})
"""Fields that are read; all other texts are addresses, ids and terms."""


def redact_notes(notes: RenderedNotes, redaction: Redaction) -> RenderedNotes:
    """Show notes, as HTML and as text."""
    if not redaction:
        return notes
    html = redact_markup(notes.html, redaction)
    moments = tuple(_redact_moment(moment, redaction) for moment in notes.moments)
    text = notes.text if html == notes.html else html_to_text(html)
    return RenderedNotes(html=html, text=text, moments=moments)


def _redact_moment(moment: Note, redaction: Redaction) -> Note:
    links = tuple(link for link in moment.links if not mentions(link, redaction, Reading.ADDRESS))
    return replace(moment, text=redact(moment.text, redaction), links=links)


def redact_episode(episode: Episode, casting: Casting) -> Episode:
    """All but the notes, which come redacted: what would lead to somebody is left out, texts say somebody else."""
    redaction = casting.redaction
    if not redaction:
        return episode
    publicity = {name: redact_value(getattr(episode, name), redaction) for name in _PUBLICITY}
    return replace(
        episode,
        title=redact(episode.title, redaction),
        summary=redact(episode.summary, redaction),
        tags=tuple(tag for tag in episode.tags if not _is_named_in_tag(tag, redaction)),
        people=tuple(_redact_person(person, redaction) for person in episode.people),
        chapters=tuple(_redact_chapter(chapter, redaction) for chapter in episode.chapters),
        floors=tuple(_redact_chapter(chapter, redaction) for chapter in episode.floors),
        cues=redact_cues(episode.cues, casting),
        number_shown=redact(episode.number_shown, redaction),
        itunes_title=redact(episode.itunes_title, redaction),
        cover_alt=redact(episode.cover_alt, redaction),
        source_url="" if casting.restricted else episode.source_url,
        announced_url="" if casting.restricted else episode.announced_url,
        **publicity,
    )


def redact_value(value: Any, redaction: Redaction) -> Any:
    """Nested values without hidden people: links to them are left out with all they say, texts are redacted."""
    if isinstance(value, tuple):
        redacted = (redact_value(item, redaction) for item in value)
        return tuple(item for item in redacted if item is not None)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    said = {field.name: getattr(value, field.name) for field in fields(value)}
    texts = {name: text for name, text in said.items() if isinstance(text, str) and not isinstance(text, Enum)}
    if any(mentions(text, redaction, Reading.ADDRESS) for name, text in texts.items() if name not in _WORDS):
        return None
    changed = {name: redact(text, redaction) for name, text in texts.items() if name in _WORDS}
    changed |= {name: redact_value(item, redaction) for name, item in said.items() if name not in texts}
    return replace(value, **changed)


def _redact_person(person: Person, redaction: Redaction) -> Person:
    """Somebody credited, by the host perhaps, without a link that leads to somebody hidden."""
    if any(mentions(text, redaction, Reading.ADDRESS) for text in (person.href, person.avatar_url, person.handle)):
        person = replace(person, href="", avatar_url="", handle="")
    return person


def is_hidden(person: Person, redaction: Redaction) -> bool:
    """Whether somebody whom the host lists must not be named."""
    handle = f"@{person.handle}" if person.handle else ""
    return mentions(person.name, redaction, Reading.NAME) or mentions(handle, redaction)


def _redact_chapter(chapter: Chapter, redaction: Redaction) -> Chapter:
    href = "" if mentions(chapter.href, redaction, Reading.ADDRESS) else chapter.href
    image = "" if mentions(chapter.image, redaction, Reading.ADDRESS) else chapter.image
    return replace(chapter, title=redact(chapter.title, redaction), href=href, image=image)


def redact_cues(cues: Iterable[Cue], casting: Casting) -> tuple[Cue, ...]:
    """A transcript, in which a name may go over two cues and is written as it is spoken."""
    cues = tuple(cues)
    spoken = hear_names(casting, " ".join(text for cue in cues for text in (cue.speaker, cue.text)))
    texts = redact_lines([cue.text for cue in cues], spoken)
    credited = {person.name for person in casting.credits}
    speakers = {
        name: redact(name, casting.redaction if name in credited else spoken, Reading.NAME)
        for name in {cue.speaker for cue in cues}
    }
    told = (replace(reword(cue, text), speaker=speakers[cue.speaker]) for cue, text in zip(cues, texts, strict=True))
    return tuple(cue for cue in told if cue.text.strip())


def _is_named_in_tag(tag: str, redaction: Redaction) -> bool:
    """Tags are part of addresses, and stand alone on pages, where `Hope` is a name."""
    return any(mentions(tag, redaction, reading) for reading in (Reading.ADDRESS, Reading.TEXT))
