"""Makes shows of any size without audio: bundles with measured `media.json`, and the same episodes for others to build.

    episodes = [make_episode(number) for number in range(1000)]
    write_show(folder, episodes)

An episode has 300 words of notes, 8 chapters, 3 of some hundred people, 3 of 40 tags and a conversation of 60 turns.
The same number always makes the same episode.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from site_builder import __version__

START = datetime(2016, 1, 1, 20, 0, tzinfo=UTC)
"""Of the first; then one every eight hours, beyond ten thousand every four minutes: a hundred thousand are out."""
LENGTH = 3600.0
"""Seconds of each episode."""
URL = "https://example.org/show/"
TITLE = "The Long Run"
DESCRIPTION = "Conversations about everything, every day."
HOST = "Ada Host"
EMAIL = "ada@example.org"
_SYLLABLES = tuple("bcdfghklmnprstvwz"[n % 17] + "aeiou"[n % 5] for n in range(25))
_RATE, _FRAME = 48000, 1024

CONFIG = f"""\
show:
  title: {TITLE}
  description: {DESCRIPTION}
  url: {URL}
  language: en
  author: {HOST}
  email: {EMAIL}
  category: Technology
  episode_covers: show
"""


@dataclass(frozen=True, kw_only=True)
class BigEpisode:
    """One episode before anybody has written it to disk."""

    number: int
    title: str
    slug: str
    published_at: datetime
    tags: tuple[str, ...]
    people: tuple[str, ...]
    """Names; the host first."""
    chapters: tuple[tuple[int, str], ...]
    """Seconds and title."""
    notes: str
    """Markdown."""

    @property
    def folder(self) -> str:
        """Name of its bundle."""
        return f"{self.published_at:%Y-%m-%d}-{self.slug}"

    @property
    def media_path(self) -> str:
        """Where the audio lies below the site's root."""
        return f"media/{self.slug}-00000000.m4a"

    @property
    def summary(self) -> str:
        """The notes' first paragraph."""
        return self.notes.split("\n", 1)[0]


def make_episode(number: int) -> BigEpisode:
    """The episode of that number, one each twelve hours."""
    dice = random.Random(number)
    title = " ".join(_make_words(dice, 5)).capitalize()
    return BigEpisode(
        number=number,
        title=f"{title} {number}",
        slug=f"episode-{number}",
        published_at=START + timedelta(hours=8 * min(number, 10_000), minutes=4 * max(0, number - 10_000)),
        tags=tuple(f"topic {tag}" for tag in sorted(dice.sample(range(40), 3))),
        people=(HOST, *(f"Guest {guest:03}" for guest in sorted(dice.sample(range(100), 2)))),
        chapters=tuple((at * 420, " ".join(_make_words(dice, 4)).capitalize()) for at in range(8)),
        notes=_make_notes(dice),
    )


def _make_words(dice: random.Random, count: int) -> list[str]:
    return ["".join(dice.choices(_SYLLABLES, k=dice.randint(1, 3))) for _ in range(count)]


def _make_sentence(dice: random.Random, count: int) -> str:
    return " ".join(_make_words(dice, count)).capitalize() + "."


def _make_notes(dice: random.Random) -> str:
    """About 300 words: paragraphs with emphasis and links, a heading, a quotation, a list of links."""
    words = [" ".join(_make_sentence(dice, 10) for _ in range(4)) for _ in range(5)]
    links = "\n".join(
        f"- [{' '.join(_make_words(dice, 5))}](https://example.org/{dice.randint(0, 999)}): {_make_sentence(dice, 8)}"
        for _ in range(6)
    )
    name, place = _make_words(dice, 2)
    return (
        f"{words[0]}\n\n{words[1]} With **{name}** and *{place}* and `code`.\n\n## {_make_sentence(dice, 3)[:-1]}\n\n"
        f"> {_make_sentence(dice, 20)}\n\n{words[2]}\n\n{links}\n\n{words[3]} See <https://example.org/{name}>.\n\n"
        f"{words[4]}\n"
    )


def write_show(folder: Path, episodes: Iterable[BigEpisode]) -> None:
    """A show folder of this program, ready to be built."""
    (folder / "content/episodes").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    names = set()
    for episode in episodes:
        names |= set(episode.people)
        write_bundle(folder, episode)
    people = (
        f"{_handle(name)}:\n  name: {name}\n  handle: {_handle(name)}\n  consent:\n    status: granted\n"
        for name in sorted(names)
    )
    (folder / "content/people.yaml").write_text("\n".join(people))


def write_bundle(folder: Path, episode: BigEpisode) -> Path:
    """The bundle of one episode in the show at `folder`."""
    bundle = folder / "content/episodes" / episode.folder
    bundle.mkdir()
    (bundle / "index.md").write_text(render_index(episode))
    (bundle / "space.json").write_text(json.dumps(describe_recording(episode), indent=1))
    (bundle / "media.json").write_text(json.dumps(describe_media(episode), indent=1))
    return bundle


def render_index(episode: BigEpisode) -> str:
    """`index.md` as a person keeps it."""
    chapters = "".join(f"  {_clock(at)}: {title}\n" for at, title in episode.chapters)
    tags = "".join(f"- {tag}\n" for tag in episode.tags)
    return (
        f"---\ntitle: {episode.title}\ndate: {episode.published_at:%Y-%m-%dT%H:%M:%SZ}\nguid: big-{episode.number}\n"
        f"slug: {episode.slug}\nsummary: {episode.summary}\ntags:\n{tags}chapters:\n{chapters}---\n\n{episode.notes}"
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _handle(name: str) -> str:
    return name.lower().replace(" ", "_")


def describe_recording(episode: BigEpisode) -> dict[str, Any]:
    """`space.json` of an episode."""
    dice = random.Random(-episode.number - 1)
    edges = sorted({0, 3600, *(dice.randint(1, 3599) for _ in range(59))})
    pairs = pairwise(edges)
    return {
        "id": f"big-{episode.number}",
        "source": "x-space",
        "url": f"https://x.com/i/spaces/big{episode.number}",
        "started_at": f"{episode.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "parts": [
            {
                "file": "recording-0.aac",
                "origin": f"space-big{episode.number}_0.ts",
                "sha256": sha256(episode.slug.encode()).hexdigest(),
                "size_bytes": 43_000_000,
                "container": "adts",
                "codec": "aac",
                "sample_rate": _RATE,
                "channels": 2,
                "samples": int(LENGTH * _RATE),
            }
        ],
        "speakers": [
            {"role": "guest" if place else "host", "handle": _handle(name), "name": name, "x_id": f"99{place}"}
            for place, name in enumerate(episode.people)
        ],
        "turns": [
            {"speaker": place % 3, "start": float(start), "end": float(end)} for place, (start, end) in enumerate(pairs)
        ],
        "timeline": "levels",
        "tick": 0.5,
    }


def describe_media(episode: BigEpisode) -> dict[str, Any]:
    """`media.json` of an episode."""
    dice = random.Random(episode.number)
    return {
        "enclosure": {
            "path": episode.media_path,
            "size_bytes": 43_000_000,
            "media_type": "audio/x-m4a",
            "duration": LENGTH,
            "sha256": sha256(episode.title.encode()).hexdigest(),
            "bitrate": 95_555,
            "codecs": "mp4a.40.2",
        },
        "edits": json.dumps({"muted": [], "recording": LENGTH, "removed": []}),
        "peaks": [dice.randint(0, 100) for _ in range(1000)],
        "sources": [sha256(episode.slug.encode()).hexdigest()],
        "made_by": f"spacecast {__version__}",
    }
