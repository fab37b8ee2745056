"""All episodes in brief, as a build needs them: read from files that changed, kept for the others.

Each bundle has a `CatalogEntry`. It is cached under the digest of the bundle's files and of all else it was made from,
so that an unchanged bundle is not read again (see `bundle_digests.py`), nor one that answers do not concern
(`consent_inputs.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from site_builder.consent import Casting, Redaction, decide, make_redaction, redact
from site_builder.engine.cache import ValueCache
from site_builder.engine.digests import digest_bytes, digest_json
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.engine.serialization import encode_value, parse_values, replace_fields
from site_builder.episodes.assemble import explain_silence, find_displaced, make_edits
from site_builder.episodes.bundle_digests import Digests
from site_builder.episodes.catalog_entry import CatalogEntry, Unusable
from site_builder.episodes.consent_inputs import ConsentInputs, digest_casting
from site_builder.episodes.descriptions import list_speakers
from site_builder.episodes.intake.rereading import is_outdated
from site_builder.episodes.source import EpisodeSource
from site_builder.episodes.transcripts.cues import belongs_to, time_words
from site_builder.episodes.written.named_places import find_named_address, find_named_texts, find_origin, list_redacted
from site_builder.episodes.written.unread_files import find_unread_around
from site_builder.episodes.written.written_text import check_notes, check_page
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, PublishedAudio, Role, Speaker
from site_builder.show.bundles import Bundle, load_bundle, load_json
from site_builder.show.config import Pending
from site_builder.show.layout import EPISODES, INDEX, MEDIA
from site_builder.show.load import (
    ShowFolder,
    find_beyond,
    find_clashes,
    find_lost_answers,
    load_show_folder,
    make_relative,
    settle,
)
from site_builder.show.own_files import read_own_file
from site_builder.show.people import People, explain_missing
from site_builder.show.refusals import FOLDER, are_accounted, find_lost_refusals, name_speaker
from site_builder.show.transcripts.files import parse_transcript
from site_builder.show.transcripts.words import load_recognition

_KIND = "card"
_GUID = re.compile(r"^guid[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)
_WORTH_IT = 50
"""Episodes for each process, of two milliseconds each, that outweigh forking."""
_HEAD = 100_000
"""Bytes of a file in which front matter is looked for that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A show in brief."""

    show_folder: ShowFolder
    entries: tuple[CatalogEntry, ...]
    base: str
    """Digest of all that entries depend on beside their bundles and people's answers."""
    unusable: tuple[Unusable, ...] = ()
    page_remarks: tuple[str, ...] = ()
    """What is left out of free pages, a sentence each."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with single episodes and pages, a sentence each."""
        found = (problem for bundle in self.unusable for problem in bundle.problems)
        return tuple(map(str, (*self.show_folder.problems, *map(make_relative, found))))

    def find_unusable(self, guids: Iterable[str]) -> list[str]:
        """Those of `guids` that belong to an episode that cannot be built now, or may do so."""
        found = {bundle.guid for bundle in self.unusable}
        present = {entry.guid for entry in self.entries}
        return [guid for guid in guids if guid in found or ("" in found and guid not in present)]

    @property
    def folder(self) -> Path:
        """The show's folder."""
        return self.show_folder.folder

    def locate(self, entry: CatalogEntry) -> Path:
        """The folder of a bundle."""
        return self.folder / EPISODES / entry.name

    def find_taken_out(self) -> bool:
        """Whether somebody who refuses was taken out of an episode when its sound was last made."""
        for entry in self.entries:
            with suppress(InvalidDocument):  # told of where the episode is read
                media = load_json(self.locate(entry) / MEDIA, PublishedAudio) if entry.taken_out else None
                if media and media.taken_out:
                    return True
        return False


