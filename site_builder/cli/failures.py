"""How a command that fails ends: a sentence, an exit code, and JSON where that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from typing import NoReturn

import click

from site_builder.cli.arguments import print_json
from site_builder.errors import EXIT_PROBLEMS, EXIT_USAGE, SpacecastError

_STOPPED = 130
"""Exit code of what somebody ended with Ctrl-C."""


@contextmanager
def end_with_exit_code(arguments: Sequence[str] | None) -> Iterator[None]:
    """Tell what goes wrong within, and end the process with the exit code of the contract.

    `arguments` are those of the command line; None: the process's own.
    """
    try:
        yield
    except click.ClickException as error:
        error.show()
        _fail(error.format_message(), EXIT_USAGE, arguments)
    except click.Abort:
        click.echo("Stopped. Nothing is lost: run the same command again to go on.", err=True)
        sys.exit(_STOPPED)
    except SpacecastError as error:
        click.echo(f"{error}", err=True)
        _fail(f"{error}", error.exit_code, arguments)
    except ImportError as error:
        if not error.name or error.name.startswith(__name__.partition(".")[0]):
            raise  # ours, not one that is installed badly
        from site_builder.text.command_lines import REINSTALL  # noqa: PLC0415 -- every command loads this module

        sentence = f"A library cannot be used: {error}. {REINSTALL} `spacecast doctor` says what else is missing."
        click.echo(sentence, err=True)
        _fail(sentence, EXIT_PROBLEMS, arguments)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        sentence = _describe(error)
        click.echo(sentence, err=True)
        _fail(sentence, EXIT_PROBLEMS, arguments)


def _describe(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    remedy = "make room on that disk" if error.errno == ENOSPC else "mend that"
    return f"{place}{error.strerror or error}; {remedy}, then run the same command again"


def _fail(message: str, code: int, arguments: Sequence[str] | None) -> NoReturn:
    if "--json" in (sys.argv[1:] if arguments is None else arguments):
        print_json({"error": message})
    sys.exit(code)
