"""Gives every command `-q`, `-v` and examples, by a group class for click."""

from __future__ import annotations

from typing import Any

import click

from site_builder.cli.options.examples import EXAMPLES
from site_builder.cli.options.verbosity import VERBOSITY

_DO = frozenset(
    ("init", "extract", "build", "import", "consent", "fetch-media", "transcribe", "deploy", "workflow", "backup")
)
"""Commands that do something: their summary may be left out. The others are asked for what they print."""
_LOOK = frozenset(("check", "doctor"))
"""Commands that look for what is wrong, and print more than that."""
_SHOW_FILES = _DO - {"init", "consent", "workflow"} | {"check"}
"""Those that tell of each file."""


class CommandGroup(click.Group):
    """Adds to each command its examples, and how much it says."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """A command, with what all have."""
        known = name or cmd.name or ""
        if known in _DO | _LOOK:
            cmd.params.append(_make_flag("-q", "--quiet", "Say only what is wrong.", "is_quiet"))
        if known in _SHOW_FILES:
            cmd.params.append(_make_flag("-v", "--verbose", "Name each file as it is made or sent.", "is_verbose"))
        if known in EXAMPLES and not cmd.epilog:
            cmd.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in EXAMPLES[known])
        super().add_command(cmd, name)


def _make_flag(short: str, long: str, text: str, attribute: str) -> click.Option:
    def switch(context: click.Context, parameter: click.Parameter, value: Any) -> None:  # noqa: ARG001 -- click's
        if value:
            setattr(VERBOSITY, attribute, True)
            context.call_on_close(lambda: setattr(VERBOSITY, attribute, False))

    return click.Option([short, long], is_flag=True, expose_value=False, is_eager=True, callback=switch, help=text)
