"""A client for SFTP, version 3, over the system's `ssh -s HOST sftp`.

https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02; version 3 is what OpenSSH and everybody else has.
A packet is its length, its kind, a number by which its reply is known, and fields. Many requests are on the way at
once, so that a far server is not asked one file at a time. What the server says is read as a stranger's: bounded, and
refused where it is no SFTP.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import IntEnum
from typing import IO, NamedTuple, NoReturn

from site_builder.errors import SpacecastError
from site_builder.net.redaction import redact

_QUIETLY = ("-oBatchMode=yes", "-oForwardX11=no", "-oForwardAgent=no", "-oClearAllForwardings=yes")
_AS_PROGRAM = ("-oPermitLocalCommand=no", "-oRequestTTY=no", "-oRemoteCommand=none")
_MOST_AT_ONCE = 64
"""Requests without a reply yet. All together have replies that fit into a pipe, or are that small themselves."""
_LONGEST = 1 << 18
"""Bytes of a packet; OpenSSH sends and takes no longer ones."""
_VERSION = 3


class Op(IntEnum):
    """Kinds of packets."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    REALPATH = 16
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200


class Status(IntEnum):
    """What a server says of a request that gives nothing else; there are others, all of them refusals."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    FAILURE = 4


class Attributes(NamedTuple):
    """Of a file: what the server tells of it."""

    size: int
    """-1 where it does not tell."""
    mode: int
    """With the bits of the kind, as in `st_mode`; 0 where it does not tell."""


class Fields:
    """The content of a packet, read from its beginning on.

    Raises:
        SpacecastError: it ends too soon.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def number(self, size: int = 4) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self._take(size))

    def string(self) -> bytes:
        """A string with its length before it."""
        return self._take(self.number())

    def attributes(self) -> Attributes:
        """Size and mode; owners, times and what servers add are read over."""
        flags = self.number()
        size = self.number(8) if flags & 1 else -1
        self._take(8 if flags & 2 else 0)
        mode = self.number() if flags & 4 else 0
        self._take(8 if flags & 8 else 0)
        for _ in range(self.number() if flags & 0x80000000 else 0):
            self.string(), self.string()
        return Attributes(size, mode)

    def names(self) -> list[tuple[bytes, Attributes]]:
        """Entries of a folder; the line that servers write for people is read over."""
        entries = []
        for _ in range(self.number()):
            name, _line = self.string(), self.string()
            entries.append((name, self.attributes()))
        return entries

    def __bool__(self) -> bool:
        return self._at < len(self._content)

    def _take(self, size: int) -> bytes:
        part = self._content[self._at : self._at + size]
        if len(part) < size:
            raise SpacecastError("the server answers in no way that SFTP knows")
        self._at += size
        return part


class Reply(NamedTuple):
    """What the server says to a request."""

    op: int
    content: bytes

    @property
    def status(self) -> int:
        """A `Status`, or a number that stands for another refusal; OK where the reply is what was asked for."""
        return Fields(self.content).number() if self.op == Op.STATUS else Status.OK

    @property
    def reason(self) -> str:
        """Why it was refused, as the server says it."""
        fields = Fields(self.content)
        code = fields.number()
        said = "".join(c if c.isprintable() else " " for c in fields.string().decode("utf-8", "replace")[:200])
        return redact(said.strip().rstrip(".")) or f"refused ({code})"


class Request(NamedTuple):
    """What is asked of the server."""

    op: Op
    content: bytes


def ask(op: Op, *fields: str | bytes | int, raw: bytes = b"") -> Request:
    """A request: texts and handles as strings, numbers with four bytes, `raw` behind them as it is."""
    packed = (_pack_string(f) if isinstance(f, str | bytes) else struct.pack(">I", f) for f in fields)
    return Request(op, b"".join(packed) + raw)


def ask_with_mode(op: Op, *fields: str | bytes | int, mode: int) -> Request:
    """A request that ends in attributes, of which only the mode is said."""
    return ask(op, *fields, 4, mode)


def ask_at(op: Op, handle: bytes, offset: int, rest: bytes | int) -> Request:
    """To read (so many bytes) or write (these) from `offset` on."""
    tail = struct.pack(">QI", offset, rest) if isinstance(rest, int) else struct.pack(">Q", offset) + _pack_string(rest)
    return ask(op, handle, raw=tail)


