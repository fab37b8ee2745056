"""What a session builds, when, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from show_runner import copy_show, edit, find_bundle, make_show, make_two_spaces

from site_builder.build.pipeline import BuildOptions
from site_builder.episodes.catalog import load_casting
from site_builder.preview.session import Broken, Built, Session
from site_builder.show.lock import lock_show

READ = "site_builder.build.consent.leak_check.load_casting"
NOW = datetime(2026, 11, 18, tzinfo=UTC)


class Host:
    """A session, and what it told."""

    def __init__(self, show: Path) -> None:
        self.show = show
        self.events: list[object] = []
        self.session = Session(show, BuildOptions(drafts=True), lambda: NOW, self.events.append)
        assert self.session.refresh()

    def save(self, old: str, new: str, name: str = "index.md") -> bool:
        """Edit a file of the newer episode and refresh."""
        edit(find_bundle(self.show, "2026-10-16") / name, old, new)
        return self.session.refresh()

    def read(self, path: str) -> str:
        """A file of the preview."""
        return (self.session.output_paths.output / path).read_text("utf-8")

    def told(self, kind: type[object]) -> list[object]:
        """Events of a kind, taken out."""
        found = [event for event in self.events if isinstance(event, kind)]
        self.events.clear()
        return found


@pytest.fixture
def host(show: Path) -> Host:
    """A session on a show that may be changed."""
    return Host(show)


def test_a_change_raises_the_number(host: Host) -> None:
    """And only a change does: the same content saved again reloads nothing."""
    number = host.session.state.number
    assert number == 1
    assert host.save("\n---\n", "\n---\nA note of today.\n")
    assert host.session.state.number == number + 1
    assert "A note of today." in host.read("index.html") + "".join(
        page.read_text() for page in host.session.output_paths.output.glob("episodes/*/index.html")
    )
    file = find_bundle(host.show, "2026-10-16") / "index.md"
    file.write_bytes(file.read_bytes())
    host.session.refresh()
    assert host.session.state.number == number + 1


def test_nothing_changed_builds_nothing(host: Host) -> None:
    """The events of a build's own files lead to no further build."""
    host.session.refresh()  # files that were young when looked at are looked at once more
    host.told(Built)
    assert not host.session.refresh()
    assert host.events == []


def test_a_new_session_starts_where_the_last_ended(host: Host) -> None:
    """Nothing is rendered when the preview is as it should be."""
    again = Host(host.show)
    assert again.session.state.number == 1
    assert again.session.id != host.session.id
    (built,) = again.told(Built)
    assert isinstance(built, Built)
    assert built.report.made == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("index", "title:", "titel:", "did you mean `title`?"),
        ("config", "\n  language: en", "\n  language: klingonisch", "ISO 639"),
        ("config", "show:", "show: [", "config.yaml:"),
    ],
)
def test_problems_are_told_and_the_last_good_site_stays(host: Host, file: str, old: str, new: str, said: str) -> None:
    """With file and line; mended, all is well again."""
    path = host.show / "config.yaml" if file == "config" else find_bundle(host.show, "2026-10-16") / "index.md"
    before, state = host.read("index.html"), host.session.state
    host.told(Built)
    edit(path, old, new)
    assert host.session.refresh()
    assert any(said in problem for problem in host.session.state.problems), host.session.state
    assert host.session.state.number == state.number
    assert host.session.state.base == "/show/"
    assert host.read("index.html") == before
    assert len(host.told(Broken)) == 1
    edit(path, new, old)
    assert host.session.refresh()
    assert host.session.state.problems == ()


def test_a_template_that_breaks_one_page(host: Host) -> None:
    """Named with its line; the other pages are there."""
    (host.show / "templates/person.html").write_text("fine\n{{ nonsense }}\n")
    assert host.session.refresh()
    assert "person.html:2" in "".join(host.session.state.problems)
    (host.show / "templates/person.html").unlink()
    host.session.refresh()
    assert host.session.state.problems == ()


def test_an_archive_dropped_in_is_shown_and_then_all_is_quiet(tmp_path: Path) -> None:
    """Taking it in writes into `content/`: that is one further look, not a loop."""
    show = make_show(tmp_path / "show", make_two_spaces())
    host = Host(show)
    assert len(list(host.session.output_paths.output.glob("media/*.m4a"))) == 2
    looks = 0
    while host.session.refresh():
        looks += 1
    assert looks <= 1
    assert not (show / "output").exists()
    assert not list(show.glob("content/**/media.json"))


