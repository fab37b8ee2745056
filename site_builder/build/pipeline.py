"""The story of `extract` and `build`, each readable on one screen; every step is told in the module it calls.

extract   source ─▶ conversations ─▶ bundles in content/episodes/
build     new archives ─▶ extract;  content ─▶ cards ─▶ selection ─▶ episodes ─▶ lists, search and feed in output/
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.build import up_to_date
from site_builder.build.options import BuildOptions, is_ci
from site_builder.build.report import BuildReport
from site_builder.engine.checked_files import is_as_written
from site_builder.engine.processes import Task
from site_builder.events import Making, Notify, Stage, ignore
from site_builder.show.layout import PEOPLE, OutputPaths, find_output_paths

if TYPE_CHECKING:
    from site_builder.build.selection import Selection
    from site_builder.engine.cache import ValueCache
    from site_builder.episodes.bundle_digests import Digests
    from site_builder.episodes.catalog import Catalog
    from site_builder.episodes.intake.intake import IntakeEntry
    from site_builder.show.published import Pins, Published

__all__ = ["BuildOptions", "Extraction", "build", "extract", "find_unchanged", "look_at"]

# The imports inside functions keep a build that has nothing to do quick: they load Markdown, templates, audio and more.
# ruff: noqa: PLC0415


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What came of reading sources."""

    taken: tuple[IntakeEntry, ...] = ()
    remarks: tuple[str, ...] = ()
    """Damage that was worked around, a sentence each."""


def extract(folder: Path, sources: Iterable[Path], notify: Notify = ignore, *, only: Sequence[str] = ()) -> Extraction:
    """Take what archives and audio files hold into `content/episodes/`, and whoever is new into `people.yaml`.

    With `only` those conversations alone that are called so: ids, parts of titles, or numbers as `inspect` counts.

    Raises:
        UnusableSource: something that was named cannot be read; nothing was written.
        InvalidDocument: the config or a bundle that is there has problems.
        UsageError: there is no show in `folder`, or another build or extract of the folder is at work.
    """
    from site_builder.show.config import load_config
    from site_builder.show.lock import lock_show

    load_config(folder)
    with lock_show(folder, "extract"):
        return _take_in(folder, sources, notify, only)


def _take_in(folder: Path, sources: Iterable[Path], notify: Notify, only: Sequence[str] = ()) -> Extraction:
    from site_builder.episodes.intake.choice import choose
    from site_builder.episodes.intake.intake import Intake, add_speakers
    from site_builder.show.bundles import find_bundles, load_bundle
    from site_builder.show.people import load_people
    from site_builder.sources.detect import open_source

    content = folder / "content"
    bundles = {bundle: load_bundle(bundle) for bundle in find_bundles(content)}
    intake = Intake(content / "episodes", bundles, people=load_people(folder / PEOPLE))
    taken: list[IntakeEntry] = []
    remarks: list[str] = []
    with ExitStack() as stack:
        opened = [stack.enter_context(open_source(path)) for path in sources]
        if only:
            taken += intake.take_some(*choose(opened, only))
        for source in opened:
            notify(Making(source.name, f"Reading {source.name}"))
            taken += () if only else intake.take_all(source)
            remarks += source.remarks
        own = opened[0].account if opened else None
    add_speakers(content, {entry.folder for entry in taken if entry.folder}, own)
    return Extraction(taken=tuple(taken), remarks=tuple(remarks))


