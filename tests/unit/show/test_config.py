"""`config.yaml` as types, the demo's, and the manual."""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from site_builder.errors import EXIT_USAGE, InvalidDocument, UsageError
from site_builder.model.categories import ALL_CATEGORIES, CATEGORIES, parse_category
from site_builder.model.podcast import Category, Role
from site_builder.show.config import (
    AudioFormat,
    Config,
    DeadAir,
    Pending,
    Removal,
    check_config_files,
    describe_show,
    load_config,
    make_feed_guid,
    parse_config,
)
from site_builder.show.config.sections import ShowKind
from site_builder.show.documents import list_options
from site_builder.show.documents.messages import _models_in, option_names
from site_builder.show.front_matter import EpisodeMatter, PageMatter

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs/configuration.md").read_text("utf-8")
LEAST = """\
show:
  title: The Lamp Room
  description: Why no two lights blink alike.
  url: https://example.org/lamp-room
  language: en
  author: Mara Vane
  email: keeper@example.org
  category: Leisure > Hobbies
"""


def problems_of(text: str) -> str:
    """What is wrong with a config."""
    with pytest.raises(InvalidDocument) as caught:
        parse_config(text)
    return str(caught.value)


def test_the_least_config_is_seven_lines_and_has_good_defaults() -> None:
    config = parse_config(LEAST)
    assert config.show.url == "https://example.org/lamp-room/"
    assert config.show.categories == (Category(name="Leisure", sub="Hobbies"),)
    assert (config.show.kind, config.show.explicit, config.show.timezone) == (ShowKind.EPISODIC, False, "UTC")
    assert (config.audio.format, config.audio.dead_air) == (AudioFormat.COPY, DeadAir.TRIM)
    assert (config.consent.pending, config.consent.removal) == (Pending.ANONYMISE, Removal.MUTE)
    assert (config.feed.locked, config.feed.op3, config.deploy) == (True, False, {})
    assert config.contact == "keeper@example.org"


EVERYTHING = (
    LEAST
    + """\
  subtitle: Counting flashes
  explicit: yes
  type: serial
  timezone: Europe/London
  cover: content/cover.jpg
  copyright: Mara Vane
  episode_covers: show
  people:
    - Mara Vane
    - {name: Owen Pike, role: co-host, group: Writing, handle: "@foghorn_owen",
       href: https://example.org/owen, image: content/owen.png}
  funding: {url: https://example.org/give, text: Buy a bulb}
  license: cc-by-4.0
  location: {name: Lamp Coast, relation: creator, geo: "52.5, 13.4", osm: r62422, country: de}
  countries: [GB, ie]
  seasons: {1: Towers, 2: Horns}
  comments:
    - https://social.example/@lamp/1
    - {url: https://posts.example/2, protocol: atproto, account: "@lamp", account_url: https://posts.example/}
  chat: {protocol: irc, server: irc.example.org, account: mara, room: "#lamps"}
  value:
    type: lightning
    method: amp
    suggested: 0.00000005000
    recipients:
      - {name: Mara, address: mara@pay.example.org, split: 95, type: lnaddress}
      - {address: 02d5c1bf8b940dc9cadca86d1b0a3c37fbe39cee4c7e839e33bef9174531d27f52, fee: yes, custom_key: "696969",
         custom_value: abc}
feed:
  block_services: [google]
  allow_services: apple
  publisher: {guid: 003af0a0-6a45-55cf-b765-68e3d349551a, feed_url: https://lamps.example/feed.xml}
  podping: yes
  live: {title: Fog, url: "https://x.com/i/spaces/1eaKbrPaYLrKX", starts_at: 2026-12-04 19:30,
         ends_at: 2026-12-04 21:00, status: live, description: Words, text: Hear it}
  guid: 917393E3-1B1E-5CEF-ACE4-EDAA54E1F810
  locked: no
  moved_to: https://example.net/feed.xml
  block: yes
  complete: yes
  medium: course
  page_size: 50
  hub: https://hub.example.org/
  op3: yes
  txt: {text: code-1, purpose: verify}
  podroll: {guid: 9b024349-ccf0-5f69-a609-6b82873eab3c, feed_url: https://podnews.net/rss, title: Podnews}
  update_frequency: {text: Every Thursday, rule: FREQ=WEEKLY;BYDAY=TH, starts_at: 2026-07-01 19:30}
audio:
  {format: mp3, bitrate: 96, channels: 2, loudness: -16, level: speakers, dead_air: keep, chapters: off,
   alternates: [{format: aac, bitrate: 48, channels: 2, level: speakers}]}
consent: {pending: withhold, removal: cut, contact: https://example.org/out}
transcript: {make: yes, model: ../models/base, words: [Sumburgh], replace: {sun bro: Sumburgh}}
site:
  accent: "#1a7f64"
  logo: content/logo.svg
  navigation: {About: about/, Forum: https://forum.example.org/}
  footer: Kept by *Mara*.
  episodes_per_page: 12
  fonts: {body: "Georgia, serif", headings: Futura}
  css: content/own.css
  texts: {Newest episodes: Fresh from the tower}
subscribe:
  Apple Podcasts: https://podcasts.apple.com/podcast/id1
media: {store: s3://lamp/audio, url: https://audio.example.org}
deploy:
  pages: github-pages
  mirror: rsync:me@example.org:/srv/show
repository: {private: yes}
"""
)