def test_a_damaged_archive_is_told_once(host: Host) -> None:
    """It is read once, not again and again."""
    (host.show / "content/archives/broken.zip").write_bytes(b"PK\3\4" + bytes(100))
    assert host.session.refresh()
    assert "broken.zip" in "".join(host.session.state.problems)
    assert not host.session.refresh()


def test_another_build_at_work_is_waited_for(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The preview says so and tries again."""
    monkeypatch.setattr("site_builder.show.lock.PATIENCE", 0.0)
    with lock_show(host.show, "build"):
        host.save("\n---\n", "\n---\nSaid meanwhile.\n")
        assert [host.session.is_waiting] == [True]
        assert "`spacecast build` is at work" in host.session.state.problems[0]
    assert host.session.refresh()
    assert [host.session.is_waiting] == [False]
    assert host.session.state.problems == ()


def test_every_follower_is_told(host: Host) -> None:
    """Each open page; none that left."""
    states: list[object] = []
    host.session.follow(states.append)
    host.save("\n---\n", "\n---\nOne.\n")
    told = len(states)
    assert states[-1] == host.session.state
    host.session.leave(states.append)
    host.save("One.", "Two.")
    assert len(states) == told


def test_an_episode_is_shown_before_the_rest(host: Host) -> None:
    """Whoever follows is told when its page is new, while lists and feed are as they were; the build then agrees."""
    index = find_bundle(host.show, "2026-10-16") / "index.md"
    feed = host.read("feed.xml")
    seen: list[tuple[bool, bool]] = []
    pages = host.session.output_paths.output.glob

    def look(_: object) -> None:
        seen.append((any("Ahead of all." in page.read_text() for page in pages("episodes/*/index.html")),
                     host.read("feed.xml") == feed))  # fmt: skip

    host.session.follow(look)
    edit(index, "\n---\n", "\n---\nAhead of all.\n")
    assert host.session.hurry({f"content/episodes/{index.parent.name}/index.md"})
    assert seen == [(True, True)]
    assert host.session.refresh()
    assert seen[-1] == (True, False)
    assert host.session.state.problems == ()


def test_what_is_wrong_is_told_by_the_build(host: Host) -> None:
    """Hurrying never fails, and does nothing where more than an episode changed."""
    index = find_bundle(host.show, "2026-10-16") / "index.md"
    path = f"content/episodes/{index.parent.name}/index.md"
    edit(index, "title:", "titel:")
    host.session.hurry({path})
    assert host.session.state.problems == ()
    assert host.session.refresh()
    assert "did you mean `title`?" in "".join(host.session.state.problems)
    told: list[object] = []
    host.session.follow(told.append)
    assert not host.session.hurry({path, "config.yaml"})
    assert told == []


def test_a_site_at_the_root(show: Path, tmp_path: Path) -> None:
    """The address decides the path."""
    other = copy_show(show, tmp_path / "other")
    edit(other / "config.yaml", "https://example.org/show/", "https://example.org/")
    assert Host(other).session.state.base == "/"


def test_the_first_save_is_shown_ahead_also_where_the_start_had_nothing_to_do(host: Host) -> None:
    """Warming up makes nothing and tells nothing, but the saved episode can be made before the build that follows."""
    again = Host(host.show)
    number = again.session.state.number
    again.events.clear()
    again.session.warm_up()
    assert (again.events, again.session.state.number) == ([], number)
    bundle = find_bundle(host.show, "2026-10-16")
    edit(bundle / "index.md", "\n---\n", "\n---\nShown ahead.\n")
    again.session.hurry([f"content/episodes/{bundle.name}/index.md"])
    assert "Shown ahead." in "".join(
        page.read_text() for page in again.session.output_paths.output.glob("episodes/*/index.html")
    )
    assert again.session.refresh()
    assert again.session.state.number == number + 1


def test_who_is_hidden_is_read_again_where_something_changed(host: Host) -> None:
    """Of the episode that was saved alone; of every one after an answer."""
    people = host.show / "content/people.yaml"
    people.write_text(people.read_text("utf-8").replace("granted", "anonymous"), "utf-8")
    host.session.refresh()

    def list_read(old: str, new: str) -> list[str]:
        with patch(READ, side_effect=load_casting) as read:
            assert host.save(old, new)
        return sorted(call.args[1].name[:10] for call in read.call_args_list)

    assert list_read("\n---\n", "\n---\nA note.\n") == ["2026-10-16"]
    people.write_text(people.read_text("utf-8") + "\nlou:\n  name: Lou\n  consent: anonymous\n", "utf-8")
    assert list_read("A note.", "Another note.") == ["2026-10-09", "2026-10-16"]
