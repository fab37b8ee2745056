"""What systems do differently is in one module, and the way that every system has gives the same bytes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from show_runner import PROJECT, edit, make_show, make_two_spaces, read_show, run_spacecast

ONE = "engine/platform/__init__.py"
NOT_EVERYWHERE = {
    *("fork", "forkpty", "kill", "killpg", "nice", "getpgrp", "setsid", "setpgid", "sendfile", "splice", "statvfs"),
    *("posix_fadvise", "posix_fallocate", "mkfifo", "mknod", "chown", "lchown", "getuid", "geteuid", "getloadavg"),
    *(
        "sched_setaffinity",
        "sched_getaffinity",
        "setpriority",
        "symlink",
        "symlink_to",
        "link",
        "hardlink_to",
        "openpty",
    ),
    *("register_at_fork", "memfd_create", "copy_file_range", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGALRM", "pthread_kill"),
}
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "msvcrt", "winreg", "syslog"}


def find_odd(source: str) -> set[str]:
    """Names in a module that some system lacks."""
    nodes = list(ast.walk(ast.parse(source)))
    owners = {"os", "signal", "socket"}
    odd = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr in NOT_EVERYWHERE
        and ((isinstance(node.value, ast.Name) and node.value.id in owners) or node.attr.endswith("_to"))
    }
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return odd | imported & MODULES | {text for text in texts if text.startswith(("/proc/", "/dev/"))}


def test_only_one_module_knows_systems() -> None:
    """Forks, signals, locks, links and hints have their two ways there, and are nowhere else."""
    found = {
        path.relative_to(PROJECT / "site_builder").as_posix(): odd
        for path in (PROJECT / "site_builder").rglob("*.py")
        if (odd := find_odd(path.read_text("utf-8")))
    }
    assert set(found) == {ONE}, found
    assert {"fork", "fcntl", "msvcrt", "/dev/shm"} <= found[ONE]


def test_portable_way_makes_the_same_bytes(tmp_path: Path) -> None:
    """No process is forked, nothing is linked, nothing lies in memory: output and content are the same to a bit."""
    shows = {way: make_show(tmp_path / way / "show", make_two_spaces()) for way in ("", "1")}
    for way, show in shows.items():
        built = run_spacecast("-C", show, "build", SPACECAST_PORTABLE=way)
        assert built.code == 0, built.err
    quick, portable = map(read_show, shows.values())
    assert portable == quick
    assert len(portable) > 30


def test_portable_way_forks_and_links_nothing() -> None:
    """Or else the test above would compare one way with itself."""
    script = (
        "import os, sys; os.fork = os.link = None\n"
        "from site_builder.engine import platform\nfrom site_builder.engine.processes import forking, quick_calls\n"
        "assert not platform.FORKS and platform.find_memory(1) is None and not platform.kill_group(1)\n"
        "assert forking.Task(lambda: 3).result() == 3\n"
        "assert quick_calls.map_in_processes(str, range(500), 2, at_least=1) == [str(n) for n in range(500)]\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SPACECAST_PORTABLE": "1"}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252", "shift_jis"])
def test_terminals_that_know_few_letters(encoding: str, tmp_path: Path) -> None:
    """A letter that cannot be shown is `?`; JSON is whole; nothing fails."""
    shown = subprocess.run(
        [sys.executable, "-m", "site_builder", "help", "moving"],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert b"Moving a podcast" in shown.stdout
    made = subprocess.run(
        [sys.executable, "-m", "site_builder", "init", str(tmp_path / "show"), "--title", "Später 日本", "--json"],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert json.loads(made.stdout.decode(encoding))["title"] == "Später 日本"


def test_paths_stay_short(tmp_path: Path) -> None:
    """Windows may refuse paths of 260 letters: with titles of any length a show needs 160 below its own folder."""
    show = make_show(tmp_path / "show", make_two_spaces())
    assert run_spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    words = "Hydrology and everything that follows from it " * 6
    for matter in show.glob("content/episodes/*/index.md"):
        edit(matter, "title: ", f"tags: [{words.strip()}]\nchapters: ['0:01 {words.strip()}']\ntitle: {words}")
    built = run_spacecast("-C", show, "build")
    assert built.code == 0, built.err
    longest = max((path.relative_to(show).as_posix() for path in show.rglob("*")), key=len)
    assert len(longest) <= 160, longest


def test_checkouts_have_the_same_bytes_everywhere() -> None:
    """git on Windows would turn line ends otherwise, and a site is digested to the byte."""
    names = ["templates/assets/site.css", "templates/locales/de.po", "docs/consent.md", "site_builder/errors.py"]
    command = ["git", "check-attr", "eol", "--", *names]
    try:
        said = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git is not here")
    assert said.count("eol: lf") == len(names)


def test_reserved_names_are_none_of_ours(tmp_path: Path) -> None:
    """A title, tag or person that is called as a device of Windows is names no file or folder."""
    reserved = ["con", "aux", "nul", "com1", "lpt9", "prn"]
    show, sound = make_show(tmp_path / "show"), tmp_path / "CON.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(64000))
    assert run_spacecast("-C", show, "extract", sound).code == 0
    (matter,) = show.glob("content/episodes/*/index.md")
    edit(matter, "title: ", f"tags: {[word.upper() for word in reserved] + ['aux.', 'Prn ']}\ntitle: ")
    built = run_spacecast("-C", show, "build")
    assert built.code == 0, built.err
    assert any("con" in path.name.lower() for path in (show / "content/episodes").iterdir())
    assert not [path for path in show.rglob("*") if path.name.lower().split(".")[0].strip() in reserved]
