"""Gives every command `-q`, `-v` and examples, by a group class for click."""

from __future__ import annotations

from typing import Any

import click

from site_builder.cli.options.examples import EXAMPLES
from site_builder.cli.options.verbosity import VERBOSITY

_ANSWERING = frozenset(("inspect", "people", "suggest", "serve", "studio", "schema", "completion", "help"))
"""Commands that are run for what they print. Of the others `-q` leaves out all that is not wrong."""


class CommandGroup(click.Group):
    """Adds to each command its examples, and how much it says; the latter may stand before the command, too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params += _make_flags("Say only what is wrong, or was asked for.")

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """A command, with what all have."""
        known = name or cmd.name or ""
        quiet = "Print what is asked for, and nothing beside it." if known in _ANSWERING else "Say only what is wrong."
        cmd.params += _make_flags(quiet)
        if known in EXAMPLES and not cmd.epilog:
            cmd.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in EXAMPLES[known])
        super().add_command(cmd, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; whether it is run for what it prints decides what `-q` leaves out."""
        name, command, rest = super().resolve_command(ctx, args)
        VERBOSITY.answers = name in _ANSWERING
        return name, command, rest


def _make_flags(quiet: str) -> list[click.Parameter]:
    return [
        _make_flag("-q", "--quiet", quiet, "is_quiet"),
        _make_flag("-v", "--verbose", "Name each file as it is read, made or sent.", "is_verbose"),
    ]


def _make_flag(short: str, long: str, text: str, attribute: str) -> click.Option:
    def switch(context: click.Context, parameter: click.Parameter, value: Any) -> None:  # noqa: ARG001 -- click's
        if value:
            setattr(VERBOSITY, attribute, True)
            context.call_on_close(lambda: setattr(VERBOSITY, attribute, False))

    return click.Option([short, long], is_flag=True, expose_value=False, is_eager=True, callback=switch, help=text)
