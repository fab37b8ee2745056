"""What a build reads before it makes anything: new archives become bundles, bundles become the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from site_builder.build import up_to_date
from site_builder.build.options import BuildOptions
from site_builder.errors import InvalidDocument
from site_builder.events import Notify
from site_builder.show.layout import find_artifact_database, find_output_paths

if TYPE_CHECKING:
    from site_builder.engine.cache import ValueCache
    from site_builder.engine.processes.prefetch import Prefetch
    from site_builder.episodes.bundle_digests import Digests
    from site_builder.episodes.catalog import Catalog
    from site_builder.episodes.intake.extraction import Extraction
    from site_builder.episodes.intake.intake import IntakeEntry

# The imports inside functions let `digest_content` begin before all that reading needs is loaded.
# ruff: noqa: PLC0415

_PROGRAM: Final = "program"
"""Kind and name of the digest of the program, among what is kept."""


class Digested(NamedTuple):
    """What tells whether episodes are as they were."""

    bundles: Digests
    program: str
    """Digest of the program's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a build has read before it makes anything."""

    catalog: Catalog
    inputs: up_to_date.Inputs
    """From before it was read."""
    taken: tuple[IntakeEntry, ...]
    """What came of new archives."""
    remarks: tuple[str, ...]
    """Damage of archives that was worked around, a sentence each."""
    postponed: tuple[str, ...]
    """Archives that have to wait and recordings that were not transcribed, a sentence each."""
    forgot: bool
    """Whether refusals had been remembered, for somebody was taken out before, and were not any more."""


def read_content(
    folder: Path,
    inputs: up_to_date.Inputs,
    digested: Digested,
    kept: ValueCache,
    prefetch: Prefetch,
    options: BuildOptions,
    notify: Notify,
) -> Content:
    """The catalog, once new archives are taken in and recordings that an earlier version read are read again."""
    from site_builder.build.consent import silence
    from site_builder.episodes.intake import rereading, seen_archives
    from site_builder.show import refusals

    catalog = _read_catalog(folder, inputs, digested, kept, options.jobs)
    new = seen_archives.find_new(folder, catalog.entries)
    outdated = [catalog.locate(entry) for entry in catalog.entries if entry.is_outdated]
    rereading.read_again(outdated)
    extraction, postponed = _take_in(catalog, new, prefetch, options, notify)
    is_taken = bool(new) and not postponed
    is_heard, unheard = _transcribe(folder, catalog, options, notify)
    if is_taken or outdated or is_heard:
        inputs, _ = inputs.look_again(folder, options.inputs)
        database = find_output_paths(folder, preview=options.preview).database
        digested = digest_content(folder, inputs, database)
        catalog = _read_catalog(folder, inputs, digested, kept, options.jobs)
    if is_taken:
        seen_archives.remember(folder, new, catalog.entries)
    forgot = refusals.remember_all(folder, catalog.show_folder.people) and catalog.find_taken_out()
    return Content(
        catalog=silence.withhold_silent(catalog, kept),
        inputs=inputs,
        taken=extraction.taken if extraction else (),
        remarks=extraction.remarks if extraction else (),
        postponed=(*postponed, *unheard),
        forgot=forgot,
    )


def _take_in(
    catalog: Catalog, new: Sequence[Path], prefetch: Prefetch, options: BuildOptions, notify: Notify
) -> tuple[Extraction | None, tuple[str, ...]]:
    """What is taken out of new archives; where an episode cannot be read, nothing is, and why, a sentence each."""
    folder = catalog.folder
    if not new or catalog.unusable:
        return None, tuple(_postpone(folder, path) for path in new)
    from site_builder.episodes.intake.extraction import take_in  # a tenth of all that a build would load
    from site_builder.site.covers import start_early

    start_early(catalog.show_folder, options.jobs, prefetch)
    try:
        return take_in(folder, new, notify, jobs=options.jobs), ()
    except InvalidDocument as error:  # what the catalog does not read of an episode: `media.json`
        return None, (*map(str, error.problems), *(_postpone(folder, path) for path in new))


def _transcribe(folder: Path, catalog: Catalog, options: BuildOptions, notify: Notify) -> tuple[bool, tuple[str, ...]]:
    """What is new is transcribed if the config says so, but not by a preview, whose reader waits for it."""
    if options.preview or not catalog.show_folder.config.transcript.make:
        return False, ()
    from site_builder.build.transcripts import transcribe_new

    return transcribe_new(folder, catalog.show_folder.config, options, notify)


def _postpone(folder: Path, source: Path) -> str:
    """What an episode that cannot be read has of a recording is not known: it might be taken in a second time."""
    name = source.relative_to(folder) if source.is_relative_to(folder) else source
    return f"{name} is not taken in before all episodes in content/episodes/ can be read; mend them and build again"


def _read_catalog(folder: Path, inputs: up_to_date.Inputs, digested: Digested, kept: ValueCache, jobs: int) -> Catalog:
    from site_builder.episodes import catalog

    read = catalog.read_catalog(folder, digested.bundles, kept, digested.program, jobs)
    look = inputs.trees["program"].marks
    if kept.keys(_PROGRAM) != {_PROGRAM: look}:
        kept.put(_PROGRAM, {_PROGRAM: (look, digested.program.encode())})
    return read


def digest_content(folder: Path, inputs: up_to_date.Inputs, database: Path) -> Digested:
    """Digests of all bundles, and of the program, as `inputs` found them; `database` remembers those of the last build.

    The program is read only where its files look otherwise than then.
    """
    from site_builder.engine.cache import FileDigests, open_values
    from site_builder.episodes.bundle_digests import digest_bundles

    with open_values(database) as kept, open_values(find_artifact_database(folder)) as values:
        known = kept.find(_PROGRAM, {_PROGRAM: inputs.trees["program"].marks})
        program = known[_PROGRAM].decode() if known else up_to_date.digest_program()
        return Digested(digest_bundles(folder, inputs.trees["content"], kept, FileDigests(values)), program)
