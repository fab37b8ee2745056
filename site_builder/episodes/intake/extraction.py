"""The steps of `extract`: source ─▶ conversations ─▶ bundles. Builds do the same with new archives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from site_builder.episodes.intake.choice import choose
from site_builder.episodes.intake.intake import Intake, IntakeEntry, add_speakers
from site_builder.episodes.intake.seen_archives import list_taken, note_taken
from site_builder.events import Making, Notify, ignore
from site_builder.show.bundles import find_bundles, load_bundle
from site_builder.show.config import load_config
from site_builder.show.layout import PEOPLE
from site_builder.show.lock import lock_show
from site_builder.show.people import load_people
from site_builder.sources.detect import open_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What came of reading sources."""

    taken: tuple[IntakeEntry, ...] = ()
    remarks: tuple[str, ...] = ()
    """Damage that was worked around, a sentence each."""


def extract(
    folder: Path, sources: Iterable[Path], notify: Notify = ignore, *, only: Sequence[str] = (), jobs: int = 1
) -> Extraction:
    """Take what archives and audio files hold into `content/episodes/`, and people who are new into `people.yaml`.

    With `only` those conversations alone that are called so: ids, parts of titles, or numbers as `inspect` counts.
    Up to `jobs` processes read recordings.

    Raises:
        UnusableSource: something that was named cannot be read; nothing was written.
        InvalidDocument: the config or a bundle that is there has problems.
        UsageError: there is no show in `folder`, or another build or extract of the folder is at work.
    """
    load_config(folder)
    with lock_show(folder, "extract"):
        return take_in(folder, sources, notify, only, is_asked_for=True, jobs=jobs)


def take_in(
    folder: Path,
    sources: Iterable[Path],
    notify: Notify,
    only: Sequence[str] = (),
    *,
    is_asked_for: bool = False,
    jobs: int = 1,
) -> Extraction:
    """What `extract` does, for a build that holds the lock already.

    What was taken in once and deleted since comes back only where somebody asked for just that: by `only`, or by
    naming a source that holds nothing else (`is_asked_for`).
    """
    content = folder / "content"
    bundles = {bundle: load_bundle(bundle) for bundle in find_bundles(content)}
    intake = Intake(content / "episodes", bundles, people=load_people(folder / PEOPLE), jobs=jobs)
    deleted = list_taken(folder)
    taken: list[IntakeEntry] = []
    remarks: list[str] = []
    with ExitStack() as stack:
        opened = [stack.enter_context(open_source(path)) for path in sources]
        if only:
            taken += intake.take_some(*choose(opened, only))
        for source in opened:
            notify(Making(source.name, f"Reading {source.name}"))
            is_one = is_asked_for and len(source.find_ids()) == 1
            taken += () if only else intake.take_all(source, () if is_one else deleted)
            remarks += source.remarks
        own = opened[0].account if opened else None
    note_taken(folder, [entry.id for entry in taken if entry.folder])
    add_speakers(content, {entry.folder for entry in taken if entry.folder}, own)
    return Extraction(taken=tuple(taken), remarks=tuple(remarks))
