"""The interface in every language: catalogues complete, dates and numbers by locale, nothing left in English."""

from __future__ import annotations

import io
import re
import runpy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from episode_maker import make_episode, make_full_episode, make_full_show, make_show
from listed_episodes import list_episodes
from lxml import html
from sample_site import describe_sample_pages, make_look, make_sample_show

from site_builder.errors import InvalidDocument
from site_builder.render.pages.contexts import describe_archive, describe_home, describe_page
from site_builder.render.pages.lists import complete
from site_builder.render.pages.site_context import Context, Site, SiteSettings
from site_builder.render.pages.styles import render_favicon, render_look
from site_builder.render.pages.theme import Theme, load_theme
from site_builder.site.audio import name_encoding
from site_builder.text.catalogues import load_catalogue
from site_builder.text.languages import ENGLISH, Language, find_builtin_folder, load_language

PROJECT = Path(__file__).parents[3]
SITE_LOCALES = find_builtin_folder() / "locales"
STUDIO_LOCALES = PROJECT / "site_builder" / "studio" / "locales"
CATALOGUES = sorted([*SITE_LOCALES.glob("*.po"), *STUDIO_LOCALES.glob("*.po")])
LANGUAGES = ("ar", "de", "es", "fr", "ja", "pt")
PLURALS = {"ar": 6, "de": 2, "es": 2, "fr": 2, "ja": 1, "pt": 2}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
ANYWHERE = {"%(hours)s h %(minutes)s min", "%(minutes)s min", "%(seconds)s s", "%(size)s kB", "%(size)s MB", ", "}
"""Texts that are no words: the same sign in many languages, so nobody has to be told their language."""
MOMENT = "2026-10-09T07:30:00+00:00"


def read_catalogue(file: Path) -> Catalog:
    """A catalogue as Babel reads it."""
    return read_po(io.BytesIO(file.read_bytes()))


