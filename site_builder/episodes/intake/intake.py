"""Conversations from a source into bundles: each new, known, completed or missing; never over a person's work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from site_builder.consent.redaction import hide_unanswered
from site_builder.engine.digests import remember_digest
from site_builder.engine.files import write_file
from site_builder.engine.processes.long_calls import map_long
from site_builder.episodes.intake.choice import Offer
from site_builder.episodes.intake.completion import complete_recording, complete_title, may_be_completed
from site_builder.episodes.intake.new_episode import describe_draft, make_title, name_bundle, render_index
from site_builder.model.conversation import Account, Conversation
from site_builder.model.podcast import Guid, Recording
from site_builder.show.bundles import (
    Bundle,
    Staging,
    find_bundles,
    is_waiting,
    load_bundle,
    restore_parts,
    write_json,
)
from site_builder.show.documents.line_ends import edit_lines
from site_builder.show.layout import INDEX, PEOPLE, RECORDING
from site_builder.show.people import People
from site_builder.show.people.writing import add_newcomers
from site_builder.show.schema_lines import name_front_schema
from site_builder.sources.source import Source


class IntakeResult(StrEnum):
    """What became of one conversation."""

    NEW = "new"
    """A bundle was made."""
    KNOWN = "known"
    """There is a bundle already; nothing was touched."""
    RESTORED = "restored"
    """The bundle had lost its recording (it is not kept in git); it is back."""
    COMPLETED = "completed"
    """The source knows more of it: a name, a title."""
    EXTENDED = "extended"
    """The source holds more parts than the bundle had."""
    DIFFERENT = "different"
    """The source's recording is not the one in the bundle; the bundle was left alone."""
    MISSING = "missing"
    """The source has no audio of it."""
    DELETED = "deleted"
    """It was taken in once, and its folder was deleted since."""
    LEFT = "left"
    """It was not asked for."""
    UNREADABLE = "unreadable"
    """The source has a recording of it, but nothing of that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeEntry:
    """The outcome for one conversation of a source."""

    id: str
    title: str
    result: IntakeResult
    source: str
    """Name of the source."""
    folder: Path | None = None
    """Its bundle, where there is one."""
    reason: str = ""
    """Why there is no audio, as a sentence."""
    duration: float = 0.0
    draft: str = ""
    """Why a new episode is a draft, as a sentence; empty where it is none."""

    @property
    def unreadable(self) -> bool:
        """Whether this is a problem that the exit code tells of."""
        return self.result is IntakeResult.UNREADABLE

    @property
    def has_come(self) -> bool:
        """Whether sound is here that was not here before."""
        return self.result in {IntakeResult.NEW, IntakeResult.RESTORED, IntakeResult.EXTENDED}

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "id": self.id,
            "title": self.title,
            "result": str(self.result),
            "source": self.source,
            "folder": str(self.folder) if self.folder else None,
            "reason": self.reason or None,
            "duration": round(self.duration, 3),
            "draft": self.draft or None,
        }


class Intake:
    """The bundles of a show, as far as intake needs to know them. `render` writes the `index.md` of new ones."""

    def __init__(
        self,
        episodes: Path,
        bundles: Mapping[Path, Bundle],
        render: Callable[[Conversation, str], str] = render_index,
        people: People | None = None,
        jobs: int = 1,
    ) -> None:
        """As far as is known now.

        Args:
            people: Those known so far; anybody, known or new, who has not agreed is named in no address.
            jobs: How many processes may read recordings at once.
        """
        self.people = people
        self.jobs = jobs
        self.episodes = episodes
        self.render = render
        self.slugs = {bundle.slug.lower() for bundle in bundles.values()}
        self.by_id = {str(bundle.matter.guid): bundle for bundle in bundles.values()}
        self.by_id |= {bundle.recording.id: bundle for bundle in bundles.values() if bundle.recording}

    def take_all(self, source: Source, taken: Collection[str] = ()) -> Iterator[IntakeEntry]:
        """Take in every conversation of a source, oldest first, but for those `taken` once and deleted since."""
        ids = source.find_ids()
        deleted = {id_ for id_ in ids if id_ in taken and id_ not in self.by_id}
        with closing(self._take(source, [id_ for id_ in ids if id_ not in deleted])) as entries:
            for id_ in ids:
                yield _describe_deleted(source, id_) if id_ in deleted else next(entries)

    def take_some(self, chosen: Sequence[Offer], left: Sequence[Offer]) -> Iterator[IntakeEntry]:
        """Take in those chosen, and tell of those left that are not here anyway."""
        for source, offers in groupby(chosen, key=attrgetter("source")):
            yield from self._take(source, [offer.id for offer in offers])
        for offer in left:
            if offer.id not in self.by_id:
                yield IntakeEntry(id=offer.id, title=offer.title, result=IntakeResult.LEFT, source=offer.source.name)

    def _take(self, source: Source, ids: Sequence[str]) -> Generator[IntakeEntry]:
        """Take in these, of which the recordings are read by several processes before it is their turn."""
        whole = {id_: bundle for id_ in ids if (bundle := self._find_whole(source, id_))}
        unread = [id_ for id_ in dict.fromkeys(ids) if id_ not in whole or may_be_completed(whole[id_])]
        with ExitStack() as stack:
            stagings = {id_: Staging(self.episodes, sha256(id_.encode()).hexdigest()[:16]) for id_ in unread}
            folders = {id_: stack.enter_context(staging) for id_, staging in stagings.items()}
            copies = {id_: None if id_ in whole else folder for id_, folder in folders.items()}
            sounds = stack.enter_context(closing(map_long(partial(_read_sound, source, copies), unread, self.jobs)))
            for id_ in ids:
                if staging := stagings.pop(id_, None):
                    yield self._add(source, id_, next(sounds), staging, copies[id_])
                    staging.discard()
                else:
                    yield _describe_known(source, id_, self.by_id[id_])

    def _find_whole(self, source: Source, id_: str) -> Bundle | None:
        """The bundle that has all the source has of a recording."""
        bundle = self.by_id.get(id_)
        is_whole = bundle and bundle.has_recording and source.count_parts(id_) <= len(bundle.part_files)
        return bundle if is_whole else None

    def _add(self, source: Source, id_: str, sound: Any, staging: Staging, copied: Path | None) -> IntakeEntry:
        """Make a bundle of one conversation, or give the one that is here what it lacks."""
        bundle = self.by_id.get(id_)
        conversation = source.read(id_, copied, sound)
        if conversation.missing:
            result = _add_facts(bundle, conversation) if bundle else _find_result(conversation)
            folder = bundle.folder if bundle else None
        elif bundle:
            result, folder = _complete(bundle, conversation, staging.folder), bundle.folder
        else:
            result, folder = IntakeResult.NEW, self._make_bundle(conversation, staging)
        if folder:
            bundle = self.by_id[id_] = load_bundle(folder)
        return IntakeEntry(
            id=id_,
            title=bundle.matter.title if bundle else make_title(conversation),
            result=result,
            source=source.name,
            folder=folder,
            reason=conversation.missing,
            duration=conversation.recording.duration,
            draft=describe_draft(conversation) if result is IntakeResult.NEW else "",
        )

    def _make_bundle(self, conversation: Conversation, staging: Staging) -> Path:
        hidden = None if self.people is None else hide_unanswered(self.people, conversation.recording.speakers)
        name, slug = name_bundle(conversation, self.slugs, self._list_folders(), hidden)
        write_json(staging.folder / RECORDING, _recording_of(conversation))
        text = name_front_schema(self.render(conversation, slug), "front-matter", self.episodes.parents[1], "../../../")
        (staging.folder / INDEX).write_text(text, "utf-8", newline="\n")
        self.slugs.add(slug)
        folder = staging.publish(name)
        for part in conversation.recording.parts:
            remember_digest(folder / part.file, part.sha256)
        return folder

    def _list_folders(self) -> set[str]:
        """Names in `content/episodes/` that are in use; a folder may wait for its episode with a transcript alone."""
        return {path.name.lower() for path in self.episodes.iterdir() if not is_waiting(path)}


def _read_sound(source: Source, copies: Mapping[str, Path | None], id_: str) -> Any:
    return source.read_sound(id_, copies[id_])


def _describe_known(source: Source, id_: str, bundle: Bundle) -> IntakeEntry:
    title, folder = bundle.matter.title, bundle.folder
    return IntakeEntry(id=id_, title=title, result=IntakeResult.KNOWN, source=source.name, folder=folder)


def _describe_deleted(source: Source, id_: str) -> IntakeEntry:
    title = make_title(source.read(id_))
    reason = f"you deleted its folder; to have it again: `spacecast extract ARCHIVE --only {id_}`"
    return IntakeEntry(id=id_, title=title, result=IntakeResult.DELETED, source=source.name, reason=reason)


def _find_result(conversation: Conversation) -> IntakeResult:
    return IntakeResult.UNREADABLE if conversation.unreadable else IntakeResult.MISSING


def _recording_of(conversation: Conversation) -> Recording:
    """The recording as `space.json` has it; the title tells later whether the host has changed it."""
    recording = replace(conversation.recording, announced_url=conversation.announcement.url)
    return replace(recording, title=make_title(conversation)) if recording.source == "x-space" else recording


def _complete(bundle: Bundle, conversation: Conversation, staged: Path) -> IntakeResult:
    """Give a bundle back what it lacks, where the source's recording is the same or continues it."""
    found = conversation.recording
    known = bundle.recording.parts if bundle.recording else ()
    digests = [part.sha256 for part in found.parts]
    if [part.sha256 for part in known] != digests[: len(known)]:
        return IntakeResult.DIFFERENT
    if bundle.has_recording and len(found.parts) <= len(known):
        return _add_facts(bundle, conversation)
    if len(found.parts) > len(known):
        # First: after an interruption, what is not here yet is known to be missing.
        write_json(bundle.folder / RECORDING, _recording_of(conversation))
    restore_parts(staged, bundle.folder, [part.file for part in found.parts])
    return IntakeResult.EXTENDED if len(found.parts) > len(known) else IntakeResult.RESTORED


