"""Sound made by workers that share nothing with the build but an object store (moto's, on loopback)."""

from __future__ import annotations

import signal
from array import array
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import obstore
import pytest
from archive_maker import START, MadeArchive, MadeSpace
from clusters import Wire, count_tasks, make_program, start_cluster, wait_until
from listening import decode, loudest
from online import CuttingProxy
from show_runner import PROJECT, Run, build, copy_show, make_show, read_tree, run_spacecast, spacecast, start_spacecast
from stores import SECRET, Bucket

from site_builder.build.cluster.workers import FolderOfStore
from site_builder.engine.cluster.store import StoreTransfer, run_task
from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Facts
from site_builder.engine.target import FromSources, Target

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_SILENT = 1e-4


@pytest.fixture
def bucket(bucket: Bucket) -> Bucket:
    """A bucket that keeps every version of what was ever in it."""
    client = boto3.client("s3", endpoint_url=bucket.server.url)
    client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def list_versions(bucket: Bucket) -> list[tuple[str, bytes]]:
    """All that was ever put there, with its name."""
    client: Any = boto3.client("s3", endpoint_url=bucket.server.url)
    found = client.list_object_versions(Bucket=bucket.name).get("Versions", ())
    return [
        (one["Key"], client.get_object(Bucket=bucket.name, Key=one["Key"], VersionId=one["VersionId"])["Body"].read())
        for one in found
    ]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three episodes, encoded in two ways; Kit, who refused, is in two. Not built yet, not to be changed."""
    turns = (("host", 0, 4), ("kit", 4, 8), ("host", 9, 12))
    spaces = [
        MadeSpace(id="1store0000", turns=turns),
        MadeSpace(id="1store0001", start=START + timedelta(days=1), parts=(6.0, 6.0), turns=turns),
        MadeSpace(id="1store0002", start=START + timedelta(days=2), turns=(("host", 0, 12),), participants=()),
    ]
    show = make_show(tmp_path_factory.mktemp("store") / "show", MadeArchive(spaces=spaces))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3, loudness: -16, alternates: [{format: aac, level: speakers}]}\n")
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    return show


@pytest.fixture(scope="module")
def built(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build on this computer alone makes of it."""
    show = copy_show(plain, tmp_path_factory.mktemp("alone") / "show")
    assert build(show)["episodes"] == 3
    return read_tree(show / "output")


def build_there(show: Path, address: str, store: str) -> Run:
    """Build by a cluster with a store; no key is ever told."""
    run = spacecast("-C", show, "build", "--cluster", address, "--cluster-store", store)
    assert SECRET not in run.out + run.err
    return run


def test_same_bytes_and_nobody_who_refused_leaves(
    plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path
) -> None:
    """What was ever in the store is silent where Kit speaks, and holds no tags; at the end nothing is left there."""
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT, PROJECT) as cluster:
        run = build_there(show, cluster.address, bucket.address("/work"))
    assert run.code == 0, run.err
    assert read_tree(show / "output") == built
    assert bucket.read() == {}
    assert list(show.glob(".cache/**/.part-*")) == []
    versions = list_versions(bucket)
    sources = {content for name, content in versions if name.endswith("recording.m4a") or len(name.split("/")[-1]) > 60}
    assert len(sources) == 3
    assert all(name.startswith("work/spacecast-") for name, _ in versions)
    for content in sources:
        assert b"kit" not in content
    silent = [content for content in sources if is_silent_between(content, 5, 7, tmp_path)]
    assert len(silent) == 2
    assert build(show)["made"] == []


