"""Prints the conversations that a source holds, and what became of each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from site_builder.cli.arguments import print_json
from site_builder.cli.summary import HOLD_BACK, show_warnings
from site_builder.cli.tables import ERR, OUT, progress
from site_builder.commands.archives.inspect import InspectionReport, count_speech
from site_builder.episodes.dead_air import find_dead_air
from site_builder.episodes.intake.intake import IntakeEntry, IntakeResult
from site_builder.episodes.intake.new_episode import find_certain_date, make_title, recorded_at
from site_builder.errors import EXIT_PROBLEMS, UsageError
from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Timeline
from site_builder.text.timecode import format_clock, format_length

if TYPE_CHECKING:
    from site_builder.commands.archives.extract_accounts import AccountReport
    from site_builder.commands.import_feed import Import

_RESULTS = {
    IntakeResult.NEW: "[green]new[/]",
    IntakeResult.KNOWN: "already here",
    IntakeResult.RESTORED: "[green]recording restored[/]",
    IntakeResult.COMPLETED: "[green]completed: names or title[/]",
    IntakeResult.EXTENDED: "[green]further parts added[/]",
    IntakeResult.DIFFERENT: "[yellow]left alone: its recording differs from the one here[/]",
    IntakeResult.MISSING: "[yellow]no recording[/]",
    IntakeResult.DELETED: "[dim]not taken in again[/]",
    IntakeResult.LEFT: "[dim]left[/]",
    IntakeResult.UNREADABLE: (
        "[red]cannot be read; download the archive from X again, or unzip it and use the folder[/]"
    ),
}


_WORDS = {"known": "already here", "missing": "without a recording", "deleted": "not taken in again"}
"""What became of recordings, in a list."""


def show_inspection(report: InspectionReport) -> None:
    """The table of `spacecast inspect`."""
    account = report.account
    owner = f"{account.name} (@{account.handle})" if account.handle else account.name
    made = f", made {report.made_at[:10]}" if report.made_at else ""
    OUT.print(f"[bold]{escape(report.name)}[/]{escape(': ' + owner if owner else '')}{made}\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for name, kind in (("Date", "left"), ("Length", "right"), ("Parts", "right"), ("Conversation", "left")):
        table.add_column(name, justify=kind, ratio=1 if name == "Conversation" else None)  # type: ignore[arg-type]
    for number, conversation in enumerate(report.conversations, 1):
        table.add_row(*_describe_row(conversation, number))
    OUT.print(table, soft_wrap=False)
    show_warnings(report.remarks)
    found = sum(not conversation.missing for conversation in report.conversations)
    OUT.print(f"{found} with a recording, {len(report.conversations) - found} without.")


def _describe_row(conversation: Conversation, number: int) -> tuple[str, str, str, str]:
    recording = conversation.recording
    return (
        _describe_moment(conversation),
        format_clock(recording.duration) if recording.parts else "–",
        str(len(recording.parts)) if recording.parts else "–",
        "\n".join([f"[bold]{escape(make_title(conversation))}[/]", *_describe_details(conversation, number)]),
    )


def _describe_moment(conversation: Conversation) -> str:
    day = recorded_at(conversation)
    if conversation.guessed_at and not find_certain_date(conversation):
        return f"{conversation.guessed_at:%Y-%m-%d}, a guess"
    return f"{day:%Y-%m-%d %H:%M}" if day else "not known"


def _describe_details(conversation: Conversation, number: int) -> Iterator[str]:
    recording = conversation.recording
    yield f"[dim]{number}. {escape(recording.id)}[/]"
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


def show_taken(taken: Sequence[IntakeEntry], unreadable: str = _RESULTS[IntakeResult.UNREADABLE]) -> None:
    """The result of `spacecast extract`, a line for each conversation; `unreadable` says what cannot be read."""
    for entry in taken:
        length = f" ({format_clock(entry.duration)})" if entry.result is IntakeResult.NEW else ""
        result = unreadable if entry.result is IntakeResult.UNREADABLE else _RESULTS[entry.result]
        OUT.print(f"{result}: [bold]{escape(entry.title)}[/]{length}", wrong=entry.unreadable)
        if entry.reason:
            OUT.print(f"  {escape(entry.reason)}", wrong=entry.unreadable)
        elif entry.result is IntakeResult.NEW and entry.folder:
            OUT.print(f"  {escape(os.path.relpath(entry.folder))}/", soft_wrap=True)
        if entry.draft:
            OUT.print(f"  [yellow]{escape(entry.draft)}[/]", soft_wrap=True)


def show_news(taken: Sequence[IntakeEntry]) -> None:
    """What a build took in, but for what was here already."""
    show_taken([entry for entry in taken if entry.result is not IntakeResult.KNOWN])


def show_extraction(taken: Sequence[IntakeEntry]) -> None:
    """The result of `spacecast extract`, and what becomes of it."""
    show_taken(taken)
    _tell_hold_back(taken)


def _tell_hold_back(taken: Sequence[IntakeEntry]) -> None:
    """What is taken is built, so that the host hears it at once; how to keep it from others is said with it."""
    if any(entry.result is IntakeResult.NEW for entry in taken):
        OUT.print(HOLD_BACK)


def extract_accounts(folder: Path, archives: Sequence[Path], only: Sequence[str], *, json_: bool) -> None:
    """`spacecast extract --show-per-account`."""
    from site_builder.commands.archives import extract_accounts as steps  # noqa: PLC0415 -- of one command

    if only:
        raise UsageError("--only names recordings of one show; leave it out with --show-per-account")
    with progress() as notify:
        report = steps.extract_accounts(folder, archives, notify)
    print_json([entry.as_json() for entry in report]) if json_ else _show_accounts(report)
    if any(entry.failures or entry.found.get("unreadable") for entry in report):
        sys.exit(EXIT_PROBLEMS)


def _show_accounts(report: Sequence[AccountReport]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Account", "Show", "Archives", "Recordings"):
        table.add_column(name, justify="right" if name == "Archives" else "left")
    for entry in report:
        found = ", ".join(f"{count} {_WORDS.get(result, result)}" for result, count in entry.found.items())
        skipped = f" ({entry.skipped} before)" if entry.skipped else ""
        table.add_row(escape(entry.account), escape(entry.folder or "–"), f"{entry.archives}{skipped}", found or "–")
    OUT.print(table)
    show_warnings([remark for entry in report for remark in entry.remarks])
    show_warnings([failure for entry in report for failure in entry.failures])


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
        OUT.print(
            "These episodes are online at their old host, so each keeps its guid, and cannot be held back; "
            "see `spacecast help episodes`."
        )
