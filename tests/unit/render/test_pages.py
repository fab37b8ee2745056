"""The theme: look-up, overriding, digests, assets, errors, and what comes out of every template."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC
from pathlib import Path

import pytest
from episode_maker import HOSTILE_TEXT, make_episode, make_full_episode, make_full_show, make_show
from listed_episodes import list_episodes
from lxml import etree, html
from sample_site import (
    describe_sample_pages,
    load_sample_theme,
    make_episodes,
    make_look,
    make_main_episode,
    make_peaks,
    make_sample_show,
)

from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Person
from site_builder.render.artwork.icons import find_icons
from site_builder.render.notes import render_notes
from site_builder.render.pages.contexts import describe_episode, describe_home, describe_page
from site_builder.render.pages.lists import complete
from site_builder.render.pages.site_context import Context, Link, Site, SiteSettings
from site_builder.render.pages.styles import DEFAULT_ACCENT
from site_builder.render.pages.theme import Theme, load_theme, render_css_string, render_json

SITE = Site(make_sample_show(), make_look())


@pytest.fixture(scope="module")
def theme() -> Theme:
    """The built-in theme."""
    return load_sample_theme()


@pytest.fixture(scope="module")
def sample(theme: Theme) -> dict[str, tuple[Context, str]]:
    """Every page of the sample by its file: context and text."""
    return {
        page["page"]["file"]: (page, theme.render(page["page"]["template"], page).decode())
        for page in describe_sample_pages()
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    """A show folder with templates of its own."""
    for name, text in files.items():
        target = folder / "templates" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def render_page(theme: Theme) -> str:
    """A free page in `theme`."""
    return theme.render("page.html", describe_page(SITE, path="about/", title="About", html="<p>Us.</p>")).decode()


def test_own_template_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    """A file in the show's templates/ wins, for one page alone."""
    theme = load_sample_theme(show_folder=write(tmp_path, {"page.html": "mine: {{ page.title }}"}))
    assert render_page(theme) == "mine: About\n"
    assert "<h1" in theme.render("home.html", describe_home(SITE, [])[0]).decode()


def test_own_template_can_extend_what_it_replaces(tmp_path: Path) -> None:
    """`builtin/<name>` is the built-in template, whose own base can be replaced too."""
    own = {
        "page.html": '{% extends "builtin/page.html" %}{% block main %}{{ super() }}<p>And more.</p>{% endblock %}',
        "base.html": '{% extends "builtin/base.html" %}{% block head %}<meta name="x" content="y">{% endblock %}',
    }
    text = render_page(load_sample_theme(show_folder=write(tmp_path, own)))
    assert "<p>Us.</p>" in text
    assert "<p>And more.</p>" in text
    assert '<meta name="x" content="y">' in text


