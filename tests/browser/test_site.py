"""The site in a real browser: playing, seeking, following, reading; pictures of every page go to screenshots/."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from programs import find_browser, find_node_module
from sample_site import (
    describe_sample_pages,
    make_episodes,
    make_long_episode,
    make_main_episode,
    make_sample_show,
    serve_folder,
    write_site,
)

from site_builder.site import search

pytestmark = pytest.mark.skipif(not find_browser(), reason="no Chromium found; python tests/programs.py installs one")

PROJECT = Path(__file__).parent.parent.parent
PICTURES = PROJECT / "screenshots"
AXE = find_node_module("axe-core")
EPISODE = make_main_episode().path
LONG = make_long_episode().path
PAGES = {
    "home": "",
    "home-2": "page/2/",
    "episode": EPISODE,
    "episode-long": LONG,
    "archive": "archive/",
    "tags": "tags/",
    "tag": "tags/history/",
    "people": "people/",
    "person": "people/thelamproom/",
    "about": "about/",
    "subscribe": "subscribe/",
    "search": "search/?q=horn",
    "embed": f"{EPISODE}embed/",
    "transcript": f"{EPISODE}transcript/",
    "offline": "offline/",
    "missing": "no/such/page/",
    "withdrawn": "episodes/withdrawn/",
}
Page = Any
Open = Callable[..., Page]


def follow(page: Page, link: Any) -> None:
    """Click `link` and wait until the page behind it has loaded, styles included."""
    with page.expect_navigation():
        link.click()


def now(page: Page) -> float:
    """Where the audio is."""
    return float(page.evaluate("document.querySelector('#audio').currentTime"))


def find_turn(page: Page, row: str) -> tuple[float, float]:
    """Start and end of the first turn among the rows of the table that `row` selects."""
    _, start, end = page.locator(f"#turns {row}").first.get_attribute("data-turn").split()
    return float(start), float(end)


def wait_until_playing_at(page: Page, second: float, *, within: float = 3.0) -> None:
    """Wait until the audio plays between `second` and `second + within`."""
    page.wait_for_function(
        "([from, to]) => { const a = document.querySelector('#audio');"
        " return !a.paused && a.readyState > 2 && a.currentTime > from && a.currentTime < to }",
        arg=[second, second + within],
        timeout=8000,
    )


def test_play_and_pause(open_page: Open) -> None:
    """The big button plays and pauses; its name says what it will do; the clock runs."""
    page = open_page(EPISODE)
    page.get_by_role("button", name="Play").first.click()
    wait_until_playing_at(page, 0.05)
    page.get_by_role("button", name="Pause").first.click()
    assert page.evaluate("document.querySelector('#audio').paused")
    page.get_by_role("button", name="Play").first.wait_for()


@pytest.mark.parametrize(
    ("selector", "second"),
    [
        (".chapters li:nth-child(3) a >> nth=0", 130),
        (".notes a[href='#t=40s']", 40),
        (".said >> nth=3 >> .at", None),
        (".moments a", 205),
    ],
)
def test_click_seeks_and_plays(open_page: Open, selector: str, second: float | None) -> None:
    """A chapter, a time in the notes, a time of the transcript, a moment: each plays from there."""
    page = open_page(EPISODE)
    target = page.locator(selector)
    if second is None:
        second = float(
            target.evaluate("e => (e.closest('[data-t]') ?? e.parentElement.querySelector('[data-t]')).dataset.t")
        )
        second = int(second)
    target.click()
    wait_until_playing_at(page, second)


def test_range_stops_at_its_end(open_page: Open) -> None:
    """`#t=204,205` plays one second and pauses."""
    page = open_page(f"{EPISODE}#t=204,205")
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 204.2")
    page.wait_for_function("() => document.querySelector('#audio').paused", timeout=5000)
    assert 205 <= now(page) < 205.8


def test_click_on_a_turn_plays_it_from_its_start(open_page: Open) -> None:
    """Clicking into the middle of a turn in the second lane plays that turn; the speaker is shown."""
    page = open_page(EPISODE)
    start, end = find_turn(page, "tr[data-turn^='1 ']")
    lane = page.locator(".lane[data-person='1'] svg")
    lane.scroll_into_view_if_needed()
    box = lane.bounding_box()
    page.mouse.click(box["x"] + box["width"] * (start + (end - start) * 0.6) / 300, box["y"] + box["height"] / 2)
    wait_until_playing_at(page, start - 0.01)
    page.wait_for_selector(".lane.now[data-person='1']")
    assert page.locator(".deck [data-speaker]").inner_text() == "Davy Quill"


def test_table_of_turns_is_a_way_without_the_mouse(open_page: Open) -> None:
    """The table opens from the keyboard, and a time in it plays that turn."""
    page = open_page(EPISODE)
    page.locator(".turns summary").focus()
    page.keyboard.press("Enter")
    start, _ = find_turn(page, "tr:nth-child(5)")
    page.locator("#turns tr:nth-child(5) a").focus()
    page.keyboard.press("Enter")
    wait_until_playing_at(page, int(start) - 0.01)


def test_hear_only_one_person(open_page: Open) -> None:
    """With a person chosen, playing jumps over everybody else; pressed again, all are heard."""
    page = open_page(EPISODE)
    button = page.get_by_role("button", name="Owen Pike")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Play").first.click()
    first = next(turn for turn in make_main_episode().turns if turn.speaker == 2)
    wait_until_playing_at(page, first.start - 0.1)
    assert page.locator("#turns tr:not([hidden])").count() < page.locator("#turns tr").count()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator("#turns tr[hidden]").count() == 0


@pytest.mark.parametrize(
    ("fragment", "second"), [("t=1m5s", 65), ("t=0h2m3s", 123), ("t=100", 100), ("t=1:40", 100), ("t=nonsense", 0)]
)
def test_deep_link(open_page: Open, fragment: str, second: int) -> None:
    """A link to a time stands there ready; what is no time is the beginning."""
    page = open_page(f"{EPISODE}#{fragment}")
    assert now(page) == second
    page.keyboard.press("k")
    wait_until_playing_at(page, second)


def test_keyboard(open_page: Open) -> None:
    """Space, j, l, arrows, brackets, n, m and > do what the list says, not while typing, and not when switched off."""
    page = open_page(f"{EPISODE}#t=60")
    page.keyboard.press("ArrowRight")
    assert now(page) == 65
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("j")
    assert now(page) == 45
    page.keyboard.press("l")
    assert now(page) == 75
    page.keyboard.press("n")
    assert now(page) == 130
    page.keyboard.press("]")
    assert now(page) == round(next(turn.start for turn in make_main_episode().turns if turn.start > 130.1), 1)
    page.keyboard.press(">")
    assert page.evaluate("document.querySelector('#audio').playbackRate") == 1.25
    page.keyboard.press("m")
    assert page.evaluate("document.querySelector('#audio').muted")
    page.keyboard.press("Space")
    assert not page.evaluate("document.querySelector('#audio').paused")
    page.keyboard.press("Space")
    before = now(page)
    page.locator("#find").fill("")
    page.locator("#find").press_sequentially("jl n")
    assert now(page) == before
    page.locator(".keys summary").click()
    page.locator("#shortcuts").uncheck()
    page.keyboard.press("l")
    assert now(page) == before


def test_speed_volume_and_skip(open_page: Open) -> None:
    """The controls change what they are named for."""
    page = open_page(EPISODE)
    page.get_by_label("Speed").select_option("1.5")
    page.get_by_role("button", name="On 30 seconds").click()
    page.get_by_role("button", name="Back 15 seconds").first.click()
    page.get_by_label("Volume").fill("0.5")
    page.get_by_label("Position").focus()
    page.keyboard.press("ArrowRight")
    state = page.evaluate("(a => [a.currentTime, a.playbackRate, a.volume])(document.querySelector('#audio'))")
    assert state == [16, 1.5, 0.5]
    assert page.get_by_label("Position").get_attribute("aria-valuetext") == "0:16 of 5:00"
    assert page.get_by_label("Volume").get_attribute("aria-valuetext") == "50%"


def test_position_and_speed_are_remembered(open_page: Open) -> None:
    """Coming back, the listener is where they left; a link to a time goes before."""
    page = open_page(EPISODE)
    page.get_by_label("Speed").select_option("1.25")
    page.locator(".chapters li:nth-child(2) a").click()
    wait_until_playing_at(page, 48)
    page.keyboard.press("k")
    page.goto(page.url.split("#")[0].replace(EPISODE, "archive/"))
    page.go_back()
    page.evaluate("history.replaceState(null, '', location.pathname)")
    page.reload()
    assert 48 <= now(page) < 53
    assert page.evaluate("document.querySelector('#audio').playbackRate") == 1.25
    page.goto(page.url + "#t=200")
    page.reload()
    assert now(page) == 200


def test_link_at_this_time_is_copied(open_page: Open, address: str) -> None:
    """The button copies the page's address with the time, and says so."""
    page = open_page(f"{EPISODE}#t=83")
    button = page.get_by_role("button", name="Link at this time")
    button.click()
    page.get_by_role("button", name="Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}{EPISODE}#t=1m23s"


def test_feed_address_is_copied(open_page: Open) -> None:
    """The subscribe page copies the feed's absolute address."""
    page = open_page("subscribe/")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "https://lamproom.example/show/feed.xml"


def test_transcript_follows_and_can_be_searched(open_page: Open) -> None:
    """The line being said is marked; a search counts its matches and Enter goes to the next."""
    page = open_page(f"{EPISODE}#t=130")
    line = page.locator(".said .now")
    assert float(line.get_attribute("data-t")) <= 130.05
    page.locator("#find").fill("GRUNT")
    text = page.locator(".transcript").inner_text().lower()
    count = text.count("grunt")
    assert page.locator("#found").inner_text() == f"1/{count}"
    page.locator("#find").press("Enter")
    assert page.locator("#found").inner_text() == f"2/{count}"
    assert page.evaluate("[...CSS.highlights.get('found')].length") == count
    page.locator("#find").fill("no such words")
    assert page.locator("#found").inner_text() == "0/0"


def test_media_session_knows_the_episode(open_page: Open) -> None:
    """Lock screens and headsets get title, people and show."""
    page = open_page(EPISODE)
    data = page.evaluate("(m => [m.title, m.artist, m.album])(navigator.mediaSession.metadata)")
    assert data == ["Why no two lighthouses blink alike", "Mara Lind, Davy Quill, Owen Pike", "The Lamp Room"]


def test_search_lands_on_the_moment_and_plays(open_page: Open) -> None:
    """A word of the transcript is found, with who said it; a click on it plays the episode from there."""
    page = open_page("archive/")
    page.get_by_role("searchbox").fill("compressed air")
    page.get_by_role("searchbox").press("Enter")
    moment = page.locator(".hit", has_text=make_main_episode().title).locator(".hits a").first
    moment.wait_for()
    cue = next(cue for cue in make_main_episode().cues if "compressed air" in cue.text)
    start = cue.times[cue.text.split().index("compressed")][0]
    assert moment.locator("b").inner_text() == cue.speaker
    assert moment.locator("mark").all_inner_texts() == ["compressed", "air,"]
    moment.click()
    wait_until_playing_at(page, start - 0.06)
    page.locator(".said .now", has_text="compressed air").wait_for()


@pytest.mark.parametrize(
    ("words", "title", "text"),
    [
        ("lens restorer", "Why no two lighthouses blink alike", "Found: "),
        ("Carvalho", "Inês Carvalho", "Found: "),
        ("stopped a car", "About", "Found: "),
        ("xylophone", "", "Nothing was found for “xylophone”."),
    ],
)
def test_search_finds_notes_people_and_pages(open_page: Open, words: str, title: str, text: str) -> None:
    """Summaries, people and free pages are found too; nothing found is said. The words stand in the address."""
    page = open_page("search/")
    page.get_by_role("searchbox").fill(words)
    page.wait_for_function("text => document.querySelector('#found-count').textContent.startsWith(text)", arg=text)
    assert page.url.endswith(f"?q={quote(words)}")
    if title:
        page.locator(".hit .row-title a", has_text=title).first.wait_for()
    else:
        assert page.locator(".hit").count() == 0


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the same site is served with an index in parts, as that of a show of thousands of episodes is."""
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_WHOLE", 4)
        patch.setattr(search, "_PART", 4)
        write_site(folder / "show")
    assert len(list(folder.glob("show/pagefind/*/pagefind-entry.json"))) >= 3
    url, stop = serve_folder(folder)
    yield f"{url}show/"
    stop()


def test_search_puts_the_parts_of_an_index_together(browser: Any, in_parts: str) -> None:
    """Whatever part a page is in, it is found, once, and leads to its place; nothing else is asked for anything."""
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{in_parts}search/")
    for words, title in (
        ("mercury", make_main_episode().title),
        ("Owen Pike", "Owen Pike"),
        ("advertisements", "About"),
    ):
        page.get_by_role("searchbox").fill(words)
        hit = page.locator("#results .row-title a").get_by_text(title, exact=True)
        hit.wait_for()
        assert hit.count() == 1
    assert hit.get_attribute("href") == f"{in_parts}about/"
    assert sum("pagefind-entry.json" in url for url in requests) >= 3
    assert all(url.startswith(in_parts) for url in requests)
    page.close()


def test_search_without_javascript_says_so(open_page: Open) -> None:
    """No field that does nothing; the lists are linked."""
    page = open_page("search/", java_script_enabled=False)
    assert page.get_by_role("searchbox").count() == 0
    assert "JavaScript" in page.locator("main").inner_text()
    page.locator("main").get_by_role("link", name="Topics").click()
    assert page.locator("h1").inner_text() == "Topics"


def test_player_in_a_frame(open_page: Open, folder: Path) -> None:
    """Embedded in another page with a range: stands at its start, plays to its end, links the page at that time."""
    (folder / "show" / "other.html").write_text(
        f'<!DOCTYPE html><title>x</title><link rel="icon" href="data:,">'
        f'<iframe src="{EPISODE}embed/#t=10,11" width="640" height="200" allow="autoplay"></iframe>',
        "utf-8",
    )
    page = open_page("other.html", viewport={"width": 700, "height": 240})
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Play").click()
    frame.get_by_role("button", name="Pause").wait_for()
    frame.get_by_role("button", name="Play").wait_for()
    assert frame.locator("#now").inner_text() == "0:11"
    assert frame.locator("#whole").get_attribute("href").endswith(f"{EPISODE}#t=11")
    assert frame.locator("html").evaluate("e => [e.scrollWidth - innerWidth, e.scrollHeight - innerHeight]") == [0, 0]
    page.screenshot(path=PICTURES / "embed.png")


def test_player_in_a_frame_without_javascript(open_page: Open) -> None:
    """The browser's own player, and no button that does nothing."""
    page = open_page(f"{EPISODE}embed/", java_script_enabled=False, viewport={"width": 640, "height": 200})
    assert page.locator("#audio").is_visible()
    assert page.locator("#toggle").is_hidden()


def test_embed_code_is_copied(open_page: Open) -> None:
    """The button copies a frame with the absolute address."""
    page = open_page(EPISODE)
    page.get_by_role("button", name="Copy the player for your site").click()
    page.get_by_role("button", name="Copied").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code.startswith(f'<iframe src="https://lamproom.example/show/{EPISODE}embed/"')


def wait_for_worker(page: Page) -> None:
    """Wait until the service worker answers for the page."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=8000)


def kept(page: Page) -> list[str]:
    """Names of what is kept for offline."""
    names: list[str] = page.evaluate(
        "async () => (await (await caches.open('spacecast:/show/:kept')).keys())"
        ".map(request => request.url.split('/').filter(Boolean).pop()).sort()"
    )
    return names


def stop_workers(page: Page) -> None:
    """What browsers do to a worker that has been idle for a while."""
    session = page.context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")


@pytest.fixture
def own_copy(folder: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the site that a test may change, at an origin of its own, and its address."""
    place = folder.parent / f"{folder.name}-copy"
    shutil.copytree(folder, place)
    url, stop = serve_folder(place)
    yield place / "show", f"{url}show/"
    stop()
    shutil.rmtree(place)


def open_kept_episode(browser: Any, address: str) -> Page:
    """A page of an episode that was just kept for offline."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    wait_for_worker(page)
    page.goto(address + EPISODE)
    page.get_by_role("button", name="Keep for listening offline").click()
    page.get_by_role("button", name="Kept on this device").wait_for()
    return page


def test_offline_pages_and_a_kept_episode(browser: Any, own_copy: tuple[Path, str]) -> None:
    """Without a connection: visited pages open, a kept episode plays and seeks, others say that they are not kept."""
    _, address = own_copy
    page = open_kept_episode(browser, address)
    page.context.set_offline(True)
    page.goto(address)
    assert page.locator("h1").inner_text() == "The Lamp Room"
    page.goto(f"{address}{EPISODE}#t=200")
    page.keyboard.press("k")
    wait_until_playing_at(page, 200)
    page.goto(f"{address}people/davy-on-lenses/")
    assert page.locator("h1").inner_text() == "No connection"
    page.screenshot(path=PICTURES / "offline.png")
    page.locator("#kept a").click()
    assert page.locator("h1").inner_text() == make_main_episode().title
    page.get_by_role("button", name="Kept on this device").click()
    page.get_by_role("button", name="Keep for listening offline").wait_for()
    assert kept(page) == []
    page.context.close()


@pytest.mark.parametrize("gone", ["withdrawn", "removed", "other audio"])
def test_what_is_no_longer_published_is_not_kept(browser: Any, own_copy: tuple[Path, str], gone: str) -> None:
    """With a connection the new page shows, whatever was kept; its old audio is deleted, without visiting the page."""
    site, address = own_copy
    page = open_kept_episode(browser, address)
    slug = make_main_episode().slug
    assert kept(page) == [slug, f"{slug}.m4a"]
    file = site / EPISODE / "index.html"
    if gone == "withdrawn":
        shutil.copy(site / "episodes/withdrawn/index.html", file)
    elif gone == "removed":
        shutil.rmtree(file.parent)
    else:
        file.write_text(file.read_text("utf-8").replace(f"{slug}.m4a", f"{slug}-2.m4a"), "utf-8")
    stop_workers(page)
    page.goto(f"{address}people/")
    page.wait_for_function("async () => (await (await caches.open('spacecast:/show/:kept')).keys()).length === 0")
    page.goto(f"{address}{EPISODE}")
    expected = {"withdrawn": "This episode has been withdrawn", "removed": "Nobody speaks here"}
    assert page.locator("h1").inner_text() == expected.get(gone, make_main_episode().title)
    page.context.set_offline(True)
    page.reload()
    assert page.locator("h1").inner_text() != make_main_episode().title or gone == "other audio"
    page.context.close()


def test_small_bar_appears_when_the_player_is_out_of_sight(open_page: Open) -> None:
    """Reading on while it plays: a bar with pause, title and speaker; back at the player it goes."""
    page = open_page(EPISODE)
    assert page.locator("#dock").is_hidden()
    page.get_by_role("button", name="Play").first.click()
    page.locator(".said").last.scroll_into_view_if_needed()
    page.locator("#dock").wait_for()
    page.locator("#dock [data-do=toggle]").click()
    assert page.evaluate("document.querySelector('#audio').paused")
    page.evaluate("scrollTo(0, 0)")
    page.locator("#dock").wait_for(state="hidden")


CARRIED = "section.dock:not(#dock)"


def wait_until_carried_at(page: Page, second: float) -> None:
    """Wait until the bar plays and its clock shows `second` or later."""
    page.locator(CARRIED).get_by_role("button", name="Pause").wait_for()
    page.wait_for_function(
        "([bar, from]) => document.querySelector(bar + ' [data-now]').textContent.split(':')"
        ".reduce((sum, part) => sum * 60 + Number(part), 0) >= from",
        arg=[CARRIED, second],
    )


def test_listening_goes_on_while_browsing(open_page: Open) -> None:
    """From page to page a bar plays on; at the episode its own player takes over; closed, it stays away."""
    page = open_page(f"{EPISODE}#t=130")
    page.keyboard.press("k")
    wait_until_playing_at(page, 130)
    page.get_by_role("link", name="People", exact=True).first.click()
    wait_until_carried_at(page, 131)
    page.get_by_role("link", name="Episodes", exact=True).first.click()
    wait_until_carried_at(page, 131)
    page.screenshot(path=PICTURES / "carried.png")
    page.locator(CARRIED).get_by_role("link", name=make_main_episode().title).click()
    wait_until_playing_at(page, 131, within=12)
    assert page.locator(CARRIED).count() == 0
    page.get_by_role("link", name="People", exact=True).first.click()
    page.locator(CARRIED).get_by_role("button", name="Close").click()
    page.reload()
    assert page.locator(CARRIED).count() == 0


def test_another_episode_takes_the_place_of_the_bar(open_page: Open) -> None:
    """Paused, nothing is carried; playing, the bar stays on another episode's page until that one plays."""
    page = open_page(EPISODE)
    page.keyboard.press("k")
    wait_until_playing_at(page, 0.05)
    page.locator(".neighbours a").first.click()
    page.locator(CARRIED).wait_for()
    page.evaluate("document.querySelector('#audio').dispatchEvent(new Event('play'))")
    page.locator(CARRIED).wait_for(state="detached")
    follow(page, page.locator("a.brand"))
    assert page.locator(CARRIED).count() == 0


def test_three_hours_with_five_people_run_smoothly(open_page: Open) -> None:
    """Few nodes for the lanes, and following the audio costs under 4 ms a frame on average."""
    page = open_page(LONG)
    assert page.locator(".lanes svg *").count() == 5
    cost = page.evaluate(
        """() => {
            const audio = document.querySelector('#audio');
            let now = 0;
            Object.defineProperty(audio, 'currentTime', { get: () => now, set: (value) => (now = value) });
            const before = performance.now();
            for (let step = 0; step < 200; step++) {
                now = step * 53.7;
                audio.dispatchEvent(new Event('timeupdate'));
                document.body.offsetHeight;
            }
            return (performance.now() - before) / 200;
        }"""
    )
    assert cost < 40, "milliseconds for a jump with layout; a busy machine is allowed ten times the idle cost"


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light"), (1600, "dark")])
def test_nothing_overflows(open_page: Open, width: int, scheme: str) -> None:
    """No page scrolls sideways at any width; each is photographed."""
    PICTURES.mkdir(exist_ok=True)
    page = open_page("", viewport={"width": width, "height": 900}, color_scheme=scheme)
    base = page.url
    for name, path in PAGES.items():
        page.goto(base + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{name} at {width}"
        if name == "search":
            page.locator(".hit").first.wait_for()
        full = name != "episode-long"
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=full)


def test_dark_follows_the_system(open_page: Open) -> None:
    """Dark paper in the dark scheme, light paper in the light one and on paper."""
    page = open_page("", color_scheme="dark")
    lightness = "parseInt(getComputedStyle(document.documentElement).backgroundColor.slice(4))"
    assert page.evaluate(lightness) < 40
    page.emulate_media(color_scheme="light")
    assert page.evaluate(lightness) > 240
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(lightness) == 255


def test_print_says_where_links_lead_once(open_page: Open) -> None:
    """Addresses stand behind links, but not behind those that are written out."""
    page = open_page("about/")
    page.emulate_media(media="print")
    behind = "[...document.querySelectorAll('.prose a')].map(a => getComputedStyle(a, '::after').content)"
    assert page.evaluate(behind) == ['" (https://example.org/)"', "none"]


def test_without_javascript_everything_can_be_read(open_page: Open) -> None:
    """Native controls, transcript, table and links; nothing that would need a script is shown."""
    page = open_page(EPISODE, java_script_enabled=False)
    assert page.locator("#audio").is_visible()
    assert page.locator(".deck").is_hidden()
    assert page.locator(".finder").is_hidden()
    assert page.locator(".keys").is_hidden()
    page.locator(".turns summary").click()
    assert page.locator("#turns tr").first.is_visible()
    page.screenshot(path=PICTURES / "episode-no-javascript.png", full_page=True)
    follow(page, page.locator(".neighbours a").first)
    assert "The keeper" in page.title()


def test_from_a_folder_on_disk(browser: Any, folder: Path) -> None:
    """Opened as a file, pages link each other, look right, and even play."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    may_not_preload = re.compile(
        r"woff2' from origin 'null'|^Failed to load resource|^A preload for"
    )  # fonts load later, by the style
    page.goto((folder / "show" / "index.html").as_uri())
    follow(page, page.locator(".latest-title a"))
    assert page.url.endswith(f"{EPISODE}index.html")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith("Newsreader")
    page.get_by_role("button", name="Play").first.click()
    wait_until_playing_at(page, 0.05)
    follow(page, page.locator(".brand"))
    assert page.title() == make_sample_show().title
    page.close()
    assert [text for text in complaints if not may_not_preload.search(text)] == []


def test_links_work_on_the_404_page_at_any_depth(open_page: Open) -> None:
    """Whatever the wrong address, the way home is right."""
    page = open_page("very/deep/and/wrong/")
    follow(page, page.get_by_role("link", name="To the home page"))
    assert page.locator("h1").inner_text() == "The Lamp Room"


def test_right_to_left(open_page: Open, folder: Path, address: str) -> None:
    """In an Arabic show the page runs from the right and still fits."""
    rtl = folder / "show" / "rtl"
    write_site(rtl, describe_sample_pages(make_sample_show(language="ar"), episodes=make_episodes()[:2]))
    for width in (360, 1280):
        page = open_page(f"rtl/{EPISODE}", viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.screenshot(path=PICTURES / f"episode-rtl-{width}.png", full_page=True)
    assert page.locator(".brand").bounding_box()["x"] > 600


@pytest.mark.skipif(not AXE, reason="axe-core is not installed; python tests/programs.py does")
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(open_page: Open, width: int) -> None:
    """WCAG 2.2 AA and best practices on every type of page, wide and narrow; in the dark, what depends on colours."""
    page = open_page("", viewport={"width": width, "height": 900}, color_scheme="light", bypass_csp=True)
    base, all_rules = page.url, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    axe = (AXE / "axe.min.js").read_text("utf-8") if AXE else ""
    for name in [name for name in PAGES if name not in {"episode-long", "home-2"}]:
        page.goto(base + PAGES[name])
        if name == "search":
            page.locator(".hit").first.wait_for()
        page.evaluate(axe)
        for scheme, rules in (("light", all_rules), ("dark", ["color-contrast"])):
            page.emulate_media(color_scheme=scheme)
            found = page.evaluate("rules => axe.run(document, { runOnly: rules })", rules)["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], f"{name}, {scheme}"
        page.emulate_media(color_scheme="light")
