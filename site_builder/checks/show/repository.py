"""Rules about the git repository that a show lies in: nothing private is in it, no code of others is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from site_builder.checks import references as ref
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.hosts.exposed_files import list_tracked

REPOSITORY: Rulebook[CheckedShow] = Rulebook("The repository")

_INSTALLER = re.compile(r"\b(?:pip3?|pipx|uvx?|conda|poetry)\b")
_NAME = re.compile(r"spacecast(?:\[[\w,-]*\])?(?:(?:[=<>~!]=?|@).*)?")


@REPOSITORY.rule(
    "repository-private",
    Severity.WARNING,
    ref.manual("publish-github-pages"),
    holds="No repository that others can read holds people.yaml, space.json, words.json, recordings or archives.",
    remedy="Take them out of the repository and its history; or set `repository.private` if nobody else can read it.",
)
def _find_exposed(built: CheckedShow) -> Iterator[Remark]:
    if not built.config.repository.private:
        yield from ((str(found), Place(file=Path(found.files[0]))) for found in list_tracked(built.folder))


@REPOSITORY.rule(
    "workflow-install",
    Severity.ERROR,
    ref.manual("publish-github-pages"),
    holds="No workflow installs this program by its name from an index, where anybody may have registered it.",
    remedy="Run `spacecast workflow`, which writes one that installs what lies in the repository; or delete that file.",
)
def _find_installs_by_name(built: CheckedShow) -> Iterator[Remark]:
    for file in sorted((built.folder / ".github/workflows").glob("*.y*ml")):
        if file.is_file():
            for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
                if name := find_install(line):
                    place = Place(file=Path(".github/workflows") / file.name, line=number)
                    yield f"installs {name!r} from wherever that name leads, with the rights of your repository", place


def find_install(line: str) -> str:
    """What a shell line installs, or runs, of this program by its name alone; else nothing.

    >>> find_install("run: python -m pip install './spacecast.whl'; uvx " + "spacecast@latest build")
    'spacecast@latest'
    """
    words = re.split(r"[\s\"'`;&|()]+", line.partition(" #")[0])
    return next((word for word in words if _NAME.fullmatch(word)), "") if _INSTALLER.search(line) else ""
