"""The programs tests run that pip cannot install: ffmpeg, ffprobe and a Chromium browser.

`python tests/programs.py` installs whatever is missing, by the first way that works: what is on PATH already, Playwright's
own download (browser only), Debian's packages where apt is there. Run again, it does nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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
    return subprocess.run(command, check=False, capture_output=True, timeout=900).returncode == 0  # noqa: S603


def _install_packages(*names: str) -> bool:
    """Install Debian packages; False where there is no apt or no right to use it."""
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *names]):
        command = [*prefix, "apt-get", *arguments]
        try:
            done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        except FileNotFoundError:
            return False
        if done.returncode:
            return False
    return True


def _provide_ffmpeg() -> str:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        _install_packages("ffmpeg")
    return "" if shutil.which("ffprobe") else "ffmpeg and ffprobe: install FFmpeg (https://ffmpeg.org/download.html)"


def _provide_browser() -> str:
    if find_browser():
        return ""
    _install_packages("chromium") or _download_browser()
    find_browser.cache_clear()
    return "" if find_browser() else "a browser: install Chromium or Google Chrome"


def main() -> int:
    """Install what is missing; 1 and a sentence for each program that could not be had."""
    missing = [sentence for sentence in (_provide_ffmpeg(), _provide_browser()) if sentence]
    for sentence in missing:
        print(f"The tests need {sentence}.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
