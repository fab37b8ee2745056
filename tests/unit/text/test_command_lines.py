"""Lines to copy: what the shell reads is what was meant, and what is told to be installed can be."""

from __future__ import annotations

import os
import sys

import pytest

from site_builder.text import command_lines
from site_builder.text.command_lines import make_install_line, quote_words

WORDS = {
    "spacecast": "spacecast",
    r"C:\Users\me\show": r"C:\Users\me\show",
    r"C:\My show": r'"C:\My show"',
    "obstore>=0.9": '"obstore>=0.9"',
    "dulwich>=1.2,<2": '"dulwich>=1.2,<2"',
    "a&b": '"a&b"',
    "s3://b/x?endpoint=y": '"s3://b/x?endpoint=y"',
    "": '""',
    r"C:\My show" + "\\": r'"C:\My show\\"',
}


def test_words_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes into a file of that name, or to another program."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "name", "nt")
        quoted = quote_words(*WORDS)
    assert quoted == " ".join(WORDS.values())


def test_where_libraries_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip where it is; uv where it made the environment; neither in the program to double-click."""
    assert make_install_line("obstore>=0.9") == quote_words(sys.executable, "-m", "pip", "install", "obstore>=0.9")
    monkeypatch.setattr(command_lines, "find_spec", lambda name: None)
    assert make_install_line("av").startswith("uv pip install --python ")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "install spacecast with uv or pipx" in make_install_line("av")