def read_catalog(folder: Path, digests: Digests, kept: ValueCache, program: str, jobs: int) -> Catalog:
    """Read a show: its config, people and pages, and each episode that changed since the last build.

    Args:
        folder: The show.
        digests: Those of its bundles as they are now.
        kept: What earlier builds knew.
        program: Digest of the program itself.
        jobs: How many processes may read.

    Raises:
        UsageError: there is no show in `folder`.
        InvalidDocument: something is wrong that all episodes depend on; with every problem of every file.
    """
    show_folder = load_show_folder(folder, problems := list[Problem]())
    described = list_speakers(folder, digests.by_name, kept, jobs)
    if show_folder:
        show_folder = replace(show_folder, people=show_folder.people.describe(described.everybody))
        problems += find_named_texts(show_folder, redact_show(show_folder))
    base, known = _digest_base(show_folder, program), kept.load(_KIND)
    reader = _make_reader(folder, show_folder, base, digests, described.by_bundle, kept)
    keys = reader.keys
    entries = reader.recall(known)
    wanted = [name for name in keys if name not in entries]
    made = dict(zip(wanted, map_in_processes(reader.read, wanted, jobs, at_least=_WORTH_IT), strict=True))
    fresh = {name: entry for name, entry in made.items() if isinstance(entry, CatalogEntry)}
    everything = [entry for name in keys if (entry := entries.get(name) or fresh.get(name))]
    faults = {name: found for name, found in made.items() if isinstance(found, tuple)}
    faults |= _find_clashes(folder, everything)
    problems += _find_lost_answers(folder, show_folder, everything)
    if show_folder is None or problems:
        problems += chain.from_iterable(faults.values())
    show_folder = settle(folder, show_folder, problems)
    digests.keep(kept)
    kept.put(_KIND, {name: (keys[name], encode_value(entry)) for name, entry in fresh.items()})
    kept.drop(_KIND, known.keys() - keys.keys())
    usable = tuple(entry for entry in everything if entry.name not in faults)
    unusable = _list_unusable(folder, faults, known, {entry.guid for entry in usable})
    show_folder, remarks = _check_pages(show_folder)
    return Catalog(show_folder=show_folder, entries=usable, base=base, unusable=unusable, page_remarks=remarks)


def _list_unusable(
    folder: Path,
    faults: Mapping[str, tuple[Problem, ...]],
    known: Mapping[str, tuple[str, bytes]],
    taken: Collection[str],
) -> tuple[Unusable, ...]:
    """Bundles with faults, each with its guid where that is known and not `taken` by an episode that can be built."""
    guids = {name: _find_guid(folder, name, known) for name in faults}
    return tuple(
        Unusable(name=name, guid="" if guids[name] in taken else guids[name], problems=found)
        for name, found in faults.items()
    )


def _check_pages(show_folder: ShowFolder) -> tuple[ShowFolder, tuple[str, ...]]:
    """Without the pages that cannot be published as they are written; what is left out of the others."""
    found = {page.file: check_page(page, show_folder.folder) for page in show_folder.pages}
    problems = [make_relative(problem) for faults in found.values() for problem in faults.problems]
    usable = tuple(page for page in show_folder.pages if not found[page.file].problems)
    remarks = [make_relative(remark) for faults in found.values() for remark in faults.remarks]
    remarks += map(make_relative, find_unread_around(show_folder.content))
    show_folder = replace(show_folder, pages=usable, problems=(*show_folder.problems, *problems))
    return show_folder, tuple(map(str, remarks))


def _find_lost_answers(
    folder: Path, show_folder: ShowFolder | None, entries: Sequence[CatalogEntry]
) -> Iterator[Problem]:
    """A people.yaml that is gone, and refusals that it no longer has."""
    yield from find_lost_answers(folder, has_spoken=any(entry.has_spoken for entry in entries))
    yield from _find_lost_refusals(folder, show_folder, entries) if show_folder else ()


def _find_lost_refusals(folder: Path, show_folder: ShowFolder, entries: Sequence[CatalogEntry]) -> list[Problem]:
    """What people refused and no file says any more: it was lost, and a build without it would publish them."""
    within = folder / EPISODES
    try:
        fewer = [entry for entry in entries if entry.was_taken_out > entry.taken_out]
        problems = [problem for entry in fewer for problem in _find_return(folder, entry)]
        return [*problems, *find_lost_refusals(folder, show_folder.people, _iter_speakers(within, entries))]
    except InvalidDocument as damage:
        return list(damage.problems)


def _find_return(folder: Path, entry: CatalogEntry) -> Iterator[Problem]:
    """Somebody who was taken out of an episode would be heard again, and nobody has said that they may."""
    bundle = folder / EPISODES / entry.name
    recording = load_bundle(bundle).recording
    heard = (*recording.speakers, *recording.on_stage) if recording else ()
    guests = [speaker for speaker in heard if speaker.role is not Role.HOST]
    if not are_accounted(folder, entry.was_taken_out, entry.taken_out, guests):
        yield Problem(_explain_return(entry, guests), bundle / MEDIA)


def _explain_return(entry: CatalogEntry, guests: Sequence[Speaker]) -> str:
    who = ", ".join(dict.fromkeys(map(name_speaker, guests)))
    return (
        f"{entry.was_taken_out} of those heard refused when this was last made, and {entry.taken_out or 'nobody'} does "
        f"by content/people.yaml now; restore that file and {FOLDER}/ from a backup, or write down what each of "
        f"them says ({who}): `spacecast consent WHO refused`, or `granted`"
    )


