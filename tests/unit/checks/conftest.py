"""A show that is built once, complete and without a fault; tests that change it copy it."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_maker import write_archive
from show_runner import build, edit, find_bundle, make_two_spaces, spacecast

_VTT = """WEBVTT

00:02.000 --> 00:04.000
<v Night Mail Radio>Good evening.

00:06.500 --> 00:09.000
<v kit>Signals &amp; lamps.
"""
_CHAPTERS = """
episode: 1
chapters:
  - 0:00 Opening
  - 0:03 Lamps
  - 0:06 Signals
soundbites:
  - 0:02-0:08
summary: Why signals have colours.
"""


@pytest.fixture(scope="session")
def sound_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes with chapters and a transcript, everyone asked, at an address of its own. Not to be changed."""
    folder = tmp_path_factory.mktemp("checked") / "show"
    url, email = "https://signals.fm/show/", "ada@signals.fm"
    assert spacecast("init", folder, "--title", "Signals", "--url", url, "--email", email).code == 0
    edit(folder / "config.yaml", "\nfeed:", "\n  copyright: Ada Quill\n\ndeploy: github-pages\n\nfeed:")
    write_archive(folder / "content/archives/first.zip", make_two_spaces())
    build(folder)
    assert spacecast("-C", folder, "consent", "kit", "granted").code == 0
    for part, number in (("2026-10-09", "1"), ("2026-10-16", "2")):
        bundle = find_bundle(folder, part)
        edit(bundle / "index.md", "\n---\n", _CHAPTERS.replace("episode: 1", f"episode: {number}") + "---\n")
        (bundle / "transcript.vtt").write_text(_VTT)
    edit(find_bundle(folder, "2026-10-16") / "index.md", "Signals in the dark, explained", "Lamps and how to read them")
    build(folder, "--published")
    assert spacecast("-C", folder, "backup", folder.parent / "copy").code == 0
    return folder
