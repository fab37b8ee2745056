"""Ways of breaking a show or the site built of it, each with the rule that has to notice.

SHOW_CASES     (rule, what is done, the change to a show's folder)
MENDING_CASES  the same for rules that the sound show breaks already: the change after which they hold
"""

# mypy: disable-error-code="no-untyped-call"
# (mutagen has no annotations)

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutagen.mp4 import MP4
from PIL import Image
from show_runner import edit, find_bundle, spacecast

Change = Callable[[Path], object]

FIRST, SECOND = "2026-10-09", "2026-10-16"


@dataclass(frozen=True, slots=True)
class ShowCase:
    """One way of changing a show."""

    rule: str
    what: str
    change: Change
    options: tuple[tuple[str, Any], ...] = ()
    """Arguments of `check_show`."""

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def keep_people_in_git(show: Path) -> None:
    """As `git add -A` did with older shows."""
    subprocess.run(["git", "init", "-q"], cwd=show, check=True)
    subprocess.run(["git", "add", "-f", "content/people.yaml"], cwd=show, check=True)


def write_old_workflow(show: Path) -> None:
    """As an earlier version wrote it."""
    file = show / ".github/workflows/pages.yml"
    file.parent.mkdir(parents=True)
    file.write_text('jobs:\n  build:\n    steps:\n      - run: python -m pip install "spacecast==0.1.0"\n')


def find_one(show: Path, pattern: str) -> Path:
    """The first file in `output/` that matches."""
    return min((show / "output").glob(pattern))


def find_cover(show: Path) -> Path:
    """The show's artwork."""
    return min(file for file in (show / "output/artwork").glob("cover-*.jpg") if "card" not in file.name)


def in_feed(pattern: str, new: str) -> Change:
    """Change the built feed."""
    return in_output("feed.xml", pattern, new)


def in_output(name: str, pattern: str, new: str) -> Change:
    """Change a built file, by a pattern that must be there."""

    def change(show: Path) -> None:
        file = find_one(show, name)
        text, found = re.subn(pattern, new, file.read_text("utf-8"), count=1, flags=re.DOTALL)
        assert found, f"{pattern} is not in {name}"
        file.write_text(text, "utf-8")

    return change


_OTHER = "8a83ba15-d4ed-526a-9abd-1aef3ae4c5f8"


def in_config(old: str, new: str) -> Change:
    """Change `config.yaml`."""
    return lambda show: edit(show / "config.yaml", old, new)


def in_front(old: str, new: str, part: str = FIRST) -> Change:
    """Change the `index.md` of an episode."""
    return lambda show: edit(find_bundle(show, part) / "index.md", old, new)


def in_json(name: str, key: str, value: Any, part: str = FIRST) -> Change:
    """Set a value in a JSON file of an episode."""

    def change(show: Path) -> None:
        file = find_bundle(show, part) / name
        file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))

    return change


def in_pins(**changes: Any) -> Change:
    """Change the entry of the first episode in `published.json`."""

    def change(show: Path) -> None:
        file = show / "content" / "published.json"
        published = json.loads(file.read_text())
        published["episodes"]["1lDxLnrWjwkGm"] |= changes
        file.write_text(json.dumps(published))

    return change


def add_pin(show: Path) -> None:
    """Something was published that is nowhere any more."""
    file = show / "content" / "published.json"
    gone = {"slug": "gone", "first_published": "2026-01-01T00:00:00Z", "enclosure": "media/gone.m4a"}
    published = json.loads(file.read_text())
    published["episodes"]["1gone"] = gone
    file.write_text(json.dumps(published))


def remove(pattern: str) -> Change:
    """Delete a built file."""
    return lambda show: find_one(show, pattern).unlink()


def write(name: str, content: bytes | str) -> Change:
    """Write a file; `name` may be a pattern of one in `output/`."""

    def change(show: Path) -> None:
        file = find_one(show, name.removeprefix("output/")) if "*" in name else show / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def answer(status: str) -> Change:
    """What kit said, written down without building again."""
    return lambda show: spacecast("-C", show, "consent", "kit", status)


