"""Joins what the archive says, what the host wrote and the facts of the audio into an `Episode`. Pure.

Recording time comes in, published time goes out: here everything timed passes through the `EditList`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from site_builder.consent import LEAST_AUDIBLE, Casting, Removal, cast_turns, plan_removals
from site_builder.consent.spoken_names import list_called
from site_builder.episodes.chapters import find_chapter_places, make_chapters, move_chapters
from site_builder.episodes.provenance import describe_provenance
from site_builder.episodes.redact import is_hidden, redact_episode, redact_notes
from site_builder.episodes.source import EpisodeSource
from site_builder.episodes.speaker_marks import mark_speakers
from site_builder.episodes.transcripts.cues import label_speakers, move_cues, name_cues
from site_builder.episodes.written.left_out import make_move
from site_builder.model import podcasting20 as p20
from site_builder.model.edits import EditList
from site_builder.model.podcast import (
    Chapter,
    Cue,
    Episode,
    Gap,
    Person,
    PublishedAudio,
    Recording,
    Span,
    Timeline,
    Turn,
)
from site_builder.render.notes import RenderedNotes, render_notes
from site_builder.show.bundles import SHARED
from site_builder.show.config import ChapterSource, Config
from site_builder.show.documents.podcasting20 import list_posts
from site_builder.show.front_matter import EpisodeMatter
from site_builder.text.languages import Language
from site_builder.text.plain import shorten
from site_builder.text.timecode import format_clock

SUMMARY_LENGTH = 280


def make_edits(matter: EpisodeMatter, recording: Recording, casting: Casting, removal: Removal) -> EditList:
    """What of a recording is published: the host's trim, cuts and mutes, and what consent demands.

    Args:
        matter: The host's words.
        recording: What is recorded.
        casting: Whose speech has to go.
        removal: Whether refused speech is muted or cut.
    """
    edits = EditList.keep_all(recording.duration)
    if matter.trim:
        end = math.inf if matter.trim.end is None else matter.trim.end
        edits = edits.with_trim(Span(start=matter.trim.start or 0.0, end=end))
    edits = edits.with_cuts(entry.to_model() for entry in matter.cut).with_mutes(
        entry.to_model() for entry in matter.mute
    )
    refused = plan_removals(recording, casting)
    return edits.with_cuts(refused) if removal is Removal.CUT else edits.with_mutes(refused)


def trim_dead_air(edits: EditList, matter: EpisodeMatter, dead_air: Iterable[Span]) -> EditList:
    """The edits without silence at both ends, unless the host says where the episode begins and ends."""
    return edits if matter.trim else edits.with_cuts(dead_air)


def explain_silence(matter: EpisodeMatter, recording: Recording, casting: Casting, removal: Removal) -> str:
    """Why an episode that is edited has nothing to be heard any more, as a sentence; empty where it has."""
    edits = make_edits(matter, recording, casting, removal)
    if edits.is_identity:
        return ""
    heard = edits.with_cuts(recording.silences).audible
    if sum(span.duration for span in heard) >= min(LEAST_AUDIBLE, recording.duration):
        return ""
    if plan_removals(recording, casting):
        return "Nothing is left to be heard once those who refused are taken out."
    return "Nothing is left to be heard: its `trim`, `cut` and `mute` take everything away."


def find_displaced(matter: EpisodeMatter, recording: Recording, casting: Casting, removal: Removal) -> Iterator[str]:
    """A sentence for each chapter of the host's that begins in speech that was refused."""
    refused = plan_removals(recording, casting)
    if not refused or not matter.chapters:
        return
    edits = make_edits(matter, recording, casting, removal)
    chapters = [entry.to_model() for entry in matter.chapters]
    for chapter, place in zip(chapters, find_chapter_places(chapters, edits, refused), strict=True):
        if any(span.start <= chapter.start < span.end for span in refused):
            now = "is left out" if place is None else f"begins at {format_clock(place)}"
            at = format_clock(chapter.start)
            yield f"the chapter at {at} begins where somebody who refused is taken out; it {now}"


