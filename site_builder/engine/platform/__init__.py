"""What operating systems do differently: processes, locks, links. Each function works on every system.

`SPACECAST_PORTABLE=1` takes the way that every system has here as well: for tests, and should the quick one fail.
docs/decisions/0040 says why.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

PORTABLE = bool(os.environ.get("SPACECAST_PORTABLE"))
"""Whether only what every system has is used."""
FORKS = sys.platform == "linux" and not PORTABLE
"""Whether a process can be forked from this one safely: macOS has threads of its own in every process, Windows no fork.
Else what would be done by others is done by this process."""
_PIPE = 1 << 20
"""Bytes that wait in a pipe while nobody takes them: as much as Linux lets anybody have."""
_NICENESS = 5
"""How much a process that works beside this one gives way to it."""
_FAR = 1 << 30  # Windows makes locked bytes unreadable, so a byte behind the text is locked
_MEMORY = Path("/dev/shm")  # noqa: S108 -- checked before it is used


def fork() -> int:
    """0 in the new process, its id in this one. Only where `FORKS`."""
    return os.fork()


def kill(child: int) -> None:
    """End a process that was forked, whatever it is at."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def end_with(parent: int) -> None:
    """Have this process, which was forked from `parent`, end as soon as that does, whatever it is at."""
    from ctypes import CDLL  # noqa: PLC0415 -- 5 ms that only long work is worth

    on_parents_end = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)
    with suppress(AttributeError, OSError):
        CDLL(None).prctl(on_parents_end, signal.SIGKILL)
    if os.getppid() != parent:  # it had ended before
        os._exit(0)


def kill_group(leader: int) -> bool:
    """End a process and all that it started; False where the system has no groups, and only itself can be ended."""
    if not hasattr(os, "killpg") or PORTABLE:
        return False
    os.killpg(leader, signal.SIGKILL)
    return True


def end_own_group() -> None:
    """End all that this process started, where it leads a group of its own."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGTERM)


def give_way() -> None:
    """Let others go first, as far as the system knows priorities."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def widen(pipe: int) -> None:
    """Have a pipe hold more, where it can."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415 -- not there on Windows

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def close_all_but(kept: int) -> None:
    """Let go of all files that are open, but for standard streams and `kept`; only where `FORKS`."""
    for descriptor in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 -- numbers, not files
        if descriptor > 2 and descriptor != kept:
            with suppress(OSError):
                os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock a file for this process, as long as it is open; whether nobody else has it."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 -- only there

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False
    import fcntl  # noqa: PLC0415 -- not there on Windows

    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def link(source: Path, place: Path) -> None:
    """A second name for a file.

    Raises:
        OSError: this system, or the disk, has no such thing; whoever calls it copies then, or does without.
    """
    if PORTABLE:
        raise OSError("no links")
    os.link(source, place)


def sync_folder(folder: Path) -> None:
    """See that names in a folder survive a loss of power; Windows opens no folders, and needs none synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def begin_writing(file: Any, start: int, size: int) -> None:
    """Have what was written to a file go to the disk from now on; Linux does where it is said not to be needed."""
    with suppress(AttributeError, OSError):
        os.posix_fadvise(file.fileno(), start, size, os.POSIX_FADV_DONTNEED)


def find_memory(ample: int) -> Path | None:
    """A folder whose files live in memory, with room for `ample` bytes; None where there is none."""
    if PORTABLE:
        return None
    with suppress(OSError, AttributeError):  # AttributeError: Windows
        room = os.statvfs(_MEMORY)
        if room.f_bavail * room.f_frsize >= ample and os.access(_MEMORY, os.W_OK | os.X_OK):
            return _MEMORY
    return None


def print_anywhere() -> None:
    """Have standard streams that cannot show a letter show `?` for it: terminals of Windows may know 256 letters."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
        if encoding != "utf8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
