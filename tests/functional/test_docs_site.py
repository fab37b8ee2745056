"""The manual as a web site: built without a warning, every page reached, nothing dead, nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from crawler import find_dead_links
from lxml import html
from show_runner import PROJECT, edit

from site_builder.cli.main import cli
from site_builder.commands.help import MANUALS

pytest.importorskip("sphinx")
URL = "https://manual.example/"


def run_script(*words: str) -> subprocess.CompletedProcess[str]:
    """scripts/docs_site.py."""
    command = [sys.executable, str(PROJECT / "scripts/docs_site.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site. Not to be changed."""
    folder = tmp_path_factory.mktemp("docs")
    done = run_script("--into", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def test_every_page_is_reached(built: Path) -> None:
    """From the first page, in parts: first steps, tasks, reference, explanation, what to do when something is wrong."""
    first = html.fromstring((built / "index.html").read_bytes())
    reached = {str(address).removesuffix(".html") for address in first.xpath("//main//@href | //article//@href")}
    assert {*MANUALS, "commands", "contributing", "decisions/index"} <= reached
    captions = [caption.text_content() for caption in first.find_class("caption")]
    assert {"Begin", "How to …", "Look up", "Understand", "When something is wrong"} <= set(captions)


def test_nothing_is_dead(built: Path) -> None:
    """Pages, headings that links name, pictures, styles and scripts."""
    assert find_dead_links(built, URL) == []
    page = (built / "studio.html").read_text("utf-8")
    assert len(re.findall(r'<img [^>]*src="_images/studio-', page)) >= 6


def test_nothing_is_loaded_from_elsewhere(built: Path) -> None:
    """No font, script, style or picture: to read the manual is to ask nobody but its host."""
    loaded = [
        str(address)
        for page in built.rglob("*.html")
        for address in html.fromstring(page.read_bytes()).xpath(
            "//script/@src | //link[@rel!='canonical']/@href | //img/@src"
        )
    ]
    loaded += [
        found for style in built.rglob("*.css") for found in re.findall(r"url\(([^)]+)\)", style.read_text("utf-8"))
    ]
    assert len(loaded) > 100
    assert [address for address in loaded if re.match(r"""["']?(https?:)?//""", address)] == []


def test_commands_are_those_there_are(built: Path) -> None:
    """Each with its options and examples, as `--help` has them."""
    page = html.fromstring((built / "commands.html").read_bytes())
    text = " ".join(page.text_content().split())
    assert [heading.text_content().strip("¶# ") for heading in page.xpath("//h2")] == [
        f"spacecast {name}" for name in sorted(cli.commands)
    ]
    assert "--dry-run List what would be sent" in text
    assert "spacecast build --explain --timings" in text


def test_a_dead_link_is_an_error(tmp_path: Path) -> None:
    """Or else nobody would hear of one: Sphinx itself is asked, for one page."""
    (tmp_path / "source").mkdir()
    for name, words in (("index", "[There](there.md)"), ("other", "[Here](index.md#nowhere)")):
        (tmp_path / f"source/{name}.md").write_text(f"# {name}\n\n{words}\n")
    edit(tmp_path / "source/index.md", "\n\n[", "\n\n```{toctree}\nother\n```\n\n[")
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import docs_site; "
        "sys.exit(docs_site.run_sphinx(Path(sys.argv[2]), 'html'))"
    )
    command = [sys.executable, "-c", script, str(PROJECT / "scripts"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "there.md" in done.stderr
    assert "nowhere" in done.stderr
