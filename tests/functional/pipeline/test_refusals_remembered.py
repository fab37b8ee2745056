"""A no is remembered beside people.yaml: an older file, a deleted entry, an episode from elsewhere stop the build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_maker import MadeArchive, MadeSpace
from show_runner import build, copy_show, edit, find_bundle, grep, make_show, read_feed, read_tree, spacecast

from site_builder.show.refusals import FOLDER

PEOPLE = "content/people.yaml"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of one episode in which kit refused, built since. Not to be changed."""
    space = MadeSpace(
        turns=[("host", 0, 5), ("kit", 8, 12), ("lou", 16, 20)], parts=(20.0,), participants=["kit", "lou"]
    )
    show = make_show(tmp_path_factory.mktemp("refused") / "show", MadeArchive(spaces=[space]))
    for command in (["extract", show / "content/archives/first.zip"], ["consent", "kit", "refused"]):
        assert spacecast("-C", show, *command).code == 0
    build(show)
    return show


def delete_entry(show: Path) -> None:
    """Kit is in no line of people.yaml any more."""
    head, _, rest = (show / PEOPLE).read_text().partition("kit:\n")
    (show / PEOPLE).write_text(head + rest[rest.index("\nlou:") + 1 :])


def soften(show: Path) -> None:
    edit(show / PEOPLE, "status: refused", "status: granted")


def restore_older(show: Path) -> None:
    """As extract wrote it."""
    text = (show / PEOPLE).read_text()
    start, end = text.index("    status: refused"), text.index("lou:")
    (show / PEOPLE).write_text(text[:start] + "    status: pending\n" + text[end:])


def allow_here(show: Path) -> None:
    edit(show / PEOPLE, "lou:\n", "  episodes:\n    1lDxLnrWjwkGm: granted\nlou:\n")


def forget_too(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """The memory is gone as well: what the last build made of the episode tells."""

    def forget(show: Path) -> None:
        change(show)
        shutil.rmtree(show / FOLDER)

    forget.__name__ = f"{change.__name__}_and_forget"
    return forget


def lose_key(show: Path) -> None:
    soften(show)
    (show / FOLDER / "key").unlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (delete_entry, "kit refused to be published and stands here no longer"),
        (soften, "kit refused to be published, and is granted here"),
        (restore_older, "kit refused to be published, and is pending here"),
        (allow_here, "kit refused to be published in 1lDxLnrWjwkGm, and is granted here"),
        (forget_too(delete_entry), "1 of those heard refused when this was last made, and nobody does"),
        (forget_too(soften), "1 of those heard refused when this was last made, and nobody does"),
        (lose_key, "is gone or damaged, and with it who refused"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_no_that_was_lost_stops_the_build(
    refused: Path, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    """What is online stays; the message has both ways on."""
    show = copy_show(refused, tmp_path / "show")
    change(show)
    before = read_tree(show / "output")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert said in run.err
    assert run.err.count("restore") == 1
    assert read_tree(show / "output") == before
    if change is not lose_key:
        assert "spacecast consent" in run.err
        assert spacecast("-C", show, "consent", "kit", "refused").code == 0
        assert build(show)["failures"] == []
        assert grep(show / "output", "1ekit", "88120044") == []


@pytest.mark.parametrize("change", [delete_entry, soften, forget_too(delete_entry)], ids=lambda one: one.__name__)
def test_a_no_is_lifted_by_saying_so(refused: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    """With `spacecast consent`, also for somebody whose entry is gone."""
    show = copy_show(refused, tmp_path / "show")
    change(show)
    assert spacecast("-C", show, "consent", "kit", "granted").code == 0
    if not (show / FOLDER).exists() or change.__name__.endswith("forget"):
        assert "what each of them says (kit, lou)" in spacecast("-C", show, "build").err
        assert spacecast("-C", show, "consent", "lou", "granted").code == 0
    assert build(show)["failures"] == []
    assert "1ekit" in (show / PEOPLE).read_text()
    assert build(show)["made"] == []


def test_an_episode_copied_in_without_its_people(refused: Path, tmp_path: Path) -> None:
    """Its media.json tells that somebody was taken out, and not who."""
    show = make_show(tmp_path / "other", MadeArchive(spaces=[MadeSpace(id="1YqKDoVkzRexV", turns=[("host", 0, 9)])]))
    build(show)
    bundle = find_bundle(refused)
    shutil.copytree(bundle, show / "content/episodes/copied")
    edit(show / "content/episodes/copied/index.md", "slug: ", "slug: copied-")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "copied/media.json: 1 of those heard refused" in run.err
    assert spacecast("-C", show, "consent", "@kit", "refused").code == 0
    assert build(show)["failures"] == []
    assert len(read_feed(show)) == 2


def test_the_memory_names_nobody_and_is_in_no_repository(refused: Path, tmp_path: Path) -> None:
    """Keyed digests; a .gitignore of its own; made anew, and told, where it is gone though nothing was lost."""
    assert grep(refused / FOLDER, "kit", "lou", "88120044") == []
    assert (refused / FOLDER / ".gitignore").read_text() == "*\n"
    show = copy_show(refused, tmp_path / "show")
    shutil.rmtree(show / FOLDER)
    (show / PEOPLE).write_text((show / PEOPLE).read_text() + "\n")
    warnings = [warning for warning in build(show)["warnings"] if FOLDER in warning]
    assert len(warnings) == 1
    assert (show / FOLDER / "key").read_text() != (refused / FOLDER / "key").read_text()


def test_somebody_heard_nowhere(refused: Path, tmp_path: Path) -> None:
    """An entry for somebody who is only written about; deleted, it can be lifted by the name the message gives."""
    show = copy_show(refused, tmp_path / "show")
    with (show / PEOPLE).open("a") as people:
        people.write("max:\n  name: Max Planet\n  consent: refused\n")
    build(show)
    text = (show / PEOPLE).read_text()
    (show / PEOPLE).write_text(text[: text.index("max:")])
    run = spacecast("-C", show, "build")
    assert run.code == 2
    name = run.err.partition("spacecast consent ")[2].split()[0]
    assert spacecast("-C", show, "consent", name, "granted").code == 0
    assert build(show)["failures"] == []
