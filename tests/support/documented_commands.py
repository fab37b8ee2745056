"""Every `spacecast …` that a manual or `--help` shows, as words that can be run on a prepared show.

for line in list_documented():
    words = Examples(show, archive, scratch).translate(line)
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from show_runner import PROJECT

from site_builder.cli.options.examples import EXAMPLES
from site_builder.commands.help import MANUALS

_BLOCK = re.compile(r"^ *```(?:sh|text|)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^    \S.*$", re.MULTILINE)
_INLINE = re.compile(r"`([^`]+)`")
ELSEWHERE = {
    r"build --cluster .* --cluster-store": ("functional/pipeline/test_cluster_store.py", "--cluster"),
    r"build --cluster": ("functional/pipeline/test_cluster.py", "--cluster"),
    r"inspect .* --cluster": ("functional/pipeline/test_cluster.py", '"inspect"'),
    r"extract .* --show-per-account": ("functional/pipeline/test_accounts.py", "--show-per-account"),
    r"build --retire": ("functional/pipeline/test_life.py", "--retire"),
    r"check --live": ("functional/hosts/test_live.py", "--live"),
    r"consent unknown": ("functional/pipeline/test_whoever_refused_is_silent.py", '"unknown"'),
    r"deploy github:": ("functional/hosts/test_github.py", "test_the_manual_followed"),
    r"deploy github-pages.* --dry-run": ("functional/hosts/test_github_pages.py", "send(show"),
    r"deploy github-pages": ("functional/hosts/test_manuals.py", "test_github_pages"),
    r"fetch-media$": ("functional/hosts/test_workflow.py", "fetch-media"),
    r"import .* --own": ("functional/pipeline/test_import_faults.py", '"import"'),
    r"import ": ("functional/pipeline/test_import.py", '"import"'),
    r"serve .*--open": ("functional/test_command_line.py", '"serve"'),
    r"serve": ("functional/preview/test_server.py", "start_preview"),
    r"studio": ("functional/studio/test_frame.py", "start_studio"),
    r"transcribe .*--cluster": ("functional/test_transcribe_cluster.py", '"transcribe"'),
    r"transcribe .*--model": ("functional/test_transcribe_models.py", '"transcribe"'),
    r"transcribe(?! --learn)": ("functional/test_transcribe.py", '"transcribe"'),
    r"workflow": ("functional/hosts/test_workflow.py", '"workflow"'),
}
"""Commands that need a server, a guest nobody knows or an engine: which test runs them, and words that are in it.

All options of such a line are in that test, too, or in what runs commands for tests."""
NAMES = {"consent", "extract", "import", "inspect", "schema"}
"""What is only called by its name in a sentence."""


def list_documented() -> list[str]:
    """Every line, once; what follows `spacecast`."""
    lines = [line.removeprefix("spacecast ") for examples in EXAMPLES.values() for line in examples]
    for topic in MANUALS:
        page = PROJECT / ("README.md" if topic == "start" else f"docs/{topic}.md")
        lines += _find_in_page(page.read_text("utf-8"))
    shown = {line for line in lines if not re.search(r"[\[|]", line)}  # a line with brackets says what may be written
    return sorted(shown - NAMES, key=lambda line: ("consent" in line, line))  # nobody goes back behind an answer


def _find_in_page(text: str) -> Iterator[str]:
    blocks, prose = _BLOCK.findall(text), re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    code = [line for block in blocks for line in block.splitlines()] + _INDENTED.findall(prose)
    for line in [*code, *(" ".join(found.split()) for found in _INLINE.findall(prose))]:
        plain = re.sub(r"  +#.*", "", line).strip()
        if command := re.match(r"(?:.* && )?spacecast ([a-z-].*)", plain):
            yield command[1]


def find_elsewhere(line: str) -> tuple[str, str] | None:
    """The test that runs it where this one cannot; None where it can."""
    plain = re.sub(r"^-C \S+ ", "", line)
    return next((place for pattern, place in ELSEWHERE.items() if re.match(pattern, plain)), None)


@dataclass(frozen=True, slots=True)
class Examples:
    """What stands for the names that manuals use."""

    show: Path
    archive: Path
    scratch: Path
    space: str
    """A Space of the archive."""
    episode: str
    """Its folder."""
    guest: str
    deployed: str
    """An earlier deploy."""

    def translate(self, line: str) -> list[str]:
        """The words to run, with `-C` where the line leaves the show to the folder at hand."""
        words = [self._replace(word) for word in shlex.split(line)]
        if words[0] == "-C":
            return ["-C", str(self.show), *words[2:]]
        if words[0] == "init":
            fresh = self.scratch / sha256(line.encode()).hexdigest()
            return ["init", str(fresh), *words[2:]]
        return words if words[0] in {"help", "completion", "inspect"} else ["-C", str(self.show), *words]

    def _replace(self, word: str) -> str:
        known = {
            **dict.fromkeys(("ARCHIVE", "ARCHIVE…", "twitter-2026-10-18.zip"), str(self.archive)),
            **dict.fromkeys(("~/Downloads/twitter-….zip", "content/archives/NAME"), str(self.archive)),
            **dict.fromkeys(("FILE", "talk.mp3"), str(self.scratch / "talk.wav")),
            **dict.fromkeys(("FOLDER", "/media/usb/my-show"), str(self.scratch / "copy")),
            "/media/usb/site": str(self.show / "output"),
            **dict.fromkeys(("SPACE", "ID", "1YqKDoVkzRexV"), self.space),
            **dict.fromkeys(("EPISODE", "flood-gauges", "2026-10-09-flood-gauges"), self.episode),
            **dict.fromkeys(("WHO", "kit", "davy", "kit_gauges"), self.guest),
            "20261128-174500": self.deployed,
            "TOPIC": "consent",
            "SHELL": "bash",
        }
        return known.get(word, word)
