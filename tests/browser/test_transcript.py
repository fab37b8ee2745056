"""The transcript in a real browser: words that light up, links to words, a long one that comes in parts."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from programs import find_browser
from sample_site import make_long_episode, make_main_episode

pytestmark = pytest.mark.skipif(not find_browser(), reason="no Chromium found; python tests/programs.py installs one")

EPISODE, LONG = make_main_episode(), make_long_episode()
CUE = EPISODE.cues[2]
TEXTS = "name => [...(CSS.highlights.get(name) ?? [])].map(String)"
"""What is painted under a name."""


def say(word: str) -> tuple[float, float]:
    """When a word of the third line is said."""
    return CUE.times[CUE.text.split().index(word)]


def select(page: Any, first: str, last: str) -> None:
    """Select from one word of the third line to another, as a mouse would, not from their edges."""
    page.evaluate(
        """([first, last]) => {
            const node = document.querySelectorAll('.said [data-t]')[2].firstChild;
            const at = (word) => node.data.indexOf(word);
            getSelection().setBaseAndExtent(node, at(first) + 1, node, at(last) + last.length - 1);
        }""",
        [first, last],
    )


def test_the_word_that_is_said_lights_up(open_page: Any) -> None:
    """At rest where the link leads, then from word to word."""
    page = open_page(f"{EPISODE.path}#t={say('coast')[0] + 0.06:.2f}")
    assert page.evaluate(TEXTS, "spoken") == ["coast"]
    page.keyboard.press("k")
    page.wait_for_function("() => [...CSS.highlights.get('spoken')].map(String)[0] === 'rhythm,'", timeout=8000)


def test_a_click_on_a_word_plays_from_it(open_page: Any) -> None:
    """Not from the beginning of its line."""
    page = open_page(EPISODE.path)
    box = page.evaluate(
        """() => {
            const node = document.querySelectorAll('.said [data-t]')[2].firstChild;
            node.parentElement.scrollIntoView({ block: 'center' });
            const range = new Range();
            range.setStart(node, node.data.indexOf('rhythm'));
            range.setEnd(node, node.data.indexOf('rhythm') + 6);
            const { left, top, width, height } = range.getClientRects()[0];
            return [left + width / 2, top + height / 2];
        }"""
    )
    page.mouse.click(*box)
    page.wait_for_function("() => !document.querySelector('#audio').paused")
    assert 0 <= page.evaluate("document.querySelector('#audio').currentTime") - say("rhythm,")[0] + 0.06 < 1


def test_selected_words_become_a_link(open_page: Any, address: str) -> None:
    """To exactly them, to a tenth of a second; whoever follows it sees them painted, hears them, and then it stops."""
    page = open_page(EPISODE.path)
    select(page, "coast", "rhythm")
    button = page.get_by_role("button", name="Copy a link to these words")
    button.click()
    page.get_by_role("button", name="Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    begin, end = (float(part) for part in re.fullmatch(r".*#t=([\d.]+),([\d.]+)", link).groups())  # type: ignore[union-attr]
    assert (begin, end) == pytest.approx((say("coast")[0], say("rhythm,")[1]), abs=0.11)
    assert link.startswith(address + EPISODE.path)
    page = open_page(link)
    assert page.evaluate(TEXTS, "quoted") == ["coast keeps its own rhythm,"]
    assert page.locator(".said .now").is_visible()
    page.keyboard.press("k")
    page.wait_for_function(f"() => document.querySelector('#audio').currentTime > {begin + 0.3}")
    page.wait_for_function("() => document.querySelector('#audio').paused", timeout=8000)
    assert end <= page.evaluate("document.querySelector('#audio').currentTime") < end + 0.3


def test_nothing_moves_when_a_link_is_offered(open_page: Any) -> None:
    """The button stands over the text, whoever speaks after the words."""
    page = open_page(EPISODE.path)
    places = "[...document.querySelectorAll('.said')].map((said) => said.getBoundingClientRect().top)"
    before = page.evaluate(places)
    select(page, "coast", "rhythm")
    page.locator(".quote").wait_for()
    assert page.evaluate(places) == before


def test_words_are_selected_and_linked_with_the_keyboard_alone(open_page: Any) -> None:
    """C takes the line that is heard, Shift and arrows change it, the button has the focus; Escape puts it away."""
    page = open_page(f"{EPISODE.path}#t={CUE.start + 0.2}")
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Copy a link to these words"
    assert page.evaluate("String(getSelection())") == CUE.text
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"#t={round(CUE.start, 1):g},{round(CUE.end, 1):g}")
    page.keyboard.press("Escape")
    assert page.locator(".quote").is_hidden()


def test_a_selection_elsewhere_offers_nothing(open_page: Any) -> None:
    """Only words of the transcript have times; the button goes when nothing is selected any more."""
    page = open_page(EPISODE.path)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.prose'))")
    page.wait_for_timeout(300)
    assert page.locator(".quote").is_hidden()
    select(page, "coast", "rhythm")
    page.locator(".quote").wait_for()
    page.evaluate("getSelection().removeAllRanges()")
    page.locator(".quote").wait_for(state="hidden")


def test_a_search_finds_what_goes_over_two_lines(open_page: Any) -> None:
    """A paragraph is one text to whoever searches, however its lines are broken."""
    page = open_page(EPISODE.path)
    lines = page.evaluate(
        """() => [...document.querySelectorAll('.said')]
            .map((said) => [...said.querySelectorAll('[data-t]')].map((line) => line.textContent))
            .find((lines) => lines.length > 1)"""
    )
    wanted = f"{lines[0].split()[-1]} {lines[1].split()[0]}"
    page.locator("#find").fill(f"{lines[0].split()[-1].upper()}  {lines[1].split()[0]} ")
    page.wait_for_function("() => CSS.highlights.get('chosen')?.size === 1")
    assert [" ".join(text.split()) for text in page.evaluate(TEXTS, "chosen")] == [wanted]
    assert wanted in [" ".join(text.split()) for text in page.evaluate(TEXTS, "found")]


def test_the_rest_of_a_long_transcript_comes_when_it_is_wanted(open_page: Any) -> None:
    """By scrolling, by a search in it, by a link beyond the first part: each is as if all had been there."""
    count = "document.querySelectorAll('.said [data-t]').length"
    for fragment, act in (
        ("", "document.querySelector('.rest').scrollIntoView()"),
        ("", "document.querySelector('#find').focus()"),
        ("#t=2h30m", "0"),
    ):
        page = open_page(LONG.path + fragment)
        assert (not fragment and page.evaluate(count) < 200) or fragment
        page.evaluate(act)
        page.wait_for_function(f"() => {count} === {len(LONG.cues)}", timeout=15_000)
    line = page.locator(".said .now")
    line.wait_for()
    assert 8900 < float(line.get_attribute("data-t")) <= 9000.05
    assert page.locator(".said a.at").last.get_attribute("href").startswith("#t=2h")


def test_without_scripts_a_link_leads_to_the_whole_transcript(open_page: Any) -> None:
    """Which has every line, and times that lead back to the episode."""
    page = open_page(LONG.path, java_script_enabled=False)
    assert page.locator(".quote").is_hidden()
    page.get_by_role("link", name="The whole transcript").click()
    assert page.locator("h1").inner_text() == f"Transcript: {LONG.title}"
    assert page.locator(".said [data-t]").count() == len(LONG.cues)
    assert page.locator(".said a.at").first.get_attribute("href").endswith(f"{LONG.path}#t=1s")
    assert page.locator("link[rel=canonical]").get_attribute("href").endswith(f"{LONG.path}transcript/")


def test_the_page_of_three_hours_is_light(folder: Path) -> None:
    """60 kB at most as servers send it, however much is said."""
    page = (folder / "show" / LONG.path / "index.html").read_bytes()
    assert len(gzip.compress(page, 6)) < 40_000
    assert len(re.findall(b"data-t=", page)) < 200
    assert len(re.findall(b"data-t=", (folder / "show" / LONG.path / "transcript/index.html").read_bytes())) > 1000
