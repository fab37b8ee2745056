"""The steps of `build`, in order; each is done by the module it calls.

new archives ─▶ bundles;  content ─▶ catalog ─▶ selection ─▶ episodes ─▶ lists, search and feed in output/
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.build import up_to_date
from site_builder.build.options import BuildOptions, is_ci
from site_builder.build.report import BuildReport
from site_builder.engine.digests import is_as_written
from site_builder.engine.processes.forking import Task
from site_builder.errors import SpacecastError
from site_builder.events import Notify, Stage, ignore
from site_builder.show.layout import OutputPaths, find_artifact_database, find_output_paths

if TYPE_CHECKING:
    from site_builder.build.content import Content
    from site_builder.build.output import Assembled
    from site_builder.build.selection import Selection
    from site_builder.engine.cluster.tasks import Cluster
    from site_builder.engine.processes.prefetch import Prefetch
    from site_builder.engine.state import StateDatabase
    from site_builder.episodes.catalog import Catalog
    from site_builder.show.published import Pins, Published

__all__ = ["BuildOptions", "build", "check_changes", "find_unchanged"]

# The imports inside functions keep a build that has nothing to do quick: they load Markdown, templates, audio and more.
# ruff: noqa: PLC0415


def build(
    folder: Path,
    now: datetime,
    options: BuildOptions,
    notify: Notify = ignore,
    changes: up_to_date.ChangeCheck | None = None,
) -> BuildReport:
    """Bring `output/` in line with the show in `folder`, taking in archives that are new first.

    `changes` is an up-to-date check made just before; made here where there is none.

    Raises:
        UsageError: the config, a document or an archive is wrong, what subscribers have would vanish, or another build
            of the folder is at work; `output/` was not touched.
    """
    from site_builder.build.consent.unanswered import require_line
    from site_builder.engine.state import DamagedState
    from site_builder.show.lock import lock_show

    with lock_show(folder, "serve" if options.preview else "build"), _without_collection():
        _take_over(folder)
        if changes is None or not changes.is_current:
            changes = check_changes(folder, options)
        _check_cluster(options)
        if not options.preview:
            require_line(folder)
        changes.drop_damaged()
        try:
            return _build(folder, now, options, notify, changes)
        except DamagedState as damage:
            for file in damage.files:
                file.unlink(missing_ok=True)
            return _build(folder, now, options, notify, check_changes(folder, options))


def _take_over(folder: Path) -> None:
    """What earlier versions remembered of what takes long to make."""
    from site_builder.build import former_state

    if former_state.is_former(folder):
        former_state.take_over(folder)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without Python's search for reference cycles: a build makes few, and the search takes longer than the build."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _build(
    folder: Path, now: datetime, options: BuildOptions, notify: Notify, changes: up_to_date.ChangeCheck
) -> BuildReport:
    from site_builder.build.content import digest_content, read_content

    notify(Stage("reading content"))
    output_paths, inputs = find_output_paths(folder, preview=options.preview), changes.inputs
    # Digested by another process while all that a build needs is loaded.
    digesting = Task(partial(digest_content, folder, inputs, output_paths.database))
    with _open_makers(folder, output_paths, changes) as (prefetch, state, artifacts), ExitStack() as later:
        _draw_ahead(folder, options.jobs, prefetch)
        from site_builder.build import output as assembly
        from site_builder.build.consent import silence
        from site_builder.engine.cache import ValueCache

        kept = ValueCache(state)
        content = read_content(folder, inputs, digesting.result(), kept, prefetch, options, notify)
        choice = _choose(content, now, options)
        job = assembly.Job(
            catalog=content.catalog,
            selection=choice.selection,
            pins=choice.pins,
            output_paths=output_paths,
            state=state,
            artifacts=artifacts,
            changes=changes,
            jobs=options.jobs,
            prefetch=prefetch,
            notify=notify,
            cluster=later.enter_context(_open_cluster(folder, options, notify)),  # from here on nothing is forked
            leak_memory=options.leak_memory,
        )
        changes.forget()  # from here on the output changes
        output_paths.release.unlink(missing_ok=True)
        assembled = assembly.assemble(job)
        is_new_silent = silence.note_silent(content.catalog, kept, assembled.episodes, output_paths.output)
    if is_new_silent:
        return _build_again(folder, now, options, notify, content, assembled, is_first=changes.last_build is None)
    notify(Stage("remembering"))
    return _end(content, choice, changes, assembled, now, options)


def _draw_ahead(folder: Path, jobs: int, prefetch: Prefetch) -> None:
    """The pictures of a show that has none yet: the other core has nothing to do before all modules are loaded."""
    if jobs > 1 and not (folder / ".cache" / "pictures").is_dir():
        from site_builder.show.load import load_bare_show
        from site_builder.site.covers import start_early

        with suppress(SpacecastError, OSError):  # told of where the show is read
            start_early(load_bare_show(folder), jobs, prefetch)


@contextmanager
def _open_makers(
    folder: Path, output_paths: OutputPaths, changes: up_to_date.ChangeCheck
) -> Iterator[tuple[Prefetch, StateDatabase, StateDatabase]]:
    """What is drawn ahead, and the records of the site and of what takes long to make."""
    from site_builder.engine.processes.prefetch import Prefetch
    from site_builder.engine.state import open_states

    with (
        Prefetch() as prefetch,
        open_states(
            output_paths.database, find_artifact_database(folder), before_writing=changes.expect_changes
        ) as opened,
    ):
        state, artifacts = opened
        yield prefetch, state, artifacts


def _check_cluster(options: BuildOptions) -> None:
    """Before archives are taken in, which may take hours."""
    if options.cluster or options.cluster_store:
        from site_builder.build.cluster.workers import check_cluster

        check_cluster(options.cluster, options.cluster_store)


def _open_cluster(folder: Path, options: BuildOptions, notify: Notify) -> AbstractContextManager[Cluster | None]:
    """Who makes sound instead of this process, which else does so on as many cores as there are jobs.

    What talks to them takes a fifth of a second to load.
    """
    from site_builder.audio.encoding.cores import limit_cores

    limit_cores(options.jobs)
    if not (options.cluster or options.cluster_store):
        return nullcontext()
    from site_builder.build.cluster.workers import open_workers

    return open_workers(folder, options.cluster, options.cluster_store, notify)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """What a build publishes, and what it has to keep."""

    selection: Selection
    known: Published
    """What was promised before."""
    pins: Pins
    broken: tuple[str, ...]
    """Why the build that a preview shows would be refused, a sentence each."""


def _choose(content: Content, now: datetime, options: BuildOptions) -> _Choice:
    from site_builder.build.selection import select
    from site_builder.show import published

    folder = content.catalog.folder
    selection = select(content.catalog.entries, now, drafts=options.drafts)
    known = published.load_published(folder)
    pins, broken = _check_promises(folder, known, content.catalog, selection, now, options)
    return _Choice(selection=selection, known=known, pins=pins, broken=broken)


def _build_again(
    folder: Path,
    now: datetime,
    options: BuildOptions,
    notify: Notify,
    content: Content,
    assembled: Assembled,
    *,
    is_first: bool,
) -> BuildReport:
    """Once more, without the episodes that turned out to be silent; tells what both rounds did."""
    again = _build(folder, now, options, notify, check_changes(folder, options))
    made = tuple(dict.fromkeys((*assembled.report.made, *again.made)))
    warnings = (*content.remarks, *again.warnings)
    return replace(again, taken=content.taken, made=made, warnings=warnings, is_first=is_first)


def _complete_report(
    content: Content, choice: _Choice, report: BuildReport, options: BuildOptions, *, is_first: bool
) -> BuildReport:
    told = (*_tell_of_archives(content), *_tell_of_consent(content, choice.selection))
    return replace(
        report,
        taken=content.taken,
        skipped=choice.selection.skipped,
        strict=options.strict,
        warnings=(*report.warnings, *content.remarks, *told),
        failures=(*report.failures, *choice.broken),
        is_first=is_first,
    )


def _end(
    content: Content,
    choice: _Choice,
    changes: up_to_date.ChangeCheck,
    assembled: Assembled,
    now: datetime,
    options: BuildOptions,
) -> BuildReport:
    """Where all went well, leave what the next build compares with, and what sending this output would promise."""
    from site_builder.build import publication
    from site_builder.build.selection import find_due

    report = _complete_report(content, choice, assembled.report, options, is_first=changes.last_build is None)
    if not report.failures:
        folder, catalog = content.catalog.folder, content.catalog
        output_paths, due = find_output_paths(folder, preview=options.preview), find_due(catalog.entries, now)
        _remember(output_paths, changes, content.inputs, due, report, assembled.foreign)
        if not (options.drafts or options.preview):
            release = publication.make_release(catalog, choice.selection, assembled.episodes, now)
            publication.end_build(folder, choice.known, release, catalog.entries, now, options)
    return report if options.explain else replace(report, reasons={})


def _tell_of_archives(content: Content) -> Iterator[str]:
    """What could not be taken in, and what of free pages is left out."""
    from site_builder.episodes.intake.seen_archives import find_missing_archives

    lost = find_missing_archives(content.catalog.folder)
    yield from map("{}: this archive is not there, and nothing of it was taken in".format, lost)
    yield from content.postponed
    yield from content.catalog.page_remarks


def _tell_of_consent(content: Content, selection: Selection) -> Iterator[str]:
    """What consent changes of what the host wrote; and where refusals had been remembered and were not any more."""
    from site_builder.show.refusals import FORGOTTEN

    for entry in selection.chosen:
        yield from entry.remarks
    if content.forgot and not is_ci():
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
    usual = select(catalog.entries, now, drafts=False) if options.drafts else selection
    broken: tuple[str, ...] = ()
    try:
        publication.require_kept(folder, kept, catalog, usual, now, options)
    except InvalidDocument as error:
        if not options.preview:
            raise
        broken = tuple(map(str, error.problems))
    return promises.withdraw(kept.pins, selection.withdrawn), broken


def _remember(
    output_paths: OutputPaths,
    changes: up_to_date.ChangeCheck,
    inputs: up_to_date.Inputs,
    due: datetime | None,
    report: BuildReport,
    foreign: Sequence[str],
) -> None:
    """Leave what the next build compares with; `inputs` is from before anything was read, to see what changed since."""
    left = up_to_date.LastBuild(
        inputs=inputs,
        output=changes.output.patch(output_paths.output, [*report.made, *report.removed]),
        due=due.isoformat() if due else None,
        report=report.as_left().as_json(),
        foreign=tuple(foreign),
        state=up_to_date.mark_file(output_paths.database),
    )
    up_to_date.remember_finished(output_paths, left)


def check_changes(folder: Path, options: BuildOptions) -> up_to_date.ChangeCheck:
    """Compare all that a build reads, and its output, with what the last build recorded."""
    return up_to_date.ChangeCheck(find_output_paths(folder, preview=options.preview), folder, options.inputs)


def find_unchanged(
    folder: Path, now: datetime, options: BuildOptions, changes: up_to_date.ChangeCheck | None = None
) -> BuildReport | None:
    """The report of a build that has nothing to do; None where there may be something."""
    from site_builder.build.report import parse_report

    output_paths = find_output_paths(folder, preview=options.preview)
    if options.retire or options.published or options.moved or is_ci():
        return None
    if not (options.preview or options.drafts or is_as_written(output_paths.release)):
        return None
    known = (changes or check_changes(folder, options)).recall(now)
    return parse_report(known, output=output_paths.output, strict=options.strict) if known else None
