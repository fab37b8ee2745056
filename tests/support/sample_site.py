"""A whole sample site on disk, from invented episodes and real audio: for browser tests and for looking at the theme.

write_site(folder)                       everything, below `folder`; returns the contexts that were rendered
serve_folder(folder) -> (url, stop)      a static server with byte ranges on a free port
"""

from __future__ import annotations

import io
import math
import random
import threading
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from episode_maker import FIRST_DAY, make_enclosure, make_episode, make_show
from listed_episodes import list_episodes

from site_builder.engine.digests import digest_bytes
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Chapter, Cue, Episode, Guid, Person, Role, Show, Turn
from site_builder.render.artwork.icons import find_icons, render_icon
from site_builder.render.pages.contexts import (
    Neighbour,
    describe_archive,
    describe_embed,
    describe_episode,
    describe_feed_stylesheet,
    describe_file,
    describe_home,
    describe_not_found,
    describe_offline,
    describe_page,
    describe_people,
    describe_redirect,
    describe_search,
    describe_subscribe,
    describe_tags,
    describe_tombstone,
    describe_whole_transcript,
)
from site_builder.render.pages.lists import complete
from site_builder.render.pages.offline import describe_manifest, describe_worker
from site_builder.render.pages.search_text import render_documents
from site_builder.render.pages.site_context import Context, Link, Site, SiteSettings
from site_builder.render.pages.sitemaps import Place, describe_robots, describe_sitemaps
from site_builder.render.pages.styles import DEFAULT_ACCENT, render_favicon, render_look
from site_builder.render.pages.theme import Theme, load_theme
from site_builder.site.search import Document, share_out
from site_builder.text.languages import ENGLISH, Language

_INDEX = "sitemap-index.xml"
RATE = 16000
SECONDS = 300
"""Length of the one real recording."""

MARA = Person(name="Mara Lind", role=Role.HOST, handle="thelamproom", href="https://x.com/thelamproom")
DAVY = Person(name="Davy Quill", handle="davy_on_lenses", href="https://x.com/davy_on_lenses")
OWEN = Person(name="Owen Pike", handle="foghorn_owen", href="https://x.com/foghorn_owen")
INES = Person(name="Inês Carvalho", handle="ines_farol", href="https://x.com/ines_farol")
GUEST = Person(name="Guest 1", anonymous=True)

TALK = (
    (0, "Good evening, and welcome to the Lamp Room. Tonight we ask why no two lighthouses blink alike."),
    (0, "With me is Davy, who restores lenses, and Owen, who keeps a fog signal alive. Davy, where do we begin?"),
    (1, "With a list. Every light on a coast keeps its own rhythm, and that rhythm is called its character."),
    (1, "Two flashes every ten seconds, say. A sailor with a watch and a printed list can tell which rock that is."),
    (0, "And before there was electric light, what made it blink?"),
    (1, "A clock. The lamp itself burned steadily, and the lens turned around it."),
    (1, "Two tons of glass, floating in a bath of mercury. You could push it round with one finger."),
    (2, "And somebody had to wind that clock. All night, every few hours, up went the weight."),
    (2, "My grandfather said he had not finished a dream in thirty years."),
    (0, "Owen, you look after the other half of the job: the noise. What does fog need that light cannot give?"),
    (2, "Patience. Our horn runs on compressed air, and it takes twenty minutes to build the pressure."),
    (2, "Then you get five seconds of the saddest note in the world, with a grunt at the end."),
    (1, "People drive for hours to hear the grunt."),
    (0, "Does anybody still navigate by all this?"),
    (1, "Every fisherman I know looks up once, on the way in. Not because he must. To be sure."),
)

TITLES = (
    "Why no two lighthouses blink alike",
    "The keeper’s log: weather, visitors, and one whale",
    "Mercury, and other things we used to float glass on",
    "What the fog horn was for",
    "A lens arrives in forty-one crates",
    "Reading the list of lights aloud",
    "Solar, LED, and the end of winding",
    "The light that was built on the wrong rock",
    "Letters to a lighthouse",
    "Who owns the dark?",
    "How to paint a tower that is always wet",
    "Women who kept the light",
    "A night on Skerryvore, hour by hour",
    "The first four hundred steps",
)


