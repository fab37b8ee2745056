"""Builds and deploys that are killed while they are at work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from interruptions import change_much, is_held, kill_within
from shipping import kill_often
from show_runner import PROJECT, build, copy_show, read_show

_TOGETHER = 4
"""Kills of one show before a build is left in peace."""


def kill_builds(show: Path, folder: Path, kills: int) -> tuple[int, list[str]]:
    """Kills builds that have the show's lock until `kills` were hit; how many were killed in all, and what diverged."""
    changed = change_much(copy_show(show, folder / "changed"))
    clean = copy_show(changed, folder / "clean")
    build(clean)
    expected, wrong, together = read_show(clean), list[str](), 0
    tried = copy_show(changed, folder / "tried")

    def kill(_: int, delay: float) -> bool:
        lock = tried / ".cache/build.lock"
        process = kill_within(delay, "-C", tried, "build", "--jobs", 2, lock=lock)
        hits.append(bool(process) and is_held(lock, process))
        return hits[-1]

    hits: list[bool] = []
    for number in kill_often(kill, 3.0, kills):
        together += 1
        if together == _TOGETHER or not hits[-1] or sum(hits) == kills:
            together = 0
            build(tried)
            if read_show(tried) != expected:
                wrong.append(f"after kill {number + 1}: {sorted(read_show(tried).items() ^ expected.items())[:3]}")
            shutil.rmtree(tried)
            copy_show(changed, tried)
    return len(hits), wrong


def kill_deploys(kills: int) -> tuple[int, list[str]]:
    """Has the tests of hosts kill deploys to a folder, to a bucket and to Pages; how many were hit, and what failed."""
    tests = [f"tests/functional/hosts/test_{host}.py" for host in ("local_folder", "object_store", "github_pages")]
    command = [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:cacheprovider", "-k", "killed_at_any_moment"]
    environment = {**os.environ, "KILLS": str(-(-kills // 4))}  # twice as many at the folder
    done = subprocess.run([*command, *tests], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    hits = sum(map(int, re.findall(r"^(\d+) of \d+ kills hit", done.stdout, re.MULTILINE)))
    return hits, [] if done.returncode == 0 else [done.stdout[-2000:]]
