"""`github-pages`, `github-pages:remote/branch`: the site as one commit on a branch of the show's own repository.

The branch always holds a single commit without a past, for two reasons: whoever is taken out of an episode must not
stay downloadable in the history of a public repository, and a published repository is to stay below 1 GB. One push
replaces the whole site, so there is nothing to interrupt. Nothing else in the repository is touched; a branch whose
newest commit another program made is left alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, ClassVar
from urllib.parse import urlsplit

import ghp_import

from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Setting, Upload, redact, tell

MESSAGE = "Publish the site (spacecast deploy)"
_SCRATCH = "spacecast-deploy"
"""A branch that exists while a commit is being made."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001 -- the one word every host's module has
    """The branch an address names: `origin/gh-pages` where it names none.

    Raises:
        UsageError: the show is in no git repository, or has no such remote.
    """
    place = address.removeprefix("github-pages").removeprefix(":") or "origin/gh-pages"
    remote, _, branch = place.partition("/")
    branch = branch or "gh-pages"
    if not re.fullmatch(r"[A-Za-z0-9_][\w.-]*", remote) or not re.fullmatch(r"[A-Za-z0-9_][\w./-]*", branch):
        raise UsageError(
            f"{redact(address)}: expected github-pages:remote/branch, such as github-pages:origin/gh-pages"
        )
    git = _Git(setting.folder)
    if git.call("rev-parse", "--git-dir"):
        raise UsageError(
            f"{setting.folder} is in no git repository; make one with `git init`, "
            "and tell it where to push with `git remote add origin ADDRESS`"
        )
    if git.call("remote", "get-url", remote):
        raise UsageError(f"git knows no remote {remote!r}; add it with `git remote add {remote} ADDRESS`")
    return GitHubPages(git, remote, branch, find_custom_domain(setting.site_url))


def find_custom_domain(url: str) -> str:
    """What the file CNAME has to say: the host, where it is not GitHub's and the site is all of it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.path == "/" and not host.endswith(".github.io") else ""


class _Git(ghp_import.Git):  # type: ignore[misc]
    """ghp-import's way to run git, in the show's folder and with an author even where git knows none."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.environment = {**os.environ, "LC_ALL": "C"}
        if not sys.stdin.isatty():
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


class GitHubPages(Host):
    """A branch that is the site."""

    name: ClassVar[str] = "github-pages"

    def __init__(self, git: _Git, remote: str, branch: str, domain: str) -> None:
        super().__init__(f"branch {branch} of {remote}")
        self.git = git
        self.remote = remote
        self.branch = branch
        self.domain = domain
        self.wanted: tuple[Upload, ...] = ()
        self.tip = ""
        """The commit that is online; empty where there is none."""
        self.there: Mapping[str, tuple[str, int]] = {}
        """Path to blob and size of what is online."""
        self.changed = False

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By git's own digests of what is online."""
        self.wanted = tuple(wanted)
        self.tip = self._find_tip()
        self.there = self._list_files() if self.tip else {}
        missing = [upload.path for upload in wanted if not self._has(upload)]
        keep = {upload.path for upload in wanted} | ({"CNAME"} if self.domain else set())
        surplus = tuple(sorted(path for path in self.there if path not in keep))
        self.changed = bool(missing or surplus or self._lacks_domain())
        return Difference(missing=missing, surplus=surplus)

    def _find_tip(self) -> str:
        listed = self.git.run("ls-remote", self.remote, f"refs/heads/{self.branch}").split()
        if not listed:
            return ""
        tip = listed[0]
        if self.git.call("cat-file", "-e", f"{tip}^{{tree}}"):
            self.git.run("fetch", "--no-tags", "--quiet", self.remote, f"+refs/heads/{self.branch}:{self._memory}")
        if self.git.run("log", "-1", "--format=%s", tip).strip() != MESSAGE:
            raise UsageError(
                f"{self.label} holds something that spacecast did not put there, and a deploy would replace it; "
                f"delete that branch, or name another: github-pages:{self.remote}/BRANCH"
            )
        return tip

    @property
    def _memory(self) -> str:
        """A name for what was published, so that git keeps it: the next push then sends only what changed."""
        return f"refs/spacecast/{self.remote}/{self.branch}"

    def _list_files(self) -> dict[str, tuple[str, int]]:
        listed = self.git.run("ls-tree", "-r", "-z", "--long", self.tip)
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return {path: (facts.split()[2], int(facts.split()[3])) for facts, _, path in entries}

    def _lacks_domain(self) -> bool:
        line = self.domain.encode()
        return bool(self.domain) and self.there.get("CNAME", ("", 0))[0] != _digest_blob([line], len(line))

    def _has(self, upload: Upload) -> bool:
        blob, size = self.there.get(upload.path, ("", -1))
        if size != upload.size_bytes:
            return False
        return upload.source is None or _digest_file(upload.source, size) == blob

    def begin(self, difference: Difference) -> None:
        """Nothing: the commit is made whole or not at all."""

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Nothing yet: a push replaces everything at once."""
        for upload in wave:
            tell(notify, upload, done=False)
            upload.find_bytes()
            tell(notify, upload, done=True)

    def remove(self, paths: Sequence[str]) -> None:
        """Nothing yet."""

    def settle(self) -> None:
        """Commit and push, where anything changed."""
        if not self.changed:
            return
        commit = self._commit()
        lease = f"--force-with-lease=refs/heads/{self.branch}:{self.tip}"
        self.git.run("push", "--quiet", lease, self.remote, f"{commit}:refs/heads/{self.branch}")
        self.git.run("update-ref", self._memory, commit)

    def _commit(self) -> str:
        """A commit of everything wanted, and of nothing else."""
        pipe = self.git.open("fast-import", "--quiet", "--force", "--date-format=rfc2822", stdout=subprocess.DEVNULL)
        assert pipe.stdin
        assert pipe.stderr
        with suppress(BrokenPipeError), pipe.stdin:  # where git gives up, it says why
            ghp_import.start_commit(pipe, self.git, _SCRATCH, MESSAGE)
            for upload in sorted(self.wanted, key=lambda upload: upload.path):
                self._add(pipe, pipe.stdin, upload)
            if self.domain:
                ghp_import.add_cname(pipe, self.domain)
        said = pipe.stderr.read().decode("utf-8", "replace").strip()
        if pipe.wait():
            raise SpacecastError(f"git could not make a commit: {redact(said)}")
        commit = self.git.run("rev-parse", f"refs/heads/{_SCRATCH}").strip()
        self.git.run("update-ref", "-d", f"refs/heads/{_SCRATCH}")
        return commit

    def _add(self, pipe: subprocess.Popen[bytes], stream: IO[bytes], upload: Upload) -> None:
        if upload.source is None:
            blob, _ = self.there[upload.path]
            stream.write(f"M 100644 {blob} {upload.path}\n".encode())
        else:
            ghp_import.add_file(pipe, str(upload.source), upload.path)


def _digest_file(file: Path, size: int) -> str:
    with file.open("rb") as stream:
        return _digest_blob(iter(lambda: stream.read(1 << 20), b""), size)


def _digest_blob(chunks: Iterable[bytes], size: int) -> str:
    """As git names a file's content (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects)."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
