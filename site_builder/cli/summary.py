"""Prints what a build did: what was left out and why, warnings, totals; in colour where standard output is a terminal.

Without rich, which takes as long to load as a good part of building one changed note.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.cli.options.verbosity import VERBOSITY
from site_builder.show.layout import PUBLISHED

if TYPE_CHECKING:
    from site_builder.build.report import BuildReport
    from site_builder.episodes.intake.intake import IntakeEntry

_MOST = 20
"""Lines of one kind that anybody reads."""
HOLD_BACK = (
    "Not to be heard by everybody yet? Write `draft: true` into an episode's index.md; before anything is online its "
    "title, date, address and folder are yours to change or delete, too."
)
"""How to keep an episode back, said by whatever takes episodes in."""
_dim = partial(click.style, dim=True)
_bold = partial(click.style, bold=True)
_yellow = partial(click.style, fg="yellow")
_red = partial(click.style, fg="red")


def say(line: str, *, error: bool = False) -> None:
    """One line, on standard output or, of an `error`, standard error; its styles show at a terminal that wants them."""
    if VERBOSITY.hides_results and not error:
        return
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    wanted = False if is_plain else True if os.environ.get("FORCE_COLOR") else None
    click.echo(line, err=error, color=wanted)


def show_warnings(warnings: Sequence[str]) -> None:
    """Sentences about what was worked around, on standard error."""
    for warning in warnings:
        say(f"{_yellow('warning')}: {warning}", error=True)


def remind_of_copies(folder: Path, taken: Sequence[IntakeEntry]) -> None:
    """Said where recordings were taken in, until a second copy is known of."""
    from site_builder.show.last_backup import load_last_backup  # noqa: PLC0415 -- only where something was taken in

    if any(entry.has_come for entry in taken) and load_last_backup(folder) is None:
        say(
            "The recordings in content/ are the only copy: git leaves them out, and X deletes its own. "
            "`spacecast backup FOLDER` keeps a second one."
        )


def _tell_more(count: int, what: str, *, error: bool) -> None:
    if count > _MOST:
        say(_dim(f"… and {count - _MOST:,} more {what}; `spacecast build --json` lists all"), error=error)


def show_build(report: BuildReport, folder: Path) -> None:
    """The closing summary of `spacecast build` of the show in `folder`."""
    for path, reason in report.reasons.items():
        say(_dim(f"{path}: {reason}"))
    _tell_left_out(report)
    show_warnings(report.warnings[:_MOST])
    _tell_more(len(report.warnings), "warnings", error=True)
    for failure in report.failures:
        say(f"{_red('failed')}: {failure}", error=True)
    say(report.summary)
    if report.is_feed_held:
        say("Because of this the feed was not replaced: the last good one stays.", error=True)
    if report.failures:
        return
    if report.is_first or any(entry.result == "new" for entry in report.taken):
        say(HOLD_BACK)
    if report.is_first:
        _tell_next_steps(report, folder)
    if not (folder / PUBLISHED).is_file():
        say("Nothing is online yet. Copying output/ by hand? Say so once with --published.")


def _tell_left_out(report: BuildReport) -> None:
    """Episodes that are not published, and places at which somebody hidden is named."""
    for skipped in report.skipped[:_MOST]:
        say(f"{_yellow('left out')}: {_bold(skipped.title)}: {skipped.reason}")
    _tell_more(len(report.skipped), "left out", error=False)
    for place in report.redacted[:_MOST]:
        say(f"{_yellow('hidden')}: {place}")
    _tell_more(len(report.redacted), "places", error=False)


def _tell_next_steps(report: BuildReport, folder: Path) -> None:
    """What a person does after the first build of a show."""
    from site_builder.text.command_lines import make_command  # noqa: PLC0415

    steps = {"serve": "look at it in your browser", "deploy": "put it online, once config.yaml says where"}
    if report.pending:
        steps = {"people --ask": "write to those who are heard and have not been asked yet", **steps}
    say("Next:")
    for words, why in steps.items():
        say(f"  {make_command(folder, *words.split())}  {_dim(why)}")