def find_messages(catalogue: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """English forms and translated forms of each text."""
    for message in catalogue:
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            yield ids, said


def load_speaking_theme(words: Language, folder: Path | None = None) -> Theme:
    """The theme in a language."""
    return load_theme(folder, {"look.css": render_look(), "favicon.svg": render_favicon()}, words)


class Brackets(Language):
    """A language in which every text stands in brackets and every date is a number."""

    def gettext(self, text: str) -> str:
        return text if text in ANYWHERE else f"⟦{text}⟧"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def format_date(self, moment: str | datetime, style: str = "long") -> str:
        return "2026"


def test_six_languages_beside_english() -> None:
    """The languages that the show, and the studio, can be in today."""
    for locales in (SITE_LOCALES, STUDIO_LOCALES):
        assert tuple(sorted(file.stem for file in locales.glob("*.po"))) == LANGUAGES


def test_catalogues_are_up_to_date() -> None:
    """Every text of templates and program is in every catalogue, and no other: what `make messages` writes is there."""
    script = runpy.run_path(str(PROJECT / "scripts" / "messages.py"))
    templates = {locales: script["collect_messages"](locales) for locales in (SITE_LOCALES, STUDIO_LOCALES)}
    for file in CATALOGUES:
        made = script["render_catalogue"](file.stem, templates[file.parent], file.parent)
        assert file.read_bytes() == made, f"run make messages: {file}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_catalogues_are_complete(file: Path) -> None:
    """Everything is translated, nothing is fuzzy, and each plural has the forms the language needs."""
    catalogue = read_catalogue(file)
    assert not [message.id for message in catalogue if message.fuzzy and message.id]
    assert catalogue.num_plurals == PLURALS[file.stem]
    for ids, said in find_messages(catalogue):
        assert all(said), ids
        assert len(said) == (catalogue.num_plurals if len(ids) > 1 else 1), ids


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_placeholders_survive(file: Path) -> None:
    """A translation fills in what the English text does; none, one and two may be said in words."""
    for ids, said in find_messages(read_catalogue(file)):
        wanted = sorted(PLACEHOLDER.findall(ids[0]))
        for number, text in enumerate(said):
            found = sorted(PLACEHOLDER.findall(text))
            in_words = len(said) == 6 and number < 3 and set(found) <= set(wanted)
            assert found == wanted or in_words, (ids[0], text)
            assert not re.search(r"%(?!\(\w+\)s)", text), text


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_typography(file: Path) -> None:
    """No straight quotes, no stray spaces; French puts a no-break space before its high punctuation."""
    for ids, said in find_messages(read_catalogue(file)):
        for text in said:
            assert not re.search(r"[\"']|\.\.\.|  ", text), text
            assert text.strip() == text or ids[0] == ", ", text
            assert not ids[0].endswith(".") or text.endswith((".", "。")), (ids[0], text)
            if file.stem == "fr":
                assert not re.search(
                    r"(?<![\u202f\u00a0])[?!;:»]|«(?!\u00a0)", re.sub(r"https?:|(?<=\d):(?=\d)", "", text)
                ), text


def test_arabic_has_six_plurals() -> None:
    """Zero, one, two, few, many and other."""
    words = load_language("ar")
    said = [
        words.ngettext("%(number)s episode", "%(number)s episodes", number) % {"number": number}
        for number in (0, 1, 2, 3, 11, 100)
    ]
    assert said == ["لا حلقات", "حلقة واحدة", "حلقتان", "3 حلقات", "11 حلقة", "100 حلقة"]


@pytest.mark.parametrize(
    ("tag", "code", "texts"),
    [
        ("de-at", "de", "Folgen"),
        ("pt-br", "pt", "Episódios"),
        ("PT_BR", "pt", "Episódios"),
        ("en-gb", "en", "Episodes"),
        ("nl", "en", "Episodes"),
        ("tlh", "en", "Episodes"),
    ],
)
def test_the_show_decides(tag: str, code: str, texts: str) -> None:
    """A region falls back to its language; what nobody has translated is English."""
    words = load_language(tag)
    assert (words.code, words.gettext("Episodes")) == (code, texts)
    assert words.is_translated == (code == tag[:2].lower())


@pytest.mark.parametrize(
    ("tag", "dates"),
    [
        ("en", ["9 October 2026", "9 Oct", "October 2026", "2026"]),
        ("en-us", ["October 9, 2026", "Oct 9", "October 2026", "2026"]),
        ("de", ["9. Oktober 2026", "9. Okt.", "Oktober 2026", "2026"]),
        ("es", ["9 de octubre de 2026", "9 oct", "octubre de 2026", "2026"]),
        ("fr", ["9 octobre 2026", "9 oct.", "octobre 2026", "2026"]),
        ("pt-br", ["9 de outubro de 2026", "9 de out.", "outubro de 2026", "2026"]),
        ("ja", ["2026年10月9日", "10月9日", "2026年10月", "2026年"]),
        ("ar", ["9 أكتوبر 2026", "9 أكتوبر", "أكتوبر 2026", "2026"]),
        ("nl", ["9 oktober 2026", "9 okt", "oktober 2026", "2026"]),
        ("tlh", ["9 October 2026", "9 Oct", "October 2026", "2026"]),
    ],
)
def test_dates(tag: str, dates: list[str]) -> None:
    """Each language's own forms, also where the texts are English."""
    words = load_language(tag)
    assert [words.format_date(MOMENT, style) for style in ("long", "short", "month", "year")] == dates


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", ["1 kB", "45 kB", "27.4 MB", "45 s", "48 min", "1 h 3 min", "33%", "0.75"]),
        ("de", ["1 kB", "45 kB", "27,4 MB", "45 Sek.", "48 Min.", "1 Std. 3 Min.", "33 %", "0,75"]),
        ("fr", ["1 ko", "45 ko", "27,4 Mo", "45 s", "48 min", "1 h 3 min", "33 %", "0,75"]),
        ("ja", ["1 kB", "45 kB", "27.4 MB", "45秒", "48分", "1時間3分", "33%", "0.75"]),
        ("ar", ["1 ك.ب", "45 ك.ب", "27.4 م.ب", "45 ث", "48 د", "1 س 3 د", "33%", "0.75"]),
    ],
)
def test_numbers(tag: str, said: list[str]) -> None:
    """Sizes, lengths, shares and speeds as people write them there."""
    words = load_language(tag)
    found = [
        *(words.format_size(size) for size in (1, 45_200, 27_400_000)),
        *(words.format_length(seconds) for seconds in (45, 2880, 3780)),
        words.format_percent(33),
        words.format_number("0.75"),
    ]
    assert [
        re.sub(r"[\u00a0\u202f\u200e\u200f]", lambda match: " " if match[0] in "\u00a0\u202f" else "", text)
        for text in found
    ] == said


