"""Sound made by workers that share nothing with the build but an object store (moto's, on loopback)."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import obstore
import pytest
from archive_maker import START, MadeArchive, MadeSpace
from clusters import start_cluster
from listening import decode, loudest
from online import CuttingProxy
from show_runner import PROJECT, Run, build, copy_show, make_show, read_tree, spacecast
from stores import SECRET, Bucket, Server, serve_store

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_SILENT = 1e-4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A store."""
    with serve_store("s3", tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket that keeps every version of what was ever in it; its keys are in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    made = Bucket(server)
    client = boto3.client("s3", endpoint_url=server.url)
    client.put_bucket_versioning(Bucket=made.name, VersioningConfiguration={"Status": "Enabled"})
    return made


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
    proxy = CuttingProxy(bucket.server.port, 150_000)
    threading.Timer(10, proxy.mend).start()
    with start_cluster(tmp_path, PROJECT) as cluster:
        run = build_there(show, cluster.address, bucket.address(port=proxy.port))
    assert run.code == 0, run.err
    assert read_tree(show / "output") == built
    assert bucket.read() == {}


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
