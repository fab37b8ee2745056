"""Makes the audio of episodes: confirm dead air, copy or encode, tag. Runs the targets of `site/audio.py`.

An episode whose recording is absent is published from its `media.json`, as long as what it asks for is what was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import cast

from site_builder import __version__
from site_builder.engine.builder import Builder
from site_builder.engine.cache import FileDigests
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.engine.run import Outcome
from site_builder.engine.target import Target
from site_builder.episodes.assemble import make_episode, trim_dead_air
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.episodes.provenance import describe_provenance
from site_builder.episodes.source import EpisodeSource
from site_builder.episodes.summary import name_group
from site_builder.errors import SpacecastError
from site_builder.model.edits import EditList
from site_builder.model.podcast import Episode, PublishedAudio, Recording, Span
from site_builder.render.pages.site_context import Site
from site_builder.show.bundles import Bundle, write_json
from site_builder.show.config import Config, DeadAir
from site_builder.show.layout import MEDIA
from site_builder.site import audio as media
from site_builder.site.covers import FEW, CoverPlanner, PlannedCovers
from site_builder.site.dead_air import SOUNDINGS, plan_dead_air, read_dead_air
from site_builder.site.episode_files import Encoding, list_files
from site_builder.site.portraits import Portraits
from site_builder.site.sound import AudioSettings

MADE_BY = f"spacecast {__version__}"


@dataclass(kw_only=True)
class AudioBuilder:
    """Makes the sound of a show."""

    config: Config
    site: Site
    cover_planner: CoverPlanner
    cache: Path
    artifacts: Builder
    """Makes what is in the cache."""
    output: Builder
    """Makes what is published."""
    digests: FileDigests
    """Of recordings."""
    jobs: int
    is_preview: bool
    cached: frozenset[str] = frozenset()
    """Groups in the cache of episodes that are published: nothing of them is deleted."""
    failures: list[str] = field(default_factory=list, init=False)
    warnings: list[str] = field(default_factory=list, init=False)
    tagged: list[Outcome] = field(default_factory=list, init=False)
    """What came of tagging, batch by batch."""

    @cached_property
    def settings(self) -> list[AudioSettings]:
        """How each file of an episode is made, the usual one first."""
        return media.list_settings(self.config.audio)

    @property
    def encodes(self) -> bool:
        """Whether the sound of an episode takes long, so that none may wait for another one."""
        return any(wanted.format != "copy" for wanted in self.settings)

    def needs_files(self, entry: CatalogEntry) -> bool:
        """Whether sound or pictures have to be made for an episode."""
        return entry.has_recording or entry.has_pictures or self.cover_planner.draws

    def produce(self, sources: Sequence[EpisodeSource]) -> dict[str, Encoding]:
        """By guid, every episode whose sound and pictures can be made; each failure is a sentence in `failures`."""
        originals = {source.guid: self._digest_parts(source.bundle) for source in sources}
        self.digests.save()
        dead_air = self._listen([source.bundle for source in sources], originals)
        recorded: list[EpisodeSource] = []
        kept: list[Encoding] = []
        for source in sources:
            try:
                if source.bundle.has_recording:
                    recorded.append(self._trim(source, dead_air.get(source.guid, ())))
                else:
                    kept.append(self._find_published(source))
            except SpacecastError as error:
                self.failures.append(_name(source.bundle, str(error)))
        return self._publish([*self._encode(recorded, originals), *kept])

    def keep(self, source: EpisodeSource) -> Encoding:
        """An episode that needs no files (`needs_files`): its recording is elsewhere, its cover is the show's.

        Raises:
            SpacecastError: it cannot be published here.
        """
        try:
            return self._find_published(source)
        except SpacecastError as error:
            raise SpacecastError(_name(source.bundle, str(error))) from error

    def describe(self, encoding: Encoding) -> Episode:
        """The episode with the files it has, in published time."""
        return make_episode(encoding.source, media.name_files(encoding.audio), self.config, self.site.words)

    def _digest_parts(self, bundle: Bundle) -> tuple[str, ...]:
        return tuple(self.digests.digest(file) for file in bundle.part_files) if bundle.has_recording else ()

    def _listen(
        self, bundles: Sequence[Bundle], originals: Mapping[str, Sequence[str]]
    ) -> Mapping[str, tuple[Span, ...]]:
        """Dead air by guid, confirmed by ear."""
        if self.config.audio.dead_air is DeadAir.KEEP:
            return {}
        planned = {bundle.guid: plan_dead_air(bundle, originals[bundle.guid]) for bundle in bundles}
        targets = {guid: target for guid, target in planned.items() if target}
        outcome = self._build_in_cache(SOUNDINGS, targets.values())
        return {guid: read_dead_air(outcome.facts.get(target.path)) for guid, target in targets.items()}

    def _build_in_cache(self, folder: str, targets: Iterable[Target]) -> Outcome:
        planned = list(targets)
        keep = self.cached - {target.group for target in planned}
        outcome = self.artifacts.make(planned, keep=keep, within=f"{folder}/", forked=True)
        self.failures += outcome.failed.values()
        return outcome

    def prune(self) -> None:
        """Delete cached sound of episodes that are published no more."""
        for folder in (SOUNDINGS, media.USUAL, media.ALTERNATES):
            self._build_in_cache(folder, ())

    def _trim(self, source: EpisodeSource, dead_air: Sequence[Span]) -> EpisodeSource:
        """Without dead air, if that is to go."""
        if self.config.audio.dead_air is not DeadAir.TRIM:
            return source
        return replace(source, edits=trim_dead_air(source.edits, source.bundle.matter, dead_air))

    def _find_published(self, source: EpisodeSource) -> Encoding:
        """What was made when the recording was here; SpacecastError where something else is wanted now."""
        audio = source.bundle.media
        if audio is None:
            raise SpacecastError("its recording is not here; put the archive it came from into content/archives/")
        if source.bundle.recording is None:
            raise SpacecastError("space.json is missing; run extract with the archive it came from")
        made = EditList.parse(audio.edits)
        if not made.is_near(self._trim(source, made.trims).edits):
            raise SpacecastError(
                "its audio has to be made anew, and its recording is not here; "
                "put the archive it came from into content/archives/"
            )
        titles = {self._name(wanted) for wanted in self.settings[1:]}
        alternates = tuple(file for file in audio.alternates if file.title in titles)
        return Encoding(source=replace(source, edits=made), audio=replace(audio, alternates=alternates))

    def _encode(self, sources: Sequence[EpisodeSource], originals: Mapping[str, Sequence[str]]) -> list[Encoding]:
        """Copy or encode recordings: first all usual files, then the others, which keep to the time of these."""
        sounds: dict[str, list[media.CachedSound]] = {source.guid: [] for source in sources}
        for folder, settings in ((media.USUAL, self.settings[:1]), (media.ALTERNATES, self.settings[1:])):
            planned = {
                source.guid: [media.plan_encoding(source, originals[source.guid], one, folder) for one in settings]
                for source in sources
            }
            self._draw_ahead(sources, planned)
            outcome = self._build_in_cache(folder, chain.from_iterable(planned.values()))
            for source in sources:
                sounds[source.guid] += self._find_sounds(planned[source.guid], settings, outcome)
            made = [source for source in sources if sounds[source.guid]]
            sources = [replace(source, edits=sounds[source.guid][0].edits) for source in made]
        return [self._describe_sounds(source, sounds[source.guid], originals[source.guid]) for source in sources]

    def _find_sounds(
        self, targets: Sequence[Target], settings: Sequence[AudioSettings], outcome: Outcome
    ) -> Iterator[media.CachedSound]:
        """Those of the targets that are there."""
        for target, wanted in zip(targets, settings, strict=True):
            if facts := outcome.facts.get(target.path):
                is_new, title = target.path in outcome.reasons, self._name(wanted)
                yield media.CachedSound(cache=self.cache, target=target, facts=facts, title=title, is_new=is_new)

    def _draw_ahead(self, sources: Sequence[EpisodeSource], planned: Mapping[str, Sequence[Target]]) -> None:
        """Begin to draw covers of episodes of which a file has to be made."""
        new = [source for source in sources if any(not self._is_there(target) for target in planned[source.guid])]
        if len(new) <= FEW:  # more are drawn by all processes at once, when their sound is there
            self.cover_planner.start([(source.bundle, self._foresee(source)) for source in new])

    def _is_there(self, target: Target) -> bool:
        return (self.cache / target.path).exists()

    def _foresee(self, source: EpisodeSource) -> Episode:
        """An episode as it will most likely be, but for what only its file tells."""
        recording = cast("Recording", source.bundle.recording)
        edits, enclosure = media.foresee(recording, source.edits, self.settings[0])
        return self.describe(
            Encoding(source=replace(source, edits=edits), audio=PublishedAudio(enclosure=enclosure, edits=""))
        )

    def _describe_sounds(
        self, source: EpisodeSource, sounds: Sequence[media.CachedSound], originals: Sequence[str]
    ) -> Encoding:
        """The files there will be once they have tags; one that would be there twice is there once."""
        if remark := media.describe_undecodable(sounds[0].facts):
            self.warnings.append(_name(source.bundle, remark))
        facts, usual = sounds[0].facts, sounds[0].describe(source.bundle.slug)
        files = [
            (file, sound) for sound in sounds[1:] if (file := sound.describe(source.bundle.slug)).path != usual.path
        ]
        audio = PublishedAudio(
            enclosure=replace(usual, title=""),
            alternates=tuple(file for file, _ in files),
            edits=json.dumps(facts["edits"], sort_keys=True),
            peaks=tuple(cast("Sequence[int]", facts["peaks"])),
            sources=tuple(originals),
            made_by=MADE_BY,
            taken_out=source.casting.taken_out,
        )
        return Encoding(source=source, audio=audio, sounds=[sounds[0], *(sound for _, sound in files)])

    def _name(self, wanted: AudioSettings) -> str:
        even = self.site.words.gettext("even voices") if wanted.evens_out else ""
        return media.name_encoding(wanted.format, wanted.bitrate, even)

    def _publish(self, encodings: Sequence[Encoding]) -> dict[str, Encoding]:
        """Make covers, tag what was recorded, and write down what came of it."""
        drafts = list(zip(encodings, map_in_processes(self.describe, encodings, self.jobs), strict=True))
        for encoding, episode in drafts:  # a picture that is missing is told before anything is written
            Portraits().add_episode_pictures(episode, encoding.source.bundle.folder, self.site.show)
        covers = self.cover_planner.plan_covers(
            [(encoding.source.bundle, episode) for encoding, episode in drafts], self.artifacts
        )
        self.failures += covers.failures
        planned = [self._plan_files(encoding, episode, covers) for encoding, episode in drafts]
        targets = [target for encoding in planned for target in encoding.targets]
        outcome = self.output.make(targets, forked=len(planned) > FEW)
        self.failures += outcome.failed.values()
        self.tagged.append(outcome)
        finished = (self._finish(encoding, outcome) for encoding in planned)
        return {encoding.source.guid: encoding for encoding in finished if encoding}

    def _plan_files(self, encoding: Encoding, episode: Episode, covers: PlannedCovers) -> Encoding:
        """With the targets of its cover and of its sound; of that none where the recording is absent."""
        tags, embedded = media.make_tags(self.site.show, episode), covers.embedded.get(episode.guid)
        tagged = (
            replace(media.plan_enclosure(file.path, sound, tags, embedded), group=name_group(episode.guid))
            for file, sound in zip(list_files(encoding.audio), encoding.sounds, strict=False)
        )
        targets = (*covers.targets.get(episode.guid, ()), *tagged)
        return replace(encoding, targets=targets, cover=covers.covers.get(episode.guid))

    def _finish(self, encoding: Encoding, outcome: Outcome) -> Encoding | None:
        """With the facts of its published files, which `media.json` remembers; None where one of them is missing."""
        source, files = encoding.source, list_files(encoding.audio)
        if not encoding.sounds:
            return encoding
        if any(file.path not in outcome.facts for file in files):
            return None
        usual, *others = (
            replace(media.read_enclosure(file.path, outcome.facts[file.path]), title=file.title) for file in files
        )
        audio = replace(encoding.audio, enclosure=usual, alternates=tuple(others))
        audio = replace(audio, facts=describe_provenance(source, audio))
        if not (source.draft or self.is_preview):
            write_json(source.bundle.folder / MEDIA, audio)
        return replace(encoding, audio=audio)


def _name(bundle: Bundle, reason: str) -> str:
    return f"“{bundle.matter.title}”: {reason}"
