"""The job that builds and checks the show."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from site_builder.build.pipeline import BuildOptions, build, find_unchanged
from site_builder.checks.rule import Finding, Severity
from site_builder.checks.run import check_show
from site_builder.engine.digests import digest_bytes
from site_builder.engine.files import write_file
from site_builder.errors import InvalidDocument, Problem, SpacecastError
from site_builder.events import Notify
from site_builder.show.layout import find_output_paths
from site_builder.show.lock import ShowBusy
from site_builder.studio.background.worker import Task
from site_builder.studio.tasks.links import Links
from site_builder.studio.tasks.turns import wait_for_turn
from site_builder.text.timecode import parse_utc

FILE = ".cache/studio/checks.json"
"""What the last check found, for the next start."""


def check(task: Task) -> dict[str, Any]:
    """Everything `spacecast check` finds once the show is built. Arguments: `now`, and `stamp` of the show's files."""
    now = parse_utc(task.arguments["now"])
    result = wait_for_turn(lambda: _check(task, now))
    result["stamp"] = task.arguments["stamp"]
    (task.folder / FILE).parent.mkdir(parents=True, exist_ok=True)
    write_file(task.folder / FILE, json.dumps(result, ensure_ascii=False).encode())
    return result


def load_last(folder: Path) -> dict[str, Any]:
    """What the last check found; nothing where there was none."""
    with suppress(OSError, ValueError):
        found = json.loads((folder / FILE).read_bytes())
        if isinstance(found, dict) and isinstance(found.get("findings"), list):
            return found
    return {}


def _check(task: Task, now: datetime) -> dict[str, Any]:
    try:
        failures = build_whole(task.folder, now, task.notify())
        key, known = "" if failures else _make_key(task, now), load_last(task.folder)
        if key and known.get("key") == key:
            return known
        report = check_show(task.folder, now, current=not failures, notify=task.notify())
    except ShowBusy:
        raise
    except InvalidDocument as error:
        links = _Mending(task.folder)
        return {"key": "", "findings": [_describe_problem(problem, links) for problem in error.problems]}
    except SpacecastError as error:
        return {"key": "", "findings": [_describe_problem(Problem(str(error)), _Mending(task.folder))]}
    links = _Mending(task.folder)
    problems = (_read_failure(text, task.folder) for text in failures)
    found = [*(_describe_problem(problem, links) for problem in problems), *_describe(report.findings, links)]
    return {"key": key, "findings": found}


def build_whole(folder: Path, now: datetime, notify: Notify) -> tuple[str, ...]:
    """Bring `output/` in line with the show, as `spacecast build` does; what could not be made, a sentence each."""
    options = BuildOptions(jobs=os.cpu_count() or 1)
    report = find_unchanged(folder, now, options) or build(folder, now, options, notify)
    return report.failures


def _make_key(task: Task, now: datetime) -> str:
    """Changes when anything does that the rules look at: what is in `output/`, files of a person, the day."""
    built = find_output_paths(task.folder, preview=False).release.stat().st_mtime_ns
    return digest_bytes(f"{built} {task.arguments['stamp']} {now:%Y-%m-%d}".encode())


class _Mending(Links):
    """Pages that mend, also of a show whose episodes cannot be read."""

    def safely(self, finding: Finding | Problem) -> str:
        """The page."""
        try:
            return self.find(finding) if isinstance(finding, Finding) else self.find_problem(finding)
        except (SpacecastError, OSError, ValueError):
            return "/episodes"


_AT_FILE = re.compile(
    r"(?:.*?/)?(?P<file>config\.yaml|content/[^:\n]+):(?:(?P<line>\d+):)? "
    r"(?:(?P<field>[a-z_]+(?:\.\w+)*): )?(?P<message>.+)",
    re.DOTALL,
)


def _read_failure(text: str, folder: Path) -> Problem:
    """A sentence of a build; where it begins with a file of the show, one that leads there."""
    found = _AT_FILE.fullmatch(text)
    if not found or not (folder / found["file"]).is_file():
        return Problem(text)
    line = int(found["line"]) if found["line"] else None
    return Problem(found["message"], folder / found["file"], line, found["field"])


def place_failures(texts: Iterable[str], folder: Path) -> list[dict[str, Any]]:
    """Sentences of a build as findings: each with the page that mends it, where it begins with a file of the show."""
    links = _Mending(folder)
    return [_describe_problem(_read_failure(text, folder), links) for text in texts]


def _describe(findings: tuple[Finding, ...], links: _Mending) -> Iterator[dict[str, Any]]:
    for finding in findings:
        yield {**finding.as_json(), "link": links.safely(finding)}


def _describe_problem(problem: Problem, links: _Mending) -> dict[str, Any]:
    return {
        "rule": "",
        "severity": Severity.ERROR.value,
        "message": problem.message,
        "remedy": "",
        "source": "",
        "file": links.name_file(problem.file) if problem.file else None,
        "line": problem.line,
        "episode": None,
        "link": links.safely(problem),
    }
