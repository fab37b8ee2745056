"""The command `studio`, which opens the local web page for hosts."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.cli.arguments import as_json, find_show, in_show, print_json, read_clock
from site_builder.cli.options.verbosity import VERBOSITY


@click.command(short_help="Do everything in a browser, on this computer.")
@in_show
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Where to listen (default: 8765, or the next free one)."
)
@click.option("--no-browser", is_flag=True, help="Only print the address; open nothing.")
@as_json
def studio(show: Path | None, port: int | None, no_browser: bool, json_: bool) -> None:
    """Open a page on this computer on which everything can be done: take Spaces, edit, ask, check, publish.

    The address that is printed is for you alone and opens once.
    """
    from site_builder.cli.browser import show_in_browser  # noqa: PLC0415
    from site_builder.studio import server  # noqa: PLC0415
    from site_builder.studio.studio import Studio  # noqa: PLC0415

    folder = find_show(show).resolve()

    def ready(address: str) -> None:
        print_json({"address": address}) if json_ else click.echo(address)
        if not VERBOSITY.is_quiet:
            click.echo(
                "The studio is open. Where no browser shows it, open this address in one: it works once. Ctrl-C ends "
                "the studio; everything is saved.",
                err=True,
            )
        if not no_browser:
            show_in_browser(address)

    server.run(Studio(folder, read_clock), port=port, ready=ready)
