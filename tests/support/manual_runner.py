"""Follows the manual as a person would: its shell blocks are run as they are written, with real places for examples.

for block in read_blocks("publish-own-server", "sh"):
    run_block(block, show, tools, {"/srv/show": str(place)})
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from online import write_tools
from show_runner import PROJECT, TODAY


def read_blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language on a page of `docs/`, in order."""
    text = (PROJECT / f"docs/{page}.md").read_text("utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [dedent(block) for _, block in found]


def substitute(text: str, places: Mapping[str, str]) -> str:
    """The text with each example replaced; every example must be there."""
    for example, real in places.items():
        assert example in text, f"the manual no longer says {example!r}:\n{text}"
        text = text.replace(example, real)
    return text


def run_block(block: str, show: Path, tools: Path, places: Mapping[str, str] | None = None, **environment: str) -> str:
    """Run a shell block in the show's folder, stopping where a command fails; what it prints.

    `spacecast` is this program, whatever else lies in `tools` comes before the system's.
    """
    write_tools(tools, {"spacecast": f"{sys.executable} -m site_builder"})
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", substitute(block, places or {})],
        cwd=show,
        env={
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "SOURCE_DATE_EPOCH": TODAY,
            **environment,
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout
