"""The commands that set up: init, doctor, schema, completion."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.cli.arguments import PathArgument, as_json, find_show, in_show, print_json
from site_builder.errors import EXIT_PROBLEMS

_SHELLS = ("bash", "zsh", "fish")
_ZSH_FIRST = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }\n"
"""A new `.zshrc`, as Macs have it, does not start what completes; without it every new terminal began with an error."""


@click.command(short_help="Make a new show folder.")
@click.argument("directory", type=PathArgument(file_okay=False))
@click.option("--title", help="The show's title.")
@click.option("--url", help="Where the site will live, e.g. https://you.github.io/show/.")
@click.option("--author", help="Who makes the show.")
@click.option("--email", help="Where directories send their ownership codes; appears in the feed.")
@click.option("--archive", type=PathArgument(), help="An X archive: takes title, author and text from the account.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what is not said is filled in by hand later.")
@as_json
def init(directory: Path, archive: Path | None, no_input: bool, json_: bool, **answers: str | None) -> None:
    """Make a new show folder that builds at once. At a terminal it asks for what is not said."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.cli.setup import questions  # noqa: PLC0415
    from site_builder.commands import init as init_command  # noqa: PLC0415

    if not no_input and not json_ and sys.stdin and sys.stdin.isatty() and sys.stderr.isatty():
        answers = questions.ask_answers(init_command.propose(directory, archive), answers)
    new = init_command.make_show_folder(directory, archive=archive, answers=answers)
    print_json(new.as_json()) if json_ else tables.show_new(new)


@click.command(short_help="Is this machine ready, and this show?")
@in_show
@as_json
def doctor(show: Path | None, json_: bool) -> None:
    """Look at the machine and the show: what is missing, and the line that mends it. Changes nothing."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands.doctor import examine  # noqa: PLC0415

    report = examine(find_show(show))
    print_json(report.as_json()) if json_ else tables.show_doctor(report)
    if not report.is_ready:
        sys.exit(EXIT_PROBLEMS)


@click.command(short_help="Let your editor check config.yaml, notes and people.yaml.")
@click.argument("name", required=False, type=click.Choice(["config", "front-matter", "page", "people"]))
@in_show
@click.option("--write", is_flag=True, help="Write all of them into the show, where its files name them.")
@as_json
def schema(name: str | None, show: Path | None, write: bool, json_: bool) -> None:
    """Print a JSON Schema of what may be written, or with --write put all of them into the show.

    Editors that know YAML then complete names, say what they mean and underline typing errors.
    """
    from site_builder.cli.summary import say  # noqa: PLC0415
    from site_builder.commands import schema as schema_command  # noqa: PLC0415

    if write:
        written = schema_command.write_schemas(find_show(show))
        if json_:
            print_json({"written": [str(file) for file in written]})
            return
        for file in written:
            say(f"written: {file}")
    elif name:
        print_json(schema_command.make_schema(name))
    else:
        raise click.UsageError(f"Say which: {', '.join(schema_command.SCHEMAS)}, or --write.")


@click.command(short_help="Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(_SHELLS))
@as_json
@click.pass_context
def completion(context: click.Context, shell: str, json_: bool) -> None:
    """Print what makes SHELL complete commands and options.

    \b
      bash   echo 'eval "$(spacecast completion bash)"' >> ~/.bashrc
      zsh    echo 'eval "$(spacecast completion zsh)"' >> ~/.zshrc
      fish   spacecast completion fish > ~/.config/fish/completions/spacecast.fish
    """  # noqa: D301 -- \b is click's: what follows keeps its lines
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "spacecast", "_SPACECAST_COMPLETE").source()
    if shell == "zsh":
        first, rest = script.split("\n", 1)  # `#compdef …`, by which zsh knows such a file where it lies in its folders
        script = f"{first}\n{_ZSH_FIRST}{rest}"
    print_json({"shell": shell, "script": script}) if json_ else click.echo(script)


SETUP_COMMANDS = (init, doctor, schema, completion)
