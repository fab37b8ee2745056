"""Progress bars, tables and summaries in the terminal; the only module that uses rich."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from site_builder import events
from site_builder.cli.options.verbosity import VERBOSITY
from site_builder.text.timecode import format_clock, format_length

if TYPE_CHECKING:
    from site_builder.checks.run import CheckReport
    from site_builder.commands.doctor import DoctorReport
    from site_builder.commands.init import NewShow
    from site_builder.commands.people import Request
    from site_builder.commands.transcribe import TranscribeReport
    from site_builder.consent import PersonRow
    from site_builder.show.people import Consent, PersonRecord


class _Out(Console):
    """Standard output, for summaries that `-q` leaves out; what is wrong (`wrong=True`) is said all the same."""

    def print(self, *objects: Any, wrong: bool = False, **options: Any) -> None:
        if wrong or not VERBOSITY.hides_results:
            super().print(*objects, **options)


OUT = _Out(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
"""Sentences are left whole, so that what is piped can be searched; tables fit the window."""


class _Bar:
    """Draws events as one progress bar that appears only when there is something to wait for."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=None, visible=False)
        self.total = 0
        self.done = 0.0
        self.partial: dict[str, float] = {}

    def __call__(self, event: object) -> None:
        """Receive one event of the core."""
        match event:
            case events.Started(total=total):
                self.total, self.done = total, 0.0
                self.partial.clear()
            case events.Making(path=path, label=label):
                self.progress.update(self.task, description=escape(label or path), visible=self.total > 0)
            case events.Progress(path=path, done=done):
                self.partial[path] = done
            case events.Made(path=path) | events.Failed(path=path):
                self.partial.pop(path, None)
                self.done += 1
            case events.Warned(message=message):
                ERR.print(escape(message), soft_wrap=True)
        self.progress.update(self.task, total=self.total or None, completed=self.done + sum(self.partial.values()))


@contextmanager
def progress() -> Iterator[events.Notify]:
    """A `notify` that draws on standard error; silent where that is no terminal."""
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}"),
    )
    if VERBOSITY.is_verbose:
        yield _name_file
        return
    with Progress(*columns, console=ERR, transient=True, disable=VERBOSITY.is_quiet or not ERR.is_terminal) as bar:
        _DRAWN.append(bar)
        try:
            yield _Bar(bar)
        finally:
            _DRAWN.remove(bar)


_DRAWN: list[Progress] = []


@contextmanager
def without_progress() -> Iterator[None]:
    """Take the bar away while a person is asked: it would be drawn over the question, and reads `[y/N]` as a style."""
    shown = [bar for bar in _DRAWN if bar.live.is_started]
    for bar in shown:
        bar.stop()
    try:
        yield
    finally:
        for bar in shown:
            bar.start()


def _name_file(event: object) -> None:
    match event:
        case events.Made(path=path):
            ERR.print(f"done    {escape(path)}", soft_wrap=True)
        case events.Removed(path=path):
            ERR.print(f"removed {escape(path)}", soft_wrap=True)
        case events.Warned(message=message):
            ERR.print(escape(message), soft_wrap=True)


_NARROW = 60
"""Columns below which a table of four is no use."""
_ANSWERS = {"granted": "green", "anonymous": "cyan", "refused": "red", "pending": "yellow"}


