"""`s3://`, `gs://`, `az://`: against a server of each kind, over a way that breaks."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import obstore
import pytest
from online import MANIFEST, CuttingProxy, RangeServer, answer, find_broken, read_site, write_tools
from shipping import kill_often, watch_shipping
from show_runner import TODAY, Run, copy_show, spacecast, start_spacecast
from stores import SECRET, Bucket, Server, has_azurite, serve_store

from site_builder.engine.digests import digest_file
from site_builder.hosts import Setting, Upload, open_host
from site_builder.hosts.manifest import parse_manifest
from site_builder.net.redaction import redact

NO_AZURITE = pytest.mark.skipif(not has_azurite(), reason="Azurite is not installed (tests/package.json)")


@pytest.fixture(scope="module", params=["s3", "gs", pytest.param("az", marks=NO_AZURITE)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A store of each kind."""
    with serve_store(request.param, tmp_path_factory.mktemp("store")) as running:
        yield running


def send(show: Path, bucket: Bucket, *options: str, address: str = "") -> Run:
    """`spacecast deploy s3://…`; no key is ever printed."""
    run = spacecast("-C", show, "deploy", address or bucket.address(), *options)
    assert not [secret for secret in bucket.server.secrets if secret in run.out + run.err]
    return run


def test_the_bucket_becomes_the_site(old: Path, new: Path, bucket: Bucket) -> None:
    """Every built file is there below the prefix, then only what changed is sent, and what is gone goes."""
    address = bucket.address("/pod/cast")
    obstore.put(bucket.store, "pod/cast/media/mine.txt", b"mine")
    assert send(old, bucket, address=address).code == 0
    assert bucket.read("pod/cast").pop("media/mine.txt") == b"mine"
    assert {**bucket.read("pod/cast")} == {**read_site(old / "output"), "media/mine.txt": b"mine"}
    assert " 0 sent" in send(old, bucket, address=address).out
    assert send(new, bucket, address=address).code == 0
    assert bucket.read("pod/cast") == {**read_site(new / "output"), "media/mine.txt": b"mine"}


def test_headers(old: Path, bucket: Bucket) -> None:
    """Types are right; a digest in the name keeps for ever, audio stays a day, pages and the feed five minutes."""
    send(old, bucket)
    headers = {path: obstore.get(bucket.store, path).attributes for path in bucket.read()}
    assert headers["feed.xml"] == {"Content-Type": "application/xml", "Cache-Control": "public, max-age=300"}
    assert headers["index.html"]["Content-Type"] == "text/html; charset=utf-8"
    assert headers["index.html"]["Cache-Control"] == "public, max-age=300"
    for path, named in headers.items():
        if path.startswith(("assets/", "artwork/")):
            assert named["Cache-Control"] == "public, max-age=31536000, immutable", path
        if path.endswith((".html", ".css", ".js", ".jpg", ".webp", ".xml", ".m4a", ".json", ".woff2", ".svg")):
            assert named["Content-Type"] != "application/octet-stream", path
    (audio, *_) = (path for path in headers if path.startswith("media/"))
    assert headers[audio] == {"Content-Type": "audio/x-m4a", "Cache-Control": "public, max-age=86400"}


def test_dry_run_writes_nothing(old: Path, bucket: Bucket) -> None:
    """`--dry-run` leaves the bucket empty."""
    assert f"{len(read_site(old / 'output'))} would be sent" in send(old, bucket, "--dry-run").out
    assert bucket.read() == {}


@pytest.mark.parametrize("budget", [2_000, 40_000, 260_000])
def test_the_way_breaks_in_mid_upload(old: Path, new: Path, bucket: Bucket, budget: int) -> None:
    """Cut after so many bytes: what is online is whole, the person is told; mended, the next deploy finishes."""
    send(old, bucket)
    proxy = CuttingProxy(bucket.server.port, budget)
    broken = send(new, bucket, address=bucket.address(port=proxy.port))
    assert broken.code == 1
    assert "deploy again" in broken.err
    assert not find_broken(bucket.read())
    proxy.mend()
    assert send(new, bucket, address=bucket.address(port=proxy.port)).code == 0
    assert bucket.read() == read_site(new / "output")
    assert "" not in parse_manifest(bucket.get(MANIFEST)).values()