def test_what_goes_over_the_scheduler(
    plain: Path, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edits, settings and digests: no key, nobody's name, no title and no path of this computer."""
    show = copy_show(plain, tmp_path / "show")
    (title,) = {line for file in show.glob("content/episodes/*/index.md") for line in read_title(file)}
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__COMPRESSION", "none")
    with start_cluster(tmp_path, PROJECT) as cluster:
        wire = Wire(cluster.address)
        there = ("--cluster", wire.address, "--cluster-store", bucket.address("/work"))
        run = run_spacecast("-C", show, "build", *there)
    assert run.code == 0, run.err
    heard = bytes(wire.heard)
    assert heard.count(b"spacecast-audio-") >= 6
    assert b"write_encoded" in heard or b"_encode" in heard
    people = ("kit", "Kit", "nightmail", "Night Mail")
    found = [
        one
        for one in (*KEYS, SECRET, title, str(tmp_path), str(PROJECT), str(Path.home()), *people)
        if one.encode() in heard
    ]
    assert found == []


def read_title(file: Path) -> list[str]:
    """Of an episode."""
    return [line.removeprefix("title: ").strip("'\"") for line in file.read_text().splitlines() if "title: " in line]


def is_silent_between(content: bytes, start: float, end: float, folder: Path) -> bool:
    """Whether nothing is heard of a recording there, though it is elsewhere."""
    file = folder / "heard.m4a"
    file.write_bytes(content)
    samples: array[float] = decode(file)
    assert loudest(samples, 0.5, 1.5) > 0.01
    return loudest(samples, start, end) < _SILENT


def test_a_worker_without_a_login_is_left_out(
    plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path
) -> None:
    """It is named with what it lacks; keys never come from the build."""
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT, PROJECT, without=(KEYS,), AWS_EC2_METADATA_DISABLED="true") as cluster:
        run = build_there(show, cluster.address, bucket.address())
    assert run.code == 0, run.err
    assert "does not reach the store" in " ".join(run.err.split())
    assert run.err.count("is left out") == 1
    assert read_tree(show / "output") == built


def test_the_store_is_away_for_a_while(plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path) -> None:
    """Ten seconds in mid-upload cost ten seconds."""
    show = copy_show(plain, tmp_path / "show")
    proxy = CuttingProxy(bucket.server.port, 150_000, seconds=10)
    with start_cluster(tmp_path, PROJECT) as cluster:
        run = build_there(show, cluster.address, bucket.address(port=proxy.port))
    assert run.code == 0, run.err
    assert proxy.has_broken.is_set()
    assert not proxy.broken
    assert read_tree(show / "output") == built
    assert bucket.read() == {}


def test_a_worker_is_killed(plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path) -> None:
    """In the middle of its work: the other one makes it, and the store is left as it was."""
    show = copy_show(plain, tmp_path / "show")
    slow = make_program(tmp_path / "slow", "import time; time.sleep(3)", odd_only=False)
    with start_cluster(tmp_path, slow, slow) as cluster:
        there = ("--cluster", cluster.address, "--cluster-store", bucket.address())
        running = start_spacecast("-C", show, "build", *there)
        wait_until(lambda: count_tasks(cluster.address)[1] == 2 or running.poll() is not None)
        cluster.workers[0].send_signal(signal.SIGKILL)
        _, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    assert read_tree(show / "output") == built
    assert bucket.read() == {}
    assert list(show.glob(".cache/**/.part-*")) == []
    assert build(show)["made"] == []


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_the_build_is_ended(
    plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path, ended_by: signal.Signals
) -> None:
    """In the middle: Ctrl-C leaves neither a task nor a file in the store; the next run makes only what is missing."""
    show = copy_show(plain, tmp_path / "show")
    slow = make_program(tmp_path / "slow", "import time; [time.sleep(0.1) for _ in range(40)]", odd_only=False)
    with start_cluster(tmp_path, slow) as cluster:
        there = ("--cluster", cluster.address, "--cluster-store", bucket.address())
        running = start_spacecast("-C", show, "build", *there)
        wait_until(lambda: bool(list_sound(show)) or running.poll() is not None)
        wait_until(lambda: count_tasks(cluster.address)[1] == 1 or running.poll() is not None)
        running.send_signal(ended_by)
        err = running.communicate(timeout=60)[1]
        assert running.returncode in {130, -ended_by}, err
        wait_until(lambda: count_tasks(cluster.address) == (0, 0), seconds=60)
        if ended_by == signal.SIGINT:
            assert bucket.read() == {}
        made = {file: file.stat().st_mtime_ns for file in list_sound(show)}
        assert not (show / "output/feed.xml").exists()
        assert build_there(show, cluster.address, bucket.address()).code == 0
    assert {file: file.stat().st_mtime_ns for file in made} == made
    assert read_tree(show / "output") == built
    assert bucket.read() == {}
    assert list(show.glob(".cache/**/.part-*")) == []