def test_dates_are_those_of_the_shows_time_zone() -> None:
    """Late on New Year's Eve in London it is next year in Berlin: the date, and the year it is listed under."""
    late = make_episode(published_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    site = Site(make_show(), zone=ZoneInfo("Europe/Berlin"))
    (archive,) = [complete(page) for page in describe_archive(site, list_episodes([late], site.zone))]
    assert archive["years"][0]["year"] == 2026
    moment = complete(describe_home(site, list_episodes([late], site.zone))[0])["episodes"][0]["published_at"]
    assert (moment, ENGLISH.format_date(moment)) == ("2026-01-01T00:30:00+01:00", "1 January 2026")


def test_own_words_come_first(tmp_path: Path) -> None:
    """`site.texts` replaces texts, fills in what they fill in, and can neither break a page nor put markup on it."""
    texts = {
        "Newest episodes": "Fresh <b>& 100%</b> %(of)s",
        "%(number)s conversation": "%(number)s talk, 100% %(real)s",
        "Episodes": "Talks",
    }
    words = load_language("de", tmp_path, texts)
    assert words.gettext("Episodes") == "Talks"
    assert words.gettext("People") == "Mitwirkende"
    assert (
        words.ngettext("%(number)s conversation", "%(number)s conversations", 1) % {"number": 1}
        == "1 talk, 100% %(real)s"
    )
    own = (
        '{{ _("Newest episodes") }}|{% trans count=1, number="1" %}{{ number }} conversation'
        "{% pluralize %}{{ number }} conversations{% endtrans %}"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(own)
    page = describe_page(Site(make_show()), path="about/", title="About", html="")
    text = load_speaking_theme(words, tmp_path).render("page.html", page).decode()
    assert text == "Fresh &lt;b&gt;&amp; 100%&lt;/b&gt; %(of)s|1 talk, 100% %(real)s\n"


def test_shows_can_bring_a_language(tmp_path: Path) -> None:
    """A catalogue in the show's own templates/ is used as ours are, and in place of ours."""
    folder = tmp_path / "templates" / "locales"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for code, text in (("nl", "Afleveringen"), ("de", "Sendungen")):
        (folder / f"{code}.po").write_text(f'{head}msgid "Episodes"\nmsgstr "{text}"\n', "utf-8")
    dutch = load_language("nl-be", tmp_path)
    assert (dutch.code, dutch.gettext("Episodes"), dutch.gettext("People")) == ("nl", "Afleveringen", "People")
    assert load_language("de", tmp_path).gettext("Episodes") == "Sendungen"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (b'msgid "Stop"\nmsgstr "Halt"\n\nPlay = Speel\n', 4, "cannot be read"),
        (b'msgid ""\nmsgstr ""\n\nmsgid "Page %(number)s"\nmsgstr "Blad %(nummer)s"\n', 4, r"%(nummer)s"),
        (b'msgid ""\nmsgstr ""\n\nmsgid "Page %(number)s"\nmsgstr "Blad %(number)s 5%"\n', 4, "single %"),
        (
            b'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=oops;\\n"\n\nmsgid "Play"\nmsgstr "Speel"\n',
            None,
            "read",
        ),
        (b'msgid "Play"\nmsgstr "Sp\xe9el"\n', None, "cannot be read"),
    ],
)
def test_mistakes_in_catalogues_are_named(tmp_path: Path, text: bytes, line: int | None, message: str) -> None:
    """A catalogue of one's own that cannot be used is told with file and line, and nothing else is printed."""
    file = tmp_path / "templates" / "locales" / "nl.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(text)
    with pytest.raises(InvalidDocument) as caught:
        load_language("nl", tmp_path).gettext("Play")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (file, line)
    assert message in problem.message


