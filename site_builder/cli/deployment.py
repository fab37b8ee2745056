"""What `spacecast deploy` says: who has not answered and where it goes before anything is sent, and what was done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.cli import tables
from site_builder.cli.arguments import print_json
from site_builder.cli.summary import say, show_warnings
from site_builder.net.credentials import Credentials
from site_builder.show.config import load_config

if TYPE_CHECKING:
    from site_builder.commands.deploy import DeployPlan, DeployReport


class Review:
    """Tells a person at the terminal what is about to be sent, and asks where a place is new."""

    def __init__(self, *, yes: bool) -> None:
        self.yes = yes
        """Whether the answer was given with the command."""

    def __call__(self, plan: DeployPlan) -> bool:
        """Whether it may be sent."""
        _show_notice(plan)
        if not plan.new_place or self.yes:
            return True
        if not (sys.stdin and sys.stdin.isatty()):
            return False
        place = plan.legs[-1].host.label
        question = (
            f"This is the first deploy to {place}. It will be public. Send it there, and note that in config.yaml?"
        )
        with tables.without_progress():
            return click.confirm(question, default=False, err=True)


def make_credentials(*, from_stdin: bool) -> Credentials:
    """Where a token comes from where it is not known: the first line of standard input, or a person at a terminal."""
    if from_stdin:
        return Credentials(lambda _: sys.stdin.readline(10_000) if sys.stdin else "")
    if sys.stdin and sys.stdin.isatty():
        return Credentials(_ask_unseen, tell=lambda text: say(text, error=True))
    return Credentials()


def _ask_unseen(question: str) -> str:
    with tables.without_progress():
        answer: str = click.prompt(question, hide_input=True, default="", show_default=False, err=True)
    return answer


def _show_notice(plan: DeployPlan) -> None:
    """Who has not answered, and what goes out for the first time."""
    for line in plan.notice:
        say(line, error=True)
    if plan.first:
        say(
            "Going out for the first time (from then on each keeps its guid, and cannot be held back):",
            error=True,
        )
    for title in plan.first:
        say(f"  {title}", error=True)


def show_kept(folder: Path, *, json_: bool) -> None:
    """The deploys that can be gone back to, the newest first."""
    from site_builder.commands.deployment.history import list_deploys  # noqa: PLC0415 -- only what is asked for is loaded

    kept = list_deploys(folder)
    if json_:
        print_json([{"id": deploy.name, "to": deploy.target, "files": len(deploy.files)} for deploy in kept])
        return
    for deploy in kept:
        say(str(deploy))
    say(
        "`spacecast deploy --back ID` sends one of them again, to the place it was sent to."
        if kept
        else "Nothing is kept: only deploys from this computer can be gone back to, as long as .cache/ stays."
    )


def write_workflow(folder: Path, *, is_private: bool, json_: bool) -> None:
    """Tell what the repository must be, ask where somebody can answer, and write the workflow."""
    from site_builder.commands.github import workflow  # noqa: PLC0415 -- only what is asked for is loaded

    if not is_private and sys.stdin and sys.stdin.isatty() and not load_config(folder).repository.private:
        say(workflow.NOTICE, error=True)
        is_private = click.confirm("Is the repository private?", default=False, err=True)
    report = workflow.write_workflow(folder, is_private=is_private)
    if json_:
        print_json({"written": [str(name) for name in report.written], "gitignore_changed": bool(report.uncovered)})
        return
    for name in report.written:
        say(f"written: {name}")
    if report.uncovered:
        say(".gitignore lets people.yaml and content/episodes/ into the repository from now on; recordings stay out.")
    say("Commit these files and push; on GitHub choose Settings > Pages > Source: GitHub Actions.")


def show_deploy(report: DeployReport) -> None:
    """The result of `spacecast deploy`, or with `--dry-run` everything it would do, in order."""
    if report.dry_run:
        for leg in report.legs:
            for upload in leg.uploads:
                say(f"send    {upload.path} ({upload.size_bytes} bytes)")
        for leg in reversed(report.legs):
            for path in leg.difference.surplus:
                say(f"remove  {path}")
        _show_notice(report)
    show_warnings(report.warnings)
    say(report.summary)
    say(report.outcome)
