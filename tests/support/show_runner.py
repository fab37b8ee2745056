"""Runs the command line as a person would, in this process or in one of its own, and looks at what is on disk."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archive_maker import MadeArchive, MadeSpace, write_archive
from lxml import etree
from PIL import Image

from site_builder.cli.main import main

PROJECT = Path(__file__).parents[2]
PRACTICE = PROJECT / "tests/archives/twitter-2026-10-18-practice.zip"
"""The practice archive: three Spaces, of which one has expired; `.truth.json` beside it says who speaks when."""
TODAY = "1795000000"
"""SOURCE_DATE_EPOCH of every run unless told otherwise: 2026-11-18."""
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


@dataclass(frozen=True, slots=True)
class Run:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


def spacecast(*arguments: object, **environment: str | None) -> Run:
    """`spacecast …` in this process: what it says, and its exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    changes = {"SOURCE_DATE_EPOCH": TODAY, **environment}
    with patch.dict(os.environ, {name: value for name, value in changes.items() if value is not None}):
        for name in [name for name, value in changes.items() if value is None]:
            os.environ.pop(name, None)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
    return _checked(Run(code, out.getvalue(), err.getvalue()))


def run_spacecast(*arguments: object, cwd: Path | None = None, **environment: str) -> Run:
    """`python -m site_builder …` in a process of its own."""
    with start_spacecast(*arguments, cwd=cwd, **environment) as process:
        out, err = process.communicate(timeout=120)
    return _checked(Run(process.returncode, out.decode(), err.decode()))


def start_spacecast(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.Popen[bytes]:
    """The same, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "site_builder", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "SOURCE_DATE_EPOCH": TODAY, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _checked(run: Run) -> Run:
    assert "Traceback" not in run.err, run.err
    return run


def make_show(folder: Path, archive: MadeArchive | Path | None = None, *, draws_covers: bool = False) -> Path:
    """A new show, with an archive in `content/archives/` where one is given; not built yet.

    One small cover serves for all its episodes: to draw 3000 pixels for each takes longer than all the rest. Tests of
    pictures, and of what may stand on them, say `draws_covers`.
    """
    init = spacecast("init", folder, "--title", "Signals", "--url", "https://example.org/show/")
    assert init.code == 0, init.err
    if not draws_covers:
        give_cover(folder)
    edit(folder / "config.yaml", "pending: anonymise", "pending: publish")  # nobody in a made archive has answered
    if isinstance(archive, Path):
        os.link(archive, folder / "content/archives" / archive.name)
    elif archive:
        write_archive(folder / "content/archives/first.zip", archive)
    return folder


def give_cover(show: Path) -> None:
    """A cover for the show and all its episodes, so that none is drawn."""
    (show / "content/cover.jpg").write_bytes(draw_small_cover())
    edit(show / "config.yaml", "\nfeed:\n", "\n  episode_covers: show\n\nfeed:\n")


@cache
def draw_small_cover() -> bytes:
    """A JPEG of one colour, as small as a cover may be."""
    out = io.BytesIO()
    Image.new("RGB", (1400, 1400), "#1a7f64").save(out, "JPEG")
    return out.getvalue()


def build(folder: Path, *options: object, code: int = 0, **environment: str | None) -> dict[str, Any]:
    """`spacecast build --json`: the report; the exit code must be `code`."""
    run = spacecast("-C", folder, "build", "--json", *options, **environment)
    assert run.code == code, run.err + run.out
    report: dict[str, Any] = run.json
    return report


def copy_show(show: Path, to: Path) -> Path:
    """A show that tests may change; recordings and archives are linked."""
    return Path(shutil.copytree(show, to, symlinks=True))


def read_tree(*folders: Path) -> dict[str, str]:
    """Every file below the folders, hidden ones included, with its digest; not the lock, which names a process."""
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "build.lock"
    }


def read_show(show: Path) -> dict[str, str]:
    """What a build makes and keeps: `output/` and `content/`, archives aside."""
    tree = read_tree(show / "output", show / "content")
    return {path: digest for path, digest in tree.items() if not path.startswith("content/archives/")}


def find_bundle(show: Path, part: str = "") -> Path:
    """The one bundle with `part` in its name."""
    (found,) = (folder for folder in (show / "content/episodes").iterdir() if part in folder.name)
    return found


def edit(file: Path, old: str, new: str) -> None:
    """Change a text that must be in a file, as an editor does."""
    text = file.read_text("utf-8")
    assert old in text, f"{old!r} is not in {file}"
    file.write_text(text.replace(old, new, 1), "utf-8")


@dataclass(frozen=True, slots=True)
class Item:
    """An episode as the feed has it."""

    title: str
    guid: str
    url: str
    length: int
    media_type: str
    seconds: float

    def find_file(self, show: Path) -> Path:
        """The enclosure's file in `output/`."""
        return show / "output" / "media" / self.url.rsplit("/", 1)[1]


def read_feed(show: Path) -> list[Item]:
    """The items of `output/feed.xml`, which must be well-formed."""
    root = etree.fromstring((show / "output/feed.xml").read_bytes())
    return [_read_item(item) for item in root.iterfind("channel/item")]


def _read_item(item: Any) -> Item:
    enclosure = item.find("enclosure")
    return Item(
        title=item.findtext("title"),
        guid=item.findtext("guid"),
        url=enclosure.get("url"),
        length=int(enclosure.get("length")),
        media_type=enclosure.get("type"),
        seconds=float(item.findtext(f"{ITUNES}duration")),
    )


def grep(folder: Path, *words: str) -> list[str]:
    """Files below `folder` that hold any of `words`, in any case, in their name or content."""
    needles = [word.lower().encode() for word in words]
    return [
        str(path)
        for path in sorted(folder.rglob("*"))
        if any(needle in str(path).lower().encode() for needle in needles)
        or (path.is_file() and any(needle in path.read_bytes().lower() for needle in needles))
    ]


def make_two_spaces(**first: Any) -> MadeArchive:
    """An archive of two Spaces, a week apart."""
    one = MadeSpace(**first)
    return MadeArchive(spaces=[one, MadeSpace(id="1YqKDoVkzRexV", start=one.start + timedelta(days=7))])
