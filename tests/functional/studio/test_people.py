"""People in the studio: what an answer would change, the answer itself, Undo, and what is published after it."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from archive_maker import MadeArchive, MadeSpace
from listening import decode, loudest
from recording_maker import make_recording
from show_runner import build, copy_show, edit, make_show, spacecast
from studio_runner import RunningStudio, start_studio

PEOPLE = "content/people.yaml"
KIT = "/people/kit"
SILENT = 0.001


def plain(html: str) -> str:
    """The words of a page."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", html).split()))


def find_effects(page: str) -> dict[str, list[str]]:
    """What each answer would change, as the page tells it."""
    lists = re.findall(r'<ul class="effects" id="effects-(\w+)">(.*?)</ul>', page, re.DOTALL)
    return {value: [plain(item) for item in re.findall(r"<li.*?</li>", text, re.DOTALL)] for value, text in lists}


def read_sounds(show: Path) -> list[tuple[float, float]]:
    """Of each published file: how loud the host is, and how loud the guest, who speaks from 6 to 11 s."""
    sounds = [decode(file) for file in sorted((show / "output/media").glob("*.m4a"))]
    assert len(sounds) == 2
    starts = [2.0 - (12 - len(sound) / 2 / 48000) for sound in sounds]  # dead air is trimmed
    return [
        (loudest(sound, max(0, start) + 0.5, start + 2.5), loudest(sound, start + 5.5, start + 7.5))
        for sound, start in zip(sounds, starts, strict=True)
    ]


def test_everybody_is_listed(looked_at: RunningStudio) -> None:
    page = plain(looked_at.get("/people").text)
    assert "Not asked yet K Kit <of the> Rails speaks 10 s · 2 episodes Not answered yet" in page
    assert "Yes, by name" in page
    assert "People 1 not asked" in plain(looked_at.get("/episodes").text)


def test_what_each_answer_would_change(looked_at: RunningStudio) -> None:
    page = looked_at.get(KIT).text
    effects = find_effects(page)
    assert effects["pending"] == ["This is the answer now."]
    assert effects["granted"] == ["Nothing changes."]
    assert [text for text in effects["anonymous"] if "the name is taken out" in text] == effects["anonymous"]
    assert len(effects["anonymous"]) == 2
    assert all(re.search(r": 1 passage, [78] s, becomes silent\.$", text) for text in effects["refused"])
    assert len(effects["refused"]) == 2
    sought = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page))
    assert {sought["Names"], sought["Handles"]} == {"Kit &lt;of the&gt; Rails, Kit Rails", "@kit"}


def test_a_no_is_the_command_lines_no(show: Path, tmp_path: Path, studio: RunningStudio) -> None:
    other = copy_show(show, tmp_path / "other")
    assert spacecast("-C", other, "consent", "kit", "refused", "--note", "by phone").code == 0
    digest = studio.digest(KIT, PEOPLE)
    answer = studio.post(KIT, page=KIT, based_on=digest, answer="refused", note="by phone", date="")
    assert answer.json["undo"] == "note the answer of Kit <of the> Rails: No"
    assert answer.json["effects"]["refused"] == []
    assert (show / PEOPLE).read_bytes() == (other / PEOPLE).read_bytes()
    assert json.loads((show / "content/.refusals/refused.json").read_bytes())["refused"][0]["everywhere"]


def test_no_is_silent_and_can_be_undone(show: Path, studio: RunningStudio) -> None:
    before = (show / PEOPLE).read_bytes()
    assert all(host > SILENT and guest > SILENT for host, guest in read_sounds(show))
    answer = studio.post(KIT, page=KIT, scripted=False, based_on=studio.digest(KIT, PEOPLE), answer="refused")
    assert answer.status == 303
    build(show)
    assert all(host > SILENT > guest for host, guest in read_sounds(show))
    assert "@kit" not in (show / "output/feed.xml").read_text()
    studio.post("/undo", page=KIT, scripted=False)
    assert (show / PEOPLE).read_bytes() == before
    memory = json.loads((show / "content/.refusals/refused.json").read_bytes())
    assert memory["refused"] == []
    assert len(memory["lifted"]) == 1
    build(show)  # nobody has to say again that they may be heard
    assert all(guest > SILENT for _, guest in read_sounds(show))
    studio.post("/redo", page=KIT, scripted=False)
    assert json.loads((show / "content/.refusals/refused.json").read_bytes())["lifted"] == []


