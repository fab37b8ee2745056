"""A root directory in which nothing is but Python, as the smallest containers have it: no shell, git, make or compiler.

    root = PythonRoot(folder / "root")
    root.install(PROJECT, make_wheels(folder / "wheels"))
    root.run("doctor")

Only an administrator of Linux may change roots.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from show_runner import PROJECT

HOME = "home/me"
_DEVICES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
"""Name to minor number; the major one is 1."""
_LIBRARIES = (
    "libc",
    "libm",
    "libmvec",
    "libdl",
    "libpthread",
    "librt",
    "libutil",
    "libresolv",
    "libgcc_s",
    "libstdc++",
)
"""What every system with glibc has, and containers with Python: wheels for Linux may take it for granted."""
_LEFT_OUT = ("site-packages", "test", "config-*", "idlelib", "turtledemo", "tkinter", "_tkinter*", "__pycache__")
_FILES = {
    "etc/passwd": f"root:x:0:0::/{HOME}:/none\n",
    "etc/group": "root:x:0:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
}


def may_change_roots() -> bool:
    """Whether one can be tried here."""
    return sys.platform == "linux" and os.geteuid() == 0 and bool(shutil.which("unshare"))


def make_wheels(into: Path) -> Path:
    """All that the install line of README fetches, from pip's index; nothing is made by whoever installs these."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(into)]
    subprocess.run([*command, f"{PROJECT}[publish]", "hatchling", "editables"], check=True, capture_output=True)
    return into


class PythonRoot:
    """The root, with this Python in it where it lies outside.

    Args:
        place: A folder that is not there yet.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.home = place / HOME
        for name in (HOME, "tmp", "proc", "dev", "etc"):
            (place / name).mkdir(parents=True, exist_ok=True)
        for name, content in _FILES.items():
            (place / name).write_text(content)
        for name, minor in _DEVICES.items():
            os.mknod(place / "dev" / name, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        self.python = self._copy_python()
        self.program = f"/{HOME}/installed/bin/spacecast"

    def install(self, source: Path, wheels: Path) -> None:
        """README's line, as pipx does it: an environment, and the folder with the code into it."""
        shutil.copytree(wheels, self.place / "wheels")
        shutil.copytree(source, self.home / "code", ignore=shutil.ignore_patterns(".*", "node_modules", "output"))
        self._check(self.python, "-m", "venv", f"/{HOME}/installed")
        pip = [
            f"/{HOME}/installed/bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--find-links",
            "/wheels",
        ]
        self._check(*pip, f"/{HOME}/code[publish]")

    def start(self, *words: object, **environment: str) -> subprocess.Popen[bytes]:
        """`spacecast …` in its home; the process is that of the program itself."""
        return self._start(self.program, *map(str, words), **environment)

    def run(self, *words: object, told: str = "", **environment: str) -> str:
        """The same, waited for; what it says, which may be that there are problems."""
        with self.start(*words, **environment) as process:
            out, err = process.communicate(told.encode())
        said = out.decode() + err.decode()
        assert process.returncode in {0, 1}, said
        assert "Traceback" not in said, said
        return said

    def find_programs(self) -> set[str]:
        """Names of all that can be run outside of environments."""
        files = (file for file in self.place.rglob("bin/*") if HOME not in str(file))
        return {file.name for file in files if os.access(file, os.X_OK)}

    def _check(self, *command: str) -> None:
        with self._start(*command) as process:
            out, err = process.communicate()
        assert process.returncode == 0, (out + err).decode()

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        enter = [str(shutil.which("unshare")), "--mount-proc", f"--root={self.place}", f"--wd=/{HOME}"]
        known = {"HOME": f"/{HOME}", "PATH": self.python.rpartition("/")[0], "LANG": "C.UTF-8"}
        return subprocess.Popen(
            [*enter, *command],
            env={**known, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _copy_python(self) -> str:
        prefix, version = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
        inside = self.place / prefix.relative_to("/")
        left_out = shutil.ignore_patterns(*_LEFT_OUT)
        shutil.copytree(prefix / "lib" / version, inside / "lib" / version, ignore=left_out)
        (inside / "bin").mkdir()
        shutil.copy(Path(sys.executable).resolve(), inside / "bin/python3")
        for library in (prefix / "lib").glob("libpython3*.so*"):
            shutil.copy(library, inside / "lib" / library.name)
        for file in self._find_libraries(inside):
            (self.place / file.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.resolve(), self.place / file.relative_to("/"))
        return str(prefix / "bin/python3")

    def _find_libraries(self, inside: Path) -> set[Path]:
        """What the system gives to Python, and to wheels."""
        linked = [inside / "bin/python3", *inside.rglob("*.so*")]
        said = subprocess.run(["ldd", *linked], check=False, capture_output=True, text=True).stdout
        found = {Path(path) for path in re.findall(r"(?:=> |^\t)(/\S+) \(", said, re.MULTILINE)}
        known = subprocess.run(["ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
        listed = re.findall(r"^\t(\S+)\.so\.\d+ \(.*64.*\) => (\S+)", known, re.MULTILINE)
        found |= {Path(path) for name, path in listed if name in _LIBRARIES}
        return {path for path in found if not path.is_relative_to(inside) and not path.is_relative_to(sys.base_prefix)}
