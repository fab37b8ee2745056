"""`spacecast doctor`: whether this machine and this show are ready, what is missing, and the line that mends it.

Nothing is changed, and no network is asked.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from site_builder import __version__
from site_builder.errors import SpacecastError, UsageError
from site_builder.net.credentials import Credentials, find_keyring_name
from site_builder.show.config import Config, load_config
from site_builder.show.config.placeholders import find_placeholders
from site_builder.show.last_backup import find_recordings, load_last_backup
from site_builder.show.layout import CONFIG
from site_builder.text.command_lines import REINSTALL, make_command, make_install_line

_NEEDED = ("av", "babel", "jinja2", "lxml", "PIL", "pagefind_bin", "pydantic", "starlette")
"""Modules without which a build or a preview stops half-way."""
EXTRAS = {
    "publish": ("deploying to GitHub without git", {"dulwich": "dulwich>=1.2,<2", "keyring": "keyring>=25"}),
    "speech": (
        "transcribing on this computer",
        {"faster_whisper": "faster-whisper>=1.2.1,<2", "platformdirs": "platformdirs>=4.3"},
    ),
    "stores": ("object stores such as R2 and S3", {"obstore": "obstore>=0.9"}),
    "cluster": ("making sound on many computers", {"distributed": "distributed>=2025.1"}),
}
"""Extra to what it is for, and its modules with what to install for each."""
_PROGRAMS = {
    "github-pages": ("git", "https://git-scm.com"),
    "rsync": ("rsync", "https://rsync.samba.org"),
    "sftp": ("ssh", "OpenSSH's client: https://www.openssh.com"),
}
"""Kind of host to the program that sends to it, and where that is had."""
_LITTLE_ROOM = 2_000_000_000


class Condition(StrEnum):
    """Whether a thing is in order, could be better, or is wrong."""

    OK = "ok"
    OPTIONAL = "optional"
    """Not here, and not needed by what is written down."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: Condition
    text: str
    remedy: str = ""
    """A line to run, or a sentence; empty where nothing is missing."""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything that was looked at."""

    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.state is not Condition.WRONG for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For `spacecast doctor --json`."""
        return {"ready": self.is_ready, "findings": [asdict(finding) for finding in self.findings]}


def examine(folder: Path) -> DoctorReport:
    """Look at the machine, and at the show in `folder` where there is one."""
    config, of_show = _examine_config(folder)
    findings = [*_examine_machine(folder), *_examine_extras(config), *_examine_models(config), *of_show]
    if config:
        findings += [*_examine_hosts(config), *_examine_logins(config), *_examine_copies(folder)]
    return DoctorReport(tuple(findings))


def _examine_machine(folder: Path) -> Iterator[Finding]:
    system = f"{platform.system()} {platform.release()}, {os.cpu_count() or 1} cores"
    yield Finding("program", Condition.OK, f"spacecast {__version__}, Python {platform.python_version()}, {system}")
    yield _examine_libraries()
    yield _examine_room(folder)
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    if encoding and "utf" not in encoding:
        remedy = "Set the variable PYTHONUTF8 to 1."
        yield Finding("terminal", Condition.OPTIONAL, f"it shows {encoding}: letters it lacks appear as “?”", remedy)
    keyring = find_keyring_name()
    if keyring:
        yield Finding("keyring", Condition.OK, f"{keyring} keeps tokens")
    else:
        text = "none that can be used: a token for GitHub is asked for each time"
        yield Finding("keyring", Condition.OPTIONAL, text, _find_keyring_remedy())


def _find_keyring_remedy() -> str:
    """What brings a keyring: the library, or the system's own."""
    if find_spec("keyring") is None:
        return make_install_line("keyring>=25")
    if platform.system() == "Linux":
        return "Install gnome-keyring (or KDE's KWallet) and log in to the desktop; over ssh there is none."
    return "Unlock it: on a Mac with the program Keychain Access."


def _examine_libraries() -> Finding:
    """Each is loaded, for one may be here and lack something of the system."""
    lost = []
    for name in _NEEDED:
        try:
            import_module(name)
        except ImportError as error:
            lost.append(f"{error}" if name in f"{error}" else f"{name} ({error})")
    if not lost:
        return Finding("libraries", Condition.OK, "all that a build needs is here")
    return Finding("libraries", Condition.WRONG, f"missing: {'; '.join(lost)}", REINSTALL)


def _examine_room(folder: Path) -> Finding:
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(place).free
    if not os.access(place, os.W_OK):
        return Finding("disk", Condition.WRONG, f"{place} cannot be written to", "Name another folder with -C.")
    text = f"{free / 1e9:.1f} GB free in {place}"
    if free < _LITTLE_ROOM:
        return Finding(
            "disk", Condition.WRONG, text, "Make room: an hour of audio takes up to 100 MB, an archive several GB."
        )
    return Finding("disk", Condition.OK, text)


def _examine_extras(config: Config | None) -> Iterator[Finding]:
    needed = _find_needed_extras(config) if config else set()
    for extra, (purpose, modules) in EXTRAS.items():
        lost = [requirement for module, requirement in modules.items() if find_spec(module) is None]
        if lost:
            state = Condition.WRONG if extra in needed else Condition.OPTIONAL
            yield Finding(extra, state, f"not installed; it is for {purpose}", make_install_line(*lost))
        else:
            yield Finding(extra, Condition.OK, f"{_name_version(next(iter(modules)))}, for {purpose}")


