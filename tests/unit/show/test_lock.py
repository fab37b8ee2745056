"""One build of a folder at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from show_runner import make_show, make_two_spaces, spacecast

from site_builder.commands.people import record_answer
from site_builder.show.lock import ShowBusy, lock_show
from site_builder.show.people import Consent, load_people
from site_builder.show.refusals import load_refusals

HOLD = "import sys, time; from pathlib import Path; from site_builder.show.lock import lock_show\n"
HOLD += "with lock_show(Path(sys.argv[1]), 'build'): print('held', flush=True); time.sleep(60)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As much of a show as a lock needs."""
    (tmp_path / "config.yaml").touch()
    return tmp_path


def hold(folder: Path) -> subprocess.Popen[str]:
    """Another process that has the lock."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_second_is_told_who_has_it(folder: Path) -> None:
    """The name of the command and the process, after a short wait."""
    with hold(folder) as other:
        started = time.monotonic()
        with pytest.raises(ShowBusy, match=rf"`spacecast build` is at work .* \(process {other.pid}\)"):
            lock_show(folder, "extract", patience=0.2).__enter__()
        assert time.monotonic() - started >= 0.2
        other.kill()


def test_killed_holder_leaves_nothing_behind(folder: Path) -> None:
    """kill -9 frees it."""
    with hold(folder) as other:
        os.kill(other.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        other.wait()
        with lock_show(folder, "build", patience=1.0):
            pass


def test_threads_of_one_process_wait_too(folder: Path) -> None:
    """The lock is not the process's."""
    with lock_show(folder, "serve"), pytest.raises(ShowBusy):
        lock_show(folder, "build", patience=0.0).__enter__()
    with lock_show(folder, "build", patience=0.0):
        pass


def test_nothing_is_made_where_there_is_no_show(tmp_path: Path) -> None:
    """A wrong -C leaves no trace."""
    run = spacecast("-C", tmp_path, "build")
    assert run.code == 2
    assert list(tmp_path.iterdir()) == []


def test_build_and_extract_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits a moment, and then works or says why not."""
    show = make_show(tmp_path / "show", make_two_spaces())
    monkeypatch.setattr("site_builder.show.lock.PATIENCE", 0.3)
    archive = show / "content/archives/first.zip"
    with hold(show) as other:
        for arguments in (["build"], ["extract", archive]):
            run = spacecast("-C", show, *arguments)
            assert run.code == 2
            assert f"process {other.pid}" in run.err
        other.kill()
    assert not (show / "output").exists()
    assert spacecast("-C", show, "build").code == 0


def test_answers_noted_at_once_are_all_kept(tmp_path: Path) -> None:
    """Several commands, or one and the studio: none writes over what another has just written."""
    show = make_show(tmp_path / "show")
    names = [f"guest{number}" for number in range(12)]
    (show / "content/people.yaml").write_text("".join(f"{name}:\n  name: {name}\n" for name in names))
    answer = partial(record_answer, show, status="refused", on=date(2026, 11, 29))
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(answer, names))
    answers = {record.consent.status for record in load_people(show / "content/people.yaml").records}
    assert answers == {Consent.REFUSED}
    remembered = load_refusals(show)
    assert remembered
    assert len(remembered.refused) == 12
