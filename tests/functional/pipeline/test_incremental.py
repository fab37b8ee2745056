"""However a show got to where it is, `output/` is what a clean build of it makes, byte for byte.

Random changes, some at a time, each followed by a build of what is there and a build from nothing. More of them:

    INCREMENTAL_EPISODES=1000 INCREMENTAL_ROUNDS=20 python -m pytest tests/pipeline/test_incremental.py
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from big_show import BigEpisode, make_episode, write_bundle, write_show
from show_runner import PROJECT, build, draw_small_cover, read_tree

from site_builder.build import output, up_to_date

EPISODES = int(os.environ.get("INCREMENTAL_EPISODES", "12"))
ROUNDS = int(os.environ.get("INCREMENTAL_ROUNDS", "2"))
_GRANTED = r"^(guest_\d+:\n(?:  .*\n)*?    status: )granted$"
NOT_COPIED = shutil.ignore_patterns("output", ".cache")


class ChangingShow:
    """A show and what people do to it."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.folder = folder
        self.dice = dice
        self.episodes = {number: make_episode(number) for number in range(EPISODES)}
        self.retire: list[str] = []
        write_show(folder, self.episodes.values())

    def pick(self) -> BigEpisode:
        """One that is there."""
        return self.episodes[self.dice.choice(sorted(self.episodes))]

    def index(self, episode: BigEpisode) -> Path:
        return self.folder / "content/episodes" / episode.folder / "index.md"

    def rewrite(self, file: Path, pattern: str, text: str) -> None:
        """Replace what matches, which must be there."""
        before = file.read_text()
        after, found = re.subn(pattern, text, before, count=1, flags=re.MULTILINE)
        assert found, (file, pattern)
        file.write_text(after)

    def number(self) -> int:
        return self.dice.randint(1000, 9999)

    def edit_notes(self) -> None:
        with self.index(self.pick()).open("a") as file:
            file.write(f"\nAnother sentence with a [link](https://example.org/{self.number()}).\n")

    def change_title(self) -> None:
        self.rewrite(self.index(self.pick()), "^title: .*$", f"title: A new title {self.number()}")

    def change_tags(self) -> None:
        self.rewrite(self.index(self.pick()), "^- topic .*$", f"- topic {self.dice.randint(0, 60)} new")

    def change_date(self) -> None:
        self.rewrite(
            self.index(self.pick()), "^date: .*$", f"date: 20{self.dice.randint(17, 24)}-05-0{self.dice.randint(1, 9)}"
        )

    def change_slug(self) -> None:
        self.rewrite(self.index(self.pick()), "^slug: .*$", f"slug: moved-{self.number()}")

    def change_chapters(self) -> None:
        self.rewrite(self.index(self.pick()), "^  0:07:00: .*$", f"  0:07:00: Chapter {self.number()}")

    def withdraw(self) -> None:
        episode = self.pick()
        self.rewrite(self.index(episode), "^date:", "withdrawn: true\ndate:")
        del self.episodes[episode.number]

    def delete(self) -> None:
        """The folder goes, and the host says that this is meant."""
        episode = self.pick()
        shutil.rmtree(self.index(episode).parent)
        self.retire.append(f"big-{episode.number}")
        del self.episodes[episode.number]

    def rename_folder(self) -> None:
        """Nothing but the folder's name: the slug is written down."""
        bundle = self.index(self.pick()).parent
        bundle.rename(bundle.with_name(f"{bundle.name}x"))
        bundle.with_name(f"{bundle.name}x").rename(bundle)

    def add(self) -> None:
        number = EPISODES + self.number()
        if number not in self.episodes:
            self.episodes[number] = make_episode(number)
            write_bundle(self.folder, self.episodes[number])

    def draft(self) -> None:
        """One that is not published yet."""
        episode = make_episode(20_000 + self.number())
        if not self.index(episode).exists():
            write_bundle(self.folder, episode)
            self.rewrite(self.index(episode), "^date:", "draft: true\ndate:")

    def rename_person(self) -> None:
        self.rewrite(self.folder / "content/people.yaml", r"^  name: Guest.*$", f"  name: Guest {self.number()}")

    def hide_person(self) -> None:
        self.rewrite(self.folder / "content/people.yaml", _GRANTED, r"\1anonymous")

    def show_person(self) -> None:
        """Somebody who was hidden agrees, if anybody is."""
        people = self.folder / "content/people.yaml"
        people.write_text(re.sub("status: anonymous", "status: granted", people.read_text(), count=1))

    def answer_for_one_episode(self) -> None:
        answer = f"episodes: {{big-{self.pick().number}: anonymous}}"
        self.rewrite(self.folder / "content/people.yaml", r"^(  handle: guest_\d+\n)(?!  episodes)", rf"\1  {answer}\n")

    def name_a_person(self) -> None:
        with self.index(self.pick()).open("a") as file:
            file.write(f"\nWith Guest **0{self.dice.randint(10, 99)}** and guest_0{self.dice.randint(10, 99)}.\n")

    def change_config(self) -> None:
        self.rewrite(self.folder / "config.yaml", "^  title: .*$", f"  title: The Long Run {self.number()}")

    def change_accent(self) -> None:
        config = self.folder / "config.yaml"
        rest = config.read_text().split("site:\n")[0]
        config.write_text(
            f'{rest}site:\n  accent: "#{self.number()}00"\n  episodes_per_page: {self.dice.randint(5, 15)}\n'
        )

    def change_template(self) -> None:
        text = (PROJECT / "templates/base.html").read_text()
        (self.folder / "templates/base.html").write_text(
            text.replace("<html", f'<html data-number="{self.number()}"', 1)
        )

    def drop_template(self) -> None:
        (self.folder / "templates/base.html").unlink(missing_ok=True)

    def change_page(self) -> None:
        pages = self.folder / "content/pages"
        pages.mkdir(exist_ok=True)
        (pages / f"page-{self.dice.randint(1, 3)}.md").write_text(f"---\ntitle: Page {self.number()}\n---\n\nText.\n")

    def drop_page(self) -> None:
        (self.folder / f"content/pages/page-{self.dice.randint(1, 3)}.md").unlink(missing_ok=True)

    def damage_output(self) -> None:
        """Somebody deletes or bends what was made."""
        files = sorted(path for path in (self.folder / "output").rglob("*") if path.is_file())
        if files:
            self.dice.choice(files).unlink()
            self.dice.choice([path for path in files if path.exists()]).write_bytes(b"bent")


