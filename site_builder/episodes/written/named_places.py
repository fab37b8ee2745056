"""Finds hidden names that cannot be taken out: in addresses and in the config. The host has to act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from site_builder.consent import Casting, Redaction
from site_builder.consent.evidence import Reading
from site_builder.consent.file_mentions import describe_mentions, find_mentions
from site_builder.consent.matcher import Match
from site_builder.consent.readers import read_texts
from site_builder.consent.redaction import may_mention
from site_builder.consent.spoken_names import hear_names
from site_builder.consent.visible_text import WALL, view_plain
from site_builder.errors import Problem
from site_builder.show.bundles import Bundle
from site_builder.show.documents import find_front_line
from site_builder.show.documents.document import decode_any
from site_builder.show.front_matter import EpisodeMatter, PageMatter
from site_builder.show.layout import CONFIG, EPISODES, INDEX
from site_builder.show.load import ShowFolder

_SHORTEST_ORIGIN = 7
"""Characters of an id that is looked for."""


def find_named_address(bundle: Bundle, redaction: Redaction) -> str:
    """Why an episode cannot stay where it is: its address names somebody hidden; empty where it does not."""
    match = _find_first(bundle.slug, redaction, Reading.ADDRESS)
    if match is None:
        return ""
    line = find_front_line((bundle.folder / INDEX).read_bytes(), EpisodeMatter, ("slug",)) or 1
    return (
        f"Its address “{bundle.slug}” {_tell(redaction, match)}: give it another `slug:` "
        f"({bundle.folder.name}/{INDEX}:{line}). The old address leads nowhere from then on."
    )


def find_named_texts(show_folder: ShowFolder, redaction: Redaction) -> Iterator[Problem]:
    """Where the config, or the address of a page, names somebody hidden."""
    if not redaction:
        return
    config = show_folder.config
    texts = [part.model_dump(mode="json") for part in (config.show, config.feed, config.site)]
    said = WALL.join(read_texts([texts, dict(config.subscribe)]))
    if match := _find_first(said, redaction, Reading.TEXT):
        yield from _explain_config(show_folder.folder / CONFIG, redaction, match)
    for page in show_folder.pages:
        if match := _find_first(page.slug, redaction, Reading.ADDRESS):
            message = f"the address “{page.slug}” {_tell(redaction, match)}; give the page another `slug:`"
            yield Problem(message, page.file, find_front_line(page.file.read_bytes(), PageMatter, ("slug",)), "slug")


def _explain_config(file: Path, redaction: Redaction, match: Match) -> Iterator[Problem]:
    remedy = "say it without, or ask them and write down a yes with `spacecast consent WHO granted`"
    mentions = find_mentions(file.read_text("utf-8", "replace"), redaction)
    for mention in mentions:
        message = f"holds the {mention.what} of {mention.person}, who must not be named; {remedy}"
        yield Problem(message, file, mention.line)
    if not mentions:
        yield Problem(f"{_tell(redaction, match)}; {remedy}", file)


def _tell(redaction: Redaction, match: Match) -> str:
    if match.person >= len(redaction.hidden):
        return "holds the id of the Space or of its post, and X's page of it still names people who must not be named"
    return f"holds the {match.what} of {redaction.hidden[match.person].person}, who must not be named"


def _find_first(text: str, redaction: Redaction, reading: Reading) -> Match | None:
    if not redaction or not may_mention(text, redaction):
        return None
    return next(iter(redaction.matcher.find(view_plain(text), reading)), None)


def find_origin(bundle: Bundle) -> Iterator[str]:
    """Ids of the Space and of the post that announced it: where they are named, the unedited talk can be found."""
    recording = bundle.recording
    for url in (recording.url, recording.announced_url) if recording else ():
        yield from (part for part in url.rstrip("/").rsplit("/", 1)[1:] if len(part) >= _SHORTEST_ORIGIN)


def list_redacted(bundle: Bundle, casting: Casting) -> Iterator[str]:
    """Where in the files of an episode somebody hidden is named: file, line and of whom."""
    for file in filter(None, (bundle.folder / INDEX, bundle.transcript)):
        name = f"{EPISODES}/{bundle.folder.name}/{file.name}"
        is_spoken = file == bundle.transcript and casting.redaction
        hidden = hear_names(casting, decode_any(file.read_bytes())) if is_spoken else casting.redaction
        told = describe_mentions(file, name, hidden)
        guid = find_front_line(file.read_bytes(), EpisodeMatter, ("guid",)) if told and file.name == INDEX else None
        of_guid = tuple(place for place in told if place.startswith(f"{name}:{guid}:"))
        yield from (place for place in told if place not in of_guid)
        if of_guid:  # usually the Space's own id, which extract wrote and nobody need mend
            people = describe_mentions(file, name, replace(hidden, origin=()))
            yield from (f"{place}; it stays, for a guid never changes" for place in of_guid if place in people)
