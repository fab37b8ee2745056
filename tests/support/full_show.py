"""A show on disk in which every option of config and front matter says something, beside the same show without any.

    plain = make_plain_show(tmp_path / "plain")
    full = make_full_show(plain, tmp_path / "full")

Three Spaces: `first` has every option of an episode, `second` was withdrawn, `third` has somebody who refused.
"""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

from archive_maker import START, MadeArchive, MadeSpace
from PIL import Image, ImageDraw
from show_runner import build, copy_show, edit, make_show, spacecast

FIRST, SECOND, THIRD = "1aaaaaaaaaaaa", "1bbbbbbbbbbbb", "1cccccccccccc"
"""Guids."""

CONFIG = """\
show:
  title: Every Option
  description: What can be said is said here.
  url: https://options.example.org/every/
  language: de-at
  author: Olive Option
  email: olive@options.example.org
  category: [Leisure > Hobbies, Technology]
  subtitle: A subtitle of its own
  explicit: yes
  type: serial
  timezone: Europe/Vienna
  cover: content/front.png
  episode_covers: show
  copyright: Olive Option Ltd
  people:
    - {name: Olive Option, role: co-host, handle: "@olive_o", image: content/olive.png,
       href: https://options.example.org/olive}
  funding: {url: https://options.example.org/give, text: Buy a bulb}
  license: {name: Lamp Licence, url: https://options.example.org/licence}
  location: {name: Lamp Coast, relation: creator, geo: "52.5,13.4", osm: R62422, country: DE}
  countries: [GB, IE]
  seasons: {2: Horns and Bells}
  comments: {url: https://social.example/@olive/1, protocol: activitypub, account: "@olive@social.example",
             account_url: https://social.example/@olive}
  chat: {protocol: irc, server: irc.options.example.org, account: olive-o, room: "#bulbs"}
  value:
    type: bulbs
    method: by-hand
    suggested: 0.00000005
    recipients:
      - {name: Olive's node, address: 02d5c1bf8b940dc9cadca86d1b0a3c37fbe39cee4c7e839e33bef9174531d27f52, split: 95}
      - {address: olive@pay.example.org, type: lnaddress, fee: yes, custom_key: "696969", custom_value: bulb-9}
feed:
  block_services: google
  allow_services: apple
  publisher: {guid: 003af0a0-6a45-55cf-b765-68e3d349551a, feed_url: https://lamps.example.org/publisher.xml}
  podping: yes
  live:
    - {title: The next talk, url: "https://x.com/i/spaces/1dddddddddddd", starts_at: 2026-12-04 19:30,
       ends_at: 2026-12-04 21:00, status: ended, description: About lamps to come., text: Listen there}
    - {title: A talk that is an episode by now, url: "https://x.com/i/spaces/1aaaaaaaaaaaa", starts_at: 2026-10-09}
  guid: 917393e3-1b1e-5cef-ace4-edaa54e1f810
  locked: no
  moved_to: https://new.example.net/feed.xml
  block: yes
  complete: no
  medium: course
  page_size: 1
  hub: https://hub.example.org/
  op3: yes
  txt: {text: code-one, purpose: applepodcastsverify}
  podroll: {guid: 9b024349-ccf0-5f69-a609-6b82873eab3c, feed_url: https://podnews.net/rss, title: Podnews}
  update_frequency: {text: Every Thursday, rule: FREQ=WEEKLY;BYDAY=TH, starts_at: 2026-07-01 19:30}
audio:
  format: mp3
  bitrate: 96
  channels: 2
  loudness: -20
  alternates: [{format: aac, bitrate: 48, channels: 1}, {format: mp3, bitrate: 40, channels: 2, level: speakers}]
  dead_air: keep
  chapters: off
consent: {pending: anonymise, removal: cut, contact: https://options.example.org/out}
site:
  accent: "#1a7f64"
  logo: content/logo.svg
  navigation: {Forum: https://forum.example.org/}
  footer: Kept by *Mara*, see [all](archive/).
  episodes_per_page: 1
  fonts: {body: "Georgia, serif", headings: Futura}
  css: content/own.css
  texts: {Episodes: Tower talks}
subscribe:
  Apple Podcasts: https://podcasts.apple.com/podcast/id1
media: {store: "folder:/srv/audio", url: https://audio.example.org/}
deploy: {mirror: "folder:/srv/show"}
x-note: ours
"""

