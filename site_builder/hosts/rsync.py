"""`rsync:user@host:/srv/show`: a server of one's own, by the system's rsync over ssh.

Names, ports and keys are those of ssh itself (`~/.ssh/config`, the agent); rsync compares by checksum at both ends
and moves each file into place whole. The folder at the server must exist.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from site_builder.engine.files import list_parents
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, tell
from site_builder.hosts.local_folder import require_other_folder
from site_builder.hosts.manifest import MANIFEST, ManifestHost
from site_builder.hosts.servers import parse_server_folder
from site_builder.net.redaction import redact
from site_builder.show.layout import find_output_paths

_NOT_THERE = 23
"""rsync's exit code where a file that was asked for does not exist."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001 -- the one word every host's module has
    """The server and folder an address names.

    Raises:
        UsageError: rsync is not installed, or the address is wrong.
    """
    place = address.removeprefix("rsync:")
    is_local = place.startswith("/") and not place.startswith("//") and place.isprintable()
    if not is_local and not parse_server_folder(place):
        raise UsageError(f"{redact(address)}: expected rsync:user@host:/folder, such as rsync:me@example.org:/srv/show")
    if is_local:
        require_other_folder(address, Path(place).resolve(), setting.folder.resolve())
    if not shutil.which("rsync"):
        raise UsageError(
            "rsync is not installed here; install it (Debian: apt install rsync; macOS: brew install rsync)"
        )
    return Rsync(place.rstrip("/") or "/", setting.site or find_output_paths(setting.folder, preview=False).output)


class Rsync(ManifestHost):
    """A folder at the other end of ssh."""

    name: ClassVar[str] = "rsync"

    def __init__(self, place: str, output: Path) -> None:
        super().__init__(place)
        self.place = f"{place}/"
        self.output = output
        self._sockets = tempfile.mkdtemp(prefix="ssh")
        weakref.finalize(self, shutil.rmtree, self._sockets, ignore_errors=True)

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By checksums that both ends compute; of audio that is only there, by what was noted."""
        self._begin_comparing(wanted)
        listed = self._copy([u.path for u in wanted if u.source], "--dry-run", "--out-format=%i %n")
        files = [line for line in listed.splitlines() if line[:2] in {"<f", ">f"} and line[2] in "+c"]
        differ = {line[12:] for line in files}
        gone = {u.path for u in wanted if not u.source and self.files.get(u.path) != u.sha256}
        surplus = tuple(sorted(path for path in self.files if path not in self.wanted))
        replaced = {line[12:] for line in files if line[2] == "c"}
        return Difference(missing=differ | gone, replaced=replaced, surplus=surplus)

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """One run of rsync; the feed itself after its further pages."""
        for upload in wave:
            tell(notify, upload, done=False)
            upload.find_bytes()
        paths = [upload.path for upload in wave]
        if wave[0].kind is Kind.FEED:
            self._copy(paths[:-1])
            paths = paths[-1:]
        self._copy(paths)
        for upload in wave:
            tell(notify, upload, done=True)

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files, and folders in which nothing is left: rsync is told of nothing else, and finds them missing."""
        kept = {folder for path in self.wanted for folder in list_parents(path)}
        above = {folder for path in paths for folder in list_parents(path)}
        rules = [f"/{_quote(name)}" for name in (*(f"{folder}/" for folder in sorted(above)), *paths)]
        with tempfile.TemporaryDirectory() as bare:
            for folder in above & kept:
                (Path(bare) / folder).mkdir(parents=True, exist_ok=True)
            options = ("--recursive", "--delete", "--from0", "--include-from=-", "--exclude=*")
            done = self._run(*options, "--", f"{bare}/", self.place, names="\0".join(rules)) if rules else None
        if done and done.returncode:
            raise self._explain(done)

    def _write_manifest(self, content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / MANIFEST).write_bytes(content)
            self._copy([MANIFEST], source=Path(folder))

    def _read_manifest(self) -> bytes | None:
        with tempfile.TemporaryDirectory() as folder:
            done = self._run("--", self.place + MANIFEST, f"{folder}/")
            if done.returncode not in {0, _NOT_THERE}:
                raise self._explain(done)
            file = Path(folder) / MANIFEST
            return file.read_bytes() if file.is_file() else None

    def _copy(self, paths: Iterable[str], *options: str, source: Path | None = None) -> str:
        """Bring these files to the server; what rsync prints.

        Raises:
            SpacecastError: the way there broke, or the server refuses.
        """
        names = "\0".join(paths)
        if not names:
            return ""
        modes = ("--checksum", "--perms", "--chmod=D755,F644", "--partial-dir=.spacecast-partial")
        listing = ("--files-from=-", "--from0")
        done = self._run(*modes, *listing, *options, "--", f"{source or self.output}/", self.place, names=names)
        if done.returncode:
            raise self._explain(done)
        return done.stdout.decode("utf-8", "surrogateescape")

    def _run(self, *arguments: str, names: str = "") -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "LC_ALL": "C", "RSYNC_RSH": self._shell()}
        return subprocess.run(  # noqa: S603
            ["rsync", *arguments],  # noqa: S607 -- the system's own, wherever that is
            input=names.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
            env=environment,
        )

    def _shell(self) -> str:
        """The ssh that is configured, with one connection for all runs of a deploy: a passphrase is asked for once."""
        shell = os.environ.get("RSYNC_RSH") or "ssh"
        share = f" -o ControlMaster=auto -o ControlPath={self._sockets}/s -o ControlPersist=10"
        return shell + share if shell.split()[0] == "ssh" and " " not in self._sockets else shell

    def _explain(self, done: subprocess.CompletedProcess[bytes]) -> SpacecastError:
        said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        reason = redact("; ".join(said[-4:])) or f"rsync ended with code {done.returncode}"
        return SpacecastError(f"{self.label}: {reason}; what is online is whole; deploy again to finish")


def _quote(path: str) -> str:
    """A path as a pattern that means nothing but itself."""
    return re.sub(r"([*?\[\\])", r"\\\1", path)
