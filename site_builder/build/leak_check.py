"""The leak check: whoever must stay hidden is in no file of the site, and refused speech decodes to silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from site_builder.consent import Casting, make_redaction
from site_builder.consent.leaks import SOUND, Secret, check_silence, describe_secrets, find_leaks
from site_builder.engine.processes import map_in_processes
from site_builder.episodes.catalog import Card, Survey, load_casting
from site_builder.episodes.summary import Outline
from site_builder.model.podcast import Guid
from site_builder.text.timecode import format_clock


def find_exposed(
    output: Path, show: Survey, chosen: Sequence[Card], episodes: Sequence[Outline], strangers: Sequence[str], jobs: int
) -> tuple[str, ...]:
    """A sentence for each file that shows what it must not; nothing is searched where nobody is hidden.

    Args:
        output: The site.
        show: Who said what to being published.
        chosen: The episodes that are published.
        episodes: The same as they came out.
        strangers: Files below `output` that the show does not ask for: sound among them may be that of an episode from
            before somebody refused, which no text tells.
        jobs: How many processes may read.
    """
    secrets = _describe_secrets(show, chosen, episodes, jobs)
    unknown = [path for path in strangers if secrets and Path(path).suffix.lower() in SOUND]
    return (
        *map(str, find_leaks(output, secrets)),
        *(f"{path}: nothing in the show asks for it; delete it: somebody hidden may be heard" for path in unknown),
    )


def _describe_secrets(
    show: Survey, chosen: Sequence[Card], episodes: Sequence[Outline], jobs: int
) -> tuple[Secret, ...]:
    people = show.premises.people
    if not (any(card.is_restricted for card in chosen) or make_redaction(people).hidden):
        return ()
    castings: dict[Guid, Casting] = dict(
        zip(
            (Guid(card.guid) for card in chosen),
            map_in_processes(partial(load_casting, show), chosen, jobs),
            strict=True,
        )
    )
    places = {Guid(episode.guid): (episode.path, *episode.audio) for episode in episodes}
    return describe_secrets(people, castings, places)


def find_audible(output: Path, episodes: Iterable[Outline]) -> Iterator[str]:
    """A sentence for each span of refused speech that can still be heard."""
    for episode in episodes:
        for path in episode.audio if episode.silent else ():
            for span in check_silence(output / path, episode.silent) if (output / path).is_file() else ():
                yield (
                    f"{path}: sound is left from {format_clock(span.start)} to {format_clock(span.end)}, "
                    "where somebody who refused speaks"
                )
