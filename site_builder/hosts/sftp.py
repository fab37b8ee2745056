"""`sftp:user@host:/srv/show`: a server that has ssh but no rsync, by the system's `sftp` (OpenSSH).

Names, ports and keys are those of ssh itself (`~/.ssh/config`, the agent). Each file is sent under a hidden name beside
its place and moved there in one step, which OpenSSH's servers can do over an older file too. What is there is known by
the digests that earlier deploys noted and by sizes. The folder at the server must exist.

Commands are told in a batch (https://man.openbsd.org/sftp): `@` keeps one from being echoed, `-` lets it fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from site_builder.engine.files import folders_of, part_of
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, redact, tell
from site_builder.hosts.manifest import MANIFEST, doubt, parse_manifest, render_manifest
from site_builder.hosts.servers import parse_server_folder

_LISTED = re.compile(rb"([a-z-])\S{9}.* (\d+) [A-Z][a-z]{2} [ \d]\d .{5} \./(.+)")
"""Kind, size and path of an entry, as `ls -lan` writes it in English."""
_LONGEST = 2000
"""Bytes of a command; sftp cuts longer ones in two."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001, ARG001 -- the one word every host's module has
    """The server and folder an address names.

    Raises:
        UsageError: sftp is not installed, or the address is wrong.
    """
    place = parse_server_folder(address.removeprefix("sftp:"))
    if not place:
        raise UsageError(f"{redact(address)}: expected sftp:user@host:/folder, such as sftp:me@example.org:/srv/show")
    if not shutil.which("sftp"):
        raise UsageError(
            "sftp is not installed here; install OpenSSH's client (Debian: apt install openssh-client; "
            "Windows: Settings, Optional features, OpenSSH Client)"
        )
    return Sftp(place.server, place.folder)