def make_episode(source: EpisodeSource, audio: PublishedAudio, config: Config, words: Language) -> Episode:
    """One episode in published time.

    Args:
        source: What it is made of; its edits are those the audio really has.
        audio: The published audio.
        config: The show's.
        words: Texts in the show's language.
    """
    bundle, matter, casting, edits = source.bundle, source.bundle.matter, source.casting, source.edits
    move = make_move(matter, edits, _find_refused(source))
    notes = redact_notes(render_notes(bundle.notes, move, end=edits.recording), casting.redaction)
    is_automatic = config.audio.chapters is ChapterSource.AUTO and matter.chapters is None
    episode = Episode(
        guid=bundle.guid,
        slug=bundle.slug,
        title=matter.title,
        published_at=matter.published_at(config.show.zone),
        enclosure=audio.enclosure,
        alternates=audio.alternates,
        summary=matter.summary or _summarise(notes.text),
        notes_html=notes.html,
        notes_text=notes.text,
        updated_at=matter.updated_at(config.show.zone),
        draft=source.draft,
        links=_make_links(source, words.gettext("The Space on X")),
        facts=describe_provenance(source, audio, words),
        season_name=config.show.seasons.get(matter.season or 0, ""),
    )
    episode = _add_conversation(episode, source, notes, opening=words.gettext("Opening") if is_automatic else None)
    return redact_episode(_add_origin(_add_options(episode, matter, edits), bundle.recording, edits), casting)


def _add_conversation(episode: Episode, source: EpisodeSource, notes: RenderedNotes, *, opening: str | None) -> Episode:
    """The episode with who speaks when and what is said; without `opening` the host's chapters are all there are."""
    people, turns = _make_people(source)
    chapters = _make_chapters(source, notes, opening=opening)
    duration = source.edits.duration
    floors = () if opening is None else mark_speakers(turns, people, chapters, duration, opening=opening)
    cues = _make_cues(source, turns, people)
    return replace(episode, people=people, turns=turns, chapters=chapters, floors=floors, cues=cues)


def _add_origin(episode: Episode, recording: Recording | None, edits: EditList) -> Episode:
    """The episode with where and when it was recorded."""
    if recording is None:
        return episode
    return replace(
        episode,
        recorded_at=recording.started_at,
        source_url=recording.url,
        announced_url=recording.announced_url,
        gaps=_move_gaps(recording.gaps, edits),
    )


def _add_options(episode: Episode, matter: EpisodeMatter, edits: EditList) -> Episode:
    """The episode with what its front matter says; times become those of the published audio."""
    return replace(
        episode,
        kind=matter.kind,
        season=matter.season,
        number=matter.episode,
        number_shown=matter.episode_display,
        itunes_title=matter.itunes_title,
        cover_alt=matter.cover_alt,
        explicit=matter.explicit,
        license=matter.license.to_model() if matter.license else None,
        locations=tuple(entry.to_model() for entry in matter.location),
        funding=tuple(entry.to_model() for entry in matter.funding),
        posts=list_posts(matter.comments),
        chat=matter.chat.to_model() if matter.chat else None,
        texts=tuple(entry.to_model() for entry in matter.txt),
        block=matter.block,
        soundbites=_move_soundbites(matter, edits),
        value=_make_value(matter, edits),
        tags=matter.tags,
    )


def _make_links(source: EpisodeSource, source_link: str) -> tuple[p20.ContentLink, ...]:
    """The host's links, then where it took place, unless somebody who is hidden here can be heard or read there."""
    recording, written = source.bundle.recording, source.bundle.matter.links
    links = [entry.to_model() for entry in written or ()]
    if recording and recording.url and written != () and not source.casting.restricted:
        links.append(p20.ContentLink(href=recording.url, text=source_link))
    return tuple({link.href: link for link in reversed(links)}.values())[::-1]


def _make_value(matter: EpisodeMatter, edits: EditList) -> tuple[p20.Value, ...]:
    """How to pay, with passages in published time; one of which nothing is left is none."""
    if not matter.value:
        return ()
    value = matter.value.to_model()
    spans = (
        (split, edits.to_published_span(Span(start=split.start, end=split.start + split.duration)))
        for split in (entry.to_model() for entry in matter.value.splits)
    )
    splits = tuple(replace(split, start=span.start, duration=span.duration) for split, span in spans if span)
    return (replace(value, splits=splits),)