def test_the_note_of_an_answer(show: Path, studio: RunningStudio) -> None:
    """Added afterwards it completes the answer; another answer has neither the note nor the day of the last one."""
    studio.post(KIT, based_on=studio.digest(KIT, PEOPLE), answer="anonymous")
    told = studio.post(KIT, based_on=studio.digest(KIT, PEOPLE), answer="anonymous", note="in a message").json
    assert (told["note"], told["date"]) == ("in a message", "2026-11-18")
    text = (show / PEOPLE).read_text()
    assert text.count("status: anonymous") == 1
    fields = {"note": told["note"], "date": "2026-11-02"}
    assert studio.post(KIT, based_on=studio.digest(KIT, PEOPLE), answer="anonymous", **fields).status == 200
    told = studio.post(KIT, based_on=studio.digest(KIT, PEOPLE), answer="granted", **fields).json
    assert (told["note"], told["date"]) == ("", "2026-11-18")
    assert "since: 2026-11-02\n        note: in a message" in (show / PEOPLE).read_text()


@pytest.mark.parametrize("fields", [{"answer": "maybe"}, {"answer": ""}, {}, {"answer": "granted", "date": "soon"}])
def test_what_is_no_answer(studio: RunningStudio, show: Path, fields: dict[str, str]) -> None:
    before = (show / PEOPLE).read_bytes()
    answer = studio.post(KIT, *fields.items(), based_on=studio.digest(KIT, PEOPLE))
    assert answer.status == 422
    assert answer.json["problems"][0]["field"] in {"answer", "date"}
    assert (show / PEOPLE).read_bytes() == before


def test_both_versions_of_a_file_that_changed(show: Path, studio: RunningStudio) -> None:
    digest = studio.digest(KIT, PEOPLE)
    edit(show / PEOPLE, "role: guest", "role: co-host")
    assert studio.post(KIT, based_on=digest, answer="refused").status == 409
    page = studio.post(KIT, page=KIT, scripted=False, based_on=digest, answer="refused")
    assert page.status == 409
    assert "role: co-host" in page.text
    assert "status: refused" in page.text
    assert "refused" not in (show / PEOPLE).read_text().partition("kit:")[2]


def test_answer_for_one_episode(show: Path, studio: RunningStudio) -> None:
    page = f"{KIT}?episode=1YqKDoVkzRexV"
    assert len(find_effects(studio.get(page).text)["refused"]) == 1
    assert studio.post(page, page=page, based_on=studio.digest(page, PEOPLE), answer="refused").status == 200
    assert '"1YqKDoVkzRexV":\n      status: refused' in (show / PEOPLE).read_text()
    assert "in some episodes: No" in plain(studio.get("/people").text)
    assert studio.ask(f"{KIT}?episode=none").status == 404


