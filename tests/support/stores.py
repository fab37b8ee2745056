"""Object stores on loopback, one of each kind, with keys as their clouds give them out.

`s3://` is moto's server. So is `gs://`: Google's XML interface is S3's (https://cloud.google.com/storage/docs/xml-api),
with other logins; no emulator of Google's store that pip or npm has answers it. `az://` is Azurite, Microsoft's own.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.request import Request, urlopen

import obstore
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.server import ThreadedMotoServer
from obstore.store import from_url
from online import MANIFEST, find_free_port, wait_for_port
from programs import find_node, find_node_module

SECRET = "s3cr3t-k3y"
ACCOUNT = "podcaster"
AZURE_KEY = base64.b64encode(SECRET.encode() * 4).decode()
_numbers = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A store that runs."""

    scheme: str
    url: str
    """Before the name of a bucket."""
    environment: Mapping[str, str]
    """The login."""
    secrets: tuple[str, ...]
    """What nobody may ever see printed."""

    @property
    def port(self) -> int:
        """Of loopback."""
        return int(self.url.split(":")[2].partition("/")[0])


@dataclass(frozen=True)
class Bucket:
    """A new bucket; its login must be in the environment."""

    server: Server
    name: str = field(default_factory=lambda: f"show{next(_numbers)}")

    def __post_init__(self) -> None:
        if self.server.scheme == "az":
            _make_container(self.server, self.name)
        else:
            urlopen(Request(f"{self.server.url}/{self.name}", method="PUT")).close()

    def address(self, prefix: str = "", port: int = 0, name: str = "") -> str:
        """As `config.yaml` names it; by another port where there is something between."""
        url = self.server.url.replace(f":{self.server.port}", f":{port or self.server.port}")
        return f"{self.server.scheme}://{name or self.name}{prefix}?endpoint={url}"

    @cached_property
    def store(self) -> obstore.store.ObjectStore:
        """The bucket, asked without the program under test."""
        option = "base_url" if self.server.scheme == "gs" else "endpoint"
        return from_url(  # type: ignore[call-overload, no-any-return]
            f"{self.server.scheme}://{self.name}",
            client_options={"allow_http": True, "timeout": "30s"},
            **{option: self.server.url},
        )

    def get(self, path: str) -> bytes:
        """One object."""
        return bytes(obstore.get(self.store, path).bytes())

    def read(self, prefix: str = "") -> dict[str, bytes]:
        """Everything below a prefix, the manifest aside.

        What goes between the listing and the reading is not there: the last request of a deploy that was killed may
        still be at work at the server.
        """
        store, found = self.store, {}
        names = [meta["path"] for page in obstore.list(store, prefix or None) for meta in page]
        for name in names:
            with suppress(FileNotFoundError):
                found[name.removeprefix(f"{prefix}/" if prefix else "")] = bytes(obstore.get(store, name).bytes())
        return {path: content for path, content in found.items() if not path.endswith(MANIFEST)}


@contextmanager
def serve_store(scheme: str, folder: Path) -> Iterator[Server]:
    """A store of this kind; `folder` is for its own use."""
    if scheme == "az":
        with _serve_azurite(folder) as server:
            yield server
        return
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    make = {"s3": _describe_s3, "gs": _describe_google}[scheme]
    yield make(f"http://127.0.0.1:{running.get_host_and_port()[1]}", folder)
    running.stop()


def _describe_s3(url: str, folder: Path) -> Server:
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    return Server(scheme="s3", url=url, environment=keys, secrets=(SECRET,))


def _describe_google(url: str, folder: Path) -> Server:
    """A service account's key file, with a key of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private = key.private_bytes(*form).decode()
    account = {"type": "service_account", "client_email": f"{ACCOUNT}@example.org", "private_key_id": "1"}
    file = folder / "account.json"
    file.write_text(json.dumps({**account, "private_key": private}))
    lines = tuple(private.splitlines()[1:-1])
    return Server(scheme="gs", url=url, environment={"GOOGLE_SERVICE_ACCOUNT": str(file)}, secrets=lines)


def has_azurite() -> bool:
    """Whether Azurite is installed, and a Node to run it."""
    return find_node_module("azurite") is not None


@contextmanager
def _serve_azurite(folder: Path) -> Iterator[Server]:
    port = find_free_port()
    module = find_node_module("azurite")
    assert module
    options = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    command = [find_node() or "node", str(module / "dist/src/blob/main.js"), "--blobHost", "127.0.0.1"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--blobPort", str(port), *options],
            cwd=folder,
            env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{AZURE_KEY}"},
            stdout=said,
            stderr=said,
        )
    keys = {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": AZURE_KEY}
    try:
        wait_for_port(port)
        url = f"http://127.0.0.1:{port}/{ACCOUNT}"
        yield Server(scheme="az", url=url, environment=keys, secrets=(AZURE_KEY,))
    finally:
        process.terminate()
        process.wait()


def _make_container(server: Server, name: str) -> None:
    """As https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key says; obstore makes none."""
    headers = {"x-ms-date": f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}", "x-ms-version": "2021-08-06"}
    named = "".join(f"{key}:{value}\n" for key, value in sorted(headers.items()))
    text = "PUT" + "\n" * 12 + f"{named}/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    digest = hmac.digest(base64.b64decode(AZURE_KEY), text.encode(), "sha256")
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    urlopen(Request(f"{server.url}/{name}?restype=container", headers=headers, method="PUT")).close()
