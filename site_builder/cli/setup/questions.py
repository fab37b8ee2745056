"""What `spacecast init` asks at a terminal; Enter takes what is proposed, or leaves it for later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from site_builder.errors import UsageError

if TYPE_CHECKING:
    from site_builder.commands.init import Proposals

_LATER = "Enter: later, in config.yaml"


def ask_answers(proposals: Proposals, given: Mapping[str, str | None]) -> dict[str, str | None]:
    """The answers, those that were given with the command included; no address is ever made up."""
    from site_builder.commands.init import check_answer  # noqa: PLC0415 -- loads what reads a config

    answers = dict(given)
    asked = {
        "title": ("Title of the show", proposals.title),
        "author": ("Who makes it", proposals.author),
        "url": (f"Where will the site live, e.g. https://you.github.io/show/? ({_LATER})", ""),
        "email": (f"E-mail address for directories; it is public ({_LATER})", ""),
    }
    for name, (question, proposal) in asked.items():
        if not answers.get(name):
            answers[name] = _ask(question, proposal, lambda text, name=name: check_answer(name, text))  # type: ignore[misc]
    return answers


def _ask(question: str, proposal: str, check: Callable[[str], None]) -> str | None:
    while True:
        answer: str = click.prompt(question, default=proposal, show_default=bool(proposal), err=True).strip()
        if not answer:
            return None
        try:
            check(answer)
        except UsageError as error:
            click.echo(f"  {error}", err=True)
        else:
            return answer
