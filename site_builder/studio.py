"""From candidates to published sound: listen to dead air, copy or encode, tag. Runs the targets that `media.py` plans.

An episode whose recording is absent is published from its `media.json`, as long as what it asks for is what was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from site_builder import __version__, media
from site_builder.config import ChapterSource, Config, DeadAir
from site_builder.consent import Removal
from site_builder.content import MEDIA, Bundle, write_noun
from site_builder.digests import FileDigests
from site_builder.edits import EditList
from site_builder.episodes import Material, make_edits, make_episode
from site_builder.errors import SpacecastError
from site_builder.events import Notify
from site_builder.freshness import Outlet
from site_builder.gallery import FEW, Gallery
from site_builder.gather import Candidate
from site_builder.languages import ENGLISH, Language
from site_builder.model import Enclosure, Episode, PublishedAudio, Recording, Show, Span
from site_builder.parallel import map_in_processes
from site_builder.pictures import Pictures
from site_builder.provenance import describe_provenance
from site_builder.targets import Outcome, Target, build_targets

MADE_BY = f"spacecast {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where sound is made, and how."""

    cache: Path
    outlet: Outlet
    jobs: int
    preview: bool = False
    """Only looked at: nothing in `content/` is written."""
    notify: Notify


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """A further encoding of an episode, not tagged yet."""

    path: str
    """Of the tagged file, below the site's root."""
    title: str
    """What a listener who may choose reads."""
    cached: Path
    sha256: str
    """Digest of `cached`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """An episode with its sound, not tagged yet."""

    material: Material
    sound: PublishedAudio
    """As `media.json` holds it; its enclosure is that of the tagged file once there is one."""
    cached: Path | None = None
    """The sound in the cache; None where the recording is absent and the published file is all there is."""
    sha256: str = ""
    """Digest of `cached`."""
    further: tuple[Further, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Of every audio file of the episode, below the site's root."""
        made = [file.path for file in self.further] or [kept.path for kept in self.sound.alternates]
        return (self.sound.enclosure.path, *made)

    @property
    def bundle(self) -> Bundle:
        """The episode's bundle."""
        return self.material.bundle

    @property
    def edits(self) -> EditList:
        """What was done to the recording, as it came out."""
        return self.material.edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What came of all candidates."""

    episodes: tuple[Episode, ...]
    """Newest first, as the candidates were."""
    peaks: Mapping[str, Sequence[int]]
    show: Show
    """With its cover."""
    targets: tuple[Target, ...]
    """Pictures, and the enclosures, which are made already: part of the whole plan of `output/`."""
    takes: tuple[Take, ...]
    """What each episode was made of."""
    absent: tuple[str, ...]
    """Paths of enclosures that this build cannot make, for their recording is elsewhere."""
    failures: tuple[str, ...]
    outcome: Outcome


class Studio:
    """Makes the sound of a show."""

    def __init__(self, config: Config, show: Show, place: Place, gallery: Gallery, words: Language = ENGLISH) -> None:
        self.config = config
        self.words = words
        self.show = show
        self.place = place
        self.gallery = gallery
        audio = config.audio
        self.settings = media.AudioSettings(
            format=audio.format.value, bitrate=audio.bitrate, channels=audio.channels, loudness=audio.loudness
        )
        self.further = [
            media.AudioSettings(
                format=entry.format.value, bitrate=entry.bitrate, channels=entry.channels, loudness=audio.loudness
            )
            for entry in audio.alternates
        ]
        self.digests = FileDigests(place.cache / "digests.json")
        self.failures: list[str] = []

    def produce(self, candidates: Sequence[Candidate]) -> Produced:
        """All the sound of a build: what can be made is, and each failure is a sentence."""
        sources = {_key(candidate.bundle): self._digest_parts(candidate.bundle) for candidate in candidates}
        self.digests.save()
        dead_air = self._listen([candidate.bundle for candidate in candidates], sources)
        materials = [self._prepare(candidate, dead_air) for candidate in candidates]
        takes = self._record([material for material in materials if material], sources)
        return self._publish(self._record_further(takes, sources))

    def _digest_parts(self, bundle: Bundle) -> tuple[str, ...]:
        return tuple(self.digests.digest(file) for file in bundle.part_files) if bundle.has_recording else ()

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

    def _build_in_cache(self, name: str, targets: Any) -> Outcome:
        place = self.place
        outcome = build_targets(
            targets, root=place.cache, ledger=place.cache / f"{name}.ledger", jobs=place.jobs, notify=place.notify
        )
        self.failures += outcome.failed.values()
        return outcome

    def _prepare(self, candidate: Candidate, dead_air: Mapping[str, tuple[Span, ...]]) -> Material | None:
        """A candidate with the edits it asks for; None where it has neither recording nor published audio."""
        bundle = candidate.bundle
        if not bundle.has_recording and bundle.media is None:
            self._fail(bundle, "its recording is not here; put the archive it came from into content/archives/")
            return None
        if bundle.recording is None:
            self._fail(bundle, "space.json is missing; run extract with the archive it came from")
            return None
        silence = dead_air.get(_key(bundle), ())
        if not bundle.has_recording and bundle.media:
            silence = _ends_of(media.read_edits(bundle.media.edits))
        edits = make_edits(
            bundle.matter,
            bundle.recording,
            candidate.casting,
            dead_air=silence if self.config.audio.dead_air is DeadAir.TRIM else (),
            removal=Removal(self.config.consent.removal.value),
        )
        return Material(
            bundle=bundle, casting=candidate.casting, edits=edits, cues=candidate.cues, draft=candidate.draft
        )

    def _fail(self, bundle: Bundle, reason: str) -> None:
        self.failures.append(f"“{bundle.matter.title}”: {reason}")

    def _record(self, materials: Sequence[Material], sources: Mapping[str, Sequence[str]]) -> list[Take]:
        """Copy or encode whatever has a recording; keep what was published of the rest."""
        planned: dict[str, Target] = {}
        for material in materials:
            if material.bundle.has_recording:
                try:
                    planned[_key(material.bundle)] = self._plan_encoding(material, sources[_key(material.bundle)])
                except SpacecastError as error:
                    self._fail(material.bundle, str(error))
        new = [
            material
            for material in materials
            if (target := planned.get(_key(material.bundle))) and not (self.place.cache / target.path).exists()
        ]
        self.gallery.start([(material.bundle, self._foresee(material)) for material in new[:FEW]])
        outcome = self._build_in_cache("audio", planned.values())
        takes = (
            self._take(material, planned[_key(material.bundle)], outcome, sources[_key(material.bundle)])
            if _key(material.bundle) in planned
            else self._keep(material)
            for material in materials
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
        sound = media.make_published(media.read_enclosure(path, facts), facts, sources, MADE_BY)
        edits = media.read_edits(sound.edits)
        return Take(
            material=replace(material, edits=edits),
            sound=sound,
            cached=self.place.cache / target.path,
            sha256=str(facts["sha256"]),
        )

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
                    title=media.name_encoding(wanted.format, wanted.bitrate),
                    cached=self.place.cache / target.path,
                    sha256=str(facts["sha256"]),
                )

    def _keep(self, material: Material) -> Take | None:
        """Publish what was made before, where it is still what is wanted."""
        kept = material.bundle.media
        if material.bundle.has_recording or kept is None:
            return None
        made = media.read_edits(kept.edits)
        if not _covers(made, material.edits):
            self._fail(
                material.bundle,
                "its audio has to be made anew, and its recording is not here; "
                "put the archive it came from into content/archives/",
            )
            return None
        wanted = {media.name_encoding(wanted.format, wanted.bitrate) for wanted in self.further}
        alternates = tuple(enclosure for enclosure in kept.alternates if enclosure.title in wanted)
        return Take(material=replace(material, edits=made), sound=replace(kept, alternates=alternates))

    def _publish(self, takes: Sequence[Take]) -> Produced:
        """Tag what was recorded and describe every episode."""
        drafts = list(zip(takes, map_in_processes(self._draft, takes, self.place.jobs), strict=True))
        hung = self.gallery.hang([(take.bundle, episode) for take, episode in drafts])
        self.failures += hung.failures
        targets = {
            _key(take.bundle): self._plan_enclosures(take, episode, hung.embedded.get(episode.guid))
            for take, episode in drafts
        }
        every = [target for files in targets.values() for target in files]
        outcome = build_targets(
            every,
            root=self.place.outlet.output,
            ledger=self.place.outlet.ledger,
            jobs=self.place.jobs,
            prune=False,
            notify=self.place.notify,
        )
        self.failures += outcome.failed.values()
        finished = [self._finish(take, episode, targets[_key(take.bundle)], outcome) for take, episode in drafts]
        episodes = [hung.put_on(episode) for episode in finished if episode]
        return Produced(
            episodes=tuple(episodes),
            show=hung.show,
            peaks={_key(take.bundle): take.sound.peaks for take in takes},
            targets=(*hung.targets, *every),
            takes=tuple(takes),
            absent=tuple(path for take in takes if not take.cached for path in take.paths),
            failures=tuple(self.failures),
            outcome=outcome,
        )

    def _plan_enclosures(self, take: Take, episode: Episode, cover: Pictures | None) -> tuple[Target, ...]:
        """The usual file first; none where the recording is absent."""
        tags = media.make_tags(self.show, episode)
        sounds = [(take.sound.enclosure.path, take.cached, take.sha256)]
        sounds += [(further.path, further.cached, further.sha256) for further in take.further]
        return tuple(
            media.plan_enclosure(path, cached, sha256, tags, cover) for path, cached, sha256 in sounds if cached
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
            facts=describe_provenance(take.material, take.sound, self.words),
        )
        season = self.config.show.seasons.get(episode.season or 0, "")
        return replace(episode, season_name=season)

    def _finish(self, take: Take, episode: Episode, targets: Sequence[Target], outcome: Outcome) -> Episode | None:
        """The episode with the facts of its published files, which `media.json` remembers."""
        if not targets:
            return _offer(episode, take)
        if any(target.path not in outcome.facts for target in targets):
            return None
        enclosure, *others = (media.read_enclosure(target.path, outcome.facts[target.path]) for target in targets)
        titles = [further.title for further in take.further]
        alternates = tuple(replace(other, title=title) for other, title in zip(others, titles, strict=True))
        published = replace(take.sound, enclosure=enclosure, alternates=alternates)
        published = replace(published, facts=describe_provenance(take.material, published))
        if not (take.material.draft or self.place.preview):
            write_noun(take.bundle.folder / MEDIA, published)
        take = replace(take, sound=published)
        return _offer(self._describe(take, enclosure), take)


def _offer(episode: Episode, take: Take) -> Episode:
    """The episode with its further encodings; where there is a choice, the usual one has a name too."""
    alternates = take.sound.alternates
    if not alternates:
        return episode
    usual = episode.enclosure
    codec = "mp3" if usual.media_type == "audio/mpeg" else "aac"
    title = media.name_encoding(codec, round(usual.bitrate / 1000))
    return replace(episode, enclosure=replace(usual, title=title), alternates=alternates)


def _key(bundle: Bundle) -> str:
    return bundle.matter.guid


def _ends_of(edits: EditList) -> tuple[Span, ...]:
    """What was removed at the two ends."""
    return tuple(span for span in edits.removed if span.start == 0 or span.end == edits.recording)


def _covers(made: EditList, wanted: EditList) -> bool:
    """Whether audio made with one list of edits is what another asks for, but for widening to whole frames."""
    frame = 0.05
    pairs = [(made.removed, wanted.removed), (made.muted, wanted.muted)]
    return all(
        len(one) == len(other)
        and all(abs(a.start - b.start) < frame and abs(a.end - b.end) < frame for a, b in zip(one, other, strict=True))
        for one, other in pairs
    )