FRONT = """\
---
title: The first of all
itunes_title: The first
date: 2026-10-10 10:00
guid: 1aaaaaaaaaaaa
slug: number-one
summary: What the first one says.
tags: [fog, horns]
season: 2
episode: 7
episode_display: Ch. 7
type: bonus
explicit: no
cover: cover.png
cover_alt: A horn on a tower
people:
  - {name: Owen Pike, role: Audio Editor, group: writing, handle: "@owen_p",
     href: https://example.org/owen, image: owen.png}
  - Olive Option
chapters:
  - {at: 0:01, title: Before the horn}
  - {at: 0:05.5, title: The horn itself, url: https://example.org/horn, image: horn.png}
  - {at: 0:08, title: After the horn}
soundbites:
  - {from: 0:05, to: 0:07, title: The horn alone}
trim: 0:01-0:11
cut: 0:02-0:03
mute: 0:09-0:10
license: {name: Horn Licence, url: https://example.org/horn-licence}
location: {name: Horn Rock, relation: creator, geo: "1.5,2.5", osm: N77, country: IE}
links: {url: https://video.example.org/number-one, text: Watch the horn}
funding: {url: https://options.example.org/give-horn, text: Buy a horn}
comments:
  - https://bsky.app/profile/olive.example/post/1
  - {url: https://posts.example.org/2, protocol: hive, account: olive-hive, account_url: https://posts.example.org/olive}
chat: {protocol: matrix, server: matrix.example.org, account: "@olive:example.org", room: "#horns"}
value:
  type: horns
  method: by-horn
  suggested: 0.00000006
  recipients: {name: The horn, address: horn@pay.example.org, split: 7, type: lnaddress, fee: no,
    custom_key: k9, custom_value: v9}
  splits:
    - {from: 0:05, to: 0:07, recipients: {name: Guest horn, address: guest@pay.example.org, split: 8, type: lnaddress,
       fee: yes, custom_key: k8, custom_value: v8}}
    - {from: 0:08, to: 0:10, percentage: 90, remote_from: 0:30, remote: {guid: a94f5cc9-8c58-55fc-91fe-a324087a655b,
       feed_url: https://horns.example.org/feed.xml, item_guid: horn-1}}
txt: {purpose: ai-content, text: "false"}
block: yes
updated: 2026-10-12
draft: no
---

The notes.
"""

PAGE = """\
---
title: A page of ours
slug: ours
description: What it says of itself.
nav: 3
draft: no
---

Words.
"""


def make_plain_show(folder: Path, *, built: bool = True) -> Path:
    """Three episodes and no option that is not needed; built, or extracted only."""
    week = timedelta(days=7)
    third = MadeSpace(
        id=THIRD,
        start=START + 2 * week,
        turns=(("host", 1, 4), ("kit", 4, 7), ("lou", 7, 11)),
        participants=("kit", "lou"),
    )
    spaces = [MadeSpace(id=FIRST), MadeSpace(id=SECOND, start=START + week), third]
    show = make_show(folder, MadeArchive(spaces=spaces), draws_covers=True)
    if built:
        build(show)
    else:
        assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    return show


def make_full_show(plain: Path, folder: Path, changes: dict[str, str] | None = None) -> Path:
    """The same with every option; not built yet. `changes` are made to the config's text."""
    show = copy_show(plain, folder)
    for made in ("output", ".cache"):
        shutil.rmtree(show / made, ignore_errors=True)
    first, second, third = (_find(show, guid) / "index.md" for guid in (FIRST, SECOND, THIRD))
    config = CONFIG
    for old, new in (changes or {}).items():
        assert old in config
        config = config.replace(old, new)
    (show / "config.yaml").write_text(config)
    first.write_text(FRONT)
    edit(second, "\nguid:", "\nwithdrawn: The bell was borrowed\nguid:")
    edit(third, "\nguid:", "\nepisode: 8\nguid:")
    (show / "content/pages/about.md").write_text(PAGE)
    people, lou = (show / "content/people.yaml").read_text().split("\nlou:\n")
    refused = lou.replace("status: pending", "status: refused", 1)
    (show / "content/people.yaml").write_text(f"{people}\nlou:\n{refused}")
    _draw_all(show, first.parent)
    pin = {"slug": "the-bell", "first_published": "2026-10-16T07:30:00Z", "enclosure": "media/the-bell.m4a"}
    (show / "content/published.json").write_text(json.dumps({SECOND: pin}))
    return show


def _find(show: Path, guid: str) -> Path:
    (found,) = (path.parent for path in show.glob("content/episodes/*/space.json") if guid in path.read_text())
    return found


def _draw_all(show: Path, first: Path) -> None:
    draw(show / "content/front.png", 1500, "#204060")
    draw(show / "content/olive.png", 500, "#608020")
    draw(first / "cover.png", 1400, "#a03020")
    draw(first / "owen.png", 640, "#303090")
    draw(first / "horn.png", 900, "#309090")
    (show / "content/logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><path d="M0 0h4v2z"/></svg>'
    )
    (show / "content/own.css").write_text(".own-rule { color: teal; }\n")


def draw(file: Path, side: int, colour: str) -> None:
    """A picture with a disc on it, and with a place in its metadata that nobody may be told."""
    picture = Image.new("RGB", (side, side), colour)
    ImageDraw.Draw(picture).ellipse((side // 4, side // 4, side // 2, side // 2), fill="#f0f0f0")
    exif = Image.Exif()
    exif[0x010E] = "PRIVATE-PLACE"
    picture.save(file, exif=exif)
