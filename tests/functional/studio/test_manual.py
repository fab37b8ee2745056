"""The manual in the studio: the pages of `spacecast help`, with pictures, before there is a show and after."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html
from show_runner import PROJECT
from studio_runner import RunningStudio, start_studio

from site_builder.commands.help import MANUALS
from site_builder.render.manual_page import render_manual_page


def test_every_page_leads_somewhere(looked_at: RunningStudio) -> None:
    """Each topic is shown; links between pages and to headings, and pictures, are there; nothing else is named."""
    ids, links, pictures = dict[str, set[str]](), list[tuple[str, str]](), set[str]()
    for topic in MANUALS:
        page = html.fromstring(looked_at.get(f"/help/{topic}").body)
        article = page.find(".//article")
        ids[topic] = {str(name) for name in article.xpath(".//@id")}
        links += [(topic, str(address)) for address in article.xpath(".//a/@href")]
        pictures |= {str(address) for address in article.xpath(".//img/@src")}
        assert article.find("h1") is not None
    assert len(pictures) >= 7
    for picture in pictures:
        assert looked_at.get(picture).body.startswith(b"\x89PNG")
    for topic, address in links:
        parts = urlsplit(address)
        if not parts.scheme:
            there = parts.path.removeprefix("/help/") or topic
            assert there in ids, (topic, address)
            assert not parts.fragment or unquote(parts.fragment) in ids[there], (topic, address)


def test_help_is_one_step_away(tmp_path: Path, looked_at: RunningStudio) -> None:
    """From every page, also where there is no show yet; what is no page is not found."""
    assert 'href="/help"' in looked_at.get("/episodes").text
    assert looked_at.ask("/help").headers["location"] == "/help/studio"
    for wrong in ("/help/nothing", "/help/pictures/none.png", "/help/pictures/..%2fREADME.md", "/help/../README"):
        assert looked_at.ask(wrong).status == 404, wrong
    with start_studio(tmp_path) as studio:
        studio.enter()
        assert 'href="/help"' in studio.get("/start").text
        assert "Your first episode" in studio.get("/help/studio").text


def test_pages_are_named_as_on_github() -> None:
    """A block in a list is code, HTML is text, a link that leads nowhere is its words."""
    block = "1. Do\n\n   ```sh\n   spacecast build\n   ```\n\n"
    page = f"# “No recording”\n\n{block}<script>x</script> [there](there.md) `[a](b.md)`\n"
    shown = render_manual_page(page, lambda target: "")
    assert '<h1 id="no-recording">' in shown
    assert re.search(r"<pre><code[^>]*>spacecast build\n</code></pre>", shown)
    assert "<script>" not in shown
    assert "href" not in shown
    assert "there" in shown
    assert "[a](b.md)" in shown
    text = (PROJECT / "docs/configuration.md").read_text("utf-8")
    assert 'id="media-deploy-and-repository"' in render_manual_page(text, str)
