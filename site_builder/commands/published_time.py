"""What of a recording is published as its files are now, also before a build has made the episode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from site_builder.episodes.assemble import make_edits, trim_dead_air
from site_builder.episodes.catalog import decide_consent
from site_builder.episodes.dead_air import QUIET, find_dead_air
from site_builder.errors import UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span
from site_builder.show.bundles import Bundle
from site_builder.show.config import DeadAir
from site_builder.show.load import ShowFolder

_FRAME = 1024
"""Samples of a frame of AAC: Spaces are cut between frames."""

Listen = Callable[[Bundle], Sequence[Span]]
"""Finds the silence at both ends of a recording that is really quiet."""


def find_edits(show: ShowFolder, bundle: Bundle, listen: Listen | None = None) -> EditList | None:
    """What the next build publishes of an episode's recording; None where there is no recording.

    Where the last build did the same, its edits: they are those on frame borders.

    Args:
        show: Config and people.
        bundle: The episode.
        listen: As a build listens; asked only where the last build does not tell.
    """
    recording, matter = bundle.recording, bundle.matter
    if recording is None:
        return None
    written = make_edits(matter, recording, decide_consent(show, bundle), show.config.consent.removal)
    is_trimmed = show.config.audio.dead_air is DeadAir.TRIM and not matter.trim
    supposed = find_dead_air(recording) if is_trimmed else ()
    built = EditList.parse(bundle.media.edits) if bundle.media else None
    for number in range(len(supposed) + 1):
        for spans in combinations(supposed, number):
            if built and built.is_near(trim_dead_air(written, matter, spans)):
                return built
    edits = trim_dead_air(written, matter, _hear(bundle, listen or _listen) if supposed else ())
    return edits if edits.is_identity else edits.snap(_FRAME, recording.parts[0].sample_rate)


def _hear(bundle: Bundle, listen: Listen) -> Sequence[Span]:
    try:
        return listen(bundle) if bundle.has_recording else ()
    except UnusableSource:  # the next build tells of it
        return ()


def _listen(bundle: Bundle) -> Sequence[Span]:
    from site_builder.audio.measure import find_quiet  # noqa: PLC0415 -- decoding is loaded only where it is needed

    return find_quiet(bundle.part_files, find_dead_air(bundle.recording), QUIET) if bundle.recording else ()