def _add_facts(bundle: Bundle, conversation: Conversation) -> IntakeResult:
    """Complete what is known of a bundle: names and title; its recording and what a person wrote stay."""
    if bundle.recording is None:
        return IntakeResult.KNOWN
    index = bundle.folder / INDEX
    text = index.read_bytes().decode("utf-8")
    completed = edit_lines(text, lambda plain: complete_title(plain, bundle, conversation))
    if completed != text:
        write_file(index, completed.encode())
    recording = complete_recording(bundle.recording, _recording_of(conversation))
    is_new = write_json(bundle.folder / RECORDING, recording)
    return IntakeResult.COMPLETED if is_new or completed != text else IntakeResult.KNOWN


def add_speakers(content: Path, folders: Iterable[Path] | None = None, own: Account | None = None) -> tuple[str, ...]:
    """Write people who are heard for the first time into `people.yaml`; returns their names.

    Args:
        content: The show's folder `content/`.
        folders: Bundles that were taken in just now. An episode that was copied from another show is not among them:
            its people have answered there, and are not to be entered as if they had not.
        own: The account that the first of them came from.
    """
    bundles = (load_bundle(folder) for folder in (find_bundles(content) if folders is None else sorted(folders)))
    recordings = [(Guid(bundle.matter.guid), bundle.recording) for bundle in bundles if bundle.recording]
    return add_newcomers(content.parent / PEOPLE, recordings, own or Account()) if recordings else ()