def test_whole_at_every_step(states: tuple[Path, ...], bucket: Bucket) -> None:
    """Before and after each file that is sent, every enclosure of the online feed is there with its size."""
    for show in states[:3]:
        assert watch_shipping(show, bucket.address(), lambda: find_broken(read_feed_and_sizes(bucket))) == []


def read_feed_and_sizes(bucket: Bucket) -> dict[str, bytes]:
    """The feed as it is online, and as many zeros as each audio file has bytes."""
    found = [(meta["path"], meta["size"]) for page in obstore.list(bucket.store) for meta in page]
    audio = {path: bytes(size) for path, size in found if path.startswith("media/")}
    return {**audio, "feed.xml": bucket.get("feed.xml")} if ("feed.xml" in dict(found)) else audio


def test_killed_at_any_moment(old: Path, new: Path, states: tuple[Path, ...], bucket: Bucket, kills: int) -> None:
    """kill -9 of the whole command: the online feed never names what is not there; the next deploy finishes."""
    send(old, bucket)
    longest = ship(new, bucket, 60)[0]
    for _ in kill_often(lambda at, delay: ship(states[at % 4], bucket, delay)[1], longest, kills):
        assert not find_broken(bucket.read())
    assert send(new, bucket).code == 0
    assert bucket.read() == read_site(new / "output")
    assert "" not in parse_manifest(bucket.get(MANIFEST)).values()


def ship(show: Path, bucket: Bucket, delay: float) -> tuple[float, bool]:
    """The whole command, killed `delay` seconds after it begins to send; how long it sent, whether it was killed."""
    before = bucket.get(MANIFEST)
    process = start_spacecast("-C", show, "deploy", bucket.address(), SOURCE_DATE_EPOCH=TODAY)
    while process.poll() is None and bucket.get(MANIFEST) == before:
        time.sleep(0.03)
    began = time.perf_counter()
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.kill()
    said = process.communicate()[1].decode()
    assert process.returncode in {0, -9}, said
    return time.perf_counter() - began, process.returncode == -9


def test_audio_elsewhere(old: Path, bucket: Bucket, tmp_path: Path) -> None:
    """`media:` puts the audio into the bucket and the site into a folder; the feed names the audio where it is."""
    show = copy_show(old, tmp_path / "show")
    with (show / "config.yaml").open("a") as config:
        config.write(f"media:\n  store: {bucket.address('/sound')}\n  url: https://audio.signals.podcast/\n")
    spacecast("-C", show, "build")
    www = tmp_path / "www"
    assert send(show, bucket, address=f"folder:{www}").code == 0
    site, sound = read_site(www), bucket.read("sound")
    assert sound
    assert all(path.startswith("media/") for path in sound)
    assert not any(path.startswith("media/") for path in site)
    assert b'url="https://audio.signals.podcast/media/' in site["feed.xml"]
    assert not find_broken(site, media=sound)
    assert {**site, **sound} == read_site(show / "output")


def test_a_large_file_goes_in_parts(bucket: Bucket, tmp_path: Path) -> None:
    """Files over 5 MB are sent in parts and arrive as they are."""
    file = tmp_path / "long-0123abcd.m4a"
    file.write_bytes(random.Random(1).randbytes(12_000_001))
    upload = Upload(path="media/long-0123abcd.m4a", source=file, size_bytes=12_000_001, sha256=digest_file(file))
    host = open_host(bucket.address(), Setting(folder=tmp_path, site_url="https://example.org/"))
    host.begin(host.compare([upload]))
    host.send([upload], lambda _: None)
    assert bucket.read()["media/long-0123abcd.m4a"] == file.read_bytes()
    if bucket.server.scheme != "az":  # whose tags do not tell
        assert "-" in (obstore.head(bucket.store, "media/long-0123abcd.m4a")["e_tag"] or "")


def test_refusals_are_sentences(old: Path, bucket: Bucket) -> None:
    """No such bucket, a key in the address: each says what is wrong, and prints no key."""
    run = send(old, bucket, address=bucket.address(name="nowhere-at-all"))
    assert run.code == 1
    assert "there is no such bucket; make it there" in run.err
    assert len(run.err.splitlines()) == 1
    secret = bucket.server.secrets[0]
    for address in (f"{bucket.address()}&pw={secret}", bucket.address().replace("://", f"://me:{secret}@")):
        run = send(old, bucket, address=address)
        assert run.code == 2
        assert "environment" in run.err


