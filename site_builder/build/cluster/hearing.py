"""Has recordings transcribed by the workers of a Dask cluster, and writes the words down here.

A worker is told the model, the language, likely words and who speaks when, by number; it gives the words back as a
file. Where what it hears goes through a store, nothing of a recording in which anybody refused is sent: that one is
heard here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from site_builder.build.cluster.workers import open_workers
from site_builder.engine.cluster.compatibility import count_threads
from site_builder.engine.cluster.tasks import Cluster
from site_builder.engine.digests import JSON
from site_builder.engine.files import OutputTree
from site_builder.engine.serialization import parse_value, render_value
from site_builder.engine.target import FromSources, Target
from site_builder.episodes.catalog import decide_consent
from site_builder.episodes.transcripts.hearing import Hearing, describe_hearing, find_engine_language, load_engine
from site_builder.episodes.transcripts.transcribe import Outcome, find_hints, keep_words, read_speech
from site_builder.errors import InvalidDocument, Problem
from site_builder.events import Notify
from site_builder.model.edits import EditList
from site_builder.model.podcast import Recording, Span, Timeline, Turn
from site_builder.model.speech import Word
from site_builder.show.bundles import Bundle
from site_builder.show.load import find_lost_answers, load_show_folder
from site_builder.show.refusals import find_lost_refusals
from site_builder.site.sound import clean
from site_builder.speech.engine import Engine

RESOURCE = "speech"
"""Dask's resource of which workers declare how many recordings they hear at once."""
_Words = tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What is heard depends on these and on the recording."""

    model: str
    """Name, or folder where it is found under one path everywhere."""
    language: str
    hints: tuple[str, ...]
    turns: tuple[Turn, ...]
    silences: tuple[Span, ...]
    timeline: Timeline
    tick: float


def hear_on_cluster(
    folder: Path,
    bundles: Sequence[Bundle],
    hearing: Hearing,
    place: tuple[str, str],
    notify: Notify,
    begin: Callable[[Bundle], None],
    *,
    model: str = "",
) -> Iterator[tuple[Bundle, Outcome | str]]:
    """Have recordings heard by a cluster; yields each with what came of it, a sentence where it failed.

    Args:
        folder: The show's.
        bundles: Each with its recording.
        hearing: What hears, as it is here.
        place: Addresses of the cluster and of its store, if any, as `open_workers` takes them.
        notify: Told which workers are left out.
        begin: Told of each that is begun, in any thread.
        model: As it was asked for: a folder is looked for under that path, any other is found by its name.

    Raises:
        UsageError: the cluster cannot be used.
        SpacecastError: it is gone; what was heard is written down.
    """
    called = model if model and Path(model).is_dir() else hearing.model.name
    describe = partial(describe_hearing, called)
    with open_workers(folder, *place, notify, describe=describe, resource=RESOURCE) as cluster:
        assert cluster
        yield from _hear_all(cluster, folder, bundles, hearing, called, begin)


def _hear_all(
    cluster: Cluster,
    folder: Path,
    bundles: Sequence[Bundle],
    hearing: Hearing,
    model: str,
    begin: Callable[[Bundle], None],
) -> Iterator[tuple[Bundle, Outcome | str]]:
    may_leave = _choose_free(folder, bundles)
    plans = [(_plan(bundle, hearing, model, bundle.folder in may_leave), bundle) for bundle in bundles]
    planned = {target.path: (target, bundle) for target, bundle in plans}
    tree = OutputTree(os.path.realpath(folder / ".cache"))
    targets = [target for target, _ in planned.values() if cluster.takes(target)]
    for target, made in cluster.make_all(targets, tree, lambda target: begin(planned[target.path][1])):
        bundle = planned[target.path][1]
        if isinstance(made, str):
            yield bundle, made
            continue
        file = Path(tree.locate(target.path))
        words = parse_value(_Words, file.read_bytes())
        file.unlink()
        try:
            yield bundle, keep_words(bundle, hearing, words)
        except InvalidDocument as error:
            yield bundle, str(error)


def _choose_free(folder: Path, bundles: Sequence[Bundle]) -> set[Path]:
    """Folders of those in which nobody refused, or may have; none where it cannot be told."""
    problems: list[Problem] = []
    show = load_show_folder(folder, problems)
    if show is None:
        return set()
    problems += find_lost_answers(folder, has_spoken=any(bundle.media for bundle in bundles))
    try:
        problems += find_lost_refusals(folder, show.people, ())
    except InvalidDocument as damage:
        problems += damage.problems
    castings = {bundle.folder: decide_consent(show, bundle) for bundle in bundles}
    return {place for place, casting in castings.items() if not (problems or casting.refused or casting.withheld)}


def _plan(bundle: Bundle, hearing: Hearing, model: str, may_leave: bool) -> Target:
    recording, sources = bundle.recording, bundle.part_files
    assert recording
    settings = _Settings(
        model=model,
        language=find_engine_language(hearing.language),
        hints=find_hints(bundle, hearing.words),
        turns=recording.turns,
        silences=recording.silences,
        timeline=recording.timeline,
        tick=recording.tick,
    )
    inputs: dict[str, JSON] = {
        "model": hearing.model.sha256,
        "sources": [part.sha256 for part in recording.parts],
        "hearing": [settings.language, list(settings.hints), str(settings.timeline), settings.tick],
        "turns": [[turn.speaker, turn.start, turn.end] for turn in settings.turns],
        "silences": [[silence.start, silence.end] for silence in settings.silences],
    }
    names_people = bool(recording.speakers or recording.on_stage)
    whole = EditList.keep_all(recording.duration)
    prepare = partial(clean, sources, whole, names_people) if may_leave else _keep_here
    return Target(
        path=f"transcripts/{bundle.folder.name}.json",
        recipe="heard/2",
        inputs=inputs,
        make=FromSources(own=sources, prepare=prepare, work=partial(_hear, settings)),
        label=bundle.matter.title,
        portable=True,
    )


def _keep_here(folder: Path) -> None:
    """For a recording that must not leave this computer."""


def _hear(settings: _Settings, parts: Sequence[Path], out: Path) -> None:
    """Runs on a worker."""
    from site_builder.speech.recognizer import recognize  # noqa: PLC0415 -- loads the engine's libraries

    recording = Recording(
        id="",
        source="",
        turns=settings.turns,
        silences=settings.silences,
        timeline=settings.timeline,
        tick=settings.tick,
    )
    engine = _open_engine(settings.model, count_threads())
    words = recognize(read_speech(parts), recording, engine, language=settings.language, hints=settings.hints)
    out.write_bytes(render_value(_Words, words))


@lru_cache(maxsize=1)
def _open_engine(model: str, threads: int) -> Engine:
    """Loaded once for each worker."""
    from site_builder.speech.models import find_model  # noqa: PLC0415 -- an extra

    return load_engine(find_model(model), threads)
