"""What a build says, line by line, with styles where somebody looks.

Without rich, which takes as long to load as a good part of building one changed note.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from site_builder.build.report import BuildReport

_MOST = 20
"""Lines of one kind that anybody reads."""
_dim = partial(click.style, dim=True)
_bold = partial(click.style, bold=True)
_yellow = partial(click.style, fg="yellow")
_red = partial(click.style, fg="red")


def say(line: str, *, error: bool = False) -> None:
    """One line, on standard output or, of an `error`, standard error; its styles show at a terminal that wants them."""
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    wanted = False if is_plain else True if os.environ.get("FORCE_COLOR") else None
    click.echo(line, err=error, color=wanted)


def show_warnings(warnings: Sequence[str]) -> None:
    """Sentences about what was worked around, on standard error."""
    for warning in warnings:
        say(f"{_yellow('warning')}: {warning}", error=True)


def _tell_more(count: int, what: str, *, error: bool) -> None:
    if count > _MOST:
        say(_dim(f"… and {count - _MOST:,} more {what}; `spacecast build --json` lists all"), error=error)


def show_build(report: BuildReport) -> None:
    """The closing summary of `spacecast build`."""
    for path, reason in report.reasons.items():
        say(_dim(f"{path}: {reason}"))
    for skipped in report.skipped[:_MOST]:
        say(f"{_yellow('left out')}: {_bold(skipped.title)}: {skipped.reason}")
    _tell_more(len(report.skipped), "left out", error=False)
    show_warnings(report.warnings[:_MOST])
    _tell_more(len(report.warnings), "warnings", error=True)
    for failure in report.failures:
        say(f"{_red('failed')}: {failure}", error=True)
    say(report.summary)
    if report.is_feed_held:
        say("Because of this the feed was not replaced: the last good one stays.", error=True)