def _pack_string(value: str | bytes) -> bytes:
    content = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return struct.pack(">I", len(content)) + content


class SftpSession:
    """A connection, from the first request to the end of the program.

    Raises:
        SpacecastError: from every method, where the way to the server is not there or breaks; what ssh says of it.
    """

    def __init__(self, server: str) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the connection
        address = server.replace("[", "").replace("]", "")
        self._ssh = subprocess.Popen(  # noqa: S603
            ["ssh", *_QUIETLY, *_AS_PROGRAM, "-s", "--", address, "sftp"],  # noqa: S607 -- the system's
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "LC_ALL": "C"},
        )
        weakref.finalize(self, _end, self._ssh, self._said)
        self._count = 0
        self._awaited: set[int] = set()
        self._replies: dict[int, Reply] = {}
        self.extensions = self._greet()
        """What this server can do beyond the version: names."""

    def exchange(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """The reply to each request, in their order; further ones are sent meanwhile."""
        waiting: deque[int] = deque()
        for request in requests:
            waiting.append(self._send(request))
            if len(waiting) == _MOST_AT_ONCE:
                yield self._wait_for(waiting.popleft())
        while waiting:
            yield self._wait_for(waiting.popleft())

    def call(self, request: Request) -> Reply:
        """The reply to one request."""
        return self._wait_for(self._send(request))

    def _greet(self) -> set[str]:
        self._write(struct.pack(">IBI", 5, Op.INIT, _VERSION))
        fields = Fields(self._read_packet())
        if fields.number(1) != Op.VERSION or fields.number() < _VERSION:
            self._refuse_answer()
        extensions = set()
        while fields:
            extensions.add(fields.string().decode("utf-8", "replace"))
            fields.string()
        return extensions

    def _send(self, request: Request) -> int:
        self._count = (self._count + 1) & 0xFFFFFFFF
        size = 5 + len(request.content)
        self._write(struct.pack(">IBI", size, request.op, self._count) + request.content, flush=False)
        self._awaited.add(self._count)
        return self._count

    def _wait_for(self, number: int) -> Reply:
        while number not in self._replies:
            packet = self._read_packet()
            fields = Fields(packet)
            op, answered = fields.number(1), fields.number()
            if answered not in self._awaited:
                self._refuse_answer()
            self._awaited.remove(answered)
            self._replies[answered] = Reply(op, packet[5:])
        return self._replies.pop(number)

    def _write(self, content: bytes, *, flush: bool = True) -> None:
        assert self._ssh.stdin
        with suppress(OSError):  # it ended: why is told where a reply is read, for it may have said something before
            self._ssh.stdin.write(content)
            if flush:
                self._ssh.stdin.flush()

    def _read_packet(self) -> bytes:
        self._write(b"")
        size = int.from_bytes(self._read(4))
        if not 5 <= size <= _LONGEST:
            self._refuse_answer()
        return self._read(size)

    def _read(self, size: int) -> bytes:
        assert self._ssh.stdout
        content = self._ssh.stdout.read(size)
        if len(content) < size:
            self._explain()
        return content

    def _refuse_answer(self) -> NoReturn:
        raise SpacecastError(
            "the server answers in no way that SFTP knows; does its shell print a greeting? "
            "`ssh HOST true` must print nothing"
        )

    def _explain(self) -> NoReturn:
        """Say why it ended: the last line of ssh, and those before where that only tells that it is over."""
        with suppress(subprocess.TimeoutExpired):
            self._ssh.wait(5)
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").splitlines()
        said = [line.strip() for line in lines if line.strip()]
        is_over = "closed" in "".join(said[-1:]).lower()
        reason = redact("; ".join(said[-3:] if is_over else said[-1:]))
        raise SpacecastError(reason or f"ssh ended with code {self._ssh.returncode}")


def _end(ssh: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    """Close the connection and wait for ssh to end; it is killed after five seconds."""
    said.close()
    for pipe in (ssh.stdin, ssh.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()
    try:
        ssh.wait(5)
    except subprocess.TimeoutExpired:
        ssh.kill()
        ssh.wait()
