"""Speech models that are not whole, do not know the language, or are fetched: a sentence each, and no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from feed_server import serve_files
from show_runner import PROJECT, spacecast

from site_builder.errors import UsageError
from site_builder.speech.models import RemoteFile, RemoteModel, fetch_model, find_model

OFFLINE = """import socket, sys
def refuse(*_, **__): raise AssertionError("a socket")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from site_builder.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with the recordings of the demo."""
    folder = tmp_path_factory.mktemp("models") / "show"
    assert spacecast("init", folder, "--title", "Words", "--url", "https://words.example.net/").code == 0
    assert spacecast("-C", folder, "extract", PROJECT / "content/archives/demo.zip").code == 0
    return folder


def drop_tokens(model: Path) -> None:
    """The engine would fetch what is missing from a network."""
    (model / "tokenizer.json").unlink()


def cut_short(model: Path) -> None:
    """A download that broke off."""
    weights = model / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1_000_000])


def fill_with_junk(model: Path) -> None:
    """No model at all."""
    (model / "model.bin").write_bytes(b"<!doctype html>" * 100)


def break_tokens(model: Path) -> None:
    """A page that says that there is no such file."""
    (model / "tokenizer.json").write_text("Entry not found")


def lose_weights(model: Path) -> None:
    """The largest file was forgotten."""
    (model / "model.bin").unlink()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (drop_tokens, "tokenizer.json"),
        (cut_short, "copy it here again"),
        (fill_with_junk, "copy it here again"),
        (break_tokens, "copy it here again"),
        (lose_weights, "model.bin"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_model_that_is_not_whole_is_told(
    show: Path, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    """In one line with its folder; nothing is asked of a network, nothing is written."""
    model = Path(shutil.copytree(find_model("").folder, tmp_path / "my-model"))
    damage(model)
    command = [sys.executable, "-c", OFFLINE, "-C", str(show), "transcribe", "--model", str(model)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert str(model) in line
    assert said in line
    assert not list(show.glob("content/episodes/*/transcript.vtt"))


@pytest.mark.parametrize("language", ["de", "nb-NO", "gd", "xx"])
def test_a_model_that_does_not_know_the_language_hears_nothing(show: Path, language: str) -> None:
    """English words would be made of it."""
    run = spacecast("-C", show, "transcribe", "--language", language)
    assert run.code == 2
    assert f"knows en, not “{language}”" in run.err
    assert "--model FOLDER" in run.err
    assert not list(show.glob("content/episodes/*/transcript.vtt"))


def test_nothing_to_hear_is_no_success(tmp_path: Path) -> None:
    """Before the first build there is no episode; it is said what takes archives in."""
    folder = tmp_path / "show"
    archive = PROJECT / "content/archives/demo.zip"
    init = ("init", folder, "--title", "Words", "--url", "https://words.example.net/", "--archive", archive)
    assert spacecast(*init).code == 0
    assert "`spacecast build` takes in" in spacecast("-C", folder, "transcribe").out
    assert "`spacecast build` takes in" in spacecast("-C", folder, "transcribe", "some-talk").err


def test_where_no_model_can_be_fetched_it_is_said_what_to_do(show: Path) -> None:
    """The list has only models whose bytes were seen; there may be none."""
    run = spacecast("-C", show, "transcribe", "--fetch-model", "base")
    assert run.code == 2
    for way in ("“base”", "--model FOLDER", "Python package", "spacecast help transcripts"):
        assert way in run.err


def test_a_model_is_fetched_whole_or_not_at_all(tmp_path: Path) -> None:
    """What is not the known bytes is thrown away; what is there is not fetched again."""
    small = {"config.json": b"{}", "model.bin": b"weights"}
    with serve_files() as host:
        remote = {"small": describe({name: (host.put(name, content), content) for name, content in small.items()})}
        model = fetch_model("small", tmp_path, remote=remote)
        assert (model.folder / "model.bin").read_bytes() == b"weights"
        assert find_model("small", tmp_path).folder == model.folder
        asked = len(host.asked)
        fetch_model("small", tmp_path, remote=remote)
        assert len(host.asked) == asked
        host.put("model.bin", b"Weights")
        with pytest.raises(UsageError, match="not the file that is known"):
            fetch_model("small", tmp_path / "other", remote=remote)
    assert [file.name for file in (tmp_path / "other/small").iterdir()] == ["config.json"]


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the next run too; until it is whole there is no model of that name."""
    monkeypatch.setattr("site_builder.net.download.pause", lambda _: None)
    weights, told = bytes(range(256)) * 400, list[tuple[int, int]]()
    with serve_files() as host:
        remote = {"large": describe({"model.bin": (host.put("model.bin", weights), weights)})}
        host.cuts["model.bin"] = [30_000, 20_000, 0, 0, 0, 0]
        with pytest.raises(UsageError, match="run the same again, what came is kept"):
            fetch_model("large", tmp_path, remote=remote)
        with pytest.raises(UsageError, match="“large”"):
            find_model("large", tmp_path)
        host.asked.clear()
        host.cuts.clear()
        model = fetch_model("large", tmp_path, remote=remote, report=lambda *sizes: told.append(sizes))
    assert host.asked == [("model.bin", "bytes=50000-")]
    assert (model.folder / "model.bin").read_bytes() == weights
    assert [file.name for file in model.folder.iterdir()] == ["model.bin"]
    assert told[-1] == (len(weights), len(weights))


def describe(files: dict[str, tuple[str, bytes]]) -> RemoteModel:
    """A model of these files, each with its address."""
    return RemoteModel(
        tuple(
            RemoteFile(name, url, len(content), sha256(content).hexdigest()) for name, (url, content) in files.items()
        ),
        "MIT",
    )
