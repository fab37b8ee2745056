"""Builds the manual as a web site, from the very pages that `spacecast help` shows.

    python scripts/docs_site.py            into build/docs/html; a dead link or any other warning is an error
    python scripts/docs_site.py --links    asks each address on the web that a page names whether it is still there

Pages are those of `docs/`, README and what lies beside it; the page of commands is made from the commands themselves.
docs/decisions/0043 says why it is Sphinx.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs_commands import render_commands

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BESIDE = {
    "README.md": "start.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages that lie beside `docs/`, and what they are called on the site."""
PARTS = {
    "Begin": ("start", "studio"),
    "How to …": (
        "archives",
        "preview",
        "transcripts",
        "publish-github-pages",
        "publish-cloudflare-r2",
        "publish-own-server",
        "submit",
        "backup",
        "moving",
        "merging",
        "theming",
        "translating",
        "cluster",
    ),
    "When something is wrong": ("troubleshooting",),
    "Look up": ("commands", "configuration", "checks", "glossary"),
    "Understand": ("how-it-works", "consent", "episodes", "performance"),
    "For developers": ("contributing", "architecture", "security", "changelog", "decisions/index"),
}
"""The navigation: first steps, tasks, reference, explanation."""
TITLES = {
    "start": "What spacecast is, and how to install it",
    "studio": "Tutorial: your first episode",
    "troubleshooting": "Troubleshooting",
}
"""Entries of the navigation that are called otherwise than their page."""
_DEPTHS = {"checks": 2, "decisions": 1}
"""Ranks of headings that the navigation knows; Sphinx goes through all of them again for each page."""
_HEAD = """# The manual of spacecast

spacecast turns your X Spaces into a podcast people can subscribe to. Begin with [what it is and how to install
it](start.md), then let [your first episode](studio.md) lead you through it. All pages are in the program as well:
`spacecast help`, and *Help* in the studio.
"""
_CODE_OR_LINK = re.compile(
    r"^ *```.*?^ *```$|`+[^`]*`+|\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)", re.MULTILINE | re.DOTALL
)


_CODE_OR_HEADING = re.compile(r"^ *```.*?^ *```$|^(?P<marks>#+) ", re.MULTILINE | re.DOTALL)


def lay_out(place: Path) -> None:
    """All pages as Sphinx reads them: those of `docs/`, those beside it, and those that are made."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(DOCS / "images", place / "images")
    for file in DOCS.rglob("*.md"):
        depth = _DEPTHS.get(file.stem) or _DEPTHS.get(file.parent.name)
        head = f"---\ntocdepth: {depth}\n---\n" if depth else ""
        _write(place / file.relative_to(DOCS), head + _nest(_rewrite_links(file, file.read_text("utf-8"))))
    for name, page in BESIDE.items():
        _write(place / page, _rewrite_links(ROOT / name, (ROOT / name).read_text("utf-8")))
    _write(place / "commands.md", render_commands())
    _write(place / "decisions" / "index.md", "# Decisions\n\n```{toctree}\n:glob:\n:reversed:\n\n0*\n```\n")
    _write(place / "index.md", _HEAD + "".join(_render_part(title, pages) for title, pages in PARTS.items()))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def _render_part(title: str, pages: tuple[str, ...]) -> str:
    entries = "\n".join(f"{TITLES[page]} <{page}>" if page in TITLES else page for page in pages)
    return f"\n```{{toctree}}\n:caption: {title}\n:maxdepth: 1\n\n{entries}\n```\n"


def _rewrite_links(source: Path, text: str) -> str:
    """Links between files of the project as links between pages of the site; those in code are left."""

    def rewrite(found: re.Match[str]) -> str:
        target = found["target"]
        if not target or "://" in target or target.startswith("mailto:"):
            return found[0]
        return f"]({_find_page(source, target)}{found['anchor'] or ''})"

    return _CODE_OR_LINK.sub(rewrite, text)


def _find_page(source: Path, target: str) -> str:
    """Where the file that a page names is on the site, seen from that page."""
    file = (source.parent / target).resolve()
    if file == DOCS / "decisions":
        file /= "index.md"
    name = BESIDE.get(file.name, "") if file.parent == ROOT else file.relative_to(DOCS).as_posix()
    start = source.parent.relative_to(DOCS) if source.is_relative_to(DOCS) else Path()
    return Path(os.path.relpath(name, start)).as_posix()


def _nest(text: str) -> str:
    """A page has one title: from the second heading of the first rank on all go down by one."""
    titles = [found.start() for found in _CODE_OR_HEADING.finditer(text) if found["marks"] == "#"]
    if len(titles) < 2:
        return text
    return _CODE_OR_HEADING.sub(
        lambda found: f"#{found[0]}" if found["marks"] and found.start() >= titles[1] else found[0], text
    )


def run_sphinx(place: Path, builder: str) -> int:
    """Make what lies in `source`; the exit code, 0 only where there was nothing to warn of."""
    options = ["-b", builder, "-c", str(DOCS), "-d", str(place / "doctrees"), "-W", "--keep-going", "-n", "-q", "-E"]
    command = [sys.executable, "-m", "sphinx", *options, str(place / "source"), str(place / builder)]
    return subprocess.run(command, check=False).returncode


def main() -> None:
    """Build the site, or look at its links to elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", action="store_true", help="ask each address on the web")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "docs", metavar="FOLDER")
    chosen = parser.parse_args()
    lay_out(chosen.into / "source")
    code = run_sphinx(chosen.into, "linkcheck" if chosen.links else "html")
    if not code and not chosen.links:
        sys.stdout.write(f"{chosen.into / 'html' / 'index.html'}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
