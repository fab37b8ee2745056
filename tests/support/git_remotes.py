"""Shows in git repositories, with bare repositories beside them for remotes, as GitHub has one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from show_runner import copy_show


def git(folder: Path, *arguments: str) -> str:
    """Run git there, with an author; what it prints."""
    named = ["-c", "user.name=Test", "-c", "user.email=test@you.dev"]
    command = ["git", *named, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def clone_of(show: Path, to: Path) -> Path:
    """A copy of a show in a git repository, whose remote `origin` is `remote.git` beside it."""
    remote = to.parent / "remote.git"
    copy_show(show, to)
    git(to, "init", "-q", "-b", "main")
    if not remote.exists():
        git(to.parent, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(to, "remote", "add", "origin", str(remote))
    return to


def branches(remote: Path) -> str:
    """The branches a bare repository holds."""
    return git(remote, "branch", "--format=%(refname:short)")
