"""The job that makes a transcript."""

from __future__ import annotations

import os
from typing import Any

from site_builder.commands.transcribe import transcribe as hear
from site_builder.errors import UsageError
from site_builder.studio.background.worker import Task


def transcribe(task: Task) -> dict[str, Any]:
    """Hear one episode, as `spacecast transcribe EPISODE` does.

    Raises:
        UsageError: no engine or model is here, or it did not work.
    """
    jobs = os.cpu_count() or 1
    report = hear(task.folder, [task.arguments["target"]], jobs=jobs, again=True, notify=task.notify())
    (episode,) = report.episodes
    if report.failed:
        raise UsageError(episode.message)
    return {"outcome": episode.outcome, "message": episode.message, "model": report.model}
