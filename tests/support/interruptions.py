"""Commands that are killed at work, and changes that give the build after a kill much to do."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from show_runner import edit, find_bundle, spacecast, start_spacecast


def kill_within(seconds: float, *arguments: object) -> int:
    """Start a command and kill it (as `kill -9` does) after a while; its process number, 0 where it was over."""
    with start_spacecast(*arguments) as process:
        time.sleep(seconds)
        process.kill()
        process.communicate()
    return process.pid if process.returncode == -9 else 0


def change_much(show: Path) -> Path:
    """Edits, a refusal, a withdrawal, a folder of the site deleted: the next build changes and removes much."""
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nmute:\n  - 0:03-0:04\nslug:")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    shutil.rmtree(show / "output/people")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    return show
