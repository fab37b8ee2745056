"""Whatever happens to a file that only the program keeps, the next build gives the bytes of a clean one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from show_runner import build, copy_show, edit, find_bundle, read_tree, spacecast

from site_builder.build.publication import load_release

Damage = Callable[[Path], None]


def cut(file: Path) -> None:
    """Half of it is lost."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    """A few bits turn over, at the beginning, in the middle and at the end."""
    content = bytearray(file.read_bytes())
    for at in {0, len(content) // 3, len(content) // 2, len(content) - 1} if content else set():
        content[at] ^= 0x10
    file.write_bytes(content)


def drop(file: Path) -> None:
    """It is gone."""
    file.unlink()


DAMAGES: dict[str, Damage] = {
    "gone": drop,
    "cut": cut,
    "bits turned": flip,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_any_damage_to_a_cache_is_mended(pair: Path, tmp_path: Path, damage: Damage) -> None:
    """File by file, compiled templates all at once: after an edit the output is what a build from nothing makes."""
    clean = _edited(pair, tmp_path / "clean")
    shutil.rmtree(clean / ".cache")
    shutil.rmtree(clean / "output")
    build(clean)
    expected = read_tree(clean / "output")
    wrong: list[tuple[str, object]] = []
    for number, (name, files) in enumerate(_list_cache(pair).items()):
        show = _edited(pair, tmp_path / str(number))
        for file in files:
            damage(show / ".cache" / file)
        run = spacecast("-C", show, "build")
        if run.code or (differences := _differences(read_tree(show / "output"), expected)):
            wrong.append((name, run.err if run.code else differences[:3]))
        shutil.rmtree(show)
    assert wrong == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_much_is_damaged_at_once(pair: Path, tmp_path: Path, damage: Damage) -> None:
    """All but one record of the last build: what it made and nobody wants goes, what somebody put there stays."""
    clean = _edited(pair, tmp_path / "clean")
    build(clean)
    show = copy_show(pair, tmp_path / "show")
    (show / "output/google123.html").write_text("proof")
    edit(show / "config.yaml", "title: Signals", "title: Sygnals")
    build(show)
    edit(show / "config.yaml", "title: Sygnals", "title: Signals")
    _edit_title(show)
    for file in sorted((show / ".cache").rglob("*")):
        if file.is_file() and file.name not in {"build.lock", "last-build.json"}:
            damage(file)
    build(show)
    output = read_tree(show / "output")
    assert output.pop("output/google123.html")
    assert _differences(output, read_tree(clean / "output")) == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_deploys_read_is_made_anew_though_nothing_changed(pair: Path, tmp_path: Path, damage: Damage) -> None:
    """Or a deploy would ask for a build, and a build say that there is nothing to do."""
    show = copy_show(pair, tmp_path / "show")
    damage(show / ".cache/release.json")
    build(show)
    assert read_tree(show / "output") == read_tree(pair / "output")
    assert load_release(show) == load_release(pair)


def _edited(show: Path, to: Path) -> Path:
    """A copy with another title, so that the build after has something to do."""
    copy = copy_show(show, to)
    _edit_title(copy)
    return copy


def _edit_title(show: Path) -> None:
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: ", "title: Once more ")


def _list_cache(show: Path) -> dict[str, list[str]]:
    """Files that are kept between builds, by what is damaged together; the lock is the operating system's affair."""
    cache, found = show / ".cache", dict[str, list[str]]()
    for file in sorted(cache.rglob("*")):
        name = file.relative_to(cache).as_posix()
        if file.is_file() and file.name != "build.lock":
            found.setdefault("templates" if name.startswith("templates/") else name, []).append(name)
    assert {"state.db", "artifacts.db", "last-build.json", "release.json", "templates"} <= found.keys()
    assert len(found["templates"]) > 10
    return found


def _differences(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    return sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path))