def make_sample_show(**overrides: Any) -> Show:
    """The sample's show: no cover, so that the type has to carry it."""
    show = make_show(
        title="The Lamp Room",
        subtitle="A weekly hour for people who cannot pass a lighthouse without counting.",
        description="Keepers, lens restorers, sailors and the merely obsessed talk about lights on coasts: "
        "how they work, who tended them, and what remains. Recorded live, published whole.",
        url="https://lamproom.example/show/",
        author="Mara Lind",
        email="mara@lamproom.example",
        copyright="© 2026 Mara Lind",
        artwork=None,
        people=(MARA,),
        funding=(p20.Funding(url="https://lamproom.example/tip", text="Buy us lamp oil"),),
    )
    return replace(show, **overrides)


def make_look(**overrides: Any) -> SiteSettings:
    """What the sample's host chose."""
    look = SiteSettings(
        pages=(Link(label="About", href="about/"),),
        subscribe=(
            Link(label="Apple Podcasts", href="https://podcasts.apple.com/podcast/id1"),
            Link(label="Spotify", href="https://open.spotify.com/show/1"),
            Link(label="Overcast", href="https://overcast.fm/itunes1"),
            Link(label="Pocket Casts", href="https://pca.st/1"),
            Link(label="AntennaPod", href="https://antennapod.org/deeplink/subscribe?url=1"),
        ),
        footer="<p>Recorded live in the open. Nobody is published who has not been asked.</p>",
        home_count=9,
    )
    return replace(look, **overrides)


def make_episodes() -> list[Episode]:
    """Fourteen episodes, newest first; the first has real audio and everything a page can show."""
    return [make_main_episode(), *(_make_other(nth) for nth in range(1, len(TITLES)))]


def make_main_episode(**overrides: Any) -> Episode:
    """Five minutes, three people, chapters, notes with times, a transcript, provenance."""
    turns, cues = make_conversation(SECONDS, people=(MARA, DAVY, OWEN), are_timed=True)
    slug = "why-no-two-lighthouses-blink-alike"
    episode = make_episode(
        len(TITLES),
        slug=slug,
        title=TITLES[0],
        published_at=FIRST_DAY + timedelta(weeks=len(TITLES)),
        number=len(TITLES),
        enclosure=make_enclosure(slug, duration=float(SECONDS), size_bytes=2_412_345),
        summary="A lens restorer and a horn keeper on rhythm, mercury, and the saddest note in the world.",
        notes_html=(
            "<p>Every light on a coast keeps its own rhythm: its <em>character</em>. Davy Quill explains how two tons "
            "of glass were made to float, and Owen Pike how a horn is fed.</p>"
            '<ul><li><a href="#t=40s">0:40</a> The <a href="https://example.org/list">list of lights</a> Davy reads'
            ' from</li><li><a href="#t=2m5s">2:05</a> A drawing of the clockwork</li>'
            '<li><a href="#t=3m20s">3:20</a> The horn at Sumburgh, recorded in 1987</li></ul>'
            "<p>Thanks to everyone who stayed until the grunt.</p>"
        ),
        people=(
            replace(MARA, speaking=90.0),
            replace(DAVY, speaking=120.0),
            replace(OWEN, speaking=80.0),
        ),
        turns=tuple(turns),
        chapters=(
            Chapter(start=0, title="Good evening"),
            Chapter(start=48, title="A rhythm of one’s own"),
            Chapter(start=130, title="Two tons on mercury", href="https://example.org/mercury"),
            Chapter(start=205, title="What fog needs"),
        ),
        cues=tuple(cues),
        tags=("Optics", "Fog signals", "History"),
        recorded_at=FIRST_DAY + timedelta(weeks=len(TITLES), days=-2),
        source_url="https://x.com/i/spaces/1MnGnlKeepLmp",
        facts={
            "Recording": "2 parts, sha256 9f2c…41aa and 07be…c3d0",
            "Published file": "sha256 5d41402abc4b2a76b9719d911017c5920a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "Trimmed": "12 s of silence before the first word",
        },
        soundbites=(p20.Soundbite(start=205.0, duration=24.0, title="The saddest note in the world"),),
        funding=(p20.Funding(url="https://lamproom.example/tip", text="Buy us lamp oil"),),
        transcripts=(p20.TranscriptFile(path=f"episodes/{slug}/transcript.vtt", media_type="text/vtt"),),
    )
    return replace(episode, **overrides)