class Sftp(Host):
    """A folder at the other end of ssh."""

    name: ClassVar[str] = "sftp"

    def __init__(self, server: str, root: str) -> None:
        super().__init__(f"{server}:{root}")
        self.server = server
        self.root = root
        self.files: dict[str, str] = {}
        """As the manifest at the server says it."""
        self.wanted: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        """Of what was there before."""
        self.folders: set[str] = set()
        """Those that are there."""
        self._own = tempfile.TemporaryDirectory(prefix="sftp", ignore_cleanup_errors=True)

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By the digests that earlier deploys noted, and the sizes of what is there."""
        self.wanted = {upload.path: upload.sha256 for upload in wanted}
        self.files = parse_manifest(self._fetch_manifest())
        self._look({*self.wanted, *self.files})
        missing = [
            upload.path
            for upload in wanted
            if self.files.get(upload.path) != upload.sha256 or self.sizes.get(upload.path) != upload.size_bytes
        ]
        surplus = [path for path in self.files if path not in self.wanted and self.sizes.keys() & {path, part_of(path)}]
        return Difference(missing=missing, replaced=self.sizes.keys() & missing, surplus=tuple(sorted(surplus)))

    def _fetch_manifest(self) -> bytes | None:
        file = Path(self._own.name) / "fetched.json"
        self._run([f"-@get {_quote(f'./{MANIFEST}')} {_quote(file.as_posix())}"])
        return file.read_bytes() if file.is_file() else None

    def _look(self, paths: Iterable[str]) -> None:
        """Note what lies in the folders of these files; a folder that is not there is no error."""
        above = sorted({folder for path in paths for folder in folders_of(path)})
        listed = self._run(['@ls -lan "."', *(f"-@ls -lan {_quote(f'./{folder}')}" for folder in above)])
        for kind, size, name in filter(None, map(_parse_entry, listed.splitlines())):
            if kind == "d":
                self.folders.add(name)
            else:
                self.sizes[name] = size if kind == "-" else -1

    def begin(self, difference: Difference) -> None:
        """Note what will be touched."""
        self._note(doubt(self.files, [*difference.missing, *difference.surplus]))

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """One run of sftp for pages and the like, one for each long file; noted after each."""
        for _, uploads in groupby(wave, lambda upload: upload.path if upload.kind is Kind.MEDIA else ""):
            self._send_together(list(uploads), notify)

    def _send_together(self, uploads: Sequence[Upload], notify: Notify) -> None:
        commands: list[str] = []
        for upload in uploads:
            tell(notify, upload, done=False)
            commands += self._put(upload.path, upload.find_bytes())
        self._run(commands)
        self._note({**self.files, **{upload.path: upload.sha256 for upload in uploads}})
        for upload in uploads:
            tell(notify, upload, done=True)

    def _put(self, path: str, source: Path) -> Iterator[str]:
        """Commands that make the folders of a file, and send it beside its place and then there."""
        part, place = _quote(f"./{part_of(path)}"), _quote(f"./{path}")
        for folder in folders_of(path):
            if folder not in self.folders:
                yield from (f"@mkdir {_quote(f'./{folder}')}", f"@chmod 755 {_quote(f'./{folder}')}")
                self.folders.add(folder)
        yield f"@put {_quote(source.resolve().as_posix())} {part}"
        yield f"@chmod 644 {part}"
        yield f"@rename {part} {place}"

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files, and folders that are left empty."""
        there = [name for path in paths for name in (path, part_of(path)) if name in self.sizes]
        kept = {folder for path in self.wanted for folder in folders_of(path)}
        above = {folder for path in paths for folder in folders_of(path)} - kept
        emptied = sorted(above, reverse=True)
        self._run(
            [*(f"@rm {_quote(f'./{name}')}" for name in there), *(f"-@rmdir {_quote(f'./{name}')}" for name in emptied)]
        )

    def settle(self) -> None:
        """Note what is there now."""
        self._note(self.wanted)

    def _note(self, files: dict[str, str]) -> None:
        if files == self.files:
            return
        file = Path(self._own.name) / "noted.json"
        file.write_bytes(render_manifest(files))
        self._run(self._put(MANIFEST, file))
        self.files = files

    def _run(self, commands: Iterable[str]) -> bytes:
        """Have sftp do this in the folder at the server; what it prints.

        Raises:
            SpacecastError: the way there broke, or the server refuses.
        """
        batch = [line.encode("utf-8", "surrogateescape") for line in commands]
        if not batch:
            return b""
        if too_long := next((line for line in batch if len(line) > _LONGEST), None):
            raise SpacecastError(f"{self.label}: a name is too long for sftp: {redact(os.fsdecode(too_long[:200]))}…")
        entry = f"@cd {_quote(self.root)}".encode("utf-8", "surrogateescape")
        done = subprocess.run(  # noqa: S603
            ["sftp", *self._share(), "-b", "-", "--", self.server],  # noqa: S607 -- the system's, wherever it is
            input=b"\n".join([entry, *batch, b""]),
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
        if done.returncode:
            raise self._explain(done)
        return done.stdout

    def _share(self) -> Sequence[str]:
        """Options for one connection for all runs of a deploy; Windows knows none."""
        if os.name == "nt" or " " in self._own.name:
            return ()
        path = f"{self._own.name}/s"
        return ("-o", "ControlMaster=auto", "-o", f"ControlPath={path}", "-o", "ControlPersist=10")

    def _explain(self, done: subprocess.CompletedProcess[bytes]) -> SpacecastError:
        """The last thing sftp says is why it stopped; what comes before was let pass."""
        said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        lost = "closed" in "".join(said[-1:]).lower()
        reason = redact("; ".join(said[-3:] if lost else said[-1:])) or f"sftp ended with code {done.returncode}"
        if reason.startswith(("stat remote", "Couldn't stat remote")):
            return SpacecastError(f"{self.label}: there is no such folder at the server; make it, then deploy again")
        return SpacecastError(f"{self.label}: {reason}; what is online is whole; deploy again to finish")


def _parse_entry(line: bytes) -> tuple[str, int, str] | None:
    """Kind (`-` a file, `d` a folder), size in bytes and path of what `ls` lists; None for every other line."""
    entry = _LISTED.fullmatch(line)
    if not entry or entry[3].endswith((b"/.", b"/..")) or entry[3] in {b".", b".."}:
        return None
    name = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8) & 255]), entry[3])
    return entry[1].decode(), int(entry[2]), name.decode("utf-8", "surrogateescape")


def _quote(path: str) -> str:
    """A path as one word that means nothing but itself."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
