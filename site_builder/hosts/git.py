"""Runs git for deploys and checks: in the show's own repository or in one kept aside, never in one above."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ghp_import

from site_builder.errors import SpacecastError, UsageError
from site_builder.net.redaction import redact

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+|(?![\w.-]+::)[\w.-]+(?:@[\w.\[\]:-]+)?:.+|[./~].*|[A-Za-z]:[\\/].*")
"""What git takes for the address of a repository (https://git-scm.com/docs/git-fetch#_git_urls), and for no option."""
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*")
_BRANCH = re.compile(r"[A-Za-z0-9_][\w./-]*")
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_REDIRECTED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE")
"""Variables that would make git work somewhere else than in the folder it is started in."""


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of a repository as the config names it: by the name of a remote or by its address."""

    remote: str
    """Name of a remote; empty where there is an address."""
    address: str
    branch: str


def parse_place(text: str) -> Place:
    """What follows `github-pages:`, as `remote/branch`, `address` or `address#branch`.

    Raises:
        ValueError: it is none of them.
    """
    if _ADDRESS.fullmatch(text):
        address, _, branch = text.partition("#")
        remote = ""
    else:
        remote, _, branch = (text or "origin").partition("/")
        address = ""
    branch = branch or "gh-pages"
    if (remote and not _NAME.fullmatch(remote)) or not _BRANCH.fullmatch(branch) or not address.isprintable():
        raise ValueError(text)
    return Place(remote, address, branch)


def without_login(address: str) -> str:
    """An address without the user name or token in front of a web address; a name such as `git@` of ssh stays.

    >>> without_login("https://token@example.org/x.git")
    'https://example.org/x.git'
    """
    return address if address.startswith("ssh://") else _LOGIN.sub("", address)


class Git(ghp_import.Git):  # type: ignore[misc]
    """ghp-import's way to run git, in one folder and with an author even where git knows none."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if name not in _REDIRECTED}
        self.environment |= {"LC_ALL": "C", "GIT_GLOB_PATHSPECS": "1"}
        if not sys.stdin or not sys.stdin.isatty():
            self.environment["GIT_TERMINAL_PROMPT"] = "0"

    def open(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start git."""
        pipe: subprocess.Popen[bytes] = super().open(
            *arguments, **{"cwd": self.folder, "env": self.environment, **options}
        )
        return pipe

    def get_config(self, key: str) -> bytes:
        """A setting, with the program as the author where nobody else is."""
        known: bytes = super().get_config(key)
        return known or {"user.name": b"spacecast", "user.email": b"spacecast@localhost"}.get(key, b"")

    def get_prev_commit(self, branch: str) -> None:  # noqa: ARG002
        """None: a commit that is made here has no past."""
        return

    def run(self, *arguments: str) -> str:
        """What git prints.

        Raises:
            SpacecastError: it fails; with what it says.
        """
        if self.call(*arguments):
            said = [line for line in self.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
            raise SpacecastError(f"git {arguments[0]}: {redact('; '.join(said[-6:])) or 'failed'}")
        printed: str = self.stdout.decode("utf-8", "surrogateescape")
        return printed

    def ask(self, *arguments: str) -> str:
        """The same, and nothing where git fails."""
        return "" if self.call(*arguments) else self.stdout.decode("utf-8", "surrogateescape")


def find_git() -> bool:
    """Whether git is installed."""
    try:
        return subprocess.run(["git", "--version"], capture_output=True, check=False).returncode == 0  # noqa: S607
    except OSError:
        return False


def find_top_level(folder: Path) -> Path | None:
    """The top level of the repository that a folder lies in; None where it lies in none, or git is not installed."""
    if not find_git():
        return None
    top = Git(folder).ask("rev-parse", "--show-toplevel").removesuffix("\n")
    return Path(top) if top else None


def find_own_repository(folder: Path) -> Git | None:
    """Git in the show's folder, where that is the top level of a repository; None where the repository is another's."""
    top = find_top_level(folder)
    return Git(folder) if top and top.exists() and top.samefile(folder) else None


def list_remotes(git: Git) -> dict[str, str]:
    """Name of each remote, and the address that is pushed to."""
    names = git.ask("remote").split()
    return {name: git.ask("remote", "get-url", "--push", "--", name).strip() for name in names}


def open_aside(folder: Path, name: str = "github-pages.git") -> Git:
    """A repository in the show's `.cache/`: it can be deleted at any time."""
    place = folder / ".cache" / name
    git = Git(place)
    if not (place / "HEAD").is_file():
        place.mkdir(parents=True, exist_ok=True)
        git.run("init", "--quiet", "--bare", ".")
    return git


def require_git() -> None:
    """Refuse where git is not installed.

    Raises:
        UsageError: with where to get it.
    """
    if not find_git():
        raise UsageError("git is not installed here; install it from https://git-scm.com, then deploy again")
