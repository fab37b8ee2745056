"""Lines of the notes and chapters that an episode goes without, since what they point to is taken out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from site_builder.consent import Casting, plan_removals
from site_builder.episodes.chapters import find_chapter_places
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span
from site_builder.render.notes import render_notes
from site_builder.show.bundles import Bundle
from site_builder.show.front_matter import EpisodeMatter


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Times, in recording time, of what is not published."""

    notes: tuple[float, ...] = ()
    """Of lines of the notes."""
    chapters: tuple[float, ...] = ()


def find_left_out(bundle: Bundle, casting: Casting, edits: EditList) -> LeftOut:
    """What of the host's own is left out with these edits, for the host alone."""
    if bundle.recording is None or edits.is_identity:
        return LeftOut()
    refused, lost = plan_removals(bundle.recording, casting), list[float]()
    move = make_move(bundle.matter, edits, refused)

    def note(time: float) -> float | None:
        place = move(time)
        lost.extend([time] if place is None else [])
        return place

    render_notes(bundle.notes, note, end=edits.recording)
    chapters = [entry.to_model() for entry in bundle.matter.chapters or ()]
    places = find_chapter_places(chapters, edits, refused)
    gone = (chapter.start for chapter, place in zip(chapters, places, strict=True) if place is None)
    return LeftOut(tuple(lost), tuple(gone))


def make_move(matter: EpisodeMatter, edits: EditList, refused: Sequence[Span]) -> Callable[[float], float | None]:
    """Published time of a line of the notes; None where what it points to is removed, or is silent for who refused.

    In what the host muted it stays: the moment is there, and the words are the host's.
    """

    def move(time: float) -> float | None:
        is_heard = bool(edits.find_audible(Span(start=time, end=time + 0.001)))
        is_muted = any(span.start <= time < span.end for span in matter.mute)
        is_refused = any(span.start <= time < span.end for span in refused)
        return edits.to_published(time) if is_heard or (is_muted and not is_refused) else None

    return move