def list_sound(show: Path) -> list[Path]:
    """Whole encodings in the cache."""
    return [file for file in show.glob(".cache/a*/*.m*") if not file.name.startswith(".part-")]


def test_what_an_ended_run_left_is_taken_up_and_cleared(
    plain: Path, built: dict[str, str], bucket: Bucket, tmp_path: Path
) -> None:
    """A worker's whole result is fetched and not made again; whatever else lies there goes, other folders stay."""
    obstore.put(bucket.store, "mine.txt", b"mine")
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT) as cluster:
        assert build_there(show, cluster.address, bucket.address()).code == 0
        left = {name: content for name, content in list_versions(bucket) if name != "mine.txt"}
        for name, content in left.items():
            obstore.put(bucket.store, name, content)
        again = copy_show(plain, tmp_path / "again")
        assert build_there(again, cluster.address, bucket.address()).code == 0
    assert read_tree(again / "output") == built
    assert len(list_versions(bucket)) - 2 * len(left) == 2  # the new mark, and what is the host's
    assert bucket.read() == {"mine.txt": b"mine"}


def test_targets_of_one_recording_share_nothing(bucket: Bucket, tmp_path: Path) -> None:
    """What one of them leaves is deleted once it is fetched; the other one, or the same again, lacks nothing."""
    recording = tmp_path / "recording.aac"
    recording.write_bytes(b"sound")
    make = FromSources(own=(recording,), prepare=lambda _: (recording,), work=join_files)
    one, other = (Target(path=f"{name}.mp3", recipe="join/1", inputs={}, make=make) for name in ("one", "other"))
    tree = OutputTree(str(tmp_path / "made"))
    open_store = FolderOfStore(bucket.address(), "show")
    earlier = StoreTransfer(open_store, "1").send(one, tree)
    assert earlier
    run_task(open_store(), earlier, str(tmp_path))
    transfer = StoreTransfer(open_store, "1")
    tasks = [transfer.send(target, tree) for target in (one, other)]
    for target, sent in [(one, tasks[0]), (other, tasks[1]), (one, None)]:
        task = sent or transfer.send(target, tree)
        assert task
        assert transfer.has_made(task) == (task is tasks[0])
        sha256 = "" if transfer.has_made(task) else run_task(open_store(), task, str(tmp_path))
        entry, _ = transfer.fetch(target, task, sha256, tree)
        assert entry.facts == {"joined": 1}
        assert (tmp_path / "made" / target.path).read_bytes() == b"sound"
        wait_until(partial(is_cleared, bucket, task.folder))


def is_cleared(bucket: Bucket, folder: str) -> bool:
    """Whether nothing of a folder is left."""
    return not any(folder in name for name in bucket.read())


def join_files(sources: Sequence[Path], out: Path) -> Facts:
    """All of them, one after the other."""
    out.write_bytes(b"".join(source.read_bytes() for source in sources))
    return {"joined": len(sources)}


def test_wrong_addresses_are_told(plain: Path, bucket: Bucket, tmp_path: Path) -> None:
    """In a sentence each, before anything is made; a key in an address is refused unseen."""
    show = copy_show(plain, tmp_path / "show")
    wrong = {
        ("local:1", "ftp://somewhere"): "no object store",
        ("local:1", "s3://key:hush@bucket/x"): "keys come from the environment",
        ("local:1", bucket.address(name="nobody-made-this")): "there is no such bucket",
        ("", bucket.address()): "name that with --cluster",
    }
    for (address, store), told in wrong.items():
        run = spacecast("-C", show, "build", *(["--cluster", address] if address else []), "--cluster-store", store)
        assert run.code in {1, 2}, run.err
        assert told in " ".join(run.err.split())
        assert "hush" not in run.err
    assert not (show / "output/feed.xml").exists()
