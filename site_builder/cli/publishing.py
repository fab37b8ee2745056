"""The commands that send a show somewhere, or let somebody else send it: deploy, workflow, backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from site_builder.cli.arguments import PathArgument, as_json, find_show, in_show, print_json, read_clock
from site_builder.cli.options.verbosity import VERBOSITY
from site_builder.cli.summary import say


@click.command(short_help="Send output/ to its host.")
@click.argument("target", required=False)
@in_show
@click.option("--dry-run", is_flag=True, help="List what would be sent and removed, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before the first deploy to a place.")
@click.option("--repository-is-private", "is_private", is_flag=True, help="Nobody else reads the show's repository.")
@click.option("--token-stdin", is_flag=True, help="Read the token for GitHub from standard input.")
@click.option("--list", "listed", is_flag=True, help="List the deploys that can be gone back to.")
@click.option("--back", is_flag=False, flag_value="", metavar="[ID]", help="Send an earlier deploy again.")
@as_json
def deploy(
    target: str | None,
    show: Path | None,
    json_: bool,
    *,
    yes: bool,
    listed: bool,
    back: str | None,
    token_stdin: bool,
    **options: bool,
) -> None:
    """Send output/ to its host: TARGET is a name below `deploy:` in config.yaml, or an address."""
    from site_builder.cli import deployment, tables  # noqa: PLC0415
    from site_builder.commands import deploy as deploy_command  # noqa: PLC0415

    folder, now = find_show(show), read_clock()
    if listed:
        VERBOSITY.answers = True
        deployment.show_kept(folder, json_=json_)
        return
    credentials = deployment.make_credentials(from_stdin=token_stdin)
    with tables.progress() as notify:
        shared: dict[str, Any] = {"credentials": credentials, "notify": notify}
        if back is not None:
            report = deploy_command.go_back(folder, back, target, now, dry_run=options["dry_run"], **shared)
        else:
            review = deployment.Review(yes=yes)
            shared |= options
            report = deploy_command.deploy(folder, target, now, review=review, **shared)
    print_json(report.as_json()) if json_ else deployment.show_deploy(report)


@click.command(short_help="Let GitHub build and publish.")
@in_show
@click.option("--repository-is-private", "is_private", is_flag=True, help="Say so beforehand; else you are asked.")
@as_json
def workflow(show: Path | None, is_private: bool, json_: bool) -> None:
    """Write what GitHub needs to build and publish at each push: a workflow, and this very program as a wheel."""
    from site_builder.cli import deployment  # noqa: PLC0415

    deployment.write_workflow(find_show(show), is_private=is_private, json_=json_)


@click.command(short_help="Keep a second copy of the originals.")
@click.argument("folder", type=PathArgument(file_okay=False))
@in_show
@click.option("--verify", is_flag=True, help="Read every file of the copy again, not only those written now.")
@as_json
def backup(folder: Path, show: Path | None, verify: bool, json_: bool) -> None:
    """Copy what cannot be made again to FOLDER: recordings, archives' Spaces, people, notes, config and theme."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands import backup as backup_command  # noqa: PLC0415

    with tables.progress() as notify:
        report = backup_command.back_up(find_show(show), folder, read_clock(), verify=verify, notify=notify)
    print_json(report.as_json()) if json_ else say(report.summary)


COMMANDS = (deploy, workflow, backup)
