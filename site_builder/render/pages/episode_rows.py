"""What lists and pages show of an episode, a person or a tag, as plain JSON values."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Any
from urllib.parse import quote, urlsplit

from site_builder.model.podcast import Artwork, Cue, Enclosure, Episode, Person, Show
from site_builder.render.notes import mark_addresses
from site_builder.render.pages.lanes import describe_lanes, describe_strip
from site_builder.render.transcripts import write_word_steps
from site_builder.render.urls import join_url
from site_builder.text.slugs import is_device, make_slug
from site_builder.text.timecode import format_clock, format_fragment, format_iso_duration

COVER_WIDTH = 480
"""Pixels a cover needs to be sharp where pages show it."""
PARAGRAPH_LENGTH = 420
"""Characters after which a transcript begins a new paragraph, at the end of a sentence."""

FIRST_LENGTH, WHOLE_LENGTH = 12_000, 20_000
"""Characters of a transcript on an episode's page, and those up to which it stands there whole."""

_SPELT = {"+": "plus", "#": "sharp", "♯": "sharp", ".": "dot"}
_SIGNS = re.compile(r"(?<=[^\W_])[+#♯]+(?![^\W_])|^\.(?=[^\W_])")
"""Signs that end a word (C++, F#) and a dot before all (.NET); not those of #fog, and none between words."""
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔]['\"’”»)]?$")


def is_local(address: str) -> bool:
    """Whether an address is a path below the site's root, so that showing it asks nobody else."""
    if not address:
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def find_person_path(person: Person) -> str:
    """The page of a person below the site's root; empty for those who are heard without a name."""
    if person.anonymous:
        return ""
    slug = _make_address(person.handle) or _make_address(person.name)
    return f"people/{slug}/" if slug else ""


def find_tag_path(tag: str) -> str:
    """The page of a tag below the site's root; empty where the tag has no letter."""
    slug = _make_address(_SIGNS.sub(_spell_signs, unicodedata.normalize("NFKC", tag)))
    return f"tags/{slug}/" if slug else ""


def _spell_signs(signs: re.Match[str]) -> str:
    """`++` in C++ is what tells it from C; elsewhere a sign is only a mark."""
    return "".join(f" {_SPELT[sign]}" for sign in signs[0]) + " "


@lru_cache(maxsize=10_000)
def _make_address(text: str) -> str:
    """A slug for any words: `Straße` is strasse, and 灯台, which ASCII cannot write, a digest of itself."""
    slug = make_slug(text, portable=False)
    if is_device(slug):
        return f"{slug}-{_digest(text)}"
    plain = unicodedata.normalize("NFKD", text.casefold())
    if all(make_slug(letter) for letter in plain if letter.isalpha()):
        return slug
    return f"{slug}-{_digest(text)}" if slug else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFKC", text.casefold()).encode()).hexdigest()[:8]


def describe_episode_row(episode: Episode, zone: tzinfo = UTC) -> dict[str, Any]:
    """An episode as lists show it; moments are told in `zone`."""
    duration = episode.enclosure.duration
    return {
        "title": episode.title,
        "path": episode.path,
        "published_at": _tell(episode.published_at, zone),
        "length": round(duration, 2),
        "iso_length": format_iso_duration(duration),
        "summary": episode.summary,
        "people": [
            {
                "name": person.name,
                "role": str(person.role),
                "path": find_person_path(person),
                "handle": person.handle,
                "avatar": person.avatar_url if is_local(person.avatar_url) else "",
            }
            for person in episode.people
        ],
        "number": episode.number_shown or episode.number,
        "season": episode.season,
        "kind": str(episode.kind),
        "explicit": bool(episode.explicit),
        "draft": episode.draft,
        "artwork": describe_artwork(episode.artwork),
        "key": str(episode.guid),
        "audio": quote(episode.enclosure.path),
        "strip": describe_strip(episode.turns, len(episode.people), duration),
    }


def describe_artwork(artwork: Artwork | None) -> dict[str, Any] | None:
    """A cover as templates get it; its smaller sizes are offered by width."""
    if artwork is None:
        return None
    copies = sorted(artwork.smaller, key=lambda picture: picture.width)
    shown = next((copy for copy in copies if copy.width >= COVER_WIDTH), artwork)
    return {
        "path": shown.path,
        "width": shown.width,
        "height": shown.height,
        "alt": artwork.alt,
        "drawn": artwork.drawn,
        "copies": [{"path": copy.path, "width": copy.width} for copy in copies],
    }


def find_social_picture(pictures: Iterable[Artwork]) -> Artwork | None:
    """The wide picture for cards where a link is shared."""
    return next((picture for picture in pictures if picture.purpose == "social"), None)


def describe_details(show: Show, episode: Episode, zone: tzinfo = UTC) -> dict[str, Any]:
    """What the episode's own page shows beyond the row of a list; moments are told in `zone`."""
    license_ = episode.license or show.license
    return {
        "guid": episode.guid,
        "season_name": episode.season_name,
        "lead": _find_lead(episode),
        "notes": mark_addresses(episode.notes_html),
        "tags": [{"name": tag, "path": find_tag_path(tag)} for tag in episode.tags],
        "recorded_at": episode.recorded_at and _tell(episode.recorded_at, zone),
        "updated_at": episode.updated_at and _tell(episode.updated_at, zone),
        "source_url": episode.source_url,
        "announced_url": episode.announced_url,
        "facts": [{"label": label, "value": value} for label, value in episode.facts.items()],
        "gaps": [{"at": format_clock(gap.at), "lost": round(gap.lost, 2)} for gap in episode.gaps],
        "funding": [{"label": funding.text, "href": funding.url} for funding in episode.funding or show.funding],
        "license": license_ and {"name": license_.name, "href": license_.url},
    }


def _find_lead(episode: Episode) -> str:
    """The summary, where the notes below it do not begin with the same words."""
    notes = " ".join(episode.notes_text.split())
    return "" if notes.startswith(episode.summary.removesuffix("…")) else episode.summary


def describe_sound(show: Show, episode: Episode) -> dict[str, Any]:
    """What is played: all that the player needs where it stands alone."""
    return {
        "duration": round(episode.enclosure.duration, 2),
        "clock": format_clock(episode.enclosure.duration),
        "sources": [_describe_source(show, source) for source in (episode.enclosure, *episode.alternates)],
        "captions": next((file.path for file in episode.transcripts if file.media_type == "text/vtt"), ""),
    }


def describe_player(show: Show, episode: Episode, peaks: Sequence[float]) -> dict[str, Any]:
    """Everything the player needs: sources, chapters, lanes, transcripts."""
    return {
        "key": str(episode.guid),
        **describe_sound(show, episode),
        "chapters": [
            {**_describe_mark(chapter.start), "title": chapter.title, "href": chapter.href}
            for chapter in sorted((*episode.chapters, *episode.floors), key=attrgetter("start"))
        ],
        "soundbites": [
            {
                **describe_moment(bite.start),
                "until": format_fragment(bite.start + bite.duration),
                "title": bite.title or episode.title,
                "length": round(bite.duration, 2),
            }
            for bite in episode.soundbites
        ],
        "lanes": describe_lanes(episode.people, episode.turns, episode.enclosure.duration, peaks),
        "transcripts": [
            {"path": file.path, "label": file.path.rsplit(".", 1)[-1].upper()} for file in episode.transcripts
        ],
    }


def describe_transcript(episode: Episode) -> list[dict[str, Any]]:
    """The transcript in paragraphs: one speaker each, cut at sentences; `lines` are pairs of start and text.

    `steps` tells for each line when its words are said (`render/transcripts.py:write_word_steps`).
    """
    names = {person.name: index for index, person in enumerate(episode.people)}
    paragraphs: list[dict[str, Any]] = []
    for cue in episode.cues:
        if not paragraphs or _begins_paragraph(cue, paragraphs[-1]):
            paragraphs.append(
                {
                    **describe_moment(cue.start),
                    "speaker": cue.speaker,
                    "person": names.get(cue.speaker),
                    "is_new": not paragraphs or paragraphs[-1]["speaker"] != cue.speaker,
                    "lines": [],
                    "steps": [],
                }
            )
        paragraphs[-1]["lines"].append([round(cue.start, 1), " ".join(cue.text.split())])
        paragraphs[-1]["steps"].append(write_word_steps(cue))
    return paragraphs


def count_first(paragraphs: Sequence[Mapping[str, Any]]) -> int:
    """How many paragraphs of a transcript stand on the episode's page: all, or of a long one some twelve minutes."""
    ends = list(accumulate(sum(len(text) for _, text in paragraph["lines"]) for paragraph in paragraphs))
    if not ends or ends[-1] <= WHOLE_LENGTH:
        return len(ends)
    return bisect_left(ends, FIRST_LENGTH) + 1


def find_transcript_path(episode: Episode) -> str:
    """The page with the whole transcript; empty where there is none."""
    return f"{episode.path}transcript/" if episode.cues else ""


def describe_moment(seconds: float) -> dict[str, Any]:
    """A time as pages show and link it."""
    return {"at": round(seconds, 1), "clock": format_clock(seconds), "fragment": format_fragment(seconds)}


def _describe_mark(seconds: float) -> dict[str, Any]:
    """A chapter's start: exact to the millisecond, as in every file."""
    fraction = f"{seconds % 1:.3f}"[1:].rstrip("0").rstrip(".")
    fragment = f"{format_fragment(seconds).removesuffix('s')}{fraction}s"
    return {"at": round(seconds, 3), "clock": format_clock(seconds), "fragment": fragment}


def _tell(moment: datetime, zone: tzinfo) -> str:
    """ISO 8601 with the date and time that clocks in `zone` showed."""
    return moment.astimezone(zone).isoformat()


def _begins_paragraph(cue: Cue, paragraph: dict[str, Any]) -> bool:
    if cue.speaker != paragraph["speaker"]:
        return True
    lines = paragraph["lines"]
    return sum(len(text) for _, text in lines) > PARAGRAPH_LENGTH and bool(_SENTENCE_END.search(lines[-1][1]))


def _describe_source(show: Show, enclosure: Enclosure) -> dict[str, Any]:
    path = join_url(show.media_url, enclosure.path) if show.media_url else enclosure.path
    return {
        "path": path,
        "type": enclosure.media_type,
        "size": enclosure.size_bytes,
        "title": enclosure.title,
        "file": enclosure.path.rsplit("/", 1)[-1],
    }
