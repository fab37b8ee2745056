"""How the command line draws: progress on standard error, tables and summaries on standard output. The only rich."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from site_builder import events
from site_builder.conversations import Conversation
from site_builder.drafts import make_title, recorded_at
from site_builder.inspection import InspectionReport, count_speech
from site_builder.intake import Fate, Taken
from site_builder.media import find_dead_air
from site_builder.model import Timeline
from site_builder.preview.session import Broken, Built
from site_builder.timecode import format_clock, format_length

if TYPE_CHECKING:
    from site_builder.checks.run import CheckReport
    from site_builder.consent import PersonRow
    from site_builder.deploying import DeployReport
    from site_builder.guests import Request
    from site_builder.importing import Import
    from site_builder.newshow import NewShow
    from site_builder.people import PersonRecord
    from site_builder.report import BuildReport

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
"""Sentences are left whole, so that what is piped can be searched; tables fit the window."""

_FATES = {
    Fate.NEW: "[green]new[/]",
    Fate.KNOWN: "already here",
    Fate.RESTORED: "[green]recording restored[/]",
    Fate.EXTENDED: "[green]further parts added[/]",
    Fate.DIFFERENT: "[yellow]left alone: its recording differs from the one here[/]",
    Fate.MISSING: "[yellow]no recording[/]",
    Fate.UNREADABLE: "[red]cannot be read; download the archive from X again, or unzip it and use the folder[/]",
}


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
        self.progress.update(self.task, total=self.total or None, completed=self.done + sum(self.partial.values()))


@contextmanager
def progress() -> Iterator[events.Notify]:
    """A `notify` that draws on standard error; silent where that is no terminal."""
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        yield _Bar(bar)


def show_inspection(report: InspectionReport) -> None:
    """The table of `spacecast inspect`."""
    account = report.account
    owner = f"{account.name} (@{account.handle})" if account.handle else account.name
    made = f", made {report.made_at[:10]}" if report.made_at else ""
    OUT.print(f"[bold]{escape(report.name)}[/]{escape(': ' + owner if owner else '')}{made}\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for name, kind in (("Date", "left"), ("Length", "right"), ("Parts", "right"), ("Conversation", "left")):
        table.add_column(name, justify=kind, ratio=1 if name == "Conversation" else None)  # type: ignore[arg-type]
    for conversation in report.conversations:
        table.add_row(*_describe_row(conversation))
    OUT.print(table, soft_wrap=False)
    show_warnings(report.remarks)
    found = sum(not conversation.missing for conversation in report.conversations)
    OUT.print(f"{found} with a recording, {len(report.conversations) - found} without.")


def _describe_row(conversation: Conversation) -> tuple[str, str, str, str]:
    recording = conversation.recording
    day = recorded_at(conversation)
    return (
        f"{day:%Y-%m-%d %H:%M}" if day else "not known",
        format_clock(recording.duration) if recording.parts else "–",
        str(len(recording.parts)) if recording.parts else "–",
        "\n".join([f"[bold]{escape(make_title(conversation))}[/]", *_describe_details(conversation)]),
    )


def _describe_details(conversation: Conversation) -> Iterator[str]:
    recording = conversation.recording
    yield f"[dim]{escape(recording.id)}[/]"
    if conversation.missing:
        yield f"[yellow]{escape(conversation.missing)}[/]"
        return
    for speech in count_speech(recording):
        spoken = f"{format_length(speech.seconds)}" if recording.timeline is not Timeline.NONE else "not known how long"
        handle = f" @{speech.speaker.handle}" if speech.speaker.handle and speech.speaker.name else ""
        yield f"{speech.speaker.role}: {escape(speech.label)}{escape(handle)}, {spoken}"
    if recording.timeline is Timeline.SESSIONS:
        yield "[dim]The recording does not say who speaks when; times are those of being on stage.[/]"
    for span in find_dead_air(recording):
        place = "before the room gets going" if span.start == 0 else "after the end"
        yield f"[dim]{format_length(span.duration)} of silence {place}, which the build trims[/]"
    for gap in recording.gaps:
        yield f"[yellow]{gap.lost:.1f} s of audio were lost by X at {format_clock(gap.at)}[/]"


def show_taken(taken: Sequence[Taken], unreadable: str = _FATES[Fate.UNREADABLE]) -> None:
    """The result of `spacecast extract`, a line for each conversation; `unreadable` says what cannot be read."""
    for entry in taken:
        length = f" ({format_clock(entry.duration)})" if entry.fate is Fate.NEW else ""
        fate = unreadable if entry.fate is Fate.UNREADABLE else _FATES[entry.fate]
        OUT.print(f"{fate}: [bold]{escape(entry.title)}[/]{length}")
        if entry.reason:
            OUT.print(f"  {escape(entry.reason)}")
        elif entry.fate is Fate.NEW and entry.folder:
            OUT.print(f"  {escape(os.path.relpath(entry.folder))}/", soft_wrap=True)


def show_import(result: Import) -> None:
    """The result of `spacecast import`."""
    show_taken(result.taken, unreadable="[red]cannot be had[/]")
    show_warnings(result.remarks)
    here = sum(entry.folder is not None for entry in result.taken)
    OUT.print(f"[bold]{escape(result.title)}[/]: {here} of {len(result.taken)} episodes are here.")
    if result.failed:
        ERR.print("Run the same command again to fetch the rest; what is here stays as it is.")
    elif result.is_new:
        OUT.print("  • look over config.yaml, above all url: where the show will live from now on")


def show_warnings(warnings: Sequence[str]) -> None:
    """Sentences about what was worked around, on standard error."""
    for warning in warnings:
        ERR.print(f"[yellow]warning[/]: {escape(warning)}", soft_wrap=True)


def show_build(report: BuildReport) -> None:
    """The closing summary of `spacecast build`."""
    show_taken([entry for entry in report.taken if entry.fate is not Fate.KNOWN])
    for path, reason in report.reasons.items():
        OUT.print(f"[dim]{escape(path)}: {escape(reason)}[/]")
    for skipped in report.skipped:
        OUT.print(f"[yellow]left out[/]: [bold]{escape(skipped.title)}[/]: {escape(skipped.reason)}")
    show_warnings(report.warnings)
    for failure in report.failures:
        ERR.print(f"[red]failed[/]: {escape(failure)}")
    OUT.print(escape(report.summary))
    if report.failures:
        ERR.print("Because of this the feed was not replaced: the last good one stays.")


_ANSWERS = {"granted": "green", "anonymous": "cyan", "refused": "red", "pending": "yellow"}


def show_people(rows: Sequence[PersonRow]) -> None:
    """The table of `spacecast people`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for name in ("Who", "Consent", "Since"):
        table.add_column(name)
    table.add_column("Speaks", justify="right")
    table.add_column("Episodes", ratio=1)
    for row in rows:
        consent = str(row.consent)
        heard = [f"{entry.title} ({format_length(entry.seconds)})" for entry in row.appearances]
        table.add_row(
            f"[bold]{escape(row.name)}[/]\n[dim]{escape(row.key)}, {row.role}[/]",
            f"[{_ANSWERS[consent]}]{consent}[/]" + (f"\n[dim]{escape(row.note)}[/]" if row.note else ""),
            f"{row.since}" if row.since else "–",
            format_length(row.seconds),
            escape("\n".join(heard)),
        )
    OUT.print(table, soft_wrap=False)


