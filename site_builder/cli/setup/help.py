"""`spacecast help`: explains a command, or shows a manual page as the terminal can."""

from __future__ import annotations

import os
import sys

import click

from site_builder.cli.arguments import as_json, print_json


@click.command("help", short_help="Explain a command, or show a manual page.")
@click.argument("topic", required=False)
@as_json
@click.pass_context
def show_help(context: click.Context, topic: str | None, json_: bool) -> None:
    """Explain a command, or show the manual page on TOPIC; without it: list them."""
    from site_builder.commands import help as manuals  # noqa: PLC0415

    group = context.find_root()
    commands = group.command.commands if isinstance(group.command, click.Group) else {}
    if not topic:
        _list_topics(group, json_=json_)
    elif topic in commands and topic not in manuals.MANUALS:
        text = commands[topic].get_help(click.Context(commands[topic], info_name=topic, parent=group))
        print_json({"topic": topic, "text": text}) if json_ else click.echo(text)
    else:
        page = manuals.read_manual(topic)
        print_json({"topic": page.topic, "title": page.title, "text": page.text}) if json_ else _show(page.text)
        if topic in commands and not json_:
            click.echo(f"\n`spacecast {topic} --help` says what the command takes.")


def _list_topics(group: click.Context, *, json_: bool) -> None:
    from site_builder.commands.help import list_manuals  # noqa: PLC0415

    titles = {page.topic: page.title for page in list_manuals()}
    if json_:
        print_json(titles)
        return
    click.echo(group.get_help())
    click.echo("\nManual pages, shown by `spacecast help TOPIC`:")
    wide = max(map(len, titles))
    for topic, title in titles.items():
        click.echo(f"  {topic:<{wide}}  {title}")


def _show(text: str) -> None:
    """With headings and tables at a terminal, page by page where there is a pager; else as it is written."""
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from site_builder.cli.tables import render_markdown  # noqa: PLC0415

    os.environ.setdefault("LESS", "-FRX")  # a page that fits is just shown
    click.echo_via_pager(render_markdown(text))
