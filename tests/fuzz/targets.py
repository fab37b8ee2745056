"""Every reader of bytes that come from elsewhere, as a function that may raise only what people are told."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive_maker import MadeArchive, MadeSpace, make_files
from episode_maker import FIRST_DAY, make_full_episode, make_full_show, make_show, render_feed
from full_show import CONFIG
from PIL import Image
from recording_maker import make_recording, make_tag, wrap
from show_runner import build, find_bundle, spacecast
from show_runner import make_show as make_folder

from site_builder.audio.adts import scan_frames
from site_builder.checks.feed import check_feed
from site_builder.checks.feed.document import Site
from site_builder.commands.archives.inspect import inspect_source
from site_builder.model.podcast import PublishedAudio, Recording
from site_builder.model.speech import Recognition, Word
from site_builder.render.artwork.images import convert_cover, convert_picture
from site_builder.render.notes import render_notes
from site_builder.render.transcripts import render_json_transcript, render_srt, render_vtt
from site_builder.show.bundles import load_json
from site_builder.show.config import parse_config
from site_builder.show.documents import parse_front_matter
from site_builder.show.front_matter import EpisodeMatter, PageMatter
from site_builder.show.people.file import parse_people
from site_builder.show.published import load_published
from site_builder.show.refusals import load_refusals
from site_builder.show.transcripts.files import parse_transcript
from site_builder.show.transcripts.words import load_recognition, write_recognition
from site_builder.sources.feed.html_transcript import convert_html_transcript
from site_builder.sources.feed.parser import parse_feed
from site_builder.sources.id3 import parse_tag_frames, parse_text, parse_user_text
from site_builder.sources.x.json import parse_entries
from site_builder.sources.x.members import DamagedMember
from site_builder.sources.x.speaking.hydra_tags import parse_tag

Read = Callable[[bytes, Path], object]
"""Gets the bytes and an empty folder of its own."""

VTT = (
    b"WEBVTT\n\nNOTE hello\n\n00:00:01.000 --> 00:00:04.000\n<v Ada>Good <b>evening</b> &amp; welcome.\n\n"
    b"1:02:03.5 --> 1:02:09\nBye\n"
)
SRT = b"1\n00:00:01,000 --> 00:00:04,000\nAda: Good evening.\n\n2\n00:00:05,000 --> 00:00:06,000\n>> Yes.\n"
JSON = (
    b'{"segments": [{"startTime": 1.5, "endTime": 4, "body": "Good evening", "speaker": "Ada"}, '
    b'{"start": 5, "text": "x"}]}'
)
HTML = b"<html><body><cite>Ada:</cite><time>0:01</time><p>Good <b>evening</b>&amp;</p><time>1:00:00</time><p>x</p>"
PAGE = b"---\ntitle: About us: all of it\nslug: about\norder: 2\ndraft: false\n---\n# Us\n\n![cat](cat.jpg) <b>x</b>\n"
NOTES = (
    b"Hello **you** and _me_, see <https://example.org> [x][1] ![p](p.jpg)\n\n- 0:10 First\n- 75:30 Later [^1]\n\n"
    b'| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n    code\n\n[1]: https://example.org "t"\n'
    b"[^1]: note\n<script>x</script>"
)
PLAIN_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://e.example/</link>'
    b"<description>D</description><item><title>A</title><guid>g</guid><itunes:author>N</itunes:author>"
    b'<pubDate>Tue, 07 Jul 2020 08:00:00 +02:00</pubDate><enclosure url="https://e.example/a.mp3" length="1" '
    b'type="audio/mpeg"/></item></channel></rss>'
)
INDEX = b"""---
title: Part 2: the return
date: 2026-10-09T07:30:00Z
guid: 1lDxLnrWjwkGm
tags: fog, sleep
chapters:
  - 0:00 Opening
  - at: 0:05
    title: Fog
cut:
  - {start: 1, end: 2}