_TOOLS = {"pick", "index", "rewrite", "number"}
CHANGES: list[Callable[[ChangingShow], None]] = [
    method for name, method in vars(ChangingShow).items() if not name.startswith("_") and name not in _TOOLS
]


def compare(show: Path, clean: Path) -> None:
    """The clean build is a copy's, so that it has the same pins."""
    shutil.copytree(show, clean, ignore=NOT_COPIED)
    build(clean, "--jobs", 2)
    made, wanted = read_tree(show / "output"), read_tree(clean / "output")
    assert made.keys() == wanted.keys()
    assert [path for path in wanted if made[path] != wanted[path]] == []
    shutil.rmtree(clean)


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_is_clean(tmp_path: Path, seed: int) -> None:
    """Several changes at a time, each kind at least once in the two runs together with the next test."""
    show = ChangingShow(tmp_path / "show", random.Random(seed))
    build(show.folder, "--published")
    for _ in range(ROUNDS):
        done = show.dice.sample(CHANGES, 5)
        for change in done:
            change(show)
        options = [word for guid in show.retire for word in ("--retire", guid)]
        show.retire.clear()
        build(show.folder, "--published", *options)
        compare(show.folder, tmp_path / "clean")


def test_each_kind_of_change(tmp_path: Path) -> None:
    """One after the other, a build after each; compared at the end, where whatever was missed still shows."""
    show = ChangingShow(tmp_path / "show", random.Random(0))
    build(show.folder, "--published")
    for change in CHANGES:
        change(show)
        options = [word for guid in show.retire for word in ("--retire", guid)]
        show.retire.clear()
        build(show.folder, "--published", *options)
    (show.folder / ".cache/state.db").unlink()  # all is made again
    build(show.folder)
    compare(show.folder, tmp_path / "clean")


def build_as_long(show: ChangingShow) -> None:
    """One build with two processes, as if every feed were a long one and every show had many files."""
    retired = [word for guid in show.retire for word in ("--retire", guid)]
    show.retire.clear()
    with patch.object(output, "MANY", 1), patch.object(up_to_date, "_MANY", 0):
        build(show.folder, "--jobs", 2, "--published", *retired)


@pytest.mark.parametrize("page_size", [0, 5])
def test_a_feed_from_the_last_one_is_a_clean_one(tmp_path: Path, page_size: int) -> None:
    """New, changed, moved and removed items, another head, and a feed that somebody bent; no trace of the making."""
    show = ChangingShow(tmp_path / "show", random.Random(3))
    with (show.folder / "config.yaml").open("a") as file:
        file.write(f"feed:\n  page_size: {page_size}\n")
    (show.folder / "content/cover.jpg").write_bytes(draw_small_cover())
    build_as_long(show)
    changes = (show.edit_notes, show.change_title, show.add, show.change_date, show.delete, show.change_config)
    for change in changes:
        change()
        build_as_long(show)
    show.edit_notes()
    if page_size:
        show.change_config()  # or else the page that is bent may be one that is not made anew
    feed = show.folder / "output/feed.xml"
    feed.write_bytes(feed.read_bytes().replace(b"<item>", b"<mite>", 1))
    build_as_long(show)
    compare(show.folder, tmp_path / "clean")
    assert not list((show.folder / ".cache").glob("feeds*"))
