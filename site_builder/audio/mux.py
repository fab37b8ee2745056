"""Opens output files that hold sound alone; the same input always gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import OutputContainer

_SAME_BYTES = {"fflags": "+bitexact"}  # no version of FFmpeg's, no time


def open_mp4(out: Path, *, sample_rate: int, hides_start: bool) -> OutputContainer:
    """An MP4 (`.m4a`) with its index in front of the sound, so that players start at once.

    Args:
        out: Any name.
        sample_rate: Of the sound.
        hides_start: The first packets only prepare the decoder; an edit list says so, exact to a sample.
    """
    options = _SAME_BYTES | {"movflags": "+faststart", "use_editlist": "0"}
    if hides_start:
        options |= {"use_editlist": "1", "movie_timescale": str(sample_rate)}
    return av.open(f"file:{out}", "w", format="ipod", options=options)


def open_mp3(out: Path) -> OutputContainer:
    """An MP3 with an Info header and no tags."""
    options = _SAME_BYTES | {"id3v2_version": "0", "write_id3v1": "0"}
    return av.open(f"file:{out}", "w", format="mp3", options=options)
