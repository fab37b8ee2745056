"""Disks that are full, read-only or broken: a command says so in a sentence, and the next one ends as a clean one."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from feed_maker import item, put_feed
from feed_server import serve_files
from show_runner import build, copy_show, edit, find_bundle, read_show, start_spacecast

_SHIM = Path(__file__).with_name("faulty_disk.c")
_CALLS = ("create", "write", "read", "rename", "sync")
_SPARE = 400_000
"""Bytes of a file system that hold no file: folders, rounding."""


def fill_disk_while_building(show: Path, folder: Path, levels: int) -> list[str]:
    """Builds a changed show on disks with ever more room; what was wrong."""
    clean = _change(copy_show(show, folder / "clean"))
    needed = _count_bytes(_change(copy_show(show, folder / "before")))
    build(clean)
    grown = max(_count_bytes(clean) - needed, 0) + 2_000_000  # files are written beside those they replace
    wrong = []
    for level in range(levels):
        with disk(folder / "disk", needed + _SPARE + grown * level // levels) as (place, limit, make_room):
            tried = _change(copy_show(show, place / "show"))
            told = run(tried, "build", limit=limit)
            make_room()
            ended = run(tried, "build")
            wrong += [f"build, level {level}: {fault}" for fault in _find_faults(told, ended, tried, clean)]
    return wrong


def fill_disk_while_importing(audio: bytes, folder: Path, levels: int) -> list[str]:
    """Takes a podcast over onto disks with ever more room; what was wrong."""
    with serve_files() as host:
        feed = put_feed(host, "".join(item(host, audio, number) for number in (1, 2, 3)))
        clean = folder / "clean-import"
        _, error = run(clean, "import", feed)
        assert (clean / "config.yaml").is_file(), error
        needed, wrong = _count_bytes(clean) + _SPARE, []
        for level in range(levels):
            with disk(folder / "disk", 4096 + needed * level // levels) as (place, limit, make_room):
                told = run(place / "show", "import", feed, limit=limit)
                make_room()
                ended = run(place / "show", "import", feed)
                faults = _find_faults(told, ended, place / "show", clean)
                wrong += [f"import, level {level}: {fault}" for fault in faults]
    return wrong


def write_nowhere(show: Path, folder: Path) -> tuple[int, list[str]]:
    """Builds with each folder read-only in turn; how many were tried, and what was wrong."""
    clean, tried, wrong = _change(copy_show(show, folder / "clean")), 0, list[str]()
    build(clean)
    for name in ("", "output", "output/media", ".cache", ".cache/audio", "content", "content/episodes"):
        changed = _change(copy_show(show, folder / "read-only"))
        if name == ".cache/audio":
            shutil.rmtree(changed / name)
            (changed / name).mkdir()
        with _read_only(changed / name) as works:
            told = run(changed, "build") if works else (0, "")
        tried += works
        faults = _find_faults(told, run(changed, "build"), changed, clean)
        wrong += [f"{name or 'show'} is read-only: {fault}" for fault in faults]
        shutil.rmtree(changed)
    return tried, wrong


def break_disk(show: Path, folder: Path, moments: int) -> tuple[int, list[str]]:
    """Builds while a kind of call fails from the n-th on; how many were tried, and what was wrong."""
    shim, clean = folder / "faulty_disk.so", _change(copy_show(show, folder / "clean"))
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, _SHIM, "-ldl"], check=True)
    build(clean)
    tried, wrong = 0, list[str]()
    for call in _CALLS:
        for moment in (round(1.9**number) - 1 for number in range(moments)):
            broken = _change(copy_show(show, folder / "broken"))
            faulty = {"LD_PRELOAD": shim, "FAULTY_CALL": call, "FAULTY_BELOW": broken, "FAULTY_AFTER": moment}
            with patch.dict(os.environ, {name: str(value) for name, value in faulty.items()}):
                told = run(broken, "build")
            faults = _find_faults(told, run(broken, "build"), broken, clean)
            wrong += [f"{call} {moment + 1} fails: {fault}" for fault in faults]
            tried += 1
            shutil.rmtree(broken)
    return tried, wrong


def run(show: Path, *arguments: object, limit: int = resource.RLIM_INFINITY) -> tuple[int, str]:
    """A command in a process of its own: its exit code and what it says of problems. No file grows beyond `limit`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))  # which the process inherits
    try:
        process = start_spacecast("-C", show, *arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with process:
        _, error = process.communicate(timeout=300)
    return process.returncode, error.decode(errors="replace")


def _change(show: Path) -> Path:
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nmute:\n  - 0:03-0:04\nslug:")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    return show


def _find_faults(told: tuple[int, str], ended: tuple[int, str], show: Path, clean: Path) -> Iterator[str]:
    code, error = told
    if "Traceback" in error or code < 0:
        yield f"exit code {code}: {' '.join(error.split())[-300:]}"
    if code and not error.strip():
        yield f"exit code {code}, and not a word"
    if ended[0]:
        yield f"afterwards: {ended[1][-300:]}"
    found, expected = read_show(show), read_show(clean)
    if different := sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path)):
        yield f"{len(different)} files differ: {different[:3]}"


def _count_bytes(folder: Path) -> int:
    return sum(-(-file.stat().st_size // 4096) * 4096 for file in folder.rglob("*") if file.is_file())


@contextmanager
def disk(place: Path, size: int) -> Iterator[tuple[Path, int, Callable[[], None]]]:
    """A folder with room for `size` bytes: where it is, how long a file may be, and what gives it more room.

    It is a file system of its own where this user may make one; else no file of the process may be longer than a share.
    """
    place.mkdir(exist_ok=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place)
    try:
        if mounted:
            yield place, resource.RLIM_INFINITY, lambda: _require(_mount("-o", "remount,size=1g", place))
        else:
            yield place, max(size // 100, 1), lambda: None
    finally:
        if mounted:
            subprocess.run(["umount", place], check=True)
        shutil.rmtree(place)


@contextmanager
def _read_only(folder: Path) -> Iterator[bool]:
    """Nothing can be written below; false where this user can neither mount nor is held up by permissions."""
    if _mount("--bind", folder, folder):
        _require(_mount("-o", "remount,bind,ro", folder))
        try:
            yield True
        finally:
            subprocess.run(["umount", folder], check=True)
        return
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    try:
        yield os.geteuid() != 0
    finally:
        folder.chmod(mode)


def _mount(*arguments: object) -> bool:
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _require(condition: bool) -> None:
    assert condition