def build(
    folder: Path,
    now: datetime,
    options: BuildOptions,
    notify: Notify = ignore,
    look: up_to_date.ChangeCheck | None = None,
) -> BuildReport:
    """Bring `output/` in line with the show in `folder`, taking in archives that are new first.

    `look` is how everything looked just now, from whoever has just looked.

    Raises:
        UsageError: the config, a document or an archive is wrong, what subscribers have would vanish, or another build
            of the folder is at work; `output/` was not touched.
    """
    from site_builder.build.consent.unanswered import require_line
    from site_builder.engine.prefetch import at_work
    from site_builder.show.lock import lock_show

    with lock_show(folder, "serve" if options.preview else "build"), at_work(), _without_collection():
        if look is None or not look.is_current:
            look = look_at(folder, options)
        if not options.preview:
            require_line(folder)
        look.drop_damaged()
        return _build(folder, now, options, notify, look)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Looking for reference cycles again and again, of which a build has few, takes longer than the build."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _build(
    folder: Path, now: datetime, options: BuildOptions, notify: Notify, look: up_to_date.ChangeCheck
) -> BuildReport:
    notify(Stage("reading content"))
    output_paths, inputs = find_output_paths(folder, preview=options.preview), look.inputs
    digesting = Task(
        partial(_digest_bundles, folder, inputs, output_paths.kept)
    )  # while all that a build needs is loaded
    from site_builder.build import output as assembly
    from site_builder.build import publication
    from site_builder.build.consent import silence
    from site_builder.build.selection import find_due, select
    from site_builder.engine.cache import ValueCache
    from site_builder.episodes.intake import rereading, seen_archives
    from site_builder.show import published, refusals
    from site_builder.site.covers import start_early

    with ValueCache(output_paths.kept) as kept:
        extraction, catalog = Extraction(), _read_catalog(folder, digesting.result(), kept, options.jobs)
        new = seen_archives.find_new(folder, catalog.cards)
        postponed = [_postpone(folder, path) for path in new if catalog.unusable]
        outdated = [catalog.locate(card) for card in catalog.cards if card.is_outdated]
        rereading.read_again(outdated)
        is_taken = bool(new) and not postponed
        if is_taken:
            start_early(catalog.show_folder, options.jobs)
            extraction = _take_in(folder, new, notify)
        is_heard, unheard = _transcribe(folder, catalog, options, notify)
        if is_taken or outdated or is_heard:
            inputs, _ = inputs.look_again(folder, options.inputs)
            catalog = _read_catalog(folder, _digest_bundles(folder, inputs, output_paths.kept), kept, options.jobs)
        if is_taken:
            seen_archives.remember(folder, new, catalog.cards)
        forgot = refusals.remember_all(folder, catalog.show_folder.people)
        catalog = silence.withhold_silent(catalog, kept)
        selection = select(catalog.cards, now, drafts=options.drafts)
        known = published.load_published(folder)
        pins, broken = _check_promises(folder, known, catalog, selection, now, options)
        look.forget()  # from here on the output changes
        output_paths.release.unlink(missing_ok=True)
        job = assembly.Job(
            catalog=catalog,
            selection=selection,
            pins=pins,
            output_paths=output_paths,
            kept=kept,
            look=look,
            jobs=options.jobs,
            notify=notify,
        )
        assembled = assembly.assemble(job)
        is_new_silent = silence.note_silent(catalog, kept, assembled.episodes, output_paths.output)
    if is_new_silent:  # once more without them
        again = _build(folder, now, options, notify, look_at(folder, options))
        return replace(
            again,
            taken=extraction.taken,
            made=tuple(dict.fromkeys((*assembled.report.made, *again.made))),
            warnings=(*extraction.remarks, *again.warnings),
            is_first=look.last_build is None,
        )
    notify(Stage("remembering"))
    report = replace(assembled.report, taken=extraction.taken, skipped=selection.skipped, strict=options.strict)
    lost = map("{}: this archive is not there, and nothing of it was taken in".format, seen_archives.find_lost(folder))
    told = (*lost, *postponed, *unheard, *catalog.page_remarks, *_tell_of_consent(catalog, selection, forgot=forgot))
    warnings = (*report.warnings, *extraction.remarks, *told)
    report = replace(report, warnings=warnings, failures=(*report.failures, *broken), is_first=look.last_build is None)
    if not report.failures:
        _remember(output_paths, look, inputs, find_due(catalog.cards, now), report, assembled.foreign)
        if not (options.drafts or options.preview):
            release = publication.make_release(catalog, selection, assembled.episodes, now)
            publication.end_build(folder, known, release, catalog.cards, now, options)
    return report if options.explain else replace(report, reasons={})


