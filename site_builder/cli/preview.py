"""Prints what a running preview does: each build, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

from rich.markup import escape

from site_builder import events
from site_builder.build.report import BuildReport
from site_builder.cli.arguments import print_json
from site_builder.cli.browser import show_in_browser
from site_builder.cli.options.verbosity import VERBOSITY
from site_builder.cli.summary import show_warnings
from site_builder.cli.tables import ERR, OUT, progress
from site_builder.preview.server import PORT
from site_builder.preview.session import Broken, Built


class PreviewView:
    """Draws a preview: a progress bar until it answers, then a line for each build. A context manager.

    Args:
        is_usual: The person leaves it to us where it listens.
        opened: Open a browser once it answers.
        is_json: Tell the address as a JSON document.
    """

    def __init__(self, *, is_usual: bool = False, opened: bool = False, is_json: bool = False) -> None:
        self._is_json = is_json
        self._is_usual = is_usual
        self._opened = opened
        self._until_ready = ExitStack()
        self._draw: events.Notify = events.ignore

    def __enter__(self) -> PreviewView:
        self._draw = self._until_ready.enter_context(progress())
        return self

    def __exit__(self, *failure: object) -> None:
        self._until_ready.close()

    def __call__(self, event: object) -> None:
        """Receive one event of the core."""
        match event:
            case Built(report=report, seconds=seconds):
                _show_rebuilt(report, seconds)
            case Broken(problems=problems):
                _show_broken(problems)
            case _:
                self._draw(event)

    def show_address(self, address: str) -> None:
        """The preview answers."""
        self._until_ready.close()
        self._draw = events.ignore
        if self._is_json:
            print_json({"address": address})
        else:
            self._tell(address)
        if self._opened:
            show_in_browser(address)

    def _tell(self, address: str) -> None:
        if urlsplit(address).port != PORT and self._is_usual:
            OUT.print(f"Port {PORT} is taken by another program, so this is another one:")
        OUT.print(f"[bold]{escape(address)}[/] shows the preview and follows every change. Ctrl-C ends it.")


def _show_rebuilt(report: BuildReport, seconds: float) -> None:
    if report.taken:
        from site_builder.cli.recordings import show_news  # noqa: PLC0415 -- loads what reads archives

        show_news(report.taken)
    show_warnings(report.warnings)
    if (changed := len(report.made) + len(report.removed)) and not VERBOSITY.is_quiet:
        ERR.print(f"{changed} {'file' if changed == 1 else 'files'} changed in {seconds:.2f} s")


def _show_broken(problems: Sequence[str]) -> None:
    for problem in problems:
        ERR.print(f"[red]problem[/]: {escape(problem)}", soft_wrap=True)
    ERR.print("The last good preview stays until this is mended.")
