"""Checks and publishing from the studio: what the commands find, refuse and send, in the page."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from github_server import TOKEN, GitHubServer
from keyring_maker import make_keyring, read_kept
from markupsafe import escape
from show_runner import PROJECT, copy_show, edit, spacecast
from studio_runner import RunningStudio, find_family, start_studio

from site_builder.studio.findings.rule_titles import list_rule_titles
from site_builder.text.languages import ENGLISH


@pytest.fixture
def ready(built_show: Path, tmp_path: Path) -> Iterator[RunningStudio]:
    """A studio whose show has real addresses and a folder to go to."""
    show = copy_show(built_show, tmp_path / "show")
    with start_studio(show) as studio:
        yield studio.enter()


def fill_in(studio: RunningStudio, url: str = "https://ana.github.io/signals/") -> None:
    """What the five lines ask for."""
    for page, field, value in (
        ("/show", "url", url),
        ("/show", "email", "ana@rivers.pt"),
        ("/publish/where", "where", str(studio.show.parent / "site")),
    ):
        form = page.removesuffix("/where")
        answer = studio.post(page, (field, value), based_on=studio.digest(form, "config.yaml"), page=form)
        assert answer.status == 200, answer.text


def wait_until(studio: RunningStudio, page: str, words: str, without: str = "data-awaits") -> str:
    """The page once it says that, and nothing of what it is to be without."""
    for _ in range(600):
        text = studio.get(page).text
        if words in text and "data-awaits" not in text and without not in text:
            return text
        time.sleep(0.2)
    raise AssertionError(f"{page} never said {words!r}: {text}")


def test_to_a_folder_and_back(ready: RunningStudio) -> None:
    fill_in(ready)
    folder, show = ready.show.parent / "site", ready.show
    assert f"deploy: folder:{folder}" in (show / "config.yaml").read_text("utf-8").replace('"', "")
    page = wait_until(ready, "/publish", "What will be sent")
    assert "For the first time" in page
    assert not folder.exists()  # looking sends nothing and promises nothing
    assert not (show / "content/published.json").exists()
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It is published")
    assert "https://ana.github.io/signals/feed.xml" in page
    in_app = page.partition('class="in-app"')[2].partition("</ol>")[0]
    assert [title in in_app for title in re.findall("<title>(.*?)</title>", (folder / "feed.xml").read_text())[:3]] == [
        True
    ] * 3
    assert "Nothing: what is there is what you have here." in page
    assert (folder / "feed.xml").is_file()
    assert spacecast("-C", show, "deploy", "--dry-run").out.startswith(f"{folder}: 0 would be sent")
    first = (folder / "feed.xml").read_bytes()
    ready.post("/show", based_on=ready.digest("/show", "config.yaml"), title="Another name")
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "Go back")
    assert (folder / "feed.xml").read_bytes() != first
    name = page.partition('name="name" value="')[2].partition('"')[0]
    ready.post("/publish/back", name=name, scripted=False)
    page = wait_until(ready, "/publish", "The earlier site is back")
    assert (folder / "feed.xml").read_bytes() == first
    assert "to send" in page.partition('id="sent"')[2]  # what is here is not what is online
    (guest, *_) = (row["who"] for row in spacecast("-C", show, "people", "--json").json if row["consent"] == "pending")
    spacecast("-C", show, "consent", guest, "refused")
    name = page.partition('name="name" value="')[2].partition('"')[0]
    ready.post("/publish/back", name=name, scripted=False)
    page = wait_until(ready, "/publish", "is not to be heard any more")
    assert "to send" in page.partition('id="sent"')[2]
    assert name not in page.partition('role="alert"')[2].partition("</section>")[0]


def test_what_changed_is_named(ready: RunningStudio) -> None:
    """The episode that is online and is sent again; what is sent for the first time is told apart."""
    fill_in(ready)
    ready.post("/publish", scripted=False)
    assert "Online already, and changed" not in wait_until(ready, "/publish", "It is published")
    (folder, *_) = sorted((ready.show / "content/episodes").iterdir())
    edit(folder / "index.md", "title: ", "title: Foggy ")
    page = wait_until(ready, "/publish", "Online already, and changed").partition("Online already, and changed")[2]
    assert "Foggy" in page.partition("</ul>")[0]
    assert page.partition("</ul>")[0].count("<li") == 1  # the pages beside it link to it by its title, and are sent too
    assert "For the first time" not in page


def test_a_folder_of_the_show_is_no_place(ready: RunningStudio) -> None:
    """It is refused where it is written, and is not green where an editor wrote it."""
    before = (ready.show / "config.yaml").read_bytes()
    for place in ("folder:output", str(ready.show / "content")):
        answer = ready.post("/publish/where", based_on=ready.digest("/publish", "config.yaml"), where=place)
        assert answer.status == 422
        assert "the show itself lies there" in answer.text
    assert (ready.show / "config.yaml").read_bytes() == before
    (ready.show / "config.yaml").write_bytes(before + b"\ndeploy: folder:output\n")
    line = re.search(r"<li[^>]*>(?:(?!</li>).)*#f-where", ready.get("/publish").text, re.DOTALL)
    assert line, "the line about where to leads nowhere"


def test_refusals_are_told_in_the_page(ready: RunningStudio) -> None:
    assert ready.post("/publish").status == 422  # it does not say where to
    where = str(ready.show.parent / "site")
    ready.post("/publish/where", based_on=ready.digest("/publish", "config.yaml"), where=where)
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It was not published")
    assert "is a placeholder" in page
    assert not (ready.show / "content/published.json").exists()


def test_a_place_that_takes_nothing(ready: RunningStudio) -> None:
    """It is told which and why; what would be sent can be looked at again, though nothing lacks here."""
    fill_in(ready)
    place = ready.show.parent / "site"
    place.write_text("a file")
    ready.get("/publish")  # begins to find out what would be sent, which publishing ends
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It was not published")
    assert f"{place}: File exists" in page
    assert 'action="/publish/plan"' in page
    assert "once the address and the e-mail are there" not in page
    place.unlink()
    ready.post("/publish", scripted=False)
    wait_until(ready, "/publish", "It is published")


def test_checks_lead_to_the_field(ready: RunningStudio) -> None:
    index = min((ready.show / "content/episodes").iterdir()) / "index.md"
    edit(index, "title:", "cover: nowhere.jpg\ntitle:")
    page = wait_until(ready, "/checks", "nowhere.jpg")
    assert f'href="/episodes/{index.parent.name}' in page
    edit(index, "cover: nowhere.jpg\n", "")
    page = wait_until(ready, "/checks", "Check again", without="nowhere.jpg")
    assert 'href="/show#f-url"' in page
    assert 'href="/show#f-email"' in page
    found = spacecast("-C", ready.show, "check", "--json").json["findings"]
    assert len(found) > 4
    titles = list_rule_titles(ENGLISH)
    told = [titles[one["rule"]].title if one["rule"] in titles else str(escape(one["message"][1:])) for one in found]
    assert [sentence for sentence in told if sentence not in page] == []
    assert "output/" not in page.partition('<details class="technical">')[0]


def test_a_fault_of_an_episode_is_told_by_its_name(ready: RunningStudio) -> None:
    """A chapter after the end, by an editor: Checks and Publish name the episode and lead to its chapters."""
    fill_in(ready)
    index = min((ready.show / "content/episodes").iterdir()) / "index.md"
    edit(index, "title:", "chapters:\n  - 0:01 Opening\n  - 9:00 Late\ntitle:")
    link = f'href="/episodes/{index.parent.name}#s-chapters"'
    page = wait_until(ready, "/checks", "got 9:00")
    assert link in page
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It was not published")
    told = page.partition("It was not published")[2].partition("</section>")[0]
    assert link in told
    assert "got 9:00" in told
    assert "index.md" not in told
    assert "chapters.2" not in told
    (title,) = re.findall(rf"{link}[^>]*>([^<]+)", told)
    assert f'["{title}: expected a time in the recording' in read_panel(ready)


def read_panel(studio: RunningStudio) -> str:
    """What the preview beside the notes hears that is wrong with the site."""
    policy = studio.get("/episodes").headers["content-security-policy"]
    place = urlsplit(policy.partition("frame-src ")[2].partition(";")[0])
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        lines = f"GET /__spacecast__/events?page=/ HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {studio.cookie}\r\n\r\n"
        connection.sendall(lines.encode())
        heard = b""
        while b'"problems": ["' not in heard:
            heard += connection.recv(65536)
    return heard.decode()


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    """GitHub on this computer; nobody has a token for it yet."""
    with GitHubServer(tmp_path / "github") as server:
        monkeypatch.setenv("SPACECAST_TEST_GITHUB", server.url)
        monkeypatch.delenv("SPACECAST_GITHUB_TOKEN", raising=False)
        yield server


def find_traces(studio: RunningStudio, text: str) -> list[str]:
    """Where a text is to be seen from outside: files of the show, pages, what was printed, environments, arguments."""
    files = [file for file in studio.show.parents[1].rglob("*") if file.is_file()]
    found = [str(file) for file in files if text.encode() in file.read_bytes()]
    found += [page for page in ("/publish", "/checks", "/show", "/episodes") if text in studio.get(page).text]
    found += ["standard error"] if text.encode() in b"".join(studio.err) else []
    for process in find_family(studio.process.pid):
        for name in ("environ", "cmdline"):
            found += [name] if text.encode() in Path(f"/proc/{process}/{name}").read_bytes() else []
    return found


def read_events(studio: RunningStudio) -> str:
    """What every page hears of the work that was done."""
    place = urlsplit(studio.address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        lines = f"GET /events HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {studio.cookie}\r\n\r\n"
        connection.sendall(lines.encode())
        heard = b""
        while heard.count(b"event: job") < 2 or not heard.endswith(b"\r\n"):
            heard += connection.recv(65536)
    return heard.decode()


@pytest.mark.parametrize("keyring", ["a keyring", "none that opens"])
def test_to_github_with_a_token_that_is_pasted(
    built_show: Path, tmp_path: Path, github: GitHubServer, keyring: str
) -> None:
    """It is asked for where it is needed, goes into the keyring or is held for this once, and is nowhere to be seen."""
    pytest.importorskip("dulwich")
    has_keyring = keyring == "a keyring"
    kept = make_keyring(tmp_path / "keyring", is_locked=not has_keyring)
    show = copy_show(built_show, tmp_path / "mine/show")
    with start_studio(show, PYTHONPATH=f"{PROJECT}{os.pathsep}{kept}") as studio:
        studio.enter()
        fill_in(studio, "https://you.github.io/signals/")
        based_on = studio.digest("/publish", "config.yaml")
        noted = studio.post("/publish/where", page="/publish", based_on=based_on, where="github.com/you/signals")
        assert noted.status == 200
        page = wait_until(studio, "/publish", "once GitHub’s token is there")
        assert 'type="password" id="f-token"' in page
        assert "--token-stdin" not in page
        assert studio.post("/publish/token", token="not a token").status == 422
        studio.post("/publish/token", token="github_pat_mistyped", scripted=False)
        assert "GitHub does not take the token" in wait_until(studio, "/publish", "once GitHub’s token is there")
        assert read_kept(kept) == {}
        studio.post("/publish/token", token=f" {TOKEN}\n", scripted=False)
        page = wait_until(studio, "/publish", "For the first time")
        assert ("The token you pasted is held until" in page) != has_keyring
        assert github.find("you/signals") is None  # it was looked, and nothing was sent
        studio.post("/publish", scripted=False)
        wait_until(studio, "/publish", "It is published")
        assert github.refs("you/signals") == ["refs/heads/gh-pages"]
        assert read_kept(kept) == ({"spacecast github.com/you/signals": TOKEN} if has_keyring else {})
        assert find_traces(studio, TOKEN) == ([str(kept / "kept.json")] if has_keyring else [])
        assert TOKEN not in read_events(studio)
        studio.post("/show", based_on=studio.digest("/show", "config.yaml"), title="Another name")
        wait_until(studio, "/publish", " there already" if has_keyring else "once GitHub’s token is there")
