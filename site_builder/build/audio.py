"""From candidates to published sound: listen to dead air, copy or encode, tag. Runs the targets that `media.py` plans.

An episode whose recording is absent is published from its `media.json`, as long as what it asks for is what was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from site_builder import __version__
from site_builder.build.encoding import Further, Take, covers, find_ends, make_release, offer
from site_builder.consent import Removal
from site_builder.engine.builder import Builder, Outcome
from site_builder.engine.cache import FileDigests
from site_builder.engine.ledger import Facts
from site_builder.engine.processes import map_in_processes
from site_builder.engine.target import Target
from site_builder.episodes.assemble import Material, make_edits, make_episode
from site_builder.episodes.catalog import Candidate
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.episodes.provenance import describe_provenance
from site_builder.episodes.summary import name_group
from site_builder.errors import SpacecastError
from site_builder.model.edits import EditList
from site_builder.model.podcast import Enclosure, Episode, PublishedAudio, Recording, Show, Span
from site_builder.show.bundles import Bundle, write_noun
from site_builder.show.config import ChapterSource, Config, DeadAir
from site_builder.show.layout import MEDIA
from site_builder.site import audio as media
from site_builder.site.covers import FEW, CoverPlanner
from site_builder.site.episode_files import Release
from site_builder.site.pictures import Pictures
from site_builder.site.portraits import Portraits
from site_builder.text.languages import ENGLISH, Language

MADE_BY = f"spacecast {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where sound is made, and how."""

    cache: Path
    artifacts: Builder
    """Makes what is in the cache."""
    site: Builder
    digests: FileDigests
    """Of recordings."""
    jobs: int
    is_preview: bool
    cached: frozenset[str] = frozenset()
    """Groups in the cache of episodes that are published: nothing of them is deleted."""


