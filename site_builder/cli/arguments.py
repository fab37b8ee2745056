"""What commands have in common: the arguments they take, the clock, and JSON on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from site_builder.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])


class PathArgument(click.Path):
    """A file or folder; a `~` that no shell has read, as in `make build ARCHIVE=~/x.zip`, is the home folder."""

    def __init__(self, *, file_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        path = os.fspath(value)
        if path.startswith("~") and not Path(path).exists():
            path = os.path.expanduser(path)  # noqa: PTH111 -- pathlib's own fails where there is no such person
        return super().convert(path, param, ctx)


def in_show(command: Command) -> Command:
    """Every command works in a show folder: `-C DIR`, by default the current one."""
    option = click.option(
        "-C",
        "show",
        type=PathArgument(file_okay=False),
        metavar="DIR",
        help="The show folder (default: .).",
    )
    return option(command)


def as_json(command: Command) -> Command:
    """Every command that reports can do so as one JSON document."""
    return click.option("--json", "json_", is_flag=True, help="Print one JSON document and nothing else.")(command)


def with_jobs(what: str) -> Callable[[Command], Command]:
    """`--jobs N`, by default as many as there are cores; `what` is the help's sentence."""
    return click.option(
        "--jobs",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        show_default="all cores",
        metavar="N",
        help=what,
    )


def find_show(show: Path | None) -> Path:
    """The show folder: the command's own `-C`, else the one before the command."""
    chosen: Path = show or click.get_current_context().obj
    return chosen


def read_clock() -> datetime:
    """Now, or the moment SOURCE_DATE_EPOCH names (https://reproducible-builds.org/specs/source-date-epoch/)."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {fixed!r}") from None


def print_json(value: object) -> None:
    """One document, and nothing else, on standard output."""
    is_plain = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    click.echo(json.dumps(value, indent=2, ensure_ascii=is_plain))