def test_a_catalogue_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compiled is read as it is while the catalogue is the same; what is no such thing is made anew."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    file, kept = tmp_path / "pt.po", tmp_path / "kept"
    kept.mkdir()
    for other in ("pt-br", "nl"):
        (kept / f"{other}-{'0' * 16}.mo").touch()
    for said in ("Tocar", "Ouvir"):
        file.write_text(f'msgid ""\nmsgstr ""\n\nmsgid "Play"\nmsgstr "{said}"\n', "utf-8")
        assert load_catalogue(file, kept).gettext("Play") == said
        (compiled,) = (one for one in kept.iterdir() if one.stat().st_size)
        with patch("babel.messages.pofile.read_po", side_effect=AssertionError("read again")):
            assert load_catalogue(file, kept).gettext("Play") == said
        compiled.write_bytes(compiled.read_bytes()[:20])
        assert load_catalogue(file, kept).gettext("Play") == said
    assert len(list(kept.iterdir())) == 3


def test_pages_are_made_anew_when_texts_change(tmp_path: Path) -> None:
    """Language, own words and catalogue are part of the theme's digest, and nothing else is."""
    folder = tmp_path / "templates" / "locales"
    folder.mkdir(parents=True)
    (folder / "nl.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Play"\nmsgstr "Speel"\n')
    before = load_language("nl", tmp_path)
    digests = {load_language(tag).digest for tag in ("en", "de", "de-at")} | {before.digest}
    digests |= {load_language("en", texts={"Play": text}).digest for text in ("Go", "On")}
    (folder / "nl.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Play"\nmsgstr "Start"\n')
    digests.add(load_language("nl", tmp_path).digest)
    assert len(digests) == 7
    assert load_language("de").digest == load_language("de").digest
    assert load_speaking_theme(load_language("de")).digest != load_speaking_theme(ENGLISH).digest


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("ar", "rtl"),
        ("ar-eg", "rtl"),
        ("he", "rtl"),
        ("az-arab", "rtl"),
        ("ku-latn", "ltr"),
        ("ja", "ltr"),
        ("ha", "ltr"),
    ],
)
def test_direction(tag: str, direction: str) -> None:
    """Language and script decide which way a page runs."""
    assert Language(tag).direction == direction


def describe_everything(words: Language) -> list[Context]:
    """Every page of the sample, with an episode that uses every option and an empty show."""
    show = make_sample_show(language=words.tag)
    look = replace(make_look(), home_count=1, list_count=1)
    full = make_full_episode(season=2, number=3, people=make_full_show().people, draft=True)
    episodes = [full, *(make_episode(nth, tags=("X",), people=full.people) for nth in (3, 2, 1))]
    pages = describe_sample_pages(show, look, episodes, words=words)
    return [*pages, *describe_sample_pages(show, SiteSettings(), [], words=words)[:1]]


def find_texts(document: Any) -> Iterator[tuple[Any, str]]:
    """Every text a person meets, with the element it belongs to: text, and attributes that are read out or shown."""
    for element in document.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        if element.text:
            yield element, element.text
        for child in element:
            if child.tail:
                yield element, child.tail
        for name in ("aria-label", "title", "placeholder", "alt", "label"):
            if element.get(name):
                yield element, element.get(name)


