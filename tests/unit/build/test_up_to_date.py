"""Whether anything changed since the last build, asked in one process or, of large shows, in two."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from big_show import make_episode, write_show
from show_runner import TODAY, build, copy_show

from site_builder.build import up_to_date
from site_builder.build.pipeline import BuildOptions, check_changes
from site_builder.build.up_to_date import ChangeCheck
from site_builder.show.layout import find_output_paths

NOW = datetime.fromtimestamp(int(TODAY), UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of three episodes, built until nothing is left to do. Not to be changed."""
    folder = tmp_path_factory.mktemp("fresh") / "show"
    write_show(folder, [make_episode(number) for number in range(3)])
    build(folder)
    build(folder)
    return folder


@pytest.fixture(params=["one process", "two processes"])
def show(built: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as new, built once more so that it is known where it lies."""
    if request.param == "two processes":
        monkeypatch.setattr(up_to_date, "_MANY", 0)
    show = copy_show(built, tmp_path / "show")
    build(show)
    return show


def look(show: Path) -> ChangeCheck:
    return check_changes(show, BuildOptions())


def add(file: Path) -> None:
    (file.parent / "stranger.txt").write_text("hello")


def grow(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\n")


def remove(file: Path) -> None:
    file.unlink()


def remove_all(file: Path) -> None:
    shutil.rmtree(file.parent)


CHANGES = add, grow, remove, remove_all


def test_unchanged(show: Path) -> None:
    """The last report is given again, as often as it is asked for."""
    for _ in range(2):
        report = look(show).recall(NOW)
        assert report
        assert report["episodes"] == 3


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
@pytest.mark.parametrize("number", [0, 5, -5, -1])
def test_whatever_happened_to_a_file_of_the_output_is_seen(
    show: Path, number: int, change: Callable[[Path], None]
) -> None:
    """Whichever process looks at it; the sizes of all that is there now are known then."""
    output = find_output_paths(show, preview=False).output
    known = look(show).output
    assert look(show).sizes is None
    change(output / known.files[number])
    seen = look(show)
    assert seen.recall(NOW) is None
    assert seen.is_same
    there = [file for file in output.rglob("*") if file.is_file() and not file.name.startswith(".")]
    assert seen.sizes == {file.relative_to(output).as_posix(): file.stat().st_size for file in there}


def test_every_file_of_the_output_is_looked_at(show: Path) -> None:
    output = find_output_paths(show, preview=False).output
    for file in [output / name for name in look(show).output.files]:
        content = file.read_bytes()
        grow(file)
        assert look(show).recall(NOW) is None, file
        file.write_bytes(content)
        assert look(show).recall(NOW), file


@pytest.mark.parametrize("is_whole", [True, False], ids=["output whole", "output changed"])
def test_where_what_is_read_changed_a_build_knows_of_the_output(show: Path, is_whole: bool) -> None:
    """Sizes are told only where they are not as they were."""
    grow(show / "content/episodes" / make_episode(1).folder / "index.md")
    known = look(show).output
    if not is_whole:
        grow(find_output_paths(show, preview=False).output / known.files[-1])
    seen = look(show)
    assert not seen.is_same
    assert seen.recall(NOW) is None
    assert (seen.sizes is None) is is_whole
    assert seen.output.files == known.files


def test_a_look_that_nobody_wants_any_more_leaves_no_process(show: Path) -> None:
    """Neither one that was not asked, nor one of which only a part was of interest."""
    grow(show / "content/episodes" / make_episode(1).folder / "index.md")
    for use in (lambda _: None, lambda seen: seen.recall(NOW), lambda seen: seen.sizes):
        seen = look(show)
        use(seen)
        del seen
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def test_an_output_that_is_gone(show: Path) -> None:
    shutil.rmtree(find_output_paths(show, preview=False).output)
    seen = look(show)
    assert seen.recall(NOW) is None
    assert seen.sizes == {}
