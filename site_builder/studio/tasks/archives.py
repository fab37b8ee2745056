"""Jobs that look into an archive and take Spaces from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from site_builder.commands.archives.inspect import count_speech, inspect_source
from site_builder.episodes.dead_air import find_dead_air
from site_builder.episodes.intake.extraction import extract
from site_builder.episodes.intake.new_episode import find_certain_date, make_title, recorded_at
from site_builder.errors import InvalidDocument, Problem, SpacecastError, UnusableSource
from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Recording, Timeline
from site_builder.show.bundles import find_bundles, load_bundle
from site_builder.studio.background.worker import Task
from site_builder.studio.tasks.turns import wait_for_turn

_STRIP = 120
"""Into how many pieces a conversation is divided to draw who speaks when."""


def look(task: Task) -> dict[str, Any]:
    """What a source holds. Arguments: `file`, `name` (what the person calls it) and `own` (whether to delete it).

    Raises:
        UnusableSource: it cannot be read; the file is deleted if it is ours.
    """
    file, name = Path(task.arguments["file"]), str(task.arguments["name"])
    with _named(file, name, is_own=task.arguments["own"]):
        report = inspect_source(file, task.notify())
        account = report.account
        return {
            **task.arguments,
            "account": {key: getattr(account, key) for key in ("handle", "name", "x_id", "bio", "avatar_url")},
            "made_at": report.made_at,
            "remarks": [_call(remark, file, name) for remark in report.remarks],
            "conversations": [_describe(conversation) for conversation in report.conversations],
            "known": _find_known(task.folder),
        }


def take(task: Task) -> dict[str, Any]:
    """Take conversations, as `extract --only` does. Arguments as of `look`, and `ids`.

    Raises:
        SpacecastError: as of `extract`; the file is kept, to try again.
    """
    file, name = Path(task.arguments["file"]), str(task.arguments["name"])
    with _named(file, name, is_own=False):
        found = wait_for_turn(lambda: extract(task.folder, [file], task.notify(), only=task.arguments["ids"]))
    if task.arguments["own"]:
        file.unlink(missing_ok=True)
    chosen = [entry for entry in found.taken if entry.id in task.arguments["ids"]]
    return {
        "name": name,
        "taken": [{**entry.as_json(), "folder": entry.folder and entry.folder.name} for entry in chosen],
        "remarks": [_call(remark, file, name) for remark in found.remarks],
    }


@contextmanager
def _named(file: Path, name: str, *, is_own: bool) -> Iterator[None]:
    """What goes wrong is told of the file by the name that the person knows."""
    try:
        yield
    except SpacecastError as error:
        if is_own:
            file.unlink(missing_ok=True)
        if isinstance(error, InvalidDocument):
            raise InvalidDocument([Problem(_call(str(problem), file, name)) for problem in error.problems]) from None
        raise UnusableSource(_call(str(error), file, name)) from None


def _call(sentence: str, file: Path, name: str) -> str:
    return sentence.replace(str(file), name).replace(file.name, name)


def _find_known(folder: Path) -> dict[str, str]:
    """Folders of episodes that are here already, by the id of their recording."""
    bundles = [load_bundle(bundle) for bundle in find_bundles(folder / "content")]
    return {bundle.recording.id: bundle.folder.name for bundle in bundles if bundle.recording}


def _describe(conversation: Conversation) -> dict[str, Any]:
    recording = conversation.recording
    date = recorded_at(conversation) or conversation.guessed_at
    return {
        "id": recording.id,
        "title": make_title(conversation),
        "date": date.isoformat() if date else "",
        "guessed": bool(conversation.guessed_at and not find_certain_date(conversation)),
        "duration": recording.duration,
        "missing": conversation.missing,
        "speakers": [
            {"label": speech.label, "seconds": speech.seconds if recording.timeline is not Timeline.NONE else None}
            for speech in count_speech(recording)
        ],
        "dead_air": sum(span.duration for span in find_dead_air(recording)),
        "lost": [[gap.at, gap.lost] for gap in recording.gaps],
        "strip": _draw_strip(recording) if recording.timeline is Timeline.LEVELS else [],
    }


def _draw_strip(recording: Recording) -> list[list[float]]:
    """Who speaks when, coarsely: lane, where it begins and how wide it is, of 1."""
    total = max(recording.duration, 0.001)
    spoken = [[0.0] * len(recording.speakers) for _ in range(_STRIP)]
    for turn in recording.turns:
        first, last = (int(_STRIP * min(at, total) / total) for at in (turn.start, turn.end))
        for piece in range(first, min(last, _STRIP - 1) + 1):
            begin, end = piece * total / _STRIP, (piece + 1) * total / _STRIP
            spoken[piece][turn.speaker] += max(0.0, min(turn.end, end) - max(turn.start, begin))
    strip: list[list[float]] = []
    for piece, seconds in enumerate(spoken):
        loudest = max(range(len(seconds)), key=seconds.__getitem__, default=-1)
        if loudest < 0 or not seconds[loudest]:
            continue
        at = piece / _STRIP
        if strip and strip[-1][0] == loudest and abs(strip[-1][1] + strip[-1][2] - at) < 1e-6:
            strip[-1][2] += 1 / _STRIP
        else:
            strip.append([loudest, at, 1 / _STRIP])
    return [[lane, round(at, 4), round(width, 4)] for lane, at, width in strip]
