"""`spacecast suggest EPISODE`: chapter marks, tags and passages that its transcript proposes, as front matter to paste.

Nothing is written. Whoever is not to be named is in none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from site_builder.consent import Casting, Removal, cast_turns
from site_builder.consent.spoken_names import list_called
from site_builder.episodes.assemble import make_edits
from site_builder.episodes.catalog import decide_consent
from site_builder.episodes.redact import redact_cues
from site_builder.episodes.transcripts.cues import label_speakers, name_cues
from site_builder.episodes.transcripts.suggest import Passage, Proposals, propose
from site_builder.errors import InvalidDocument, Problem, UsageError
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Role, Span, Timeline
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.show.load import load_show_folder
from site_builder.show.transcripts.files import parse_transcript
from site_builder.text.timecode import format_clock


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for one episode."""

    episode: str
    """Name of its folder."""
    proposals: Proposals

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"episode": self.episode, **asdict(self.proposals)}

    def as_front_matter(self) -> str:
        """Lines to paste between the lines `---` of index.md."""
        fields: dict[str, Any] = {
            "chapters": [f"{format_clock(entry.start)} {entry.title}" for entry in self.proposals.chapters],
            "tags": list(self.proposals.tags),
            "soundbites": [_describe(entry) for entry in self.proposals.soundbites],
        }
        told = {name: value for name, value in fields.items() if value}
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10_000) if told else ""


def _describe(entry: Passage) -> dict[str, str]:
    return {"from": format_clock(entry.start), "to": format_clock(entry.end), "title": entry.title}


def suggest(folder: Path, episode: str) -> Suggestion:
    """Proposals for the episode with that guid, slug or folder name.

    Raises:
        UsageError: there is no such show or episode, or it has no transcript.
    """
    problems: list[Problem] = []
    show = load_show_folder(folder, problems)
    if show is None:
        raise InvalidDocument(problems)
    bundle = _find(folder, episode)
    if bundle.transcript is None:
        raise UsageError(f"{bundle.folder.name} has no transcript; `spacecast transcribe {bundle.slug}` makes one")
    casting = decide_consent(show, bundle)
    cues = _name(parse_transcript(bundle.transcript.read_bytes(), bundle.transcript), bundle, casting)
    hosts = frozenset(person.name for person in casting.credits if person.role in {Role.HOST, Role.CO_HOST})
    return Suggestion(bundle.folder.name, propose(redact_cues(cues, casting), hosts))


def _find(folder: Path, episode: str) -> Bundle:
    bundles = list(_load_usable(folder))
    found = next((b for b in bundles if episode in {b.matter.guid, b.slug, b.folder.name}), None)
    if found is None:
        raise UsageError(f"no episode is called {episode}; these are: {', '.join(b.slug for b in bundles[:20])}")
    return found


def _load_usable(folder: Path) -> Iterator[Bundle]:
    for bundle in find_bundles(folder / "content"):
        try:
            yield load_bundle(bundle)
        except InvalidDocument:
            continue


def _name(cues: tuple[Cue, ...], bundle: Bundle, casting: Casting) -> tuple[Cue, ...]:
    """Cues that are heard in the episode, with the names that are published, in recording time."""
    recording = bundle.recording
    if recording is None:
        return cues
    edits = make_edits(bundle.matter, recording, casting, Removal.MUTE)
    cues = tuple(cue for cue in cues if _is_heard(cue, edits))
    labels = [verdict.label if verdict.heard else None for verdict in casting.verdicts]
    called = list_called(casting, recording.speakers)
    cues = label_speakers(cues, [one for one, _ in called], [labels[number] for _, number in called])
    turns = cast_turns(recording, casting) if recording.timeline is Timeline.LEVELS else ()
    return name_cues(cues, turns, casting.credits)


def _is_heard(cue: Cue, edits: EditList) -> bool:
    """Whether nothing of a line is cut, muted or taken out because somebody refused."""
    return edits.find_audible(span := Span(start=cue.start, end=cue.end)) == (span,)
