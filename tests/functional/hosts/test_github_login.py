"""Tokens for GitHub: typed, kept, refused, got by a code; shown and sent nowhere else."""

from __future__ import annotations

import pickle
import traceback
from pathlib import Path

import pytest
from github_server import TOKEN, GitHubServer
from keyring import backend
from small_github_site import FILES, read_online, send

from site_builder.errors import SpacecastError, UsageError
from site_builder.net.credentials import Credentials, Secret


@pytest.fixture
def github(github: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> GitHubServer:
    """As for all, with packs of a few thousand bytes, and no keyring."""
    monkeypatch.setattr("site_builder.hosts.github.packing.PACK_BYTES", 5000)
    monkeypatch.setattr("site_builder.net.credentials._find_keyring", lambda: None)
    return github


class MemoryKeyring(backend.KeyringBackend):
    """A keyring as a system has one."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[f"{service} {username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[f"{service} {username}"]


ENTRY = "spacecast github.com/you/show"


def test_the_keyring_keeps_what_was_typed(
    github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has proved right; then nobody is asked; one that was revoked is forgotten and asked for again."""
    keyring, asked = MemoryKeyring(), []
    monkeypatch.setattr("site_builder.net.credentials._find_keyring", lambda: keyring)
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")

    def answer(question: str, token: str = TOKEN) -> str:
        asked.append(question)
        return f"{token}\n"

    with pytest.raises(SpacecastError, match="does not take the token"):
        send(tmp_path, FILES, Credentials(lambda question: answer(question, "github_pat_wrong")))
    assert keyring.kept == {}
    host, _ = send(tmp_path, FILES, Credentials(answer))
    assert keyring.kept == {ENTRY: TOKEN}
    assert "The token is kept in this system's keyring." in host.remarks
    send(tmp_path, FILES, Credentials(None))
    github.token = "github_pat_the_next_one"
    with pytest.raises(SpacecastError, match="does not take the token"):
        send(tmp_path, FILES, Credentials(None))
    assert keyring.kept == {}
    send(tmp_path, FILES, Credentials(lambda question: answer(question, github.token)))
    assert keyring.kept == {ENTRY: github.token}
    assert "Contents and Pages" in asked[0]


def test_without_keyring_nothing_is_kept(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said; without anybody to ask the ways to give a token are told; classic tokens get a warning."""
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")
    with pytest.raises(UsageError, match="SPACECAST_GITHUB_TOKEN"):
        send(tmp_path, FILES)
    github.token = "ghp_classic000000000000000000000000000000"
    host, _ = send(tmp_path, FILES, Credentials(lambda _: github.token))
    assert any("asked for at each deploy" in remark for remark in host.remarks)
    assert any("classic token" in remark for remark in host.remarks)
    assert github.token not in "".join(host.remarks)


@pytest.mark.parametrize("wrong", [f"{TOKEN}\n{TOKEN}", f"Bearer {TOKEN}", f"{TOKEN}\u2026", f"{TOKEN}\0"])
def test_what_cannot_be_a_token_is_never_sent(
    wrong: str, github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told without being shown: the error of what writes a request would quote it."""
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")
    for credentials in (Credentials(lambda _: wrong), Credentials(given=Secret(wrong))):
        with pytest.raises(SpacecastError) as refused:
            send(tmp_path, FILES, credentials)
        assert TOKEN not in "".join(traceback.format_exception(refused.value))
        assert "copy it again" in str(refused.value)
    assert github.requests == []


DEVICE = "SPACECAST_GITHUB_CLIENT_ID"


def test_device_login_where_a_client_id_is_configured(
    github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is told page and code, nothing is pasted; the token that comes is kept as any other, and warned of."""
    keyring, told = MemoryKeyring(), list[str]()
    monkeypatch.setattr("site_builder.net.credentials._find_keyring", lambda: keyring)
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")
    monkeypatch.setenv(DEVICE, "Iv1.known")
    github.token, github.device = "gho_fromTheDeviceLogin", ["authorization_pending", "slow_down", ""]
    monkeypatch.setattr("site_builder.hosts.github.device_login._SLOWER", 0)
    host, _ = send(tmp_path, FILES, Credentials(lambda _: pytest.fail("nothing is to be pasted"), tell=told.append))
    assert read_online(github, tmp_path / "clone") == FILES
    assert [f"{github.url}/login/device" in line and "WDJB-MJHT" in line for line in told] == [True]
    assert keyring.kept == {ENTRY: github.token}
    assert any("opens every repository" in remark for remark in host.remarks)
    assert github.token not in "".join([*told, *host.remarks, *github.requests])


@pytest.mark.parametrize(
    ("answers", "client_id", "says"),
    [
        (["access_denied"], "Iv1.known", "access_denied"),
        (["expired_token"], "Iv1.known", "expired_token"),
        ([], "Iv1.unknown", "no code for the client id"),
    ],
)
def test_device_login_that_fails(
    answers: list[str],
    client_id: str,
    says: str,
    github: GitHubServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a sentence, with the other way; nothing is sent."""
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")
    monkeypatch.setenv(DEVICE, client_id)
    github.device = answers
    with pytest.raises(SpacecastError, match=says) as failed:
        send(tmp_path, FILES, Credentials(lambda _: "", tell=lambda _: None))
    assert "--token-stdin" in str(failed.value)
    assert not any("/api/" in request for request in github.requests)


def test_without_a_client_id_nobody_is_sent_to_a_page(
    github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is asked for; and with one, in a script, nobody is told anything."""
    monkeypatch.delenv("SPACECAST_GITHUB_TOKEN")
    send(tmp_path, FILES, Credentials(lambda _: TOKEN, tell=lambda _: pytest.fail("there is no such way")))
    monkeypatch.setenv(DEVICE, "Iv1.known")
    with pytest.raises(UsageError, match="SPACECAST_GITHUB_TOKEN"):
        send(tmp_path, FILES, Credentials())
    assert not any("/login/" in request for request in github.requests)


def test_secrets_do_not_show() -> None:
    """In no text, and in nothing that is written down."""
    secret = Secret(TOKEN)
    assert (f"{secret} {secret!r}", secret.reveal()) == ("*** ***", TOKEN)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