def check_all(words: Language, check: Callable[[str, Any, str], None]) -> None:
    """Apply a check to every text of every page."""
    theme = load_speaking_theme(words)
    for page in describe_everything(words):
        if page["page"]["file"].endswith(".html"):
            document = html.fromstring(theme.render(page["page"]["template"], page).decode())
            for element, text in find_texts(document):
                check(page["page"]["file"], element, text)


def find_language(element: Any) -> str:
    """The language of an element: its own, or that of the nearest around it."""
    return str(next(iter(element.xpath("ancestor-or-self::*[@lang][1]/@lang")[-1:]), ""))


def collect_given(value: Any) -> Iterator[str]:
    """Every text in a context, with and without its markup: what the show says itself."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from collect_given(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from collect_given(part)
    else:
        yield " ".join(str(value).split())
        yield " ".join(html.fromstring(f"<p>{value}</p>").text_content().split())


def test_no_text_bypasses_translation() -> None:
    """In a language of brackets, whatever stands outside them comes from the show, or is no word."""
    words = Brackets("xx")
    given = "\n".join(dict.fromkeys(text for page in describe_everything(words) for text in collect_given(page)))

    def check(file: str, element: Any, text: str) -> None:
        for rest in re.split(r"⟦[^⟦⟧]*⟧", " ".join(text.split())):
            for part in re.sub(r"\b\d+(\.\d+)? (h|min|s|kB|MB)\b", "", rest).split(", "):
                left = part.strip(" ·,:@")
                known = left in given or not re.search(r"[^\W\d_]{2}", left)
                assert known, f"{file}: {left!r} in <{element.tag} class={element.get('class')!r}>"

    check_all(words, check)


def test_interface_texts_say_their_language_where_it_is_not_the_shows() -> None:
    """In a show nobody has translated the interface for, each of its texts is marked as English; the rest is not."""
    words = Brackets("nl")
    containers = {"nav", "section", "aside", "div", "audio"}

    def check(file: str, element: Any, text: str) -> None:
        shown = "⟦" in text and element.tag not in {"title", "track"}
        is_label = element.tag in containers and text in element.attrib.values()
        if shown and not is_label:
            where = f"{file}: <{element.tag} class={element.get('class')!r}> {text!r}"
            assert find_language(element) == "en", where

    check_all(words, check)


@pytest.mark.parametrize("tag", ["de", "es", "fr", "pt-br", "ja", "ar"])
def test_pages_in_every_language(tag: str) -> None:
    """Each language renders every page, with its tag and direction, and nothing is marked as another language."""
    words = load_language(tag)
    theme = load_speaking_theme(words)
    for page in describe_everything(words):
        text = theme.render(page["page"]["template"], page).decode()
        if page["page"]["file"].endswith(".html"):
            document = html.fromstring(text)
            assert document.get("lang") == tag
            assert document.get("dir") == ("rtl" if tag == "ar" else "ltr")
            assert not document.xpath("//*[@lang='en']")


def test_feed_stylesheet_speaks_too() -> None:
    """Texts in the stylesheet of the feed are CSS strings of the right language."""
    theme = load_speaking_theme(load_language("fr"))
    (page,) = (page for page in describe_everything(load_language("fr")) if page["page"]["file"] == "feed.css")
    text = theme.render("feed.css", page).decode()
    assert '"Ceci est un flux de podcast"' in text
    assert "&#39;" not in text


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_names_of_encodings_fit_the_feed(file: Path) -> None:
    """Podcasting 2.0 lets an encoding's title have 32 characters."""
    for ids, said in find_messages(read_catalogue(file)):
        if ids[0] == "even voices":
            assert [text for text in (*ids, *said) if len(name_encoding("mp3", 320, text)) > 32] == []