def test_the_message(show: Path, studio: RunningStudio) -> None:
    """The same as on the command line; nobody is given one that cannot be answered."""
    assert "Before you ask: the message names addresses" in plain(studio.get(KIT).text)
    for old in ("https://example.org/show/", "podcast@example.org"):
        text = (show / "config.yaml").read_text()
        (show / "config.yaml").write_text(text.replace(old, old.replace("example.org", "night-mail.radio")))
    page = studio.get(KIT).text
    message = unescape(re.search(r'<textarea id="message"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]
    assert (
        studio.post(KIT, do="asked", based_on=studio.digest(KIT, PEOPLE)).json["undo"]
        == "note that Kit <of the> Rails was asked"
    )
    assert "asked: 2026-11-18" in (show / PEOPLE).read_text()
    assert "asked on 18 November 2026" in plain(studio.get("/people").text)
    assert "People 1" not in plain(studio.get("/people").text)
    asked = spacecast("-C", show, "people", "--ask", "--again", "--json").json
    assert [entry["text"] for entry in asked] == [message]


def test_times_are_those_of_the_episode(show: Path, studio: RunningStudio) -> None:
    """Trimmed and never built since: the message and the passages to listen to say when a listener hears them."""
    for old in ("https://example.org/show/", "podcast@example.org"):
        edit(show / "config.yaml", old, old.replace("example.org", "night-mail.radio"))
    first = min((show / "content/episodes").iterdir())
    edit(first / "index.md", "title: ", 'trim: "0:05-"\ntitle: ')
    page = studio.get(KIT).text
    times = re.findall(r"\d:\d\d–\d:\d\d", plain(page))
    assert times == ["0:01–0:05", "0:06–0:11"] * 2  # from 6 to 11 s of each recording, less what trim takes away
    assert re.search(r'data-from="[56]\.\d+"', page)  # what is played is the recording


def test_somebody_unknown(tmp_path: Path) -> None:
    """They have a page for each episode, and an answer for it alone."""

    def say(at: float) -> list[int]:
        return [50, 0] if 2 <= at < 6 else [0, 50] if 6 <= at < 11 else [0, 0]

    sound = make_recording(12, levels=say, participants=lambda _: [], turns=())
    space = MadeSpace(media={"space-1lDxLnrWjwkGm_0.ts": sound}, metadata={"speakers": None})
    show = make_show(tmp_path / "show", MadeArchive(spaces=[space]))
    build(show)
    assert [row["who"] for row in spacecast("-C", show, "people", "--json").json] == ["nightmail", "unknown"]
    with start_studio(show) as studio:
        studio.enter()
        assert studio.ask("/people/unknown").status == 404
        page = "/people/unknown?episode=1lDxLnrWjwkGm"
        assert page in studio.get("/people").text
        assert "becomes silent" in find_effects(studio.get(page).text)["refused"][0]
        assert studio.post(page, page=page, based_on=studio.digest(page, PEOPLE), answer="refused").status == 200
        assert "unknown:\n  episodes:" in (show / PEOPLE).read_text()
        studio.post("/undo", scripted=False)
        assert "unknown:\n" not in (show / PEOPLE).read_text()
        assert len(json.loads((show / "content/.refusals/refused.json").read_bytes())["lifted"]) == 1


def test_somebody_who_is_not_listed(show: Path, studio: RunningStudio) -> None:
    """As in an episode copied from another show: listed with a button, as `people --ask` would."""
    (show / PEOPLE).write_text((show / PEOPLE).read_text().partition("\nkit:")[0])
    page = studio.get("/people")
    assert "not listed here yet: Kit <of the> Rails." in plain(page.text)
    answer = studio.post("/people", page="/people", scripted=False, based_on=studio.digest("/people", PEOPLE))
    assert answer.status == 303
    assert "\nkit:\n" in (show / PEOPLE).read_text()
    assert "not listed here yet" not in studio.get("/people").text
    assert "People 1 not asked" in plain(studio.get("/episodes").text)


def test_nobody(looked_at: RunningStudio) -> None:
    assert looked_at.ask("/people/nobody").status == 404
    assert looked_at.ask("/people/..%2f..%2fetc").status == 404


def test_somebody_heard_in_many_episodes(show: Path) -> None:
    """The page is there at once; what would change is asked for by its script, or with a link."""
    bundle = min((show / "content/episodes").iterdir())
    for number in range(12):
        copy = Path(shutil.copytree(bundle, bundle.with_name(f"2026-01-01-copy-{number}")))
        edit(copy / "index.md", "guid: 1lDxLnrWjwkGm", f"guid: copy-{number}")
        edit(copy / "index.md", "slug: signals-in-the-dark-explained", f"slug: copy-{number}")
    with start_studio(show) as studio:
        studio.enter()
        assert find_effects(studio.get(KIT).text)["refused"] == ["Looking what would change…"]
        told = studio.get(KIT, accept="application/json").json
        (silent,) = [text for text in told["effects"]["refused"] if "silent" in text]
        assert re.fullmatch(r"14 passages, 1?\d+ (s|min), become silent in 14 episodes\.", silent)
        assert silent in find_effects(studio.get(f"{KIT}?effects").text)["refused"]