def test_digest_changes_with_templates_and_assets(tmp_path: Path, theme: Theme) -> None:
    """Any change that could change a page changes the digest; loading again does not."""
    digests = {
        theme.digest,
        load_sample_theme("#0a7d5c").digest,
        load_sample_theme(show_folder=write(tmp_path / "a", {"page.html": "mine"})).digest,
        load_sample_theme(show_folder=write(tmp_path / "b", {"assets/site.css": "body {}"})).digest,
    }
    assert len(digests) == 4
    assert load_sample_theme().digest == theme.digest
    assert (
        load_sample_theme(show_folder=write(tmp_path / "c", {".page.html.swp": "x", "page.html~": "x"})).digest
        == theme.digest
    )


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("one\n{% if %}\n", 2, "Expected an expression"),
        ("one\n\n{{ page.titel }}\n", 3, "titel"),
        ("{{ asset('nothing.css') }}", 1, "nothing.css"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("\n{{ 'x' | nothing }}", 2, "nothing"),
        ('{% include "gone.html" %}', None, "gone.html"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, template: str, line: int | None, message: str) -> None:
    """What is wrong in a template is said with its file and line, in a sentence."""
    theme = load_sample_theme(show_folder=write(tmp_path, {"page.html": template}))
    with pytest.raises(InvalidDocument) as caught:
        render_page(theme)
    (problem,) = caught.value.problems
    assert problem.file == tmp_path / "templates" / "page.html"
    assert problem.line == line
    assert message in problem.message


def test_errors_in_a_base_name_the_base(tmp_path: Path) -> None:
    """The file that holds the mistake is named, not the page being made."""
    folder = write(
        tmp_path, {"base.html": '{% extends "builtin/base.html" %}\n{% block head %}\n{{ oops }}{% endblock %}'}
    )
    with pytest.raises(InvalidDocument) as caught:
        render_page(load_sample_theme(show_folder=folder))
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (tmp_path / "templates/base.html", 3)


def test_templates_must_be_utf8(tmp_path: Path) -> None:
    """A template in another encoding is named with its line."""
    write(tmp_path, {"page.html": "x"}).joinpath("templates/page.html").write_bytes(b"one\ncaf\xe9")
    with pytest.raises(InvalidDocument, match=r"page\.html:2: .*UTF-8"):
        load_sample_theme(show_folder=tmp_path)


def test_assets_carry_their_digest_and_link_each_other(tmp_path: Path, theme: Theme) -> None:
    """Names change with content; the stylesheet names the font by its hashed name."""
    assert re.fullmatch(r"assets/site\.[0-9a-f]{8}\.css", theme.find_asset("site.css"))
    css = theme.assets[theme.find_asset("site.css")].decode()
    assert theme.find_asset("newsreader.woff2").removeprefix("assets/") in css
    other = load_sample_theme(show_folder=write(tmp_path, {"assets/newsreader.woff2": "another font"}))
    assert other.find_asset("site.css") != theme.find_asset("site.css")
    assert other.find_asset("player.js") == theme.find_asset("player.js")


def test_rendering_is_deterministic(sample: dict[str, tuple[Context, str]]) -> None:
    """A second theme, loaded afresh, gives the same bytes."""
    again = load_sample_theme()
    assert all(again.render(page["page"]["template"], page).decode() == text for page, text in sample.values())


def test_every_link_leads_somewhere(sample: dict[str, tuple[Context, str]], theme: Theme) -> None:
    """Each relative address on each page is a page, asset or audio file of the site."""
    known = set(sample) | set(theme.assets) | {"feed.xml"} | {icon.path for icon in find_icons(DEFAULT_ACCENT)}
    media = re.compile(r"^(media/.+\.m4a|episodes/.+/transcript\.vtt)$")
    for file, (page, text) in sample.items():
        if not file.endswith(".html"):
            continue
        for element in html.fromstring(text).iter():
            for name in ("href", "src"):
                address = element.get(name, "").split("#")[0] if isinstance(element.tag, str) else ""
                if not address or re.match(r"[a-z]+:", address):
                    continue
                target = resolve(file, page, address)
                assert target in known or media.match(target), f"{file}: {address} → {target}"


def resolve(file: str, page: Context, address: str) -> str:
    """The file of the site that a relative address on a page means."""
    base = "https://h/show/" if file == "404.html" else f"https://h/show/{file}"
    from urllib.parse import urljoin  # noqa: PLC0415

    path = urljoin(base, address).removeprefix("https://h/show/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def test_hostile_text_stays_text(theme: Theme) -> None:
    """Markup in any field of show, people and episode is shown, never obeyed, in every page and in JSON-LD."""
    person = Person(name=HOSTILE_TEXT, handle="x", href="https://x.com/x")
    episode = make_full_episode(
        summary=HOSTILE_TEXT,
        people=(person,) * 3,
        tags=(HOSTILE_TEXT,),
        facts={HOSTILE_TEXT: HOSTILE_TEXT},
        notes_html="",
    )
    show = make_full_show(title=HOSTILE_TEXT, description=HOSTILE_TEXT, subtitle=HOSTILE_TEXT, copyright=HOSTILE_TEXT)
    footer = render_notes(HOSTILE_TEXT).html
    look = SiteSettings(footer=footer, subscribe=(Link(label=HOSTILE_TEXT, href="https://example.org/?a=1&b=2"),))
    for page in describe_sample_pages(show, look, [episode]):
        text = theme.render(page["page"]["template"], page).decode()
        assert "<script>alert" not in text, page["page"]["file"]
        if page["page"]["file"].endswith(".html"):
            document = html.fromstring(text)
            assert {script.get("type") for script in document.iter("script") if not script.get("src")} <= {
                "application/ld+json"
            }
            assert not [e for e in document.iter() if isinstance(e.tag, str) for a in e.attrib if a.startswith("on")]
            for script in document.iter("script"):
                if script.text:
                    json.loads(script.text)


def test_no_page_needs_inline_code(sample: dict[str, tuple[Context, str]]) -> None:
    """The Content-Security-Policy allows no inline style or script, and no page has any."""
    for file, (_, text) in sample.items():
        if file.endswith(".html"):
            document = html.fromstring(text)
            policy = document.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
            assert "default-src 'none'" in policy
            allowed = {"'wasm-unsafe-eval'"} if file == "search/index.html" else set()
            assert set(re.findall(r"'[a-z-]*unsafe[a-z-]*'", policy)) == allowed
            assert not document.xpath("//style | //@style | //@*[starts-with(name(), 'on')]")


def test_pages_carry_what_sharing_needs(sample: dict[str, tuple[Context, str]]) -> None:
    """Canonical address, Open Graph, feed link, JSON-LD on the episode; nothing canonical on the 404 page."""
    _, text = sample[make_main_episode().path + "index.html"]
    document = html.fromstring(text)
    address = "https://lamproom.example/show/episodes/why-no-two-lighthouses-blink-alike/"
    assert document.xpath('//link[@rel="canonical"]/@href') == [address]
    assert document.xpath('//meta[@property="og:url"]/@content') == [address]
    assert document.xpath('//link[@type="application/rss+xml"]/@href') == ["../../feed.xml"]
    data = json.loads(document.xpath('//script[@type="application/ld+json"]')[0].text)
    assert data["name"] == "Why no two lighthouses blink alike"
    missing = html.fromstring(sample["404.html"][1])
    assert not missing.xpath('//link[@rel="canonical"]')
    assert missing.xpath('//meta[@name="robots"]/@content') == ["noindex"]


def test_one_heading_and_the_landmarks(sample: dict[str, tuple[Context, str]]) -> None:
    """Each page has one h1, main, a header, a footer, a way past them, language and direction."""
    for file, (_, text) in sample.items():
        if file.endswith(".html"):
            document = html.fromstring(text)
            assert [len(document.xpath(f"//{tag}")) for tag in ("h1", "main")] == [1, 1], file
            if not file.endswith("/embed/index.html"):
                assert document.xpath('//a[@class="skip"]/@href') == ["#main"]
            assert (document.get("lang"), document.get("dir")) == ("en", "ltr")
            ids = document.xpath("//@id")
            assert len(ids) == len(set(ids)), file


def test_episode_page_reads_without_scripts(sample: dict[str, tuple[Context, str]]) -> None:
    """The audio element has controls and an address; lanes have a table; the transcript is all there."""
    document = html.fromstring(sample[make_main_episode().path + "index.html"][1])
    (audio,) = document.xpath("//audio[@controls]")
    assert audio.get("src") == "../../media/why-no-two-lighthouses-blink-alike.m4a"
    assert len(document.xpath("//tbody[@id='turns']/tr")) > 10
    assert len(document.xpath("//*[@class='lane p0']//*[local-name()='path']")) == 1
    assert "saddest note in the world" in document.xpath("string(//section[@class='transcript'])")


def test_several_encodings_are_offered_in_order(theme: Theme) -> None:
    """With alternates the audio element holds a source for each, in types browsers know."""
    page = describe_episode(Site(make_full_show()), make_full_episode())
    document = html.fromstring(theme.render("episode.html", page).decode())
    sources = [(source.get("src"), source.get("type")) for source in document.xpath("//source")]
    expected = [page["player"]["sources"][0]["path"], "audio/mp4"]
    assert list(sources[0]) == expected
    assert len(sources) == len(page["player"]["sources"]) > 1


def test_weights(theme: Theme, sample: dict[str, tuple[Context, str]]) -> None:
    """Compressed: an episode page with all it loads is under 60 kB, a home page of a long show under 100 kB."""
    page = len(gzip.compress(sample[make_main_episode().path + "index.html"][1].encode()))
    loaded = ("look.css", "site.css", "page.js", "player.js", "favicon.svg", "newsreader.woff2")
    assets = sum(len(gzip.compress(theme.assets[theme.find_asset(name)])) for name in loaded)
    assert page + assets < 60_000
    home = describe_home(
        SITE, list_episodes([make_episode(nth, turns=make_episodes()[3].turns) for nth in range(500, 0, -1)], UTC)
    )[0]
    assert len(theme.render("home.html", complete(home))) < 100_000


def test_machine_files_are_well_formed(sample: dict[str, tuple[Context, str]]) -> None:
    """The sitemap is XML with every listed page; robots.txt names it."""
    sitemap = etree.fromstring(sample["sitemap.xml"][1].encode())
    places = sitemap.xpath("//*[local-name()='loc']/text()")
    assert "https://lamproom.example/show/" in places
    assert "https://lamproom.example/show/404.html" not in places
    assert "Sitemap: https://lamproom.example/show/sitemap.xml" in sample["robots.txt"][1]


def test_show_with_cover_and_logo_uses_them(theme: Theme) -> None:
    """Pictures given are shown, with their size, so that nothing jumps."""
    site = Site(make_show(), SiteSettings(logo="logo.svg"))
    (home,) = describe_home(site, list_episodes([make_episode()], UTC))
    document = html.fromstring(theme.render("home.html", complete(home)).decode())
    assert document.xpath('//img[@class="cover"]/@width') == ["3000"]
    assert document.xpath('//a[@class="brand"]/img/@src') == ["logo.svg"]
    assert document.xpath('//meta[@property="og:image"]/@content') == [
        "https://example.org/river/artwork/cover-0a1b2c3d.jpg"
    ]


def test_json_and_css_strings_cannot_break_out() -> None:
    """Neither a script element nor a CSS string can be ended from inside."""
    assert "<" not in render_json({"a": "</script><!--"})
    assert json.loads(render_json({"a": HOSTILE_TEXT})) == {"a": HOSTILE_TEXT}
    assert render_css_string('a"; } body {') == r'"a\22 ; \7d  body \7b "'


def test_builtin_theme_alone_needs_generated_assets() -> None:
    """`load_theme()` without look.css says what is missing instead of writing a page without colours."""
    with pytest.raises(InvalidDocument, match=r"favicon\.svg|look\.css"):
        render_page(load_theme())


def test_peaks_shape_the_wave() -> None:
    """Loud stretches are tall, silence is a hairline."""
    episode = make_main_episode()
    page = describe_episode(SITE, episode, peaks=[0.0] * 500 + [0.8] * 500)
    bars = [int(bar.split("v")[1]) for bar in page["player"]["lanes"]["wave"].split("M")[1:]]
    assert (bars[10], bars[200]) == (2, 96)
    assert make_peaks(episode.turns, 300)
