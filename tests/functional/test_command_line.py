"""What every command does alike: failures as JSON, folders that are no show, places that are taken."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from online import write_tools
from show_runner import PROJECT, run_spacecast, spacecast, start_spacecast

from site_builder.cli.main import cli

REPORTING = [
    ["inspect", "none.zip"],
    ["extract", "none.zip"],
    ["build"],
    ["import", "none.xml"],
    ["people"],
    ["people", "--ask"],
    ["deploy"],
    ["check"],
    ["check", "--live", "nonsense"],
    ["fetch-media"],
    ["build", "--jobs", "none"],
    ["serve"],
    ["suggest", "flood-gauges"],
    ["transcribe"],
    ["workflow"],
    ["backup", "copy"],
    ["consent", "kit", "granted"],
    ["schema", "--write"],
    ["schema"],
    ["completion", "cmd"],
    ["help", "nonsense"],
    ["studio", "--port", "none"],
]


@pytest.mark.parametrize("command", REPORTING, ids=" ".join)
def test_failures_are_json_where_json_is_asked_for(command: list[str], tmp_path: Path) -> None:
    """On standard output, with the same exit code and the sentence for people on standard error."""
    run = spacecast("-C", tmp_path, *command, "--json")
    assert run.code == 2
    assert run.json.keys() == {"error"}
    assert run.json["error"] in run.err
    assert spacecast("-C", tmp_path, *command).out == ""


def test_every_command_speaks_json() -> None:
    """Each has the option, by the same name."""
    assert [name for name, command in cli.commands.items() if "--json" not in option_names(command)] == []


def option_names(command: click.Command) -> set[str]:
    """Options, without arguments."""
    return {name for parameter in command.params for name in parameter.opts}


def test_a_preview_needs_a_show(tmp_path: Path) -> None:
    """It says how to make one, to copy even where the folder has a space in its name."""
    folder = tmp_path / "my show"
    folder.mkdir()
    run = run_spacecast("-C", folder, "serve", "--port", 0)
    assert run.code == 2
    assert f"`spacecast init '{folder}'`" in run.err
    assert list(folder.iterdir()) == []


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """One that was named is refused, with one that is free; else the next is taken, and told."""
    assert run_spacecast("init", tmp_path / "show", "--url", "https://signals.radio/").code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = run_spacecast("-C", tmp_path / "show", "serve", "--port", port)
    assert run.code == 2
    assert f"port {port} is taken by another program; `--port " in run.err


def test_the_usual_port_is_not_insisted_on(tmp_path: Path) -> None:
    """With 8000 in use the preview is at another, and says so."""
    assert run_spacecast("init", tmp_path / "show", "--url", "https://signals.radio/").code == 0
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # somebody has it already
        process = subprocess.Popen(
            [sys.executable, "-m", "site_builder", "-C", tmp_path / "show", "serve"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout
        lines = [process.stdout.readline(), process.stdout.readline()]
        process.terminate()
        process.communicate(timeout=20)
    assert lines[0] == "Port 8000 is taken by another program, so this is another one:\n"
    assert lines[1].startswith("http://127.0.0.1:80")


@pytest.mark.parametrize("command", [["serve"], ["studio", "--no-browser"]], ids=lambda words: words[0])
def test_what_stays_open_tells_its_address_as_json(command: list[str], tmp_path: Path) -> None:
    """One document, once it answers."""
    assert run_spacecast("init", tmp_path / "show", "--url", "https://signals.radio/").code == 0
    with start_spacecast("-C", tmp_path / "show", *command, "--port", 0, "--json") as process:
        assert process.stdout
        document = b"".join(iter(process.stdout.readline, b"}\n")) + b"}"
        process.terminate()
        process.communicate(timeout=20)
    assert json.loads(document)["address"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("command", [["serve", "--open"], ["studio"]], ids=lambda words: words[0])
def test_what_stays_open_is_shown_in_a_browser(command: list[str], tmp_path: Path) -> None:
    """At the address that is printed; a browser that would take over the terminal is left alone."""
    assert run_spacecast("init", tmp_path / "show", "--url", "https://signals.radio/").code == 0
    note = f'printf %s "$1" > {tmp_path}/half; mv {tmp_path}/half {tmp_path}/seen'
    write_tools(tmp_path / "bin", {"look": f"sh -c '{note}' look"})
    for browser, is_shown in ((f"{tmp_path}/bin/look %s", False), (f"{tmp_path}/bin/look %s &", True)):
        with start_spacecast("-C", tmp_path / "show", *command, "--port", 0, "--json", BROWSER=browser) as process:
            assert process.stdout
            document = b"".join(iter(process.stdout.readline, b"}\n")) + b"}"
            end = time.monotonic() + (20 if is_shown else 1)
            while not (tmp_path / "seen").exists() and time.monotonic() < end:
                time.sleep(0.05)
            process.terminate()
            process.communicate(timeout=20)
        assert (tmp_path / "seen").exists() == is_shown
    assert (tmp_path / "seen").read_text() == json.loads(document)["address"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    """The system names none when a write fails; which disk it is has to be said."""
    show = tmp_path / "show"
    assert spacecast("init", show, "--url", "https://signals.radio/").code == 0
    schema = show / ".spacecast/schemas/config.schema.json"
    (schema.parent / f".part-{schema.name}").symlink_to("/dev/full")
    run = spacecast("-C", show, "schema", "--write", "--json")
    assert run.code == 1
    assert run.json["error"].startswith(f"{schema}: No space left on device; make room on that disk")
    assert schema.read_bytes()