def _transcribe(folder: Path, catalog: Catalog, options: BuildOptions, notify: Notify) -> tuple[bool, tuple[str, ...]]:
    """What is new is transcribed if the config says so, but not by a preview, whose reader waits for it."""
    if options.preview or not catalog.show_folder.config.transcript.make:
        return False, ()
    from site_builder.build.transcripts import transcribe_new

    return transcribe_new(folder, catalog.show_folder.config, options.jobs, notify)


def _tell_of_consent(catalog: Catalog, selection: Selection, *, forgot: bool) -> Iterator[str]:
    """What consent changes of what the host wrote; and where refusals had been remembered and were not any more."""
    from site_builder.show.refusals import FORGOTTEN

    for card in selection.chosen:
        yield from card.remarks
    if forgot and any(card.was_taken_out for card in catalog.cards) and not is_ci():
        yield FORGOTTEN


def _check_promises(
    folder: Path, known: Published, catalog: Catalog, selection: Selection, now: datetime, options: BuildOptions
) -> tuple[Pins, tuple[str, ...]]:
    """What is promised, as this build has to keep it; a UserError where it would break it.

    A preview is made all the same, and tells why the build it shows would be refused.
    """
    from site_builder.build import publication
    from site_builder.build.selection import select
    from site_builder.errors import InvalidDocument
    from site_builder.show import promises

    kept = known._replace(pins=promises.retire(known.pins, options.retire))
    usual = select(catalog.cards, now, drafts=False) if options.drafts else selection
    broken: tuple[str, ...] = ()
    try:
        publication.require_kept(folder, kept, catalog, usual, now, options)
    except InvalidDocument as error:
        if not options.preview:
            raise
        broken = tuple(map(str, error.problems))
    return promises.withdraw(kept.pins, selection.withdrawn), broken


def _postpone(folder: Path, source: Path) -> str:
    """What an episode that cannot be read has of a recording is not known: it might be taken in a second time."""
    name = source.relative_to(folder) if source.is_relative_to(folder) else source
    return f"{name} is not taken in before all episodes in content/episodes/ can be read; mend them and build again"


def _remember(
    output_paths: OutputPaths,
    look: up_to_date.ChangeCheck,
    inputs: up_to_date.Inputs,
    due: datetime | None,
    report: BuildReport,
    foreign: Sequence[str],
) -> None:
    """Leave what the next build compares with; `inputs` is from before anything was read, to see what changed since."""
    left = up_to_date.LastBuild(
        inputs=inputs,
        output=look.output.patch(output_paths.output, [*report.made, *report.removed]),
        due=due.isoformat() if due else None,
        report=report.as_left().as_json(),
        foreign=tuple(foreign),
        kept=up_to_date.mark_file(output_paths.kept),
    )
    up_to_date.remember(output_paths, left)


def _read_catalog(folder: Path, digests: Digests, kept: ValueCache, jobs: int) -> Catalog:
    from site_builder.episodes import catalog

    return catalog.read_catalog(folder, digests, kept, up_to_date.digest_program(), jobs)


def _digest_bundles(folder: Path, inputs: up_to_date.Inputs, kept_file: Path) -> Digests:
    from site_builder.engine.cache import ValueCache
    from site_builder.episodes.bundle_digests import digest_bundles

    with ValueCache(kept_file) as kept:
        return digest_bundles(folder, inputs.trees["content"], kept)


def look_at(folder: Path, options: BuildOptions) -> up_to_date.ChangeCheck:
    """How all that a build reads, and its output, look beside how the last build left them."""
    return up_to_date.ChangeCheck(find_output_paths(folder, preview=options.preview), folder, options.inputs)


def find_unchanged(
    folder: Path, now: datetime, options: BuildOptions, look: up_to_date.ChangeCheck | None = None
) -> BuildReport | None:
    """The report of a build that has nothing to do; None where there may be something."""
    from site_builder.build.report import parse_report

    output_paths = find_output_paths(folder, preview=options.preview)
    if options.retire or options.published or options.moved or is_ci():
        return None
    if not (options.preview or options.drafts or is_as_written(output_paths.release)):
        return None
    known = (look or look_at(folder, options)).recall(now)
    return parse_report(known, output=output_paths.output, strict=options.strict) if known else None
