"""What a build says: the same words with styles and without, and nothing in them is taken for a style."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from show_runner import PROJECT, spacecast

from site_builder.build.report import BuildReport, Skipped
from site_builder.cli.summary import show_build

TITLE = "Hey [bold] :smile: \\[red]"
REPORT = BuildReport(
    output=Path("output"),
    skipped=(Skipped(title=TITLE, reason="it is a draft"),),
    warnings=("[dim] is odd",),
    failures=("feed.xml: no",),
    is_feed_held=True,
    reasons={"index.html": "new"},
)
OUT = f"index.html: new\nleft out: {TITLE}: it is a draft\n0 episodes (0 s) in output: 0 files made, 0 kept, "
ERR = (
    "warning: [dim] is odd\nfailed: feed.xml: no\nBecause of this the feed was not replaced: the last good one stays.\n"
)


@pytest.fixture(autouse=True)
def no_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever whoever runs the tests wants of colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("wish", ["", "NO_COLOR"])
def test_what_is_piped_is_plain(wish: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Results on standard output, problems on standard error."""
    if wish:
        monkeypatch.setenv(wish, "1")
    show_build(REPORT, Path())
    out, err = capsys.readouterr()
    assert out == f"{OUT}1 left out, 1 failed.\n"
    assert err == ERR


def test_styles_are_there_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the words before a sentence, not of what others wrote."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    show_build(REPORT, Path())
    out, err = capsys.readouterr()
    assert f"\x1b[33mleft out\x1b[0m: \x1b[1m{TITLE}\x1b[0m: it is a draft\n" in out
    assert "\x1b[33mwarning\x1b[0m: [dim] is odd\n" in err


@pytest.mark.parametrize("count", [20, 21, 3020])
def test_of_thousands_the_first_are_told(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A show that has always been a draft, or an output full of what somebody left there."""
    skipped = tuple(Skipped(title=f"Talk {number}", reason="it is a draft") for number in range(count))
    show_build(BuildReport(output=Path("output"), skipped=skipped, warnings=tuple(map(str, range(count)))), Path())
    out, err = capsys.readouterr()
    more = "" if count == 20 else f"… and {count - 20:,} more {{}}; `spacecast build --json` lists all\n"
    assert out.startswith("".join(f"left out: Talk {number}: it is a draft\n" for number in range(20)))
    assert out.count("\n") == 22 + bool(more)
    assert more.format("left out") in out
    assert err == "".join(f"warning: {number}\n" for number in range(20)) + more.format("warnings")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
@pytest.mark.parametrize("wish", ["", "NO_COLOR=1", "TERM=dumb"])
def test_a_terminal_shows_styles_unless_they_are_not_wanted(wish: str, tmp_path: Path) -> None:
    """On the real command, of a show that has nothing to do but a draft to tell of."""
    show = tmp_path / "show"
    spacecast("init", str(show), "--title", "Show")
    draft = show / "content/episodes/draft/index.md"
    draft.parent.mkdir(parents=True)
    draft.write_text("---\ntitle: Later\ndate: 2026-01-01\nguid: later\ndraft: true\n---\nSoon.\n")
    spacecast("-C", str(show), "build")
    said = run_at_terminal([sys.executable, "-m", "site_builder", "-C", str(show), "build"], wish)
    assert "Later" in said
    assert ("\x1b[33mleft out" in said) == (not wish)


def run_at_terminal(command: list[str], wish: str) -> str:
    """What a command writes to its terminal."""
    ours, theirs = os.openpty()
    wishes = dict([wish.split("=")]) if wish else {}
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **wishes}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
        assert process.wait() == 0
    os.close(ours)
    return said.decode()


def _read(descriptor: int) -> bytes:
    """b"" at its end, which Linux tells as an error."""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