def test_every_option_is_read() -> None:
    """No option keeps its default where another value is written."""
    config = parse_config(EVERYTHING)
    plain, bare = config.model_dump(), parse_config(LEAST).model_dump()
    required = {"title", "description", "url", "language", "author", "email", "categories"}
    for section, options in plain.items():
        for option, value in options.items() if section not in {"subscribe", "deploy"} else ():
            assert option in required or value != bare[section][option], f"{section}.{option}"
    assert set(list_options(Config)) <= set(written_names(yaml.safe_load(EVERYTHING))) | {
        "show.license.name",
        "show.license.url",
    }


def written_names(value: object, prefix: str = "") -> list[str]:
    """Dotted names of whatever is written in a document, entries of lists with and without their brackets."""
    names = []
    for name, inner in value.items() if isinstance(value, dict) else ():
        for entry in inner if isinstance(inner, list) else [inner]:
            dotted = f"{prefix}{name}"
            names += [dotted, *written_names(entry, f"{dotted}."), *written_names(entry, f"{dotted}[].")]
    return names


def test_a_show_is_described_for_the_model() -> None:
    config = parse_config(EVERYTHING)
    show = describe_show(config.show, config.feed, media_url="https://audio.example.org/")
    assert [(person.name, person.role, person.handle) for person in show.people] == [
        ("Mara Vane", Role.HOST, ""),
        ("Owen Pike", Role.CO_HOST, "foghorn_owen"),
    ]
    assert show.enclosure_prefix == "https://op3.dev/e,pg=917393e3-1b1e-5cef-ace4-edaa54e1f810/"
    assert (show.locked, show.block, show.complete, show.kind) == (False, True, True, "serial")
    assert show.locations[0].geo == "geo:52.5,13.4"
    assert (show.countries, show.locations[0].osm) == (("GB", "IE"), "R62422")
    assert show.update_frequency is not None
    assert str(show.update_frequency.starts_at) == "2026-07-01 18:30:00+00:00"
    assert (show.funding[0].text, show.texts[0].text, show.podroll[0].title) == ("Buy a bulb", "code-1", "Podnews")
    assert [(post.protocol, post.priority) for post in show.posts] == [("activitypub", 1), ("atproto", 2)]
    assert [(recipient.kind, recipient.split) for recipient in show.value[0].recipients] == [
        ("lnaddress", 95),
        ("node", 1),
    ]
    assert [(service.service, service.blocked) for service in show.services] == [("google", True), ("apple", False)]
    assert (show.live[0].guid, str(show.live[0].starts_at)) == ("live-1eaKbrPaYLrKX", "2026-12-04 19:30:00+00:00")


