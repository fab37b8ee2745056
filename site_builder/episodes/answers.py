"""What another answer of somebody would change in an episode: sound, names, whether it is published."""

from __future__ import annotations

from dataclasses import dataclass, replace

from site_builder.consent import Casting, plan_removals
from site_builder.episodes.assemble import make_edits
from site_builder.episodes.catalog import decide_consent, explain_withheld
from site_builder.model.edits import EditList
from site_builder.model.podcast import Guid, Recording
from site_builder.show.bundles import Bundle
from site_builder.show.load import ShowFolder
from site_builder.show.people import PersonRecord, is_unknown

_LEAST = 0.05
"""Seconds of sound that are no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEffect:
    """What becomes of one episode."""

    name: str
    """Of its folder."""
    guid: Guid
    title: str
    silenced: float = 0.0
    """Seconds that are heard now and would be silent, or cut out."""
    silenced_passages: int = 0
    returned: float = 0.0
    """Seconds that are taken out now and would be heard."""
    returned_passages: int = 0
    loses_name: bool = False
    """They are named now, and would be heard without a name."""
    gains_name: bool = False
    withheld: str = ""
    """Why it could not be published any more, in sentences; empty where that does not change."""
    is_released: bool = False
    """It is held back now, and could be published."""

    @property
    def is_nothing(self) -> bool:
        """Whether it stays as it is."""
        return self == EpisodeEffect(name=self.name, guid=self.guid, title=self.title)


def is_touched(bundle: Bundle, record: PersonRecord, show: ShowFolder) -> bool:
    """Whether an answer of somebody can change anything in an episode: they are in it, or may be its unknown voice."""
    recording = bundle.recording
    if recording is None:
        return False
    everyone = (*recording.speakers, *recording.on_stage)
    return any(
        is_unknown(speaker) or record.key in {one.key for one in show.people.candidates(speaker)}
        for speaker in everyone
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an episode while people's answers are as they are."""

    casting: Casting
    edits: EditList
    withheld: str


def find_outcome(bundle: Bundle, show: ShowFolder) -> Outcome | None:
    """What becomes of an episode by the answers in `show`; None where there is no recording."""
    if bundle.recording is None:
        return None
    casting = decide_consent(show, bundle)
    edits = make_edits(bundle.matter, bundle.recording, casting, show.config.consent.removal)
    return Outcome(casting, edits, explain_withheld(show, bundle, casting))


def compare_outcomes(bundle: Bundle, key: str, now: Outcome | None, then: Outcome | None) -> EpisodeEffect:
    """What differs in an episode between two states of the people's answers; `key`: whose answer is another one."""
    effect = EpisodeEffect(name=bundle.folder.name, guid=bundle.guid, title=bundle.matter.title)
    recording = bundle.recording
    if recording is None or now is None or then is None:
        return effect
    named = [_is_named(outcome.casting, key) for outcome in (now, then)]
    silenced, returned = _lose(now.edits, then.edits), _lose(then.edits, now.edits)
    return replace(
        effect,
        silenced=silenced,
        silenced_passages=_count(recording, then.casting, now.edits) if silenced else 0,
        returned=returned,
        returned_passages=_count(recording, now.casting, then.edits) if returned else 0,
        loses_name=named[0] is True and named[1] is False,
        gains_name=named[0] is False and named[1] is True,
        withheld=then.withheld if not now.withheld else "",
        is_released=bool(now.withheld) and not then.withheld,
    )


def _lose(one: EditList, other: EditList) -> float:
    """Seconds that are heard with `one` and not with `other`."""
    seconds = sum(span.duration - sum(part.duration for part in other.find_audible(span)) for span in one.audible)
    return round(seconds, 3) if seconds > _LEAST else 0.0


def _count(recording: Recording, casting: Casting, heard: EditList) -> int:
    """Passages that are taken out by `casting` and would otherwise be heard."""
    return sum(bool(heard.find_audible(span)) for span in plan_removals(recording, casting))


def _is_named(casting: Casting, key: str) -> bool | None:
    """Whether somebody is heard with their name; None where they are not heard."""
    found = [
        verdict.named for verdict in casting.verdicts if verdict.heard and verdict.person and verdict.person.key == key
    ]
    return all(found) if found else None