def _iter_speakers(within: Path, entries: Iterable[CatalogEntry]) -> Iterator[Speaker]:
    for entry in entries:
        recording = load_bundle(within / entry.name).recording
        yield from (*recording.speakers, *recording.on_stage) if recording else ()


def _find_clashes(folder: Path, entries: Sequence[CatalogEntry]) -> dict[str, tuple[Problem, ...]]:
    """By name, what episodes claim that others claim too. Which of two is meant cannot be known: neither is built."""
    within = f"{folder / EPISODES}"
    by_file = {f"{within}/{entry.name}/{INDEX}": entry for entry in entries}
    found: dict[str, tuple[Problem, ...]] = {}
    for problem, owner in find_clashes(by_file):
        name = by_file[str(problem.file)].name
        found[name] = (*found.get(name, ()), problem)
        found.setdefault(by_file[owner].name, ())
    return found


def _find_guid(folder: Path, name: str, known: Mapping[str, tuple[str, bytes]]) -> str:
    """The guid of a bundle that cannot be read: as it stands in its text, or as it was when it could."""
    try:
        text = read_own_file(folder / EPISODES / name / INDEX, folder)[:_HEAD].decode("utf-8", "replace")
    except (OSError, InvalidDocument):
        text = ""
    if written := _GUID.search(text):
        return written[1].strip().strip("'\"")
    return next((entry.guid for entry in parse_values(CatalogEntry, [known[name][1]])), "") if name in known else ""


def _digest_base(show_folder: ShowFolder | None, program: str) -> str:
    """Of what the config says, not of how it is written, and of program and language; not of where a show is sent."""
    if show_folder is None:
        return digest_json(program)
    config = show_folder.config.model_dump(mode="json", exclude={"deploy", "repository"})
    return digest_json([program, show_folder.words.digest, config])