def show_requests(requests: Sequence[Request]) -> None:
    """The messages of `spacecast people --ask`, ready to be sent."""
    for request in requests:
        OUT.rule(f"To {escape(request.name)}", style="dim")
        OUT.print(request.text, markup=False, soft_wrap=True)
    if not requests:
        OUT.print("Everyone has answered.")


def show_answer(record: PersonRecord, status: str, episode: str) -> None:
    """What `spacecast consent` wrote down."""
    scope = f"in {episode}" if episode else "for the whole show"
    OUT.print(f"{escape(record.name or record.key)}: {status} {escape(scope)}. The next build honours it.")


_SEVERITIES = {"error": "red", "warning": "yellow", "advice": "cyan"}


def show_check(report: CheckReport) -> None:
    """The findings of `spacecast check`, worst first, those of one rule together with its remedy."""
    rules = dict.fromkeys(finding.rule for finding in report.findings)
    for rule in rules:
        OUT.print(f"[{_SEVERITIES[rule.severity]}]{rule.severity}[/] [bold]{rule.name}[/]")
        found = [finding for finding in report.findings if finding.rule == rule]
        for finding in found[:_SHOWN]:
            place = f"{finding.place}: " if str(finding.place) else ""
            OUT.print(f"  {escape(place)}{escape(finding.message)}", soft_wrap=True)
        if len(found) > _SHOWN:
            OUT.print(f"  … and {len(found) - _SHOWN} more (--json lists all)")
        OUT.print(f"  [dim]{escape(rule.remedy)} {escape(rule.source)}[/]\n", soft_wrap=True)
    OUT.print(escape(report.summary))


_SHOWN = 5
"""Findings of one rule that are listed."""


def show_new(new: NewShow) -> None:
    """What `spacecast init` made, and what to do next."""
    OUT.print(f"[bold]{escape(new.title)}[/] is ready in {escape(str(new.folder))}/")
    for step in new.next_steps:
        OUT.print(f"  • {escape(step)}")


def show_deploy(report: DeployReport) -> None:
    """The result of `spacecast deploy`, or with `--dry-run` everything it would do, in order."""
    if report.dry_run:
        for leg in report.legs:
            for upload in leg.uploads:
                OUT.print(f"send    {escape(upload.path)} [dim]({upload.size_bytes} bytes)[/]", soft_wrap=True)
        for leg in reversed(report.legs):
            for path in leg.difference.surplus:
                OUT.print(f"remove  {escape(path)}", soft_wrap=True)
    show_warnings(report.warnings)
    OUT.print(escape(report.summary), soft_wrap=True)
    if not report.dry_run:
        OUT.print(f"Online soon: {escape(report.site_url)}", soft_wrap=True)


class PreviewView:
    """Draws a preview: a progress bar until it answers, then a line for each build. A context manager."""

    def __init__(self) -> None:
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
        OUT.print(f"[bold]{escape(address)}[/] shows the preview and follows every change. Ctrl-C ends it.")


def _show_rebuilt(report: BuildReport, seconds: float) -> None:
    show_taken([entry for entry in report.taken if entry.fate is not Fate.KNOWN])
    show_warnings(report.warnings)
    if changed := len(report.made) + len(report.removed):
        ERR.print(f"{changed} {'file' if changed == 1 else 'files'} changed in {seconds:.2f} s")


def _show_broken(problems: Sequence[str]) -> None:
    for problem in problems:
        ERR.print(f"[red]problem[/]: {escape(problem)}", soft_wrap=True)
    ERR.print("The last good preview stays until this is mended.")
