"""The page of all commands for the manual's site, made from what `--help` says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

import click

from site_builder.cli.main import cli
from site_builder.cli.options.examples import EXAMPLES

_HEAD = """# Commands

This page is made from what each command says with `--help`. Every command works in the current folder or, with
`-C DIR`, in another one. Results go to standard output, progress and problems to standard error. Exit codes: 0 done;
1 done, but problems were found; 2 the command, the config or an input is wrong and nothing was written.
"""


_AS_IT_IS = "\b"
"""What click has at the start of such lines."""


def render_commands() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(f"\n{part}" for name in sorted(cli.commands) for part in _render(name, cli.commands[name]))


def _render(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"spacecast {name}", max_content_width=100)
    yield f"## `spacecast {name}`\n"
    yield from (_render_paragraph(text) for text in (command.help or "").split("\n\n"))
    usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
    yield f"```text\n{usage}\n```\n"
    options = (parameter for parameter in command.get_params(context) if isinstance(parameter, click.Option))
    records = [record for option in options if (record := option.get_help_record(context))]
    rows = ["| `{}` | {} |\n".format(names.replace("|", r"\|"), _escape(text)) for names, text in records]
    yield "".join(["| option | meaning |\n|---|---|\n", *rows])
    yield "".join(["```sh\n", *(f"{line}\n" for line in EXAMPLES[name]), "```\n"])


def _render_paragraph(text: str) -> str:
    """A paragraph, or lines that click is told to keep as they are."""
    if _AS_IT_IS in text:
        return f"```text\n{dedent(text.replace(_AS_IT_IS, '')).strip(chr(10))}\n```\n"
    return f"{' '.join(text.split())}\n"


def _escape(text: str) -> str:
    """What is no Markdown, though it looks so; a sign in backticks is a sign."""
    return " ".join(re.sub(r"([|<\[\]])", r"\\\1", text).split()) if "`" not in text else text.replace("|", r"\|")