def forget(show: Path) -> None:
    """Bring back the `people.yaml` from before somebody refused."""
    older = (show / "content/people.yaml").read_bytes()
    answer("refused")(show)
    (show / "content/people.yaml").write_bytes(older)


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(show: Path) -> None:
        for one in changes:
            one(show)

    return change


def paint(mode: str = "RGB", size: tuple[int, int] = (1400, 1400), kind: str = "JPEG") -> Change:
    """Replace the cover by another picture under the same name."""

    def change(show: Path) -> None:
        cover = find_cover(show)
        Image.new(mode, size).save(cover, format=kind)

    return change


def ffmpeg(*arguments: str, name: str = "", source: tuple[str, ...] = ()) -> Change:
    """Make the first episode's audio anew with FFmpeg, from itself or from `source`, under its name or another."""

    def change(show: Path) -> None:
        file = find_one(show, "media/*explained-2026*.m4a")
        made = show / f"made{Path(name or file.name).suffix}"
        given = source or ("-i", str(file))
        command = ["ffmpeg", "-v", "error", "-y", *given, "-vn", *arguments, str(made)]
        subprocess.run(command, check=True)
        target = file.with_name(name) if name else file
        shutil.move(made, target)
        if name:
            in_feed(re.escape(file.name), name)(show)

    return change


def tag(show: Path) -> None:
    """Write a tag as encoders do."""
    audio = MP4(find_one(show, "media/*.m4a"))
    audio["\xa9too"] = ["Lavf 60, by Ada on her laptop"]
    audio.save()


