"""What an engine is told to expect: the host's words, who takes part, names and terms of the posts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from site_builder.episodes.transcripts.transcribe import find_hints
from site_builder.model.podcast import Recording, Role, Speaker
from site_builder.show.bundles import Bundle
from site_builder.show.front_matter import EpisodeMatter

NOTES = """Tonight we talk about Sumburgh Head and its Fresnel lens. We met him on Monday: Davy Quill restores them.
Read [the Lamp Room's page](https://Example.net/Not-This) or https://Example.net/Nor-This. Thanks @DavyOnLenses #Lights

- **1:02** The Bishop Rock light, says Northern Lighthouse Board
"""


def make_bundle(notes: str, people: tuple[str, ...] = ()) -> Bundle:
    """An episode with these notes."""
    speakers = tuple(Speaker(handle=name.lower(), name=name, role=Role.GUEST) for name in people)
    date = datetime(2026, 10, 1, tzinfo=UTC)
    matter = EpisodeMatter(guid="g", title="Why Eddystone blinks", date=date, tags=("mercury",))
    return Bundle(
        folder=Path("2026-10-01-lights"),
        matter=matter,
        notes=notes,
        notes_line=1,
        recording=Recording(id="1", source="test", speakers=speakers),
    )


def test_what_is_likely_to_be_said() -> None:
    """In this order; nothing of addresses, handles, ordinary words and words that only begin a sentence."""
    hints = find_hints(make_bundle(NOTES, ("Mara Lamp", "Davy")), ("occulting",))
    assert hints[:4] == ("occulting", "Mara Lamp", "Davy", "mercury")
    assert {"Sumburgh Head", "Fresnel", "Davy Quill", "Eddystone", "Northern Lighthouse Board"} <= set(hints)
    told = {word for hint in hints for word in hint.replace("-", " ").split()}
    assert not told & {"Tonight", "Monday", "Not", "Nor", "This", "Thanks", "DavyOnLenses", "Lights", "Read", "Why"}


def test_there_are_not_too_many() -> None:
    """A list as long as the talk helps nobody; what the host listed comes first."""
    names = [f"Xy{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(90)]
    hints = find_hints(make_bundle("we met " + " and ".join(names)), ("own",))
    assert len(hints) == 40
    assert hints[0] == "own"