def test_a_server_named_in_the_environment(old: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore's own variables do as well as `?endpoint=`."""
    variable = {"s3": "AWS_ENDPOINT_URL", "gs": "GOOGLE_BASE_URL", "az": "AZURE_STORAGE_ENDPOINT"}
    monkeypatch.setenv(variable[bucket.server.scheme], bucket.server.url)
    run = send(old, bucket, "--dry-run", address=bucket.address().partition("?")[0])
    assert run.code == 0, run.err


def test_without_obstore(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is installed on demand: the command is told, for the very Python that runs."""
    monkeypatch.setitem(sys.modules, "obstore.exceptions", None)
    run = spacecast("-C", old, "deploy", "s3://show")
    assert run.code == 2
    assert "`spacecast doctor` shows the line that adds it" in run.err


@pytest.mark.parametrize("code", [0, 255])
def test_the_login_of_the_aws_program(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Without keys in the environment the `aws` program is asked for its own; without a login there, it is told."""
    keys = {"Version": 1, "AccessKeyId": "key", "SecretAccessKey": SECRET, "Expiration": "2099-01-01T00:00:00+00:00"}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    write_tools(tmp_path / "bin", {"aws": f"sh -c 'cat {tmp_path}/keys.json; exit {code}'"})
    with serve_store("s3", tmp_path) as server:
        bucket = Bucket(server)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
        run = send(old, bucket, address=f"{bucket.address()}&region=us-east-1")
    assert run.code == (1 if code else 0), run.err
    assert not code or is_told(run, "s3")


LOGINS = {"s3": "AWS_ACCESS_KEY_ID", "gs": "GOOGLE_SERVICE_ACCOUNT", "az": "AZURE_STORAGE_ACCOUNT_KEY"}


def is_told(run: Run, scheme: str) -> bool:
    """Whether one sentence names the login of this kind of store, and of no other."""
    return [known for known, name in LOGINS.items() if name in run.err] == [scheme] and run.err.count("\n") == 1


def test_a_store_that_refuses(old: Path, bucket: Bucket) -> None:
    """The environment's very variables are named, and nothing that is in them."""
    refuse = partial(answer, status=403, text="<Error><Code>Forbidden</Code><Message>Not you</Message></Error>")
    with RangeServer(old, {"": refuse}) as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        run = send(old, bucket, address=bucket.address(port=port))
    assert run.code == 1
    assert "access refused" in run.err
    assert is_told(run, bucket.server.scheme)


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("az://show", {}),
        ("az://show", {"AZURE_STORAGE_ACCOUNT_NAME": "podcaster", "AZURE_STORAGE_ACCOUNT_KEY": "s3cr3t k3y"}),
        ("gs://show", {"GOOGLE_SERVICE_ACCOUNT": "/nowhere/s.json"}),
        ("gs://show", {"GOOGLE_SERVICE_ACCOUNT_KEY": '{"private_key": "s3cr3t k3y", "client_email": "me"}'}),
        ("s3://show?endpoint=http://127.0.0.1:1", {"AWS_METADATA_ENDPOINT": "http://127.0.0.1:1"}),
    ],
)
def test_a_login_that_is_none(
    old: Path, monkeypatch: pytest.MonkeyPatch, address: str, environment: dict[str, str]
) -> None:
    """No key, half a login, a file that is not there: the sentence says what it takes, and shows no key."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "AZURE_"))]:
        monkeypatch.delenv(name)
    run = spacecast("-C", old, "deploy", address, **environment)
    assert run.code != 0
    assert is_told(run, address[:2])
    assert "s3cr3t" not in run.err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://token@h/x", "https://***@h/x"),
        ("ssh://me:pass@h/x https://a:b@c", "ssh://***@h/x https://***@c"),
        ("https://h/x?X-Amz-Signature=abc&a=b", "https://h/x?X-Amz-Signature=***&a=b"),
        ("az?sig=a%2Fb", "az?sig=***"),
    ],
)
def test_redaction(text: str, shown: str) -> None:
    """Whatever a tool says, users, passwords and signatures in addresses are not shown."""
    assert redact(text) == shown