@pytest.mark.parametrize(
    ("feed", "guid"),
    [
        ("https://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://mp3s.nashownotes.com/pc20rss.xml/", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
    ],
)
def test_feed_guids_are_those_of_the_specification(feed: str, guid: str) -> None:
    assert make_feed_guid(feed) == guid


def test_the_canonical_form_is_plain_and_depends_on_the_text_alone() -> None:
    """What a fingerprint is made of survives JSON, and white space and comments do not show in it."""
    config, other = parse_config(EVERYTHING), parse_config("# note\n" + EVERYTHING.replace("feed:", "\nfeed: # apps"))
    plain = config.model_dump(mode="json")
    assert json.loads(json.dumps(plain)) == plain == other.model_dump(mode="json")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  language: en", "  langauge: en", "config.yaml:5: show.langauge: unknown name; did you mean `language`?"),
        (
            "  language: en",
            "  language: english",
            "config.yaml:5: show.language: expected a language code such as en, de or pt-br (ISO 639), got 'english'",
        ),
        ("  language: en", "  language: xq", "show.language: expected a language code"),
        (
            "https://example.org",
            "http://example.org",
            "config.yaml:4: show.url: expected an address that begins with https://",
        ),
        ("lamp-room\n", "lamp-room?x=1\n", "show.url: expected an address without `?` and `#`"),
        (
            "keeper@example.org",
            "keeper at example.org",
            "config.yaml:7: show.email: expected an e-mail address such as host@example.org",
        ),
        (
            "Leisure > Hobbies",
            "Leisure > Hobbys",
            (
                "config.yaml:8: show.category.1: expected an Apple Podcasts category such as `Arts > "
                "Books` or `Technology`, got 'Leisure > Hobbys'; did you mean `Leisure > Hobbies`?"
            ),
        ),
        ("Leisure > Hobbies", "[Books, Lesure]", "config.yaml:8: show.category.2: expected an Apple"),
        ("  title: The Lamp Room", "  kind: serial", "config.yaml:2: show.kind: unknown name; did you mean `type`?"),
        ("show:", "locked: no\nshow:", "config.yaml:1: locked: unknown name here; `feed.locked` is its place"),
        (
            "show:",
            "feed: [1]\nshow:",
            "config.yaml:1: feed: expected named values (lines such as `name: value`), got a list",
        ),
        (
            "show:",
            "audio: {loudness: -16}\nshow:",
            "config.yaml:1: audio: `loudness` needs `format: mp3` or `format: aac`",
        ),
        ("show:", "audio: {level: speakers}\nshow:", "config.yaml:1: audio: `level: speakers` needs `format: mp3`"),
        ("show:", "audio: {format: mp3, loudness: 16}\nshow:", "audio.loudness: expected a number of at most -8"),
        (
            "show:",
            "audio: {bitrate: 65}\nshow:",
            "audio.bitrate: expected 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256 or 320, got 65",
        ),
        ("show:", "media: {store: s3://a/b}\nshow:", "config.yaml:1: media: `store` needs `url`"),
        ("show:", "deploy: https://me:secret@example.org/\nshow:", "deploy.default: write it without a password"),
        ("show:", "subscribe: {Apple: podcasts.apple.com}\nshow:", "subscribe.Apple: expected a web address"),
        ("show:", "site: {fonts: {body: 'x;} body{display:none'}}\nshow:", "site.fonts.body: expected names of fonts"),
        ("show:", "deploy_token: abc\nshow:", "config.yaml:1: deploy_token: secrets do not belong here"),
        (
            "  language: en",
            "  language: en\n  timezone: berlin",
            (
                "show.timezone: expected a time zone such as Europe/Berlin or UTC, got 'berlin'; did you "
                "mean `Europe/Berlin`?"
            ),
        ),
        ("  language: en", "  language: en\n  timezone: ../../etc/passwd", "show.timezone: expected a time zone"),
        (
            "  language: en",
            "  language: en\n  cover: ../cover.jpg",
            "show.cover: expected the path of a file in the show's folder",
        ),
    ],
)
def test_problems_of_a_config(old: str, new: str, problem: str) -> None:
    assert old in LEAST
    assert problem in problems_of(LEAST.replace(old, new, 1))
    assert "secret@" not in problems_of(LEAST.replace(old, new, 1))


def test_all_problems_come_at_once() -> None:
    assert problems_of("show: {titel: x}\nfeeed: {}\naudio: {format: ogg}").count("\n") == 9


