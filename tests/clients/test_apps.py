"""Podcast apps without a window subscribe to a served feed and download every episode, byte for byte.

gPodder's `gpo` (https://gpodder.github.io) and newsboat with podboat (https://newsboat.org), as Debian packages them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
from served_shows import Served, copy_demo, serve
from show_runner import edit

PATIENCE = 40.0
"""Seconds a download may take on a busy machine."""


def need(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is missing."""
    missing = [program for program in programs if not shutil.which(program)]
    reason = f"{', '.join(missing)} is not installed; python tests/programs.py does where apt is available"
    return pytest.mark.skipif(bool(missing), reason=reason)


def digests(folder: Path) -> set[str]:
    """Of every audio file below a folder."""
    files = (file for file in folder.rglob("*") if file.suffix in {".m4a", ".mp3"})
    return {sha256(file.read_bytes()).hexdigest() for file in files}


def query(database: Path, text: str) -> list[tuple[object, ...]]:
    """Rows of a client's own database."""
    connection = sqlite3.connect(database)
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def run_gpo(served: Served, folder: Path) -> tuple[Path, Path]:
    """Subscribe and download everything: gPodder's database, and where the files are."""
    home, files = folder / "home", folder / "files"
    environment = {**os.environ, "HOME": str(folder), "GPODDER_HOME": str(home), "GPODDER_DOWNLOAD_DIR": str(files)}
    environment |= {"no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8"}
    for command in (["subscribe", served.feed_url], ["download", served.feed_url]):
        done = subprocess.run(
            ["gpo", *command], check=False, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
    return home / "Database", files


@need("gpo")
def test_gpodder_downloads_every_episode(served: Served, tmp_path: Path) -> None:
    """gPodder lists every episode under its guid, date and length, and its files are those of the site."""
    database, files = run_gpo(served, tmp_path)
    told = {one.guid: one for one in served.episodes()}
    rows = query(database, "select guid, title, published, total_time from episode")
    assert {str(row[0]): (row[1], row[2]) for row in rows} == {
        guid: (one.title, one.date.timestamp()) for guid, one in told.items()
    }
    assert all(int(str(row[3])) > 0 for row in rows)
    assert digests(files) == set(served.audio())
    assert query(database, "select title, link from podcast") == [(served.config["show"]["title"], served.server.url)]


@need("gpo")
def test_gpodder_follows_the_pages_of_a_feed(tmp_path: Path) -> None:
    """Of a feed in pages it has every episode too."""
    folder = copy_demo(tmp_path / "show")
    edit(folder / "config.yaml", "\nfeed:\n", "\nfeed:\n  page_size: 1\n")
    with ExitStack() as stack:
        served = serve(folder, stack)
        assert served.feed.count(b"<item>") == 1
        _, files = run_gpo(served, tmp_path)
        assert digests(files) == set(served.audio())
        assert len(served.audio()) == len(served.episodes()) == 2


@need("newsboat", "podboat", "script")
def test_newsboat_downloads_every_episode(served: Served, tmp_path: Path) -> None:
    """newsboat lists every episode and queues its audio; podboat's files are those of the site."""
    urls, cache, config, files = (tmp_path / name for name in ("urls", "cache.db", "config", "files"))
    own = tmp_path / ".newsboat"
    own.mkdir()
    urls.write_text(f"{served.feed_url}\n")
    config.write_text(f'podcast-auto-enqueue yes\ndownload-path "{files}"\nmax-downloads 2\n')
    environment = {**os.environ, "HOME": str(tmp_path), "no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    options = ["-u", str(urls), "-c", str(cache), "-C", str(config)]
    command = ["newsboat", *options, "-x", "reload", "print-unread"]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr + done.stdout
    told = {one.guid: one for one in served.episodes()}
    rows = query(cache, "select guid, title, pubDate, enclosure_url, enclosure_type from rss_item")
    assert {str(row[0]): (row[1], row[2]) for row in rows} == {
        guid: (one.title, int(one.date.timestamp())) for guid, one in told.items()
    }
    names = set(served.audio().values())
    assert {str(row[3]) for row in rows} == {f"{served.server.url}media/{name}" for name in names}
    (queue,) = tmp_path.rglob("queue")
    podboat = f"podboat -C {config} -a -q {queue}"
    command, silent = ["script", "-qec", podboat, "/dev/null"], subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=silent) as process:
        try:
            end = time.monotonic() + PATIENCE
            while digests(files) != set(served.audio()) and time.monotonic() < end:
                time.sleep(0.1)
            assert digests(files) == set(served.audio())
        finally:
            process.terminate()
