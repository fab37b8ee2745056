"""`transcribe --cluster` with a real model on real voices: the words that this computer hears alone."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from clusters import find_busy, start_cluster, wait_until
from show_runner import PROJECT, build, copy_show, find_bundle, read_tree, spacecast, start_spacecast
from stores import Bucket

from site_builder.build.cluster.hearing import _choose_free
from site_builder.show.bundles import load_bundle
from site_builder.show.layout import PEOPLE

ARCHIVE = PROJECT / "content/archives/demo.zip"
FOGHORN = "how-to-sleep-beside-a-foghorn"
FILES = ("words.json", "transcript.vtt")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with the Spaces of the demo archive, not transcribed."""
    show = tmp_path_factory.mktemp("speech") / "show"
    init = spacecast("init", show, "--title", "Words", "--url", "https://words.example.net/", "--archive", ARCHIVE)
    assert init.code == 0, init.err
    assert spacecast("-C", show, "extract", ARCHIVE).code == 0
    return show


@pytest.fixture(scope="module")
def heard(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What this computer alone makes of the shorter one."""
    show = copy_show(taken, tmp_path_factory.mktemp("heard") / "show")
    assert spacecast("-C", show, "transcribe", FOGHORN).code == 0
    return read_words(show)


def read_words(show: Path) -> dict[str, bytes]:
    """Both files of the shorter one."""
    return {name: (find_bundle(show, FOGHORN) / name).read_bytes() for name in FILES}


def test_workers_hear_the_same(taken: Path, heard: dict[str, bytes], bucket: Bucket, tmp_path: Path) -> None:
    """Over a common folder and over a store; of two workers only the one that declares speech is asked."""
    for number, store in enumerate(((), ("--cluster-store", bucket.address()))):
        folder = tmp_path / f"{number}"
        show = copy_show(taken, folder / "show")
        with start_cluster(folder, PROJECT, options=("--resources", "speech=1")) as cluster:
            run = spacecast("-C", show, "transcribe", FOGHORN, "--cluster", cluster.address, *store)
        assert run.code == 0, run.err
        assert read_words(show) == heard
        assert bucket.read() == {}
        assert not list(show.glob(".cache/transcripts/*"))


@pytest.mark.parametrize("is_stored", [False, True], ids=["folder", "store"])
def test_a_build_has_new_recordings_heard_there(
    taken: Path, heard: dict[str, bytes], bucket: Bucket, tmp_path: Path, is_stored: bool
) -> None:
    """`transcript.make`: by the workers that make its sound, and with the words that this computer hears."""
    show, noted = copy_show(taken, tmp_path / "show"), tmp_path / "noted"
    for folder in (show / "content/episodes").iterdir():
        if FOGHORN not in folder.name:
            (folder / "transcript.srt").write_text("1\n00:00:11,000 --> 00:00:12,000\nmine\n")
    with (show / "config.yaml").open("a") as config:
        config.write("\ntranscript: {make: yes}\n")
    alone = copy_show(show, tmp_path / "alone")
    store = ("--cluster-store", bucket.address()) if is_stored else ()
    with start_cluster(tmp_path, note_hearing(tmp_path / "noting", noted)) as cluster:
        report = build(show, "--cluster", cluster.address, *store)
    assert noted.read_text() == "heard\n"
    assert not [told for told in report["warnings"] if "transcript" in told]
    assert read_words(show) == heard
    build(alone)
    assert read_tree(show / "output") == read_tree(alone / "output")
    assert bucket.read() == {}
    assert build(show)["made"] == []


def test_a_worker_is_killed(taken: Path, heard: dict[str, bytes], bucket: Bucket, tmp_path: Path) -> None:
    """While it hears, over a store: the other one hears it from the beginning."""
    show, noted = copy_show(taken, tmp_path / "show"), tmp_path / "noted"
    slow = note_hearing(tmp_path / "slow", noted, "import time; time.sleep(3)")
    with start_cluster(tmp_path, slow, slow) as cluster:
        there = ("--cluster", cluster.address, "--cluster-store", bucket.address())
        running = start_spacecast("-C", show, "transcribe", FOGHORN, *there)
        wait_until(lambda: noted.exists() or running.poll() is not None)
        for process in find_busy(cluster.address):
            os.kill(process, signal.SIGKILL)
        _, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    assert noted.read_text() == "heard\n" * 2
    assert read_words(show) == heard
    assert bucket.read() == {}


def note_hearing(folder: Path, noted: Path, more: str = "pass") -> Path:
    """A copy of the program whose workers write a line into a file for each recording that they hear, and do more."""
    shutil.copytree(PROJECT / "site_builder", folder / "site_builder")
    file = folder / "site_builder/build/cluster/hearing.py"
    begin = "    engine = _open_engine("
    assert begin in file.read_text()
    note = f"    print('heard', file=open({str(noted)!r}, 'a'), flush=True)\n    {more}\n"
    file.write_text(file.read_text().replace(begin, note + begin))
    return folder


def test_a_worker_without_the_model_is_left_out(taken: Path, tmp_path: Path) -> None:
    """It is named with what it lacks; nobody is left."""
    show = copy_show(taken, tmp_path / "show")
    model = tmp_path / "model"
    model.mkdir()
    run = spacecast("-C", show, "transcribe", FOGHORN, "--cluster", "local:1", "--model", model)
    assert run.code == 2, run.err
    assert "a model is a folder of a Whisper model" in " ".join(run.err.split())


def test_who_refused_is_heard_here_alone(taken: Path, tmp_path: Path) -> None:
    """Recordings of theirs are not sent, nor is any once a refusal is lost."""
    show = copy_show(taken, tmp_path / "show")
    folders = sorted(path.parent for path in (show / "content/episodes").glob("*/space.json"))
    bundles = [bundle for bundle in map(load_bundle, folders) if bundle.has_recording]
    assert _choose_free(show, bundles) == {bundle.folder for bundle in bundles}
    in_one = {speaker.handle for speaker in bundles[0].recording.speakers}  # type: ignore[union-attr]
    guests = [speaker.handle for speaker in bundles[0].recording.speakers if speaker.role == "guest"]  # type: ignore[union-attr]
    assert in_one
    assert spacecast("-C", show, "consent", guests[0], "refused").code == 0
    build(show)
    expected = {
        bundle.folder
        for bundle in bundles
        if guests[0] not in {speaker.handle for speaker in bundle.recording.speakers}  # type: ignore[union-attr]
    }
    assert _choose_free(show, bundles) == expected
    (show / PEOPLE).unlink()
    assert _choose_free(show, list(map(load_bundle, folders))) == set()