def _make_reader(
    folder: Path,
    show_folder: ShowFolder | None,
    base: str,
    digests: Digests,
    speakers: Mapping[str, tuple[Speaker, ...]],
    kept: ValueCache,
) -> _Reader:
    people, pending = (People(), Pending.ANONYMISE)
    if show_folder:
        people, pending = show_folder.people, show_folder.config.consent.pending
    inputs = ConsentInputs(people, pending)
    epoch = inputs.find_epoch(kept) if show_folder else ""
    keys = {name: digest_bytes(f"{base} {epoch} {digest}".encode()) for name, digest in digests.by_name.items()}
    return _Reader(folder, show_folder, inputs, speakers, keys)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes the entries of the catalog, or finds them as an earlier build made them."""

    folder: Path
    show_folder: ShowFolder | None
    inputs: ConsentInputs
    speakers: Mapping[str, tuple[Speaker, ...]]
    """Who is heard, or on stage, by name of the bundle."""
    keys: Mapping[str, str]
    """By name of the bundle, a digest of all that its entry depends on but answers."""

    def recall(self, known: Mapping[str, tuple[str, bytes]]) -> dict[str, CatalogEntry]:
        """Those that are as they would be made now."""
        texts = [known[name][1] for name, key in self.keys.items() if name in known and known[name][0] == key]
        return {
            entry.name: entry for entry in parse_values(CatalogEntry, texts) if entry.answers == self._digest(entry)
        }

    def _digest(self, entry: CatalogEntry) -> str:
        speakers = self.speakers[entry.name]
        return self.inputs.digest(entry.guid, speakers, entry.mentioned, is_restricted=entry.is_restricted)

    def read(self, name: str) -> CatalogEntry | tuple[Problem, ...]:
        """The entry of a bundle, or what is wrong with it."""
        try:
            bundle = load_bundle(self.folder / EPISODES / name)
            faults = check_notes(bundle)
            problems = (*find_beyond(bundle), *faults.problems)
            _load_cues(bundle)
        except InvalidDocument as error:
            return tuple(error.problems)
        if problems or not self.show_folder:
            return problems
        casting = decide_consent(self.show_folder, bundle)
        entry = _make_entry(self.show_folder, bundle, casting)
        entry = replace_fields(entry, mentioned=self.inputs.find_mentioned(bundle, casting))
        named = self.inputs.digest_mentioned(entry.guid, entry.mentioned, is_restricted=entry.is_restricted)
        key = digest_bytes(f"{self.keys[name]} {named} {digest_casting(casting)}".encode())
        remarks = (*entry.remarks, *map(str, map(make_relative, faults.remarks)))
        return replace_fields(entry, key=key, answers=self._digest(entry), remarks=remarks)


def _make_entry(show_folder: ShowFolder, bundle: Bundle, casting: Casting) -> CatalogEntry:
    """An entry without digests."""
    matter = bundle.matter
    return CatalogEntry(
        name=bundle.folder.name,
        guid=bundle.guid,
        slug=bundle.slug,
        title=matter.title,
        shown_title=redact(matter.title, casting),
        published_at=matter.published_at(show_folder.config.show.zone),
        draft=matter.draft,
        withdrawn=matter.withdrawn,
        withheld=explain_withheld(show_folder, bundle, casting),
        pending=casting.pending,
        recording_id=bundle.recording_id,
        has_recording=bundle.has_recording,
        has_spoken=bundle.has_spoken,
        is_restricted=casting.restricted,
        has_pictures=bool(matter.cover),
        is_outdated=is_outdated(bundle),
        taken_out=casting.taken_out,
        was_taken_out=bundle.media.taken_out if bundle.media else 0,
        remarks=tuple(_find_remarks(show_folder, bundle, casting)),
        has_named_address=bool(find_named_address(bundle, casting.redaction)),
        redacted=tuple(list_redacted(bundle, casting)),
    )


def _find_remarks(show_folder: ShowFolder, bundle: Bundle, casting: Casting) -> Iterator[str]:
    if bundle.recording:
        removal = show_folder.config.consent.removal
        for sentence in find_displaced(bundle.matter, bundle.recording, casting, removal):
            yield f"{EPISODES}/{bundle.folder.name}/{INDEX}: {sentence}"


def explain_withheld(show_folder: ShowFolder, bundle: Bundle, casting: Casting) -> str:
    """Why an episode may not be published, in sentences for the host alone; empty where it may."""
    reasons, removal = casting.withheld, show_folder.config.consent.removal
    if bundle.recording and not reasons:
        reasons = explain_silence(bundle.matter, bundle.recording, casting, removal)
    return " ".join(filter(None, (reasons, find_named_address(bundle, casting.redaction))))


def decide_consent(show_folder: ShowFolder, bundle: Bundle) -> Casting:
    """Who is heard and named in an episode."""
    if bundle.recording is None:
        return Casting(verdicts=())
    _ = show_folder.words.gettext
    nouns = {Role.HOST: _("Host"), Role.CO_HOST: _("Co-host"), Role.GUEST: _("Guest")}
    casting = decide(bundle.recording, bundle.guid, show_folder.people, show_folder.config.consent.pending, nouns)
    missing = explain_missing(show_folder.people, bundle.recording.speakers)
    redaction = casting.redaction.translate(_("someone"))
    if casting.restricted:
        redaction = redaction.hide_origin(find_origin(bundle))
    return replace(casting, redaction=redaction, withheld=f"{casting.withheld} {missing}".strip())


def redact_show(show_folder: ShowFolder) -> Redaction:
    """Who is hidden in everything that belongs to no episode."""
    is_hidden = show_folder.config.consent.pending is Pending.ANONYMISE
    redaction = make_redaction(show_folder.people, hide_pending=is_hidden)
    return redaction.translate(show_folder.words.gettext("someone"))


def load_casting(catalog: Catalog, entry: CatalogEntry) -> Casting:
    """Who is heard and named in an episode, from its files."""
    return decide_consent(catalog.show_folder, load_bundle(catalog.locate(entry)))


def load_source(catalog: Catalog, entry: CatalogEntry, *, draft: bool) -> EpisodeSource:
    """All that an episode is made of, from its files."""
    bundle = load_bundle(catalog.locate(entry))
    casting, recording = decide_consent(catalog.show_folder, bundle), bundle.recording
    removal, heard = catalog.show_folder.config.consent.removal, load_recognition(bundle.folder)
    edits = make_edits(bundle.matter, recording, casting, removal) if recording else EditList.keep_all(0.0)
    cues = _load_cues(bundle)
    if heard and heard.is_timed and belongs_to(heard, recording):
        cues = time_words(cues, heard.words)
    return EpisodeSource(bundle=bundle, casting=casting, edits=edits, cues=cues, heard=heard, draft=draft)


def _load_cues(bundle: Bundle) -> tuple[Cue, ...]:
    return parse_transcript(bundle.transcript.read_bytes(), bundle.transcript) if bundle.transcript else ()
