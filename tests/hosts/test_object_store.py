"""`s3://`: against moto's S3 server, over a way that breaks."""

from __future__ import annotations

import itertools
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from online import MANIFEST, CuttingProxy, find_broken, read_site
from show_runner import TODAY, Run, copy_show, spacecast, start_spacecast

from site_builder.hosts.host import redact
from site_builder.hosts.manifest import parse_manifest

SECRET = "s3cr3t-k3y"
_numbers = itertools.count()


class Bucket:
    """A bucket at a server on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.name = f"show-{next(_numbers)}"
        urlopen(Request(f"http://127.0.0.1:{port}/{self.name}", method="PUT")).close()
        self.store = S3Store(
            self.name, endpoint=f"http://127.0.0.1:{port}", client_options={"allow_http": True, "timeout": "30s"}
        )

    def address(self, prefix: str = "", port: int = 0) -> str:
        """As `config.yaml` names it."""
        return f"s3://{self.name}{prefix}?endpoint=http://127.0.0.1:{port or self.port}"

    def read(self, prefix: str = "") -> dict[str, bytes]:
        """Everything below a prefix, the manifest aside."""
        names = [meta["path"] for page in obstore.list(self.store, prefix or None) for meta in page]
        named = {name.removeprefix(f"{prefix}/" if prefix else ""): name for name in names}
        return {path: bytes(obstore.get(self.store, name).bytes()) for path, name in named.items() if path != MANIFEST}


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of moto's S3 server."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield running.get_host_and_port()[1]
    running.stop()


@pytest.fixture
def bucket(server: int, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket, and the keys to it in the environment."""
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    return Bucket(server)


def send(show: Path, address: str, *options: str) -> Run:
    """`spacecast deploy s3://…`; no key is ever printed."""
    run = spacecast("-C", show, "deploy", address, *options)
    assert SECRET not in run.out + run.err
    return run


def test_the_bucket_becomes_the_site(old: Path, new: Path, bucket: Bucket) -> None:
    """Every built file is there below the prefix, then only what changed is sent, and what is gone goes."""
    address = bucket.address("/pod/cast")
    obstore.put(bucket.store, "pod/cast/media/mine.txt", b"mine")
    assert send(old, address).code == 0
    assert bucket.read("pod/cast").pop("media/mine.txt") == b"mine"
    assert {**bucket.read("pod/cast")} == {**read_site(old / "output"), "media/mine.txt": b"mine"}
    assert " 0 sent" in send(old, address).out
    assert send(new, address).code == 0
    assert bucket.read("pod/cast") == {**read_site(new / "output"), "media/mine.txt": b"mine"}


def test_headers(old: Path, bucket: Bucket) -> None:
    """Types are right; a digest in the name keeps for ever, audio stays a day, pages and the feed five minutes."""
    send(old, bucket.address())
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
    assert f"{len(read_site(old / 'output'))} would be sent" in send(old, bucket.address(), "--dry-run").out
    assert bucket.read() == {}


@pytest.mark.parametrize("budget", [2_000, 40_000, 120_000, 260_000])
def test_the_way_breaks_in_mid_upload(old: Path, new: Path, bucket: Bucket, budget: int) -> None:
    """Cut after so many bytes: what is online is whole, the person is told; mended, the next deploy finishes."""
    send(old, bucket.address())
    proxy = CuttingProxy(bucket.port, budget)
    broken = send(new, bucket.address(port=proxy.port))
    assert broken.code == 1
    assert "deploy again" in broken.err
    assert not find_broken(bucket.read())
    proxy.mend()
    assert send(new, bucket.address(port=proxy.port)).code == 0
    assert bucket.read() == read_site(new / "output")
    assert "" not in parse_manifest(bytes(obstore.get(bucket.store, MANIFEST).bytes())).values()


def test_killed_at_any_moment(old: Path, new: Path, bucket: Bucket, kills: int) -> None:
    """kill -9 of the whole command: the online feed never names what is not there; the next deploy finishes."""
    send(old, bucket.address())
    chance = random.Random(11)
    for number in range(kills):
        show = (new, old)[number % 2]
        process = start_spacecast("-C", show, "deploy", bucket.address(), SOURCE_DATE_EPOCH=TODAY)
        wait_for_doubt(bucket, process, chance.uniform(0, 0.25))
        process.kill()
        process.communicate()
        assert not find_broken(bucket.read())
    assert send(new, bucket.address()).code == 0
    assert bucket.read() == read_site(new / "output")


def wait_for_doubt(bucket: Bucket, process: subprocess.Popen[bytes], delay: float) -> None:
    """Until the deploy has begun to send, and a moment longer."""
    before = obstore.head(bucket.store, MANIFEST)["last_modified"]
    content = bytes(obstore.get(bucket.store, MANIFEST).bytes())
    while process.poll() is None and bytes(obstore.get(bucket.store, MANIFEST).bytes()) == content:
        pass
    assert before
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        return


def test_audio_elsewhere(old: Path, bucket: Bucket, tmp_path: Path) -> None:
    """`media:` puts the audio into the bucket and the site into a folder; the feed names the audio where it is."""
    show = copy_show(old, tmp_path / "show")
    with (show / "config.yaml").open("a") as config:
        config.write(f"media:\n  store: {bucket.address('/sound')}\n  url: https://audio.example.net/\n")
    spacecast("-C", show, "build")
    www = tmp_path / "www"
    assert send(show, f"folder:{www}").code == 0
    site, sound = read_site(www), bucket.read("sound")
    assert sound
    assert all(path.startswith("media/") for path in sound)
    assert not any(path.startswith("media/") for path in site)
    assert b'url="https://audio.example.net/media/' in site["feed.xml"]
    assert not find_broken(site, media=sound)
    assert {**site, **sound} == read_site(show / "output")


def test_a_large_file_goes_in_parts(bucket: Bucket, tmp_path: Path) -> None:
    """Files over 5 MB are sent in parts and arrive as they are."""
    from site_builder.digests import digest_file  # noqa: PLC0415
    from site_builder.hosts import Setting, Upload, open_host  # noqa: PLC0415

    file = tmp_path / "long-0123abcd.m4a"
    file.write_bytes(random.Random(1).randbytes(12_000_001))
    upload = Upload(path="media/long-0123abcd.m4a", source=file, size_bytes=12_000_001, sha256=digest_file(file))
    host = open_host(bucket.address(), Setting(folder=tmp_path, site_url="https://example.org/"))
    host.begin(host.compare([upload]))
    host.send([upload], lambda _: None)
    assert bucket.read()["media/long-0123abcd.m4a"] == file.read_bytes()
    assert "-" in (obstore.head(bucket.store, "media/long-0123abcd.m4a")["e_tag"] or "")


def test_refusals_are_sentences(old: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such bucket, a key in the address: each says what is wrong, and prints no key."""
    run = send(old, f"s3://nowhere-at-all?endpoint=http://127.0.0.1:{bucket.port}")
    assert run.code == 1
    assert "NoSuchBucket" in run.err
    run = send(old, f"{bucket.address()}&aws_secret_access_key={SECRET}")
    assert run.code == 2
    assert "environment" in run.err


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