def test_a_missing_config_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="spacecast init") as caught:
        load_config(tmp_path)
    assert caught.value.exit_code == EXIT_USAGE
    (tmp_path / "config.yml").write_text(LEAST)
    with pytest.raises(UsageError, match="rename this file"):
        load_config(tmp_path)
    (tmp_path / "config.yaml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load_config(tmp_path)


def test_files_a_config_names_must_be_in_the_show(tmp_path: Path) -> None:
    show, outside = tmp_path / "show", tmp_path / "logo.svg"
    (show / "content").mkdir(parents=True)
    (show / "config.yaml").write_text(EVERYTHING)
    outside.write_text("<svg/>")
    (show / "content/logo.svg").symlink_to(outside)
    (show / "content/own.css").write_text("")
    problems = check_config_files(load_config(show), show)
    assert [(problem.field, problem.line) for problem in problems] == [
        ("show.cover", 13),
        ("show.people.2.image", 19),
        ("site.logo", 63),
    ]
    assert str(problems[0]) == "config.yaml:13: show.cover: there is no file 'content/cover.jpg' in the show's folder"
    assert "leads out of the show's folder" in problems[2].message
    for name in ("cover.jpg", "owen.png"):
        (show / "content" / name).write_bytes(b"x")
    (show / "content/logo.svg").unlink()
    (show / "content/logo.svg").write_text("<svg/>")
    assert check_config_files(load_config(show), show) == ()


def test_the_demo_config_is_sound() -> None:
    config = load_config(ROOT)
    assert check_config_files(config, ROOT) == ()
    assert config.feed.guid == make_feed_guid(config.show.url + "feed.xml")


def test_apples_categories_are_all_here() -> None:
    assert (len(CATEGORIES), len(ALL_CATEGORIES), len(set(ALL_CATEGORIES))) == (19, 110, 110)
    for category in ALL_CATEGORIES:
        assert parse_category(str(category)) == category
        assert parse_category(str(category).lower().replace("&", "and")) == category
        assert not category.sub or parse_category(category.sub) == category


def rows_of(heading: str) -> dict[str, str]:
    """Options and their defaults in a part of the manual."""
    part = re.split(r"^# ", MANUAL, flags=re.MULTILINE)
    (text,) = [text for text in part if text.startswith(heading + "\n")]
    rows = re.findall(r"^\| `([^`]+)` \| (\S.*?) \| \S.*\|$", text, flags=re.MULTILINE)
    assert len(rows) == len(dict(rows)), "an option is explained twice"
    return dict(rows)


def documented(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    """Options and their defaults as the schema has them; a section is not an option of its own."""
    found = {}
    for attribute, info in model.model_fields.items():
        inner = list(_models_in(info.annotation))
        name = prefix + option_names(attribute, info)[0]
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        is_section = (bool(inner) and isinstance(default, BaseModel)) or name == "show"
        if not is_section:
            found[name] = "required" if info.is_required() else show_default(default)
        for entry, listed in inner:
            found |= documented(entry, f"{name}{'[]' if listed else ''}.")
    return found


def show_default(default: object) -> str:
    """A default as the manual has it."""
    if default is None or default == "" or default in ((), {}):
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default.value if isinstance(default, Enum) else default}`"


@pytest.mark.parametrize(
    ("heading", "model"),
    [("config.yaml", Config), ("Front matter of episodes", EpisodeMatter), ("Front matter of pages", PageMatter)],
)
def test_the_manual_and_the_schema_have_the_same_options(heading: str, model: type[BaseModel]) -> None:
    """With the same defaults, in the same order."""
    assert list(rows_of(heading).items()) == list(documented(model).items())


def test_the_manual_lists_the_categories() -> None:
    listed = re.findall(r"^- ([^:\n]+)(?:: (.+))?$", MANUAL.rpartition("# Categories")[2], flags=re.MULTILINE)
    assert {name: tuple(filter(None, subs.split(", "))) for name, subs in listed} == CATEGORIES


def test_the_examples_of_the_manual_are_sound() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", MANUAL, flags=re.DOTALL)
    assert parse_config(example).show.title == "The Lamp Room"
    shown = re.search(r"^config.yaml:4: (.*)\nconfig.yaml:9: (.*)$", MANUAL, flags=re.MULTILINE)
    assert shown
    found = problems_of(LEAST.replace("title:", "titel:") + "audio: {format: mp33}\n")
    assert f": {shown[1]}\n" in found
    assert found.endswith(shown[2])