def show_people(rows: Sequence[PersonRow]) -> None:
    """The table of `spacecast people`: one row for each; in a narrow window their sums stand below their names."""
    narrow = OUT.width < _NARROW
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0) if narrow else (0, 2, 0, 0))
    table.add_column("Who", overflow="fold")
    table.add_column("Consent", no_wrap=True)
    for name in () if narrow else ("Speaks", "Episodes"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        sums = (format_length(row.seconds), str(len(row.appearances)))
        key = "" if row.key == row.name else f" [dim]{escape(row.key)}[/]"
        below = f"\n  [dim]{sums[0]}, {_count_episodes(row)}[/]" if narrow else ""
        who = f"[bold]{escape(row.name)}[/]{key}{below}"
        table.add_row(who, _tell_answer(row.consent), *(() if narrow else sums))
    OUT.print(table, soft_wrap=False)
    if not VERBOSITY.is_quiet:
        OUT.print("\n[dim]`spacecast people WHO` tells where somebody is heard and what they said.[/]")


def show_person(row: PersonRow) -> None:
    """The details of `spacecast people WHO`."""
    since = f" since {row.since}" if row.since else ""
    OUT.print(f"[bold]{escape(row.name)}[/] [dim]{escape(row.key)}, {row.role}[/]")
    OUT.print(f"{_tell_answer(row.consent)}{since}" + (f": {escape(row.note)}" if row.note else ""))
    OUT.print(f"{format_length(row.seconds)} in {_count_episodes(row)}")
    for entry in row.appearances:
        other = f", {_tell_answer(entry.consent)} here" if entry.consent is not row.consent else ""
        OUT.print(f"  {escape(entry.title)} [dim]({format_length(entry.seconds)}{other})[/]")


def _tell_answer(answer: Consent) -> str:
    return f"[{_ANSWERS[answer.value]}]{answer.value}[/]"


def _count_episodes(row: PersonRow) -> str:
    number = len(row.appearances)
    return "1 episode" if number == 1 else f"{number} episodes"


def show_requests(requests: Sequence[Request]) -> None:
    """The messages of `spacecast people --ask`, ready to be sent."""
    for request in requests:
        OUT.rule(f"To {escape(request.name)}", style="dim")
        OUT.print(request.text, markup=False, soft_wrap=True)
    if not requests:
        OUT.print(
            "There is nobody to ask: everyone has answered or was asked before (`--ask --again` asks them again)."
        )


def show_answer(record: PersonRecord, status: str, episode: str) -> None:
    """What `spacecast consent` wrote down."""
    scope = f"in {episode}" if episode else "for the whole show"
    OUT.print(f"{escape(record.name or record.key)}: {status} {escape(scope)}. The next build honours it.")


def show_search(record: PersonRecord, sought: Sequence[tuple[str, str]]) -> None:
    """What is looked for and hidden of somebody, and how to add to it; nothing of somebody unknown."""
    if not sought:
        return
    OUT.print("Looked for in every text, address and file:")
    for kind, values in sought:
        OUT.print(f"  {kind}: {escape(values)}", soft_wrap=True)
    OUT.print(
        f"To add names, @handles or addresses write them at {escape(record.key)} in content/people.yaml, "
        r"`also: \[…]`; phrases in which the word is no name, `not: \[…]`.",
        soft_wrap=True,
    )


_SEVERITIES = {"error": "red", "warning": "yellow", "advice": "cyan"}


def show_check(report: CheckReport) -> None:
    """The findings of `spacecast check`, worst first, those of one rule together with its remedy."""
    rules = dict.fromkeys(finding.rule for finding in report.findings)
    for rule in rules:
        say = partial(OUT.print, soft_wrap=True, wrong=rule.severity != "advice")
        say(f"[{_SEVERITIES[rule.severity]}]{rule.severity}[/] [bold]{rule.name}[/]")
        found = [finding for finding in report.findings if finding.rule == rule]
        for finding in found[:_SHOWN]:
            place = f"{finding.place}: " if str(finding.place) else ""
            say(f"  {escape(place)}{escape(finding.message)}")
        if len(found) > _SHOWN:
            say(f"  … and {len(found) - _SHOWN} more (--json lists all)")
        say(f"  [dim]{escape(rule.remedy)} {escape(rule.source)}[/]\n")
    OUT.print(escape(report.summary))


_UNSURE_SHOWN = 8
"""Unsure words that are listed; `--json` has all."""


def show_transcribed(report: TranscribeReport) -> None:
    """What `spacecast transcribe` wrote, an episode a line."""
    from site_builder.commands.transcribe import NONE_YET  # noqa: PLC0415 -- whoever calls has loaded it

    for entry in report.episodes:
        failed = entry.outcome == "failed"
        OUT.print(f"{escape(entry.outcome)}: {escape(entry.episode)} ({format_length(entry.seconds)})", wrong=failed)
        if entry.message:
            OUT.print(f"  {escape(entry.message)}", soft_wrap=True, wrong=failed)
        if entry.unsure:
            listed = ", ".join(f"{format_clock(at)} {word}" for at, word in entry.unsure[:_UNSURE_SHOWN])
            more = f" and {len(entry.unsure) - _UNSURE_SHOWN} more" if len(entry.unsure) > _UNSURE_SHOWN else ""
            OUT.print(f"  listen again at {escape(listed)}{more}", soft_wrap=True)
    if not report.found:
        OUT.print(f"Nothing to hear: {NONE_YET}.")
    elif not report.episodes:
        OUT.print("Every episode with a recording has its transcript.")
    else:
        OUT.print(f"Heard with the model {escape(report.model)}. Read over transcript.vtt: corrections are kept.")


def show_learnt(learnt: dict[str, str]) -> None:
    """What `spacecast transcribe --learn` found, to be pasted."""
    if not learnt:
        OUT.print("No corrections that are not in config.yaml already.")
        return
    OUT.print("transcript:\n  replace:")
    for pair in learnt.items():
        heard, meant = (escape(json.dumps(text, ensure_ascii=False)) for text in pair)
        OUT.print(f"    {heard}: {meant}", soft_wrap=True)


_SHOWN = 5
"""Findings of one rule that are listed."""


def show_new(new: NewShow) -> None:
    """What `spacecast init` made, and what to do next."""
    OUT.print(f"[bold]{escape(new.title)}[/] is ready in {escape(str(new.folder))}/")
    for step in new.next_steps:
        OUT.print(f"  • {escape(step)}")


def render_markdown(text: str) -> str:
    """A page as a terminal shows it: headings, lists and tables, no wider than is easily read."""
    console = Console(width=min(OUT.width, 100), highlight=False)
    with console.capture() as captured:
        console.print(Markdown(text, hyperlinks=False))
    return captured.get()


_STATES = {"ok": "[green]ok[/]", "optional": "[yellow]not here[/]", "wrong": "[red]wrong[/]"}


def show_doctor(report: DoctorReport) -> None:
    """What `spacecast doctor` found, each with the line that mends it."""
    for finding in report.findings:
        say = partial(OUT.print, soft_wrap=True, wrong=finding.state == "wrong")
        say(f"{_STATES[finding.state]} [bold]{escape(finding.name)}[/]: {escape(finding.text)}")
        if finding.remedy:
            say(f"  {escape(finding.remedy)}")
    OUT.print("Ready." if report.is_ready else "Mend what is wrong, then ask again.")