def make_conversation(
    seconds: float, *, people: Sequence[Person], seed: int = 7, line_length: float = 10.0, are_timed: bool = False
) -> tuple[list[Turn], list[Cue]]:
    """Turns and cues that fill `seconds` with the sample talk over and over; the same for the same arguments.

    `are_timed` tells whether it is known when each word is said.
    """
    rng = random.Random(seed)
    turns: list[Turn] = []
    cues: list[Cue] = []
    time, line = 1.0, 0
    while True:
        who, text = TALK[line % len(TALK)]
        who = who if len(people) <= 3 else (who + line // len(TALK)) % len(people)
        length = min(line_length * (0.4 + len(text) / 110) * rng.uniform(0.8, 1.2), seconds - 2 - time)
        if length < 1.5:
            return turns, cues
        turns.append(Turn(speaker=who % len(people), start=time, end=time + length))
        times = share_time(text.split(), time, time + length) if are_timed else ()
        cues.append(Cue(start=time, end=time + length, text=text, speaker=people[who % len(people)].name, times=times))
        time += length + rng.choice((0.3, 0.8, 1.9, 3.0))
        line += 1


def share_time(words: Sequence[str], start: float, end: float) -> tuple[tuple[float, float], ...]:
    """When each word is said, if all letters take as long."""
    whole = sum(map(len, words))
    edges = accumulate((len(word) * (end - start) / whole for word in words), initial=start)
    return tuple(pairwise(edges))


def make_long_episode() -> Episode:
    """Five people over three hours."""
    people = (MARA, DAVY, OWEN, INES, GUEST)
    turns, cues = make_conversation(3 * 3600, people=people, line_length=8.0, are_timed=True)
    return make_main_episode(
        guid="long",
        slug="a-very-long-night",
        title="A very long night",
        published_at=FIRST_DAY,
        number=None,
        people=people,
        turns=tuple(turns),
        cues=tuple(cues),
        enclosure=make_enclosure("a-very-long-night", duration=3 * 3600.0),
        transcripts=(),
    )


HARD_TITLES = {
    "long": "Why the night train waits at the border for two hours while everybody aboard is asleep and nobody "
    "remembers why",
    "word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "address": "https://example.org/spaces/1lDxLnrWjwkGm/why-the-night-train-waits?utm_source=x&utm_medium=social",
    "arabic": "لماذا ينتظر قطار الليل ساعتين عند الحدود بينما ينام جميع من فيه ولا يتذكر أحد السبب على الإطلاق أبدا",
}
"""Titles that strain a page, by the end of the episode's slug."""


def make_hard_episodes() -> list[Episode]:
    """The main episode once more under each of the titles that strain a page, also as a person's name and a tag."""
    word = HARD_TITLES["word"]
    people = (MARA, replace(DAVY, name=word, handle="verylong"), OWEN)
    return [
        make_main_episode(slug=f"hard-{name}", title=title, guid=Guid(f"hard-{name}"), people=people, tags=(word,))
        for name, title in HARD_TITLES.items()
    ]


def _make_other(nth: int) -> Episode:
    number = len(TITLES) - nth
    people = ((MARA, DAVY), (MARA, OWEN, INES), (MARA, INES), (MARA, DAVY, OWEN, GUEST))[nth % 4]
    duration = 1500.0 + 437.0 * (nth * 7 % 11)
    turns, _ = make_conversation(duration, people=people, seed=nth, line_length=40.0 + 12 * (nth % 5))
    slug = f"episode-{number}"
    return make_episode(
        number,
        slug=slug,
        title=TITLES[nth],
        number=number,
        published_at=FIRST_DAY + timedelta(weeks=number),
        enclosure=make_enclosure(slug, duration=duration, size_bytes=int(duration * 8000)),
        summary=TALK[(nth * 2 + 3) % len(TALK)][1],
        people=people,
        turns=tuple(turns),
        tags=(("History", "Keepers"), ("Optics",), ("Fog signals", "Sea"))[nth % 3],
    )


def make_peaks(turns: Sequence[Turn], seconds: float, *, count: int = 1000) -> list[float]:
    """Levels that look like speech: loud in turns, nearly nothing between."""
    rng = random.Random(3)
    peaks = [0.02] * count
    for turn in turns:
        first, last = (min(count, int(edge / seconds * count)) for edge in (turn.start, turn.end))
        for index in range(first, max(first + 1, last)):
            swell = 0.5 + 0.3 * math.sin(index * 0.9 + turn.speaker) * math.sin(index * 0.23)
            peaks[min(index, count - 1)] = max(0.05, swell * rng.uniform(0.45, 1.0))
    return peaks


def describe_sample_pages(
    show: Show | None = None,
    look: SiteSettings | None = None,
    episodes: Sequence[Episode] | None = None,
    words: Language = ENGLISH,
) -> list[Context]:
    """The context of every page of the sample."""
    site = Site(show or make_sample_show(), look or make_look(), words)
    episodes = make_episodes() if episodes is None else list(episodes)
    listed = list_episodes(episodes, site.zone)
    pages = [
        *describe_home(site, listed),
        *describe_archive(site, listed),
        *describe_tags(site, listed),
        *describe_people(site, listed),
        describe_subscribe(site),
        describe_offline(site),
        describe_page(
            site,
            path="about/",
            title="About",
            html="<p>The Lamp Room began as a late conversation between three people who had all, on the same night, "
            "stopped a car to count flashes.</p><h2>How it is made</h2><p>We talk live, every Thursday at half past "
            'seven. A week later the recording appears here, whole. <a href="https://example.org/">Write to us</a>.</p>'
            '<p>Heard at <a href="https://example.org/fog">example.org/fog</a></p>'
            "<ul><li>No advertisements.</li><li>No counting of listeners.</li></ul>",
        ),
        describe_not_found(site, listed),
        describe_tombstone(site, path="episodes/withdrawn/"),
        describe_redirect(site, path="episodes/old-name/", target="episodes/episode-3/"),
    ]
    row = [None, *(Neighbour(episode.title, episode.path) for episode in episodes), None]
    for index, episode in enumerate(episodes):
        pages.append(describe_embed(site, episode))
        page = describe_episode(
            site,
            episode,
            newer=row[index],
            older=row[index + 2],
            peaks=make_peaks(episode.turns, episode.enclosure.duration),
        )
        pages.append(page)
        if episode.cues:
            pages.append(describe_whole_transcript(site, episode, page))
    parts = share_out(list_documents(render_documents(map(complete, pages))))
    pages.append(describe_search(site, listed, parts=[part.number for part in parts[1:]]))
    places = [Place(page["page"]["canonical"]) for page in pages if page["page"]["indexed"]]
    files = [
        *describe_sitemaps(site.show, places),
        describe_sitemaps(site.show, places, longest=len(places) - 1)[-1]
        | {"page": describe_file("index.xml", _INDEX)},
        describe_robots(site.show),
        describe_feed_stylesheet(site),
        describe_manifest(site.show, site.look.accent),
        describe_worker(load_sample_theme(site.look.accent).assets),
    ]
    return [complete(page) for page in (*pages, *files)]


def load_sample_theme(
    accent: str = DEFAULT_ACCENT, show_folder: Path | None = None, words: Language = ENGLISH
) -> Theme:
    """The built-in theme in one accent colour."""
    return load_theme(show_folder, {"look.css": render_look(accent), "favicon.svg": render_favicon(accent)}, words)


def write_site(
    folder: Path,
    pages: Sequence[Context] | None = None,
    *,
    accent: str = DEFAULT_ACCENT,
    words: Language = ENGLISH,
) -> list[Context]:
    """Render every page, write assets, audio, a small feed; what a build would leave in output/."""
    theme = load_sample_theme(accent, words=words)
    pages = describe_sample_pages() if pages is None else list(pages)
    rendered = {page["page"]["file"]: theme.render(page["page"]["template"], page) for page in pages}
    slug = make_main_episode().slug
    rendered |= theme.assets
    rendered[f"media/{slug}.m4a"] = encode_sample_audio()
    rendered[f"episodes/{slug}/transcript.vtt"] = b"WEBVTT\n\n00:01.000 --> 00:04.000\nGood evening.\n"
    rendered["feed.xml"] = _render_small_feed()
    rendered |= {icon.path: render_icon(icon, accent) for icon in find_icons(accent)}
    rendered |= make_search_index(pages)
    for name, content in rendered.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return pages


def make_search_index(pages: Sequence[Context]) -> dict[str, bytes]:
    """The files of the search index of the pages, by path."""
    return index_documents(render_documents(pages))


def list_documents(documents: Mapping[str, bytes]) -> list[Document]:
    """Documents (file of the page to HTML) as the index takes them."""
    return [Document(page, digest_bytes(text), partial(bytes, text)) for page, text in documents.items()]


def index_documents(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the search index of documents (file of the page to HTML), by path."""
    parts = share_out(list_documents(documents))
    files = {}
    with TemporaryDirectory() as folder:
        for target in (target for part in parts for target in part.plan().plan().targets):
            target.make(Path(folder, "file"))
            files[target.path] = Path(folder, "file").read_bytes()
    return files


@cache
def encode_sample_audio(seconds: int = SECONDS) -> bytes:
    """A real .m4a: half a second of a tone, half of silence, over and over."""
    half = array("h", [round(6000 * math.sin(2 * math.pi * 330 * n / RATE)) for n in range(RATE // 2)])
    second = (half + array("h", bytes(RATE))).tobytes()
    out = io.BytesIO()
    with av.open(out, "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.layout = "mono"
        stream.bit_rate = 24_000
        for index in range(seconds):
            frame = av.AudioFrame(format="s16", layout="mono", samples=RATE)
            frame.planes[0].update(second)
            frame.sample_rate, frame.pts, frame.time_base = RATE, index * RATE, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _render_small_feed() -> bytes:
    items = "".join(
        f"<item><title>{episode.title}</title><link>https://lamproom.example/show/{episode.path}</link>"
        f"<pubDate>{episode.published_at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for episode in make_episodes()
    )
    about = "<description>A weekly hour for people who count flashes.</description><link>https://lamproom.example/show/</link>"
    head = '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/css" href="feed.css"?>'
    return f'{head}<rss version="2.0"><channel><title>The Lamp Room</title>{about}{items}</channel></rss>'.encode()


class _RangeHandler(SimpleHTTPRequestHandler):
    """Static files with byte ranges, as any real host answers them, and the show's own 404 page."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".m4a": "audio/mp4", ".vtt": "text/vtt"}  # noqa: RUF012

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        asked = self.headers.get("Range", "")
        if not asked.startswith("bytes=") or not path.is_file():
            super().do_GET()
            return
        content = path.read_bytes()
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
        self.send_header("Content-Length", str(end - start + 1))
        self.end_headers()
        self.wfile.write(content[start : end + 1])

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "show" / "404.html"
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that closes a connection in the middle is no news."""


def serve_folder(folder: Path) -> tuple[str, Any]:
    """Serve `folder` on a free port; returns its URL (with a trailing slash) and a function that stops it."""
    handler = type("Handler", (_RangeHandler,), {})
    server = _QuietServer(("127.0.0.1", 0), lambda *args: handler(*args, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return f"http://127.0.0.1:{server.server_address[1]}/", stop
