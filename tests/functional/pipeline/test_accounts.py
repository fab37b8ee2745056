"""`extract --show-per-account`: many archives, a show for each account."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from archive_maker import START, MadeArchive, MadeSpace, make_files, write_zip
from clusters import wait_until
from recording_maker import encode_tones
from show_runner import build, read_tree, spacecast, start_spacecast


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three archives of two accounts, one that is damaged, and an audio file without an account."""
    folder = tmp_path_factory.mktemp("archives")
    space = [MadeSpace(id=f"1account000{n}", start=START + timedelta(days=n)) for n in range(3)]
    write_archive_of(folder / "a1.zip", [space[0]])
    write_archive_of(folder / "a2.zip", space[:2])
    write_archive_of(folder / "b1.zip", [space[2]], handle="other_maps", x_id="42")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (folder / "nobody.aac").write_bytes(encode_tones([440], 3))
    return sorted(folder.iterdir())


def write_archive_of(file: Path, spaces: list[MadeSpace], handle: str | None = None, x_id: str | None = None) -> None:
    """An archive, of another account where one is named."""
    files = dict(make_files(MadeArchive(spaces=spaces)))
    name = next(name for name in files if name.endswith("data/account.js"))
    head, _, body = files[name].partition(b"= ")
    account = json.loads(body)
    if handle is not None:
        account[0]["account"] |= {"username": handle, "accountDisplayName": handle, "accountId": x_id}
    files[name] = head + b"= " + json.dumps(account).encode()
    write_zip(file, files)


def extract(folder: Path, *archives: object, code: int = 0) -> list[dict[str, Any]]:
    """The report by account."""
    run = spacecast("-C", folder, "extract", *archives, "--show-per-account", "--json")
    assert run.code == code, run.err
    report: list[dict[str, Any]] = run.json
    return report


def test_a_show_for_each(archives: list[Path], tmp_path: Path) -> None:
    """Known by account; what cannot be read holds up nobody; again, nothing is read twice; shows build."""
    first = extract(tmp_path, *archives, code=1)
    shows = [entry for entry in first if entry["folder"]]
    assert [entry["found"] for entry in shows] == [{"known": 1, "new": 2}, {"new": 1}]
    assert [entry["archives"] for entry in first] == [2, 1, 2]
    assert len(first[-1]["failures"]) == 2
    assert "does not say whose it is" in " ".join(first[-1]["failures"])
    again = extract(tmp_path, *archives, code=1)
    assert [entry["skipped"] for entry in again] == [2, 1, 0]
    assert [entry["found"] for entry in again] == [entry["found"] for entry in first]
    guids = set()
    for entry in shows:
        show = tmp_path / entry["folder"]
        assert build(show)["episodes"] == len(list((show / "content/episodes").iterdir()))
        guids.add(next(line for line in (show / "config.yaml").read_text().splitlines() if "guid:" in line))
    assert len(guids) == 2


def test_it_goes_on_where_it_was_ended(archives: list[Path], tmp_path: Path) -> None:
    """With more archives, a changed one, and a show whose folder a person has: that one is left alone."""
    (tmp_path / "other-maps").mkdir()
    (tmp_path / "other-maps/mine.txt").write_text("mine")
    one, two, other = archives[:3]
    extract(tmp_path, one)
    (show,) = (entry["folder"] for entry in extract(tmp_path, one))
    os.utime(one)
    report = extract(tmp_path, one, two, other)
    assert [entry["skipped"] for entry in report] == [0, 0]
    assert report[0]["folder"] == show
    assert report[1]["folder"] == "other-maps-2"
    assert [path.name for path in (tmp_path / "other-maps").iterdir()] == ["mine.txt"]
    assert len(list((tmp_path / show / "content/episodes").iterdir())) == 2


def test_killed_on_the_way(archives: list[Path], tmp_path: Path) -> None:
    """As soon as each of these is there: the run after makes what one that nobody killed does."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    expected = extract(whole, *archives[:3])
    for moment in ("accounts.json", "*/config.yaml", "*/content/episodes/*", "other*/content/episodes/*"):
        running = start_spacecast("-C", broken, "extract", *archives[:3], "--show-per-account")
        wait_until(partial(is_there, broken, moment, running))
        running.send_signal(signal.SIGKILL)
        running.communicate()
    report = extract(broken, *archives[:3])
    assert [(entry["account"], entry["folder"], entry["failures"]) for entry in report] == [
        (entry["account"], entry["folder"], []) for entry in expected
    ]
    for entry in report:
        folder = entry["folder"]
        assert read_tree(broken / folder / "content") == read_tree(whole / folder / "content")


def is_there(folder: Path, pattern: str, running: subprocess.Popen[bytes]) -> bool:
    """Whether a file has come, or nothing will come any more."""
    return any(folder.glob(pattern)) or running.poll() is not None


def test_wrong_use_is_told(archives: list[Path], tmp_path: Path) -> None:
    """In a show, with --only, and where the list was damaged: nothing is written."""
    extract(tmp_path, archives[0])
    show = next(path.parent for path in tmp_path.glob("*/config.yaml"))
    for folder, more, told in (
        (show, (), "is a show"),
        (tmp_path, ("--only", "1"), "--only names recordings of one show"),
    ):
        run = spacecast("-C", folder, "extract", archives[1], "--show-per-account", *more)
        assert run.code == 2
        assert told in " ".join(run.err.split())
    (tmp_path / "accounts.json").write_text("{")
    run = spacecast("-C", tmp_path, "extract", archives[1], "--show-per-account")
    assert run.code == 2
    assert "restore it from a backup" in " ".join(run.err.split())