class AudioBuilder:
    """Makes the sound of a show."""

    def __init__(
        self, config: Config, show: Show, place: Place, cover_planner: CoverPlanner, words: Language = ENGLISH
    ) -> None:
        self.config = config
        self.words = words
        self.show = show
        self.place = place
        self.cover_planner = cover_planner
        audio = config.audio
        self.settings = media.AudioSettings(
            format=audio.format.value,
            bitrate=audio.bitrate,
            channels=audio.channels,
            loudness=audio.find_loudness(audio.level),
            level=audio.level.value,
        )
        self.further = [
            media.AudioSettings(
                format=entry.format.value,
                bitrate=entry.bitrate,
                channels=entry.channels,
                loudness=audio.find_loudness(entry.level),
                level=entry.level.value,
            )
            for entry in audio.alternates
        ]
        self.failures: list[str] = []
        self.warnings: list[str] = []
        self.tagged: list[Outcome] = []
        """What came of tagging, batch by batch."""

    def needs_files(self, card: CatalogEntry) -> bool:
        """Whether sound or pictures have to be made for an episode."""
        return card.has_recording or card.has_pictures or self.cover_planner.draws

    def produce(self, candidates: Sequence[Candidate]) -> dict[str, Release]:
        """By guid, every episode whose sound and pictures can be made; each failure is a sentence in `failures`."""
        sources = {_key(candidate.bundle): self._digest_parts(candidate.bundle) for candidate in candidates}
        self.place.digests.save()
        dead_air = self._listen([candidate.bundle for candidate in candidates], sources)
        takes: list[Take] = []
        recorded: list[Material] = []
        for candidate in candidates:
            try:
                material = self._prepare(candidate, dead_air.get(_key(candidate.bundle), ()))
                if material.bundle.has_recording:
                    recorded.append(material)
                else:
                    takes.append(self._keep(material))
            except SpacecastError as error:
                self._fail(candidate.bundle, str(error))
        return self._publish(self._record_further([*self._record(recorded, sources), *takes], sources))

    def keep(self, candidate: Candidate) -> Release:
        """An episode that needs no files (`needs_files`): its recording is elsewhere, its cover is the show's.

        Raises:
            SpacecastError: it cannot be published here.
        """
        try:
            take = self._keep(self._prepare(candidate, ()))
        except SpacecastError as error:
            raise SpacecastError(_name(candidate.bundle, str(error))) from error
        portraits = Portraits()
        episode = portraits.add_episode_pictures(self._draft(take), take.bundle.folder, self.show)
        return make_release(offer(episode, take), take, pictures=portraits.pictures)

    def _digest_parts(self, bundle: Bundle) -> tuple[str, ...]:
        return tuple(self.place.digests.digest(file) for file in bundle.part_files) if bundle.has_recording else ()

    def _listen(
        self, bundles: Sequence[Bundle], sources: Mapping[str, Sequence[str]]
    ) -> Mapping[str, tuple[Span, ...]]:
        """Dead air by guid, confirmed by ear."""
        if self.config.audio.dead_air is DeadAir.KEEP:
            return {}
        planned = {_key(bundle): media.plan_sounding(bundle, sources[_key(bundle)]) for bundle in bundles}
        targets = {guid: target for guid, target in planned.items() if target}
        outcome = self._build_in_cache("soundings", targets.values())
        return {guid: media.read_sounding(outcome.facts.get(target.path)) for guid, target in targets.items()}

    def _build_in_cache(self, name: str, targets: Iterable[Target]) -> Outcome:
        place = self.place
        planned = list(targets)
        keep = place.cached - {target.group for target in planned}
        outcome = place.artifacts.make(planned, keep=keep, within=f"{name}/")
        self.failures += outcome.failed.values()
        return outcome

    def prune(self) -> None:
        """Delete cached sound of episodes that are published no more."""
        for name in ("soundings", "audio"):
            self._build_in_cache(name, ())

    def _prepare(self, candidate: Candidate, dead_air: tuple[Span, ...]) -> Material:
        """A candidate with the edits it asks for; SpacecastError where it has neither recording nor published audio."""
        bundle = candidate.bundle
        if not bundle.has_recording and bundle.media is None:
            raise SpacecastError("its recording is not here; put the archive it came from into content/archives/")
        if bundle.recording is None:
            raise SpacecastError("space.json is missing; run extract with the archive it came from")
        if not bundle.has_recording and bundle.media:
            dead_air = find_ends(EditList.parse(bundle.media.edits))
        edits = make_edits(
            bundle.matter,
            bundle.recording,
            candidate.casting,
            dead_air=dead_air if self.config.audio.dead_air is DeadAir.TRIM else (),
            removal=Removal(self.config.consent.removal.value),
        )
        return Material(
            bundle=bundle,
            casting=candidate.casting,
            edits=edits,
            cues=candidate.cues,
            heard=candidate.heard,
            draft=candidate.draft,
        )

    def _fail(self, bundle: Bundle, reason: str) -> None:
        self.failures.append(_name(bundle, reason))

    def _record(self, materials: Sequence[Material], sources: Mapping[str, Sequence[str]]) -> list[Take]:
        """Copy or encode whatever has a recording."""
        planned: dict[str, Target] = {}
        for material in materials:
            try:
                planned[_key(material.bundle)] = self._plan_encoding(material, sources[_key(material.bundle)])
            except SpacecastError as error:
                self._fail(material.bundle, str(error))
        new = [
            material
            for material in materials
            if (target := planned.get(_key(material.bundle))) and not (self.place.cache / target.path).exists()
        ]
        self.cover_planner.start([(material.bundle, self._foresee(material)) for material in new[:FEW]])
        outcome = self._build_in_cache("audio", planned.values())
        takes = (
            self._take(material, planned[key], outcome, sources[key])
            for material in materials
            if (key := _key(material.bundle)) in planned
        )
        return [take for take in takes if take]

    def _foresee(self, material: Material) -> Episode:
        """An episode as it will most likely be, but for what only its file tells."""
        recording = cast("Recording", material.bundle.recording)
        edits, enclosure = media.foresee(recording, material.edits, self.settings)
        sound = PublishedAudio(enclosure=enclosure, edits="")
        return self._describe(Take(material=replace(material, edits=edits), sound=sound), enclosure)

    def _plan_encoding(self, material: Material, sources: Sequence[str]) -> Target:
        recording = cast("Recording", material.bundle.recording)
        return media.plan_encoding(material.bundle, recording, sources, material.edits, self.settings)

    def _take(self, material: Material, target: Target, outcome: Outcome, sources: Sequence[str]) -> Take | None:
        facts = outcome.facts.get(target.path)
        if facts is None:
            return None
        path = media.find_media_path(material.slug, target)
        if remark := media.describe_undecodable(facts):
            self.warnings.append(_name(material.bundle, remark))
        sound = media.make_published(media.read_enclosure(path, facts), facts, sources, MADE_BY)
        sound = replace(sound, taken_out=material.casting.taken_out)
        edits = EditList.parse(sound.edits)
        return Take(
            material=replace(material, edits=edits),
            sound=sound,
            cached=self._find_cached(target, facts),
        )

    def _find_cached(self, target: Target, facts: Facts) -> media.CachedSound:
        return media.CachedSound(cache=self.place.cache, target=target, sha256=str(facts["sha256"]))

    def _record_further(self, takes: Sequence[Take], sources: Mapping[str, Sequence[str]]) -> list[Take]:
        """The takes with the further encodings the config asks for."""
        if not self.further:
            return list(takes)
        planned = {_key(take.bundle): self._plan_further(take, sources[_key(take.bundle)]) for take in takes}
        outcome = self._build_in_cache("alternates", [target for files in planned.values() for target in files])
        return [
            replace(take, further=tuple(self._take_further(take, planned[_key(take.bundle)], outcome)))
            for take in takes
        ]

    def _plan_further(self, take: Take, sources: Sequence[str]) -> list[Target]:
        recording = take.bundle.recording
        if not take.cached or recording is None:
            return []
        return [media.plan_alternate(take.bundle, recording, sources, take.edits, wanted) for wanted in self.further]

    def _take_further(self, take: Take, targets: Sequence[Target], outcome: Outcome) -> Iterator[Further]:
        """Those that were made and are not the usual file over again."""
        for target, wanted in zip(targets, self.further, strict=False):
            path, facts = media.find_media_path(take.material.slug, target), outcome.facts.get(target.path)
            if facts and path != take.sound.enclosure.path:
                yield Further(
                    path=path,
                    title=self._name(wanted),
                    cached=self._find_cached(target, facts),
                )

    def _name(self, wanted: media.AudioSettings) -> str:
        even = self.words.gettext("even voices") if wanted.evens_out else ""
        return media.name_encoding(wanted.format, wanted.bitrate, even)

    def _keep(self, material: Material) -> Take:
        """Publish what was made before, where it is still what is wanted; SpacecastError where it is not."""
        kept = cast("PublishedAudio", material.bundle.media)
        made = EditList.parse(kept.edits)
        if not covers(made, material.edits):
            raise SpacecastError(
                "its audio has to be made anew, and its recording is not here; "
                "put the archive it came from into content/archives/"
            )
        wanted = {self._name(wanted) for wanted in self.further}
        alternates = tuple(enclosure for enclosure in kept.alternates if enclosure.title in wanted)
        return Take(material=replace(material, edits=made), sound=replace(kept, alternates=alternates))

    def _publish(self, takes: Sequence[Take]) -> dict[str, Release]:
        """Make covers, tag what was recorded and describe every episode."""
        drafts = list(zip(takes, map_in_processes(self._draft, takes, self.place.jobs), strict=True))
        for take, episode in drafts:  # a picture that is missing is told before anything is written
            Portraits().add_episode_pictures(episode, take.bundle.folder, self.show)
        planned = self.cover_planner.plan_covers(
            [(take.bundle, episode) for take, episode in drafts], self.place.artifacts
        )
        self.failures += planned.failures
        targets = {
            _key(take.bundle): self._plan_enclosures(take, episode, planned.embedded.get(episode.guid))
            for take, episode in drafts
        }
        every = [target for files in (*planned.targets.values(), *targets.values()) for target in files]
        outcome = self.place.site.make(every)
        self.failures += outcome.failed.values()
        self.tagged.append(outcome)
        releases = {}
        for take, _ in drafts:
            key = _key(take.bundle)
            if finished := self._finish(take, targets[key], outcome):
                episode, published = finished
                portraits = Portraits()
                episode = planned.add_cover(portraits.add_episode_pictures(episode, take.bundle.folder, self.show))
                made = (*planned.targets.get(episode.guid, ()), *targets[key])
                releases[key] = make_release(episode, published, made, portraits.pictures)
        return releases

    def _plan_enclosures(self, take: Take, episode: Episode, cover: Pictures | None) -> tuple[Target, ...]:
        """The usual file first; none where the recording is absent."""
        tags = media.make_tags(self.show, episode)
        sounds = [(take.sound.enclosure.path, take.cached)]
        sounds += [(further.path, further.cached) for further in take.further]
        return tuple(
            replace(media.plan_enclosure(path, cached, tags, cover), group=name_group(episode.guid))
            for path, cached in sounds
            if cached
        )

    def _draft(self, take: Take) -> Episode:
        return self._describe(take, take.sound.enclosure)

    def _describe(self, take: Take, enclosure: Enclosure) -> Episode:
        audio = self.config.audio
        episode = make_episode(
            take.material,
            enclosure,
            zone=self.config.show.zone,
            automatic_chapters=audio.chapters is ChapterSource.AUTO,
            opening=self.words.gettext("Opening"),
            source_link=self.words.gettext("The Space on X"),
            facts=describe_provenance(take.material, take.sound, self.words),
        )
        season = self.config.show.seasons.get(episode.season or 0, "")
        return replace(episode, season_name=season)

    def _finish(self, take: Take, targets: Sequence[Target], outcome: Outcome) -> tuple[Episode, Take] | None:
        """The episode with the facts of its published files, which `media.json` remembers."""
        if not targets:
            return offer(self._draft(take), take), take
        if any(target.path not in outcome.facts for target in targets):
            return None
        enclosure, *others = (media.read_enclosure(target.path, outcome.facts[target.path]) for target in targets)
        titles = [further.title for further in take.further]
        alternates = tuple(replace(other, title=title) for other, title in zip(others, titles, strict=True))
        published = replace(take.sound, enclosure=enclosure, alternates=alternates)
        published = replace(published, facts=describe_provenance(take.material, published))
        if not (take.material.draft or self.place.is_preview):
            write_noun(take.bundle.folder / MEDIA, published)
        take = replace(take, sound=published)
        return offer(self._describe(take, enclosure), take), take


def _name(bundle: Bundle, reason: str) -> str:
    return f"“{bundle.matter.title}”: {reason}"


def _key(bundle: Bundle) -> str:
    return bundle.matter.guid