def truncate(show: Path) -> None:
    """Lose the second half of an audio file."""
    file = find_one(show, "media/*.m4a")
    os.truncate(file, file.stat().st_size * 6 // 10)


def replace_by_stream(show: Path) -> None:
    """A bare AAC stream under the name of an MP4."""
    recording = next(find_bundle(show, SECOND).glob("recording-*"))
    shutil.copyfile(recording, find_one(show, "media/*explained-2026*.m4a"))


def touch_later(show: Path) -> None:
    """Edit something after the build."""
    file = find_bundle(show, FIRST) / "index.md"
    later = file.stat().st_mtime + 3600
    os.utime(file, (later, later))


def _drop_guid(show: Path) -> None:
    file = show / "config.yaml"
    file.write_text(re.sub(r"\n  guid: .*", "", file.read_text()))


def _note_a_time(show: Path) -> None:
    file = find_bundle(show, FIRST) / "index.md"
    file.write_text(file.read_text() + "\n- 0:04 A lamp\n")


def _drop_notes(show: Path) -> None:
    file = find_bundle(show, FIRST) / "index.md"
    file.write_text(file.read_text().rpartition("---\n")[0] + "---\n")


def _overwrite_cover(show: Path, content: bytes | None, *, append: bool = False) -> None:
    """Rubbish in place of the cover, behind it, or (None) only its first half."""
    cover = find_cover(show)
    old = cover.read_bytes()
    cover.write_bytes(old[: len(old) // 2] if content is None else old + content if append else content)


_SHA = "sha256-" + "A" * 43 + "="
_ENCODING = (
    r'<podcast:alternateEnclosure type="audio/x-m4a" default="true"><podcast:source uri="\1"/>'
    rf'<podcast:integrity type="sri" value="{_SHA}"/></podcast:alternateEnclosure>'
)
_ABOUT = "about/index.html"
_CHAPTERS = "episodes/*explained-2026*/chapters.json"
_WITHHOLD = in_config("pending: anonymise", "pending: withhold")
_PUBLISH = in_config("pending: anonymise", "pending: publish")
_SERIAL = in_config("\n  copyright:", "\n  type: serial\n  copyright:")
_NO_CHAPTERS = in_feed("<podcast:chapters[^<>]*>", "")
_CUT = in_front("\nsummary:", "\ncut: 0:03-0:06\nsummary:")
_WORDS = "Conversations about signals, lamps and everything that shines."
_SRI = in_feed(r'(?<=<enclosure )url="([^"]*)"([^<>]*/>)', rf'url="\1"\2{_ENCODING}')
_LOUD = ("-c:a", "aac", "-b:a", "96k", "-af")

_CASES: tuple[tuple[Any, ...], ...] = (
    ("output-built", "no feed", remove("feed.xml")),
    ("output-current", "something changed", touch_later, (("current", False),)),
    # config
    ("config-url", "a placeholder", in_config("https://signals.fm/show/", "https://example.org/show/")),
    ("config-url", "this computer", in_config("https://signals.fm/show/", "http://localhost:8000/")),
    ("config-email", "a placeholder", in_config("ada@signals.fm", "podcast@example.org")),
    ("config-guid", "not written down", _drop_guid),
    ("config-copyright", "none", in_config("copyright: Ada Quill", "explicit: false")),
    ("config-deploy", "none", in_config("\ndeploy: github-pages", "")),
    ("config-block", "set", in_config("\nfeed:", "\nfeed:\n  block: true")),
    ("config-complete", "set", in_config("\nfeed:", "\nfeed:\n  complete: true")),
    ("config-moved", "set", in_config("\nfeed:", "\nfeed:\n  moved_to: https://new.fm/feed.xml")),
    (
        "config-live",
        "long over",
        in_config(
            "\nfeed:", "\nfeed:\n  live: {title: Ice, url: https://ice.fm/, starts_at: 2026-01-02, status: live}"
        ),
    ),
    ("config-op3", "set", in_config("\nfeed:", "\nfeed:\n  op3: true")),
    # content
    ("files-unread", "a page as plain text", write("content/pages/thanks.txt", "Thank you.\n")),
    ("title-number", "Episode 3:", in_front("title: Signals in", "title: Episode 3 - Signals in")),
    ("title-number", "S1E3", in_front("explained\n", "explained S1E3\n")),
    ("title-show", "in front", in_front("title: Signals in", "title: Signals – lights in")),
    ("title-length", "long", in_front("explained\n", f"explained {'again ' * 20}\n")),
    ("title-unique", "twice", in_front("Lamps and how to read them", "Signals in the dark, explained", SECOND)),
    ("notes-empty", "nothing", both(in_front("summary: Why signals have colours.", ""), _drop_notes)),
    ("notes-left-out", "a line in a cut", both(_CUT, _note_a_time)),
    ("chapters-left-out", "one in a cut", _CUT),
    ("episode-waiting", "next year", in_front("date: 2026", "date: 2027")),
    ("item-date-future", "next year", in_feed(r"<pubDate>\w+, (.*?) 2026", r"<pubDate>Sat, \1 2027")),
    ("recording-present", "gone", lambda show: next(find_bundle(show, FIRST).glob("recording-*")).unlink()),
    ("recording-gaps", "lost", in_json("space.json", "gaps", [{"at": 3.0, "lost": 2.0}])),
    ("serial-content", "a gap", both(_SERIAL, in_front("\nepisode: 2", "\nepisode: 4", SECOND))),
    # consent
    ("consent-pending", "not asked, named", both(answer("pending"), _PUBLISH)),
    ("consent-waiting", "not asked, anonymous", answer("pending")),
    ("consent-refused", "refused", answer("refused")),
    ("consent-forgotten", "an older people.yaml", forget),
    ("files-unread", "chapters.json", lambda show: (find_bundle(show, FIRST) / "chapters.json").write_text("{}")),
    ("files-unread", "no index.md", lambda show: (find_bundle(show, FIRST) / "index.md").rename(show / "index.md")),
    ("consent-withheld", "not asked, withheld", both(answer("pending"), _WITHHOLD)),
    ("consent-withheld", "nothing left to be heard", in_front("\nsummary:", "\nmute: 0:00-0:12\nsummary:")),
    ("consent-published", "withheld, and online", both(answer("pending"), _WITHHOLD)),
    ("consent-leak", "anonymous, and named", answer("anonymous")),
    ("consent-leak", "refused, and named", answer("refused")),
    ("consent-audible", "refused, and heard", answer("refused")),
    # what was published
    ("published-readable", "damaged", write("content/published.json", "{")),
    ("published-kept", "another guid", in_front("guid: 1lDxLnrWjwkGm", "guid: other")),
    ("published-kept", "the folder is gone", lambda show: shutil.rmtree(find_bundle(show, FIRST))),
    ("published-kept", "a draft again", in_front("\nsummary:", "\ndraft: true\nsummary:")),
    (
        "published-show-kept",
        "another identity",
        in_config("\n  guid: ", f"\n  guid: {_OTHER} #"),
    ),
    ("published-in-feed", "not there", add_pin),
    ("published-in-feed", "the guid changed in the feed", in_feed("1lDxLnrWjwkGm", "1lDxLnrWjwkGM")),
    ("published-retired", "back again", in_pins(retired=True)),
    ("published-redirect", "no page", in_pins(former_slugs=["old-name"])),
    # the repository and the originals
    ("repository-private", "in git", keep_people_in_git),
    ("workflow-install", "by name", write_old_workflow),
    ("originals-copied", "no copy is known of", lambda show: (show / ".cache/backup.json").unlink()),
    # artwork
    ("image-file", "gone", lambda show: [file.unlink() for file in (show / "output/artwork").glob("cover-*.jpg")]),
    ("image-facts", "another size", in_feed('width="3000"', 'width="2000"')),
    ("art-readable", "no picture", lambda show: _overwrite_cover(show, b"no picture")),
    ("art-readable", "half a picture", lambda show: _overwrite_cover(show, None)),
    ("art-size", "too small", paint(size=(1399, 1399))),
    ("art-size", "too large", paint(size=(3001, 3001))),
    ("art-size", "not square", paint(size=(1400, 1500))),
    ("art-format", "PNG called jpg", paint(kind="PNG")),
    ("art-format", "GIF", paint(mode="P", kind="GIF")),
    ("art-colour", "CMYK", paint(mode="CMYK")),
    ("art-colour", "grey", paint(mode="L")),
    ("art-opaque", "alpha", paint(mode="RGBA", kind="PNG")),
    ("art-weight", "heavy", lambda show: _overwrite_cover(show, bytes(600_000) + b"\xff\xd9", append=True)),
    # chapters and transcripts
    ("chapters-file", "gone", remove(_CHAPTERS)),
    ("chapters-file", "no JSON", write("output/" + _CHAPTERS, "[1, 2")),
    ("chapters-file", "no version", in_output(_CHAPTERS, '"version": "1.2.0", ', "")),
    ("chapters-file", "no start", in_output(_CHAPTERS, '"startTime": 3.0, ', "")),
    ("chapters-order", "backwards", in_output(_CHAPTERS, '"startTime": 6.0', '"startTime": 2.0')),
    ("chapters-order", "after the end", in_output(_CHAPTERS, '"startTime": 6.0', '"startTime": 600')),
    ("chapters-agree", "another time", in_output(_CHAPTERS, '"startTime": 3.0', '"startTime": 3.5')),
    ("chapters-titles", "none", in_output(_CHAPTERS, '"title": "Lamps"', '"title": " "')),
    ("transcript-file", "gone", remove("episodes/*/*.vtt")),
    ("transcript-file", "no WEBVTT", in_output("episodes/*/*.vtt", "WEBVTT", "WEB")),
    ("transcript-file", "a bare &", in_output("episodes/*/*.vtt", "&amp;", "&")),
    ("transcript-file", "empty SRT", write("output/episodes/*/*.srt", "")),
    ("transcript-file", "not UTF-8", write("output/episodes/*/*.vtt", b"WEBVTT\n\n\xff\xfe")),
    ("transcript-type", "exchanged", in_feed('srt" type="application/x-subrip"', 'srt" type="text/vtt"')),
    ("transcript-order", "backwards", in_output("episodes/*/*.vtt", r"06\.500 -->", "01.500 -->")),
    ("transcript-order", "after the end", in_output("episodes/*/*.vtt", r"--> 00:00:09\.000", "--> 00:01:09.000")),
    ("transcript-lines", "long", in_output("episodes/*/*.vtt", "Good evening", "Good evening " * 9)),
    # pages
    ("page-links", "a dead link", in_output(_ABOUT, "<main", '<a href="../nowhere/">x</a><main')),
    (
        "page-links",
        "out of the site's folder",
        in_output(_ABOUT, "<main", '<a href="https://signals.fm/show/gone/">x</a><main'),
    ),
    ("page-anchors", "no such part", in_output(_ABOUT, "<main", '<a href="../archive/#nowhere">x</a><main')),
    ("page-assets", "a lost style sheet", remove("assets/site.*.css")),
    ("page-assets", "a lost font", lambda show: [file.unlink() for file in (show / "output/assets").glob("*.woff2")]),
    ("page-external", "a script", in_output(_ABOUT, "<main", '<script src="https://cdn.example/x.js"></script><main')),
    (
        "page-external",
        "a font in a style sheet",
        in_output("feed.css", r"\A", "@import 'https://fonts.example/x.css';"),
    ),
    ("page-heading", "two", in_output(_ABOUT, "<main", "<h1>Again</h1><main")),
    ("page-title", "none", in_output(_ABOUT, r"<title>.*?</title>", "")),
    ("page-title-unique", "twice", in_output(_ABOUT, r"<title>.*?</title>", "<title>Signals</title>")),
    ("page-language", "none", in_output(_ABOUT, 'lang="en" ', "")),
    ("page-canonical", "another", in_output(_ABOUT, 'rel="canonical" href="', 'rel="canonical" href="https://old.fm')),
    ("page-policy", "none", in_output(_ABOUT, "<meta http-equiv[^<>]*>", "")),
    ("page-alt", "none", in_output(_ABOUT, ' alt=""', "")),
    ("page-feed", "not named", in_output(_ABOUT, '<link rel="alternate"[^<>]*>', "")),
    ("page-not-found", "gone", remove("404.html")),
    ("sitemap-links", "a lost page", in_output("sitemap.xml", "about/", "abut/")),
    ("sitemap-links", "no XML", write("output/sitemap.xml", "<urlset>")),
    ("feed-stylesheet", "gone", remove("feed.css")),
    # audio
    ("enclosure-file", "gone", remove("media/*.m4a")),
    ("integrity-value", "another hash", _SRI),
    ("audio-title", "twice", in_feed(r"<title>Lamps[^<]*", "<title>Signals in the dark, explained")),
    ("audio-decodable", "half of it", truncate),
    ("audio-decodable", "something else", write("output/media/*.m4a", b"not audio")),
    ("audio-duration", "another", in_feed("<itunes:duration>12", "<itunes:duration>40")),
    ("audio-format", "a bare stream", replace_by_stream),
    ("audio-index-first", "at the end", ffmpeg("-c", "copy")),
    ("audio-mp3-length", "no header", ffmpeg("-c:a", "libmp3lame", "-q:a", "5", "-write_xing", "0", name="a.mp3")),
    ("audio-tags", "an encoder's", tag),
    ("audio-chapters", "another time", in_output(_CHAPTERS, '"startTime": 3.0', '"startTime": 3.001')),
    ("audio-peak", "clipped", ffmpeg(*_LOUD, "volume=12dB")),
    (
        "audio-voices",
        "one far away",
        both(
            ffmpeg(*_LOUD, "volume='if(lt(t,6),1,0.25)':eval=frame"),
            in_json("space.json", "tick", 0.2, SECOND),  # too little is certainly of one alone in so short a talk
        ),
    ),
    ("audio-bitrate", "24 kbit/s", ffmpeg("-c:a", "aac", "-b:a", "24k", source=("-f", "lavfi", "-i", "sine=d=40"))),
)

_MENDING: tuple[tuple[str, str, Change], ...] = (
    ("config-description", "long enough", in_config("Conversations from Signals.", _WORDS)),
    ("config-cover", "one's own", write("content/cover.jpg", b"a picture")),
    ("chapters-advice", "none at all", both(_NO_CHAPTERS, _NO_CHAPTERS)),
    ("audio-loudness", "-16 LUFS", both(ffmpeg(*_LOUD, "volume=-3dB"), remove("media/*explained-????????.m4a"))),
)


SHOW_CASES = tuple(ShowCase(*case) for case in _CASES)
MENDING_CASES = tuple(ShowCase(*case) for case in _MENDING)