def _examine_models(config: Config | None) -> Iterator[Finding]:
    """Speech models, where there is an engine for them; only one that the config names is read."""
    if any(find_spec(module) is None for module in EXTRAS["speech"][1]):
        return
    from site_builder.speech.models import find_model, list_model_folders  # noqa: PLC0415 -- an extra

    wanted = config.transcript.model if config else ""
    folders = list_model_folders()
    needed = Condition.WRONG if config and config.transcript.make else Condition.OPTIONAL
    if not wanted and not folders:
        yield Finding("speech model", needed, "none is on this computer", "See `spacecast help transcripts`.")
        return
    try:
        names = [find_model(wanted).name] if wanted else [f"in {folder}" for folder in folders]
    except UsageError as error:
        yield Finding("speech model", needed, str(error), f"Correct `transcript.model` in {CONFIG}.")
    else:
        yield Finding("speech model", Condition.OK, ", ".join(names))


def _name_version(module: str) -> str:
    name = module.replace("_", "-")
    with suppress(PackageNotFoundError):
        return f"{name} {version(name)}"
    return name


def _find_needed_extras(config: Config) -> set[str]:
    kinds = {address.partition(":")[0] for address in (*config.deploy.values(), config.media.store or "")}
    stores = {"stores"} if kinds & {"s3", "gs", "az"} else set()
    return stores | ({"publish"} if "github" in kinds else set()) | ({"speech"} if config.transcript.make else set())


def _examine_config(folder: Path) -> tuple[Config | None, list[Finding]]:
    file = folder / CONFIG
    if not file.is_file():
        remedy = make_command(Path(), "init", "my-show")
        return None, [Finding("show", Condition.OPTIONAL, f"{folder.absolute()} is no show", remedy)]
    try:
        config = load_config(folder)
    except SpacecastError as error:
        return None, [Finding("show", Condition.WRONG, str(error), f"Correct {file}.")]
    problems = list(find_placeholders(config, file.read_bytes()))
    if problems:
        text = "; ".join(map(str, problems))
        return config, [Finding("show", Condition.OPTIONAL, text, f"Correct {file} before you publish.")]
    return config, [Finding("show", Condition.OK, f"“{config.show.title}”, {config.show.url}")]


def _examine_hosts(config: Config) -> Iterator[Finding]:
    for name, address in config.deploy.items():
        kind = address.partition(":")[0]
        program, source = _PROGRAMS.get(kind, ("", ""))
        if program and not shutil.which(program):
            yield Finding(f"deploy: {name}", Condition.WRONG, f"{program} is not installed", f"Install it: {source}")
        elif program:
            yield Finding(f"deploy: {name}", Condition.OK, f"{program} is here")


def _examine_logins(config: Config) -> Iterator[Finding]:
    """Whether there is a token or a key for each place that wants one; what it is nobody is shown."""
    from site_builder.net.store_kinds import KINDS  # noqa: PLC0415 -- loads what talks to stores

    for name, address in {**config.deploy, **({"media": config.media.store} if config.media.store else {})}.items():
        kind, _, place = address.partition("://")
        title = f"login: {name}"
        if kind == "github":
            yield _examine_token(title, f"github.com/{place}")
        elif kind in KINDS and KINDS[kind].has_key:
            yield Finding(title, Condition.OK, "a key is in the environment")
        elif kind in KINDS:
            yield Finding(title, Condition.OPTIONAL, "no key is in the environment", f"It takes {KINDS[kind].login}.")


def _examine_token(title: str, account: str) -> Finding:
    from site_builder.hosts.github.site import VARIABLE  # noqa: PLC0415 -- loads what talks to GitHub

    try:
        token = Credentials().find(account, variable=VARIABLE, question="")
    except UsageError as error:
        return Finding(title, Condition.WRONG, str(error), f"Look at the variable {VARIABLE}.")
    if token:
        return Finding(title, Condition.OK, f"a token for {account} is kept, or in {VARIABLE}")
    remedy = "`spacecast deploy` asks for it; `spacecast help publish-github-pages` says how to get one."
    return Finding(title, Condition.OPTIONAL, f"no token for {account} is kept", remedy)


def _examine_copies(folder: Path) -> Iterator[Finding]:
    recordings = find_recordings(folder)
    last = load_last_backup(folder)
    count = f"{len(recordings)} recording{'s' * (len(recordings) != 1)}"
    if recordings and last is None:
        remedy = make_command(folder, "backup", "FOLDER")
        yield Finding("second copy", Condition.OPTIONAL, f"{count} here, and no second copy is known of", remedy)
    elif last is not None and set(recordings) - last.recordings:
        remedy = make_command(folder, "backup", last.folder)
        yield Finding("second copy", Condition.OPTIONAL, f"some of {count} came after the last one ({last})", remedy)
    elif recordings:
        yield Finding("second copy", Condition.OK, f"of {count}: {last}")
