"""Keeps what was sent by the last deploys on this computer, so that one can go back to it.

No host keeps what a deploy replaces, and none should: whoever is taken out must be gone there. So the last few sites
lie in `.cache/deploys/`, as links to the very files of `output/`, which cost room only once a build has replaced them.
Going back is refused where it would bring back somebody who has said no since, or an episode that was withdrawn. What
everybody had answered is kept with each deploy (`answers.py`), for the answers themselves tell only the day.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from site_builder.commands.deployment.answers import (
    KeptAnswers,
    find_more_hidden,
    parse_answers,
    require_remembered,
)
from site_builder.engine import platform
from site_builder.engine.files import is_safe_path, write_file
from site_builder.errors import UsageError
from site_builder.hosts import Upload
from site_builder.show.config import Config
from site_builder.show.published import load_pins
from site_builder.text.timecode import format_utc, parse_utc

_FOLDER = Path(".cache/deploys")
KEPT = 5
"""Deploys to one place that can be gone back to."""


class KeptDeploy(NamedTuple):
    """One deploy as it was sent."""

    name: str
    """When, as it is written on the command line: `20261128-174500`."""
    at: datetime
    target: str
    """Where to, as the config names it."""
    guids: tuple[str, ...]
    """Episodes in it."""
    files: dict[str, tuple[int, str]]
    """Path to size and digest."""
    answers: KeptAnswers | None = None
    """How visible everybody was in it; None where that is not known for certain."""

    def __str__(self) -> str:
        count = f"{len(self.guids)} episode{'s' * (len(self.guids) != 1)}"
        return f"{self.name}  {self.target}  {count}, {len(self.files)} files"


def keep_deploy(
    folder: Path,
    target: str,
    uploads: Iterable[Upload],
    guids: Iterable[str],
    now: datetime,
    answers: KeptAnswers | None,
) -> None:
    """Keep what was sent, with what everybody had answered; of one place only the last few."""
    wanted = {upload.path: upload for upload in uploads}
    facts = {path: (upload.size_bytes, upload.sha256) for path, upload in wanted.items()}
    known = list_deploys(folder)
    if next((kept.files for kept in known if kept.target == target), None) == facts:
        return  # nothing was changed
    place = folder / _FOLDER / _make_name(now, {kept.name for kept in known})
    for upload in wanted.values():
        if upload.source and upload.source.is_file() and is_safe_path(upload.path):
            _link(upload.source, place / "site" / upload.path)
    values = {"at": format_utc(now), "target": target, "guids": sorted(guids), "files": dict(sorted(facts.items()))}
    if answers is not None:
        values["answers"] = answers
    place.mkdir(parents=True, exist_ok=True)
    write_file(place / "deploy.json", json.dumps(values, ensure_ascii=False).encode())
    for old in [kept for kept in list_deploys(folder) if kept.target == target][KEPT:]:
        shutil.rmtree(folder / _FOLDER / old.name, ignore_errors=True)


def _make_name(now: datetime, taken: set[str]) -> str:
    stem = f"{now:%Y%m%d-%H%M%S}"
    return next(name for name in (stem, *(f"{stem}-{number}" for number in range(2, 100))) if name not in taken)


def _link(source: Path, place: Path) -> None:
    """A second name of the file, or a copy where there can be none. Builds replace files, and never change one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    try:
        platform.link(source, place)
    except OSError:
        shutil.copyfile(source, place)


def list_deploys(folder: Path) -> tuple[KeptDeploy, ...]:
    """Those that can be gone back to, the newest first."""
    found = (_load(file) for file in (folder / _FOLDER).glob("*/deploy.json"))
    return tuple(sorted((kept for kept in found if kept), key=lambda kept: kept.name, reverse=True))


def _load(file: Path) -> KeptDeploy | None:
    try:
        values = json.loads(file.read_bytes())
        files = {
            path: (int(size), str(digest)) for path, (size, digest) in values["files"].items() if is_safe_path(path)
        }
        guids, answers = tuple(map(str, values["guids"])), parse_answers(values.get("answers"))
        return KeptDeploy(file.parent.name, parse_utc(values["at"]), values["target"], guids, files, answers)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def choose_deploy(folder: Path, config: Config, name: str, target: str) -> KeptDeploy:
    """The deploy to go back to: the one named, or the one before the last to that place.

    Raises:
        UsageError: there is none, or none that may be sent again.
    """
    kept = [deploy for deploy in list_deploys(folder) if deploy.target == target]
    fitting = [deploy for deploy in kept if deploy.name == name] if name else kept[1:]
    chosen = next(iter(fitting), None)
    if chosen is None:
        known = ", ".join(deploy.name for deploy in kept) or "none"
        wanted = f"no deploy {name}" if name else "no deploy before the last one"
        raise UsageError(f"there is {wanted} of {target} to go back to; kept on this computer: {known}")
    require_allowed(folder, config, chosen)
    return chosen


def describe_moment(kept: KeptDeploy, zone: tzinfo) -> str:
    """When it was sent, as the show's people read a clock: `29 November, 13:42`."""
    at = kept.at.astimezone(zone)
    return f"{at.day} {at:%B, %H:%M}"


def require_allowed(folder: Path, config: Config, kept: KeptDeploy) -> None:
    """Refuse what would bring back somebody, or something, that was taken out since.

    Raises:
        UsageError: with whom, or what.
        InvalidDocument: people.yaml lacks what somebody is remembered to have refused.
    """
    require_remembered(folder, kept.answers)
    reasons = find_more_hidden(folder, config, kept.answers, kept.guids, kept.at)
    withdrawn = [pin.slug for pin in load_pins(folder).values() if pin.retired and pin.guid in kept.guids]
    reasons += [f"the episode “{slug}” was withdrawn" for slug in withdrawn]
    if reasons:
        raise UsageError(
            f"The site of {describe_moment(kept, config.show.zone)} is not put online again, for it could bring back "
            f"what was taken out: {'; '.join(reasons)}. Change what you have here instead, and publish that."
        )


def find_uploads(folder: Path, kept: KeptDeploy) -> Sequence[Upload]:
    """The files of a kept deploy; what is not kept any more can only be at the host still."""
    site = find_site(folder, kept)
    return [
        Upload(path=path, source=site / path if (site / path).is_file() else None, size_bytes=size_bytes, sha256=digest)
        for path, (size_bytes, digest) in kept.files.items()
    ]


def find_site(folder: Path, kept: KeptDeploy) -> Path:
    """Where its files lie."""
    return folder / _FOLDER / kept.name / "site"