soundbites: [{start: 3, duration: 2, title: Best}]
---
0:10 something
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads, and sound inputs that are bent to try it."""

    read: Callable[[bytes, Path], object]
    """Gets the bytes and an empty folder of its own."""
    seeds: tuple[bytes, ...]
    weight: int = 1
    """How often it is tried beside the others: those that open files are slower."""


def list_readers() -> dict[str, Reader]:
    """By the name of what is read."""
    with tempfile.TemporaryDirectory() as folder:
        show = make_folder(Path(folder) / "show", MadeArchive(spaces=[MadeSpace(parts=(4.0,))]))
        build(show)
        return dict(_list_streams()) | dict(_list_documents(show)) | dict(_list_media())


def _list_streams() -> Iterator[tuple[str, Reader]]:
    adts = make_recording(3, turns=[("host", 0, 1), ("kit", 1, 3)], participants=["kit"])
    tag = make_tag(4_000_519_800.0, [50, 20], ["kit", "lou"])
    yield "hydra tags", Reader(lambda data, _: parse_tag(data), (tag,), 8)
    yield "id3", Reader(lambda data, _: _read_id3(data), (tag,), 8)
    yield "adts", Reader(lambda data, _: list(scan_frames([data[:500], data[500:]])), (adts,), 4)
    files = make_files(MadeArchive())
    scripts = tuple(content for name, content in sorted(files.items()) if name.endswith(".js"))
    yield "archive json", Reader(_read_entries, scripts, 8)
    yield "feed", Reader(lambda data, _: parse_feed(data, "feed.xml"), (_make_feed(), PLAIN_FEED), 4)
    yield "feed checker", Reader(_check_feed, (_make_feed(), PLAIN_FEED), 2)
    yield "markdown", Reader(lambda data, _: render_notes(_text(data), end=3600.0), (NOTES,), 6)
    yield "transcript.html", Reader(_read_html_transcript, (HTML,), 4)
    for suffix, seed in (("vtt", VTT), ("srt", SRT), ("json", JSON)):
        yield f"transcript.{suffix}", Reader(_read_transcript_as(suffix), (seed,), 6)


def _list_documents(show: Path) -> Iterator[tuple[str, Reader]]:
    bundle = find_bundle(show)
    config, people = (show / "config.yaml").read_bytes(), (show / "content/people.yaml").read_bytes()
    index = (bundle / "index.md").read_bytes()
    yield (
        "index.md",
        Reader(lambda data, _: parse_front_matter(data, Path("index.md"), EpisodeMatter), (index, INDEX), 6),
    )
    yield "page.md", Reader(_read_matter_as(PageMatter), (PAGE,), 4)
    yield "config.yaml", Reader(lambda data, _: parse_config(data), (config, CONFIG.encode()), 6)
    yield "people.yaml", Reader(lambda data, _: parse_people(_text(data), Path("people.yaml")), (people,), 6)
    space, media = (bundle / "space.json").read_bytes(), (bundle / "media.json").read_bytes()
    yield "space.json", Reader(_load_noun_as("space.json", Recording), (space,), 3)
    yield (
        "media.json",
        Reader(_load_as("media.json", lambda at: load_json(at / "media.json", PublishedAudio)), (media,), 3),
    )
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    spacecast("-C", show, "build", "--published")
    published = (show / "content/published.json").read_bytes()
    yield "published.json", Reader(_load_as("content/published.json", load_published), (published,), 3)
    refused = (show / "content/.refusals/refused.json").read_bytes()
    yield "refused.json", Reader(_load_as("content/.refusals/refused.json", _load_refused), (refused,), 3)
    write_recognition(bundle, Recognition(
        engine="e 1", model="m", model_sha256="0", language="en", sources=("1",), is_timed=True,
        words=(Word(start=1, end=2, text="hello"), Word(start=2, end=3, text="you", speaker=0)),
    ))  # fmt: skip
    words = (bundle / "words.json").read_bytes()
    yield "words.json", Reader(_load_as("words.json", load_recognition), (words,), 3)


def _list_media() -> Iterator[tuple[str, Reader]]:
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        yield kind.lower(), Reader(lambda data, _: _read_picture(data), (_make_picture(kind),))
    yield "zip", Reader(_inspect_as("archive.zip"), (_make_zip(),))
    adts = make_recording(2, turns=[("host", 0, 2)])
    yield "aac file", Reader(_inspect_as("talk.aac"), (adts,))
    for container, suffix in (("ipod", "m4a"), ("mpegts", "ts"), ("mp3", "mp3"), ("wav", "wav"), ("ogg", "ogg")):
        yield f"{suffix} file", Reader(_inspect_as(f"talk.{suffix}"), (wrap(adts, container),))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _read_entries(data: bytes, _: Path) -> None:
    with suppress(DamagedMember):  # those who call it tell people which file is damaged
        list(parse_entries(io.BytesIO(data)))


def _read_id3(data: bytes) -> None:
    for _, content in parse_tag_frames(data):
        parse_text(content)
        parse_user_text(content)


def _read_transcript_as(suffix: str) -> Read:
    def read(data: bytes, _: Path) -> None:
        cues = parse_transcript(data, Path(f"transcript.{suffix}"))
        for render in (render_vtt, render_srt, render_json_transcript):
            render(cues)

    return read


def _read_html_transcript(data: bytes, _: Path) -> None:
    parse_transcript(convert_html_transcript(data), Path("transcript.vtt"))


def _check_feed(data: bytes, folder: Path) -> None:
    check_feed(data, Site(show=make_show(), output=folder))


def _read_picture(data: bytes) -> None:
    convert_picture(data, 600, "picture")
    convert_cover(data, "cover")


def _inspect_as(name: str) -> Read:
    return _load_as(name, lambda folder: inspect_source(folder / name))


def _load_as(name: str, load: Callable[[Path], object]) -> Read:
    def read(data: bytes, folder: Path) -> object:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        return load(folder)

    return read


def _load_noun_as(name: str, type_: Any) -> Read:
    return _load_as(name, lambda folder: load_json(folder / name, type_))


def _read_matter_as(type_: Any) -> Read:
    return lambda data, _: parse_front_matter(data, Path("index.md"), type_)


def _load_refused(folder: Path) -> object:
    (folder / "content/.refusals/key").write_text("00" * 32)
    return load_refusals(folder)


def _make_feed() -> bytes:
    show = make_full_show()
    return render_feed(show, [make_full_episode()], feed_url=f"{show.url}feed.xml", built_at=FIRST_DAY)


def _make_picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot((320, 320), (-2, -1.5, 1, 1.5), 40).convert("RGB").save(out, kind)
    return out.getvalue()


def _make_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in make_files(MadeArchive(spaces=[MadeSpace(parts=(2.0,))])).items():
            archive.writestr(name, content)
    return out.getvalue()