def _make_people(source: EpisodeSource) -> tuple[tuple[Person, ...], tuple[Turn, ...]]:
    """Who is named, and who speaks when in published time; the host's own list of people replaces the recording's."""
    recording, matter = source.bundle.recording, source.bundle.matter
    turns = _move_turns(cast_turns(recording, source.casting), source.edits) if recording else ()
    people = _count_speech(source.casting.credits, turns)
    if matter.people is None:
        return people, turns
    listed = (entry.to_model() for entry in matter.people)
    named = tuple(person for person in listed if not is_hidden(person, source.casting.redaction))
    places = [_find_person(person, named) for person in people]
    hidden = {place for person, place in zip(people, places, strict=True) if person.anonymous}
    named = tuple(replace(person, anonymous=number in hidden) for number, person in enumerate(named))
    moved = [(places[turn.speaker], turn) for turn in turns]
    turns = tuple(replace(turn, speaker=place) for place, turn in moved if place is not None)
    return _count_speech(named, turns), turns


def _find_person(person: Person, among: Sequence[Person]) -> int | None:
    for number, other in enumerate(among):
        same_handle = person.handle and person.handle.lower() == other.handle.lower()
        if same_handle or person.name.casefold() == other.name.casefold():
            return number
    return None


def _count_speech(people: Sequence[Person], turns: Sequence[Turn]) -> tuple[Person, ...]:
    seconds = [0.0] * len(people)
    for turn in turns:
        seconds[turn.speaker] += turn.end - turn.start
    return tuple(replace(person, speaking=round(spoken, 3)) for person, spoken in zip(people, seconds, strict=True))


def _find_refused(source: EpisodeSource) -> tuple[Span, ...]:
    """What is taken out since somebody refused, in recording time."""
    recording = source.bundle.recording
    return plan_removals(recording, source.casting) if recording else ()


def _move_turns(turns: Sequence[Turn], edits: EditList) -> tuple[Turn, ...]:
    moved = (
        Turn(speaker=turn.speaker, start=start, end=end) for turn in turns for start, end in edits.find_published(turn)
    )
    return tuple(sorted(moved, key=attrgetter("start", "speaker")))


def _make_chapters(source: EpisodeSource, notes: RenderedNotes, *, opening: str | None) -> tuple[Chapter, ...]:
    written = source.bundle.matter.chapters
    if written is not None:
        return move_chapters([entry.to_model() for entry in written], source.edits, _find_refused(source))
    if opening is None:
        return ()
    return make_chapters(notes.moments, source.edits.duration, opening=opening)


def _make_cues(source: EpisodeSource, turns: Sequence[Turn], people: Sequence[Person]) -> tuple[Cue, ...]:
    recording = source.bundle.recording
    silences = recording.silences if recording else ()
    refused = plan_removals(recording, source.casting) if recording and source.casting.restricted else ()
    cues = move_cues(source.cues, source.edits, silences=silences, refused=refused)
    if recording:
        labels = list(_list_labels(source.casting, people))
        called = list_called(source.casting, recording.speakers)
        cues = label_speakers(cues, [one for one, _ in called], [labels[number] for _, number in called])
    exact = recording is not None and recording.timeline is Timeline.LEVELS
    return name_cues(cues, turns if exact else (), people)


def _list_labels(casting: Casting, people: Sequence[Person]) -> Iterator[str | None]:
    """What each speaker is published as: as the host's own list has it, if they are on it; None for who refused."""
    for verdict, credit in zip(casting.verdicts, casting.credit_of, strict=True):
        place = _find_person(casting.credits[credit], people) if credit is not None else None
        name = verdict.label if place is None else people[place].name
        yield name if verdict.heard else None


def _move_gaps(gaps: Sequence[Gap], edits: EditList) -> tuple[Gap, ...]:
    places = ((gap, edits.to_published(gap.at)) for gap in gaps)
    return tuple(replace(gap, at=place) for gap, place in places if place is not None)


def _move_soundbites(matter: EpisodeMatter, edits: EditList) -> tuple[p20.Soundbite, ...]:
    """Soundbites that are heard whole; one with something missing is none."""
    moved = []
    for entry in matter.soundbites:
        span = Span(start=entry.start, end=entry.end)
        place = edits.to_published_span(span)
        if place and edits.find_audible(span) == (span,):
            moved.append(replace(entry.to_model(), start=place.start))
    return tuple(moved)


def _summarise(text: str) -> str:
    """The first paragraph of the notes, if the notes begin with prose at all."""
    first = text.split("\n\n", 1)[0]
    return "" if first.startswith((SHARED, "•")) else shorten(first, SUMMARY_LENGTH)
