"""Commands that are killed at work, and changes that give the build after a kill much to do."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from show_runner import edit, find_bundle, spacecast, start_spacecast


def kill_within(seconds: float, *arguments: object, lock: Path | None = None) -> int:
    """Start a command and kill it (as `kill -9` does) after a while; its process number, 0 where it was over.

    With `lock`, the while begins when that file says that the command is at work: how long Python takes to start is a
    matter of what else the machine does.
    """
    with start_spacecast(*arguments) as process:
        while lock and process.poll() is None and not is_held(lock, process.pid):
            time.sleep(0.002)
        time.sleep(seconds)
        process.kill()
        process.communicate()
    return process.pid if process.returncode == -9 else 0


def is_held(lock: Path, pid: int) -> bool:
    """Whether a process holds a show's lock, or held it when it was killed."""
    return lock.is_file() and lock.read_text().split()[-1:] == [str(pid)]


def change_much(show: Path) -> Path:
    """Edits, a refusal, a withdrawal, a folder of the site deleted: the next build changes and removes much."""
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nmute:\n  - 0:03-0:04\nslug:")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    shutil.rmtree(show / "output/people")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    return show
