"""Sound made by a real Dask scheduler and its workers on loopback: the same bytes, whoever dies on the way."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from archive_maker import START, MadeArchive, MadeSpace
from clusters import start_cluster, wait_until
from distributed import Client
from show_runner import PROJECT, build, copy_show, make_show, read_tree, run_spacecast, spacecast

from site_builder.audio.encoding import cores
from site_builder.engine import platform


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four episodes, encoded; not built yet. Not to be changed."""
    spaces = [MadeSpace(id=f"1cluster000{n}", start=START + timedelta(days=n)) for n in range(4)]
    show = make_show(tmp_path_factory.mktemp("cluster") / "show", MadeArchive(spaces=spaces))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3, loudness: -16}\n")
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    return show


@pytest.fixture(scope="module")
def built(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build on this computer alone makes of it."""
    show = copy_show(plain, tmp_path_factory.mktemp("alone") / "show")
    build(show)
    return read_tree(show / "output")


def test_local_processes_give_the_same_bytes(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """`local:2` starts two processes, which end with the build."""
    show = copy_show(plain, tmp_path / "show")
    with socket.socket() as dashboard:
        with suppress(OSError):  # somebody else listens there, which is as good
            dashboard.bind(("127.0.0.1", 8787))
            dashboard.listen()
        run = run_spacecast("-C", show, "build", "--cluster", "local:2")  # Python keeps a process beside those spawned
    assert run.code == 0, run.err
    assert "Port" not in run.err
    assert read_tree(show / "output") == built
    assert build(show)["made"] == []


def test_workers_at_an_address(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """One that has another program, or one so old that it knows no cluster, is named and left out."""
    other, old = tmp_path / "other", tmp_path / "old"
    for program in (other, old):
        shutil.copytree(PROJECT / "site_builder", program / "site_builder")
    init = other / "site_builder/__init__.py"
    init.write_text(init.read_text() + '\n__version__ = "0.0.1"\n')
    shutil.rmtree(old / "site_builder/engine/cluster")
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT, other, old) as cluster:
        run = spacecast("-C", show, "build", "--cluster", cluster.address)
    assert run.code == 0, run.err
    assert read_tree(show / "output") == built
    said = " ".join(run.err.split())
    assert "is left out: it has spacecast 0.0.1" in said
    assert "is left out: it cannot run spacecast" in said


def test_inspect_reads_the_same(plain: Path) -> None:
    """Workers read the recordings of an archive; the report is that of one process, order included."""
    archive = plain / "content/archives/first.zip"
    run = run_spacecast("inspect", archive, "--json", "--cluster", "local:2")
    assert run.code == 0, run.err
    assert run.out == spacecast("inspect", archive, "--json").out


def test_a_worker_is_killed(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """What it was making is made by the other; nothing half-written is left."""
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT, PROJECT) as cluster:
        command = [sys.executable, "-m", "site_builder", "-C", str(show), "build", "--cluster", cluster.address]
        running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, stderr=subprocess.PIPE)
        wait_until(lambda: any(show.glob(".cache/audio/.part-*")) or running.poll() is not None)
        cluster.workers[0].send_signal(signal.SIGKILL)
        _, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    assert read_tree(show / "output") == built
    assert list(show.glob(".cache/**/.part-*")) == []


@pytest.mark.skipif(not platform.FORKS, reason="nothing is forked")
def test_nothing_is_forked_beside_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive is read by forked processes before Dask's threads run here; pages and tags are made without any."""
    spaces = [MadeSpace(id=f"1forked000{n:02}", start=START + timedelta(days=n)) for n in range(9)]
    show = make_show(tmp_path / "show", MadeArchive(spaces=spaces))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3}\n")
    beside: list[list[str]] = []
    forked = platform.fork
    others = {*threading.enumerate()}  # of tests before this one

    def fork() -> int:
        beside.append([thread.name for thread in threading.enumerate() if thread not in others])
        return forked()

    alone = copy_show(show, tmp_path / "alone")
    with start_cluster(tmp_path, PROJECT) as cluster:
        monkeypatch.setattr(platform, "fork", fork)
        others |= set(threading.enumerate())
        run = spacecast("-C", show, "build", "--jobs", "2", "--cluster", cluster.address)
        assert run.code == 0, run.err
        there, beside[:] = list(beside), []
        with Client(cluster.address, set_as_default=False) as client:
            assert set(client.run(lambda: cores.CORES.tokens.acquire(False)).values()) == {
                False
            }  # Dask shares out cores
        build(alone, "--jobs", "2")
    assert read_tree(show / "output") == read_tree(alone / "output")
    assert len(there) >= 2
    assert [names for names in there if names] == []
    assert len(beside) > len(there)


def test_a_scheduler_without_the_program(plain: Path, tmp_path: Path) -> None:
    """It is told at the start; nothing is written."""
    show, bare = copy_show(plain, tmp_path / "show"), tmp_path / "bare"
    (bare / "site_builder").mkdir(parents=True)
    (bare / "site_builder/__init__.py").touch()
    with start_cluster(tmp_path, PROJECT, scheduled_by=bare) as cluster:
        run = spacecast("-C", show, "build", "--cluster", cluster.address)
    assert run.code == 2, run.err
    assert "its scheduler cannot run spacecast" in " ".join(run.err.split())
    assert not (show / "output/feed.xml").exists()


def test_nobody_there(plain: Path, tmp_path: Path) -> None:
    """Wrong addresses are told in a sentence; nothing is written."""
    show = copy_show(plain, tmp_path / "show")
    for address, told in {"tcp://127.0.0.1:9": "nobody answers", "local:none": "number of processes"}.items():
        run = spacecast("-C", show, "build", "--cluster", address)
        assert run.code == 2, run.err
        assert told in " ".join(run.err.split())
        assert "Traceback" not in run.err
    assert not (show / "output/feed.xml").exists()


def test_without_it_nothing_of_dask_is_loaded(plain: Path, tmp_path: Path) -> None:
    """A build that asks for no cluster imports none."""
    show = copy_show(plain, tmp_path / "show")
    script = "import sys\nfrom site_builder.cli.main import main\nsys.argv[1:] = ['-C', sys.argv[1], 'build']\n"
    script += "try:\n    main()\nfinally:\n    print('loaded', *{'distributed', 'dask'} & sys.modules.keys())"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    run = subprocess.run(
        [sys.executable, "-c", script, show], env=environment, check=False, capture_output=True, text=True
    )
    assert run.stdout.split("\n")[-2:] == ["loaded", ""], run.stderr
    assert (show / "output/feed.xml").is_file()
