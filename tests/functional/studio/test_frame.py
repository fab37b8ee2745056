"""Who may ask the studio, and what becomes of a change: kept, undone, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from show_runner import edit
from studio_runner import RunningStudio, start_studio


def index_of(show: Path) -> Path:
    """The front matter of the first episode."""
    return min((show / "content/episodes").iterdir()) / "index.md"


def page_of(show: Path) -> tuple[str, str]:
    """Its page, and its file as forms name it."""
    folder = index_of(show).parent.name
    return f"/episodes/{folder}", f"content/episodes/{folder}/index.md"


def test_token_opens_once(show: Path) -> None:
    with start_studio(show) as studio:
        assert studio.ask("/episodes").status == 403
        assert studio.ask("/?token=wrong").status == 403
        studio.enter()
        assert studio.get("/episodes").status == 200
        assert studio.ask(studio.address.removeprefix(studio.origin), cookie="").status == 403
        with studio.follow("/events"):
            code, err = studio.stop()
        assert code == 0
        assert "Traceback" not in err  # also where a page is open, and hears of work or of sound


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"cookie": ""},
        {"cookie": "spacecast-studio=x"},
        {"upgrade": "websocket", "connection": "Upgrade"},
    ],
)
@pytest.mark.parametrize("path", ["/episodes", "/events", "/assets/studio.js", "/no/such/page"])
def test_strangers_get_nothing(looked_at: RunningStudio, headers: dict[str, str], path: str) -> None:
    answer = looked_at.ask(path, **headers)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}])
def test_a_foreign_form_changes_nothing(studio: RunningStudio, show: Path, headers: dict[str, str]) -> None:
    page, _ = page_of(show)
    before = index_of(show).read_bytes()
    answer = studio.ask(page, "POST", b"title=Taken", content_type="application/x-www-form-urlencoded", **headers)
    assert (answer.status, index_of(show).read_bytes()) == (403, before)


def test_pages_are_strict(looked_at: RunningStudio) -> None:
    headers = looked_at.get("/episodes").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_title_is_the_smallest_edit(studio: RunningStudio, show: Path) -> None:
    page, path = page_of(show)
    edit(index_of(show), "title:", "# mine\ntitle:")
    before = index_of(show).read_text("utf-8").split("\n")
    answer = studio.post(page, based_on=studio.digest(page, path), title="A: new one #1", page=page)
    after = index_of(show).read_text("utf-8").split("\n")
    assert answer.json["saved"]
    assert [line for line in after if line not in before] == ["title: 'A: new one #1'"]
    assert len(before) == len(after)


def test_undo_survives_a_restart(show: Path) -> None:
    page, path = page_of(show)
    before = index_of(show).read_bytes()
    with start_studio(show) as studio:
        studio.enter().post(page, based_on=studio.digest(page, path), title="Another")
        changed = index_of(show).read_bytes()
        assert changed != before
    with start_studio(show) as studio:
        assert "Another" in studio.enter().get(page).text.partition('id="undo-what"')[2][:200]
        assert studio.post("/undo", scripted=False, page=page).headers["location"] == page
        assert index_of(show).read_bytes() == before
        studio.post("/redo", scripted=False)
        assert index_of(show).read_bytes() == changed


def test_two_tabs_and_an_editor(studio: RunningStudio, show: Path) -> None:
    """What is based on an older file is refused, with both versions; so is an Undo behind an editor's back."""
    page, path = page_of(show)
    old = studio.digest(page, path)
    assert studio.post(page, based_on=old, title="First tab").json["saved"]
    answer = studio.post(page, based_on=old, title="Second tab", page=page, scripted=False)
    assert answer.status == 409
    assert "First tab" in answer.text
    assert "Second tab" in answer.text
    assert "First tab" in index_of(show).read_text("utf-8")
    edit(index_of(show), "First tab", "By an editor")
    assert studio.post("/undo", scripted=False).status == 409
    assert "By an editor" in index_of(show).read_text("utf-8")


def test_two_tabs_change_different_fields(studio: RunningStudio, show: Path) -> None:
    """Both are taken; what a tab shows that is older by now is told when it is changed there."""
    page, path = page_of(show)
    edit(index_of(show), "title:", "tags: [old]\nsummary: Fog\ntitle:")
    old = studio.digest(page, path)
    assert studio.post(page, based_on=old, tags="From the first").json["saved"]
    answer = studio.post(page, based_on=old, title="From the second").json
    text = index_of(show).read_text("utf-8")
    assert "From the first" in text
    assert "From the second" in text
    seen = answer["digests"][path]  # by the second tab
    assert studio.post(page, based_on=seen, tags="Over the first").status == 409
    assert studio.post(page, based_on=seen, title="Again", notes="New notes").json["saved"]
    assert studio.post(page, based_on=old, title="Without scripts", tags="old", scripted=False).status == 409
    assert "From the first" in index_of(show).read_text("utf-8")


def test_what_would_break_a_file_is_refused(studio: RunningStudio, show: Path) -> None:
    page, path = page_of(show)
    before = index_of(show).read_bytes()
    answer = studio.post(page, based_on=studio.digest(page, path), title="")
    assert answer.status == 422
    assert answer.json["problems"][0]["message"]
    assert index_of(show).read_bytes() == before


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "..%2f..%2fconfig.yaml", ".new-x", "%00", "nothing", "C:\\x", "%2fetc%2fpasswd"]
)
def test_no_name_leads_elsewhere(looked_at: RunningStudio, name: str) -> None:
    assert looked_at.ask(f"/episodes/{name}").status in {404, 303}


def test_preview_needs_the_cookie_and_reads_only(looked_at: RunningStudio, show: Path) -> None:
    page = looked_at.get("/episodes").text
    origin = page.partition("frame-src")[0] and looked_at.get("/episodes").headers["content-security-policy"]
    preview = origin.partition("frame-src ")[2].partition(";")[0]
    frame = RunningStudio(looked_at.process, preview, show, cookie=looked_at.cookie)
    assert frame.ask("/", cookie="").status == 403
    assert frame.ask("/", sec_fetch_site="cross-site").status == 403
    assert frame.ask("/", "POST", origin=preview).status == 403
    assert looked_at.ask("/undo", "POST", b"", origin=preview).status == 403
    assert frame.ask("/show/", sec_fetch_site="same-site").status in {200, 503}


UNWRITABLE = Path("/proc/sys/kernel/ostype")
"""Which nobody may write to, whoever runs the tests."""


@pytest.mark.skipif(not UNWRITABLE.exists(), reason="only Linux has such a file")
def test_a_file_that_cannot_be_written(studio: RunningStudio, show: Path) -> None:
    """What the disk says stands in a sentence, beside the field and on a page; it is no mistake of the program's."""
    page, path = page_of(show)
    based_on = studio.digest(page, path)
    history = show / ".cache/studio/history.jsonl"
    history.parent.mkdir(parents=True, exist_ok=True)
    history.symlink_to(UNWRITABLE)
    before = index_of(show).read_bytes()
    for scripted in (True, False):
        answer = studio.post(page, based_on=based_on, title="New", page=page, scripted=scripted)
        assert answer.status == 422
        assert "history.jsonl cannot be read or written (Permission denied)" in answer.text
    assert index_of(show).read_bytes() == before
    assert not (show / ".cache/studio/errors.log").exists()
