"""What Windows and macOS do with files, names, line ends and letters, tried here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from show_runner import PROJECT, copy_show, edit, make_show, make_two_spaces, read_tree, run_spacecast


def test_no_two_names_differ_in_case_alone(tmp_path: Path) -> None:
    """Windows and macOS take `Fog` and `fog` for one file, and Windows has signs that no name may hold."""
    show = make_show(tmp_path / "show", make_two_spaces())
    assert run_spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    titles = ['Fog: "what" <is> it? *|\\/', "FOG: what is it"]
    for title, matter in zip(titles, sorted(show.glob("content/episodes/*/index.md")), strict=True):
        edit(matter, "title: ", f"tags: [Fog, FOG, fog., 'fog?', Straße, STRASSE, e\u0301té, été]\ntitle: {title} ")
    built = run_spacecast("-C", show, "build")
    assert built.code == 0, built.err
    paths = [path.relative_to(show).as_posix() for path in show.rglob("*")]
    folded = [unicodedata.normalize("NFC", path).casefold() for path in paths]
    assert sorted(path for path, count in Counter(folded).items() if count > 1) == []
    assert [path for path in paths if re.search(r'[<>:"|?*\\]|[. ](/|$)', path)] == []


def test_line_ends_of_windows_make_the_same_site(tmp_path: Path) -> None:
    """What an editor there has saved, with or without a byte order mark, is read as it was meant."""
    show = make_show(tmp_path / "show", make_two_spaces())
    assert run_spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    for matter in show.glob("content/episodes/*/index.md"):
        matter.with_name("transcript.vtt").write_bytes(b"WEBVTT\n\n00:01.000 --> 00:03.000\nA word\n")
        matter.write_bytes(matter.read_bytes() + b"\n0:05 Moments\n\n- one\n- two\n\n```\ncode\n\nmore\n```\n")
    copy = copy_show(show, tmp_path / "windows" / "show")
    texts = [path for path in copy.rglob("*") if path.suffix in {".yaml", ".md", ".vtt"}]
    assert len(texts) >= 6
    for number, path in enumerate(sorted(texts)):
        mark = b"\xef\xbb\xbf" if number % 2 else b""
        path.write_bytes(mark + path.read_bytes().replace(b"\n", b"\r\n"))
    before = {path: path.read_bytes() for path in texts if path.name != "people.yaml"}
    for each in (show, copy):
        built = run_spacecast("-C", each, "build")
        assert built.code == 0, built.err
    assert read_tree(copy / "output") == read_tree(show / "output")
    assert {path: path.read_bytes() for path in before} == before


def test_no_file_is_read_in_the_encoding_of_the_system(tmp_path: Path) -> None:
    """On Windows that may be one of 256 letters; Python tells where a text is opened without saying which."""
    script = (
        "import sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "warnings.filterwarnings('error', category=EncodingWarning, module=r'site_builder\\b')\n"
        "from site_builder.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    show = make_show(tmp_path / "show", make_two_spaces())
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SPACECAST_PORTABLE": "1", "PYTHONUTF8": "0"}
    for words in (["build"], ["check"], ["people", "--ask"], ["backup", str(tmp_path / "copy")], ["doctor"]):
        command = [sys.executable, "-X", "warn_default_encoding", "-c", script, "-C", str(show), *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "EncodingWarning" not in done.stderr, done.stderr
        assert done.returncode in {0, 1, 2}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="nothing tells which files are open")
def test_no_open_file_is_replaced_or_deleted(tmp_path: Path) -> None:
    """Windows refuses that: nothing that is done to a show, its output, a copy of it or a host's folder may do so."""
    path = os.pathsep.join([str(PROJECT / "tests/support/windows"), str(PROJECT)])
    script = "import os, sys; open(sys.argv[1], 'w').close(); held = open(sys.argv[1]); os.remove(sys.argv[1])"
    refused = [sys.executable, "-c", script, str(tmp_path / "held")]
    assert (
        subprocess.run(refused, env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=False).returncode
        == 1
    )
    show = make_show(tmp_path / "show", make_two_spaces())
    edit(show / "config.yaml", "https://example.org/show/", "https://signals.podcast/show/")
    edit(show / "config.yaml", "podcast@example.org", "ada@signals.podcast")
    with (show / "config.yaml").open("a") as config:
        config.write(f"deploy: folder:{tmp_path / 'online'}\n")
    for title in ("Signals", "Other signals"):
        edit(show / "config.yaml", "title: Signals", f"title: {title}")
        for words in (["build"], ["deploy", "--yes"], ["backup", tmp_path / "copy"]):
            done = run_spacecast("-C", show, *words, PYTHONPATH=path, SPACECAST_PORTABLE="1")
            assert done.code == 0, done.err
    for words in (["people", "--ask"], ["check"]):
        assert run_spacecast("-C", show, *words, PYTHONPATH=path, SPACECAST_PORTABLE="1").code in {0, 1}
