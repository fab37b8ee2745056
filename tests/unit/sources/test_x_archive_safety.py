"""What an X archive may not do: have private files opened, fill memory or disk, leave its place, or bring us down."""

from __future__ import annotations

import os
import re
import struct
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    CANARY,
    PRIVATE,
    MadeArchive,
    MadeSpace,
    damage_members,
    encrypt_members,
    make_files,
    make_media,
    write_archive,
    write_folder,
    write_zip,
    ytd,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder.errors import UnusableSource
from site_builder.sources.x.archives import open_archive
from site_builder.sources.x.members import open_members

ID = MadeSpace().id
MEDIA = f"data/spaces_media/space-{ID}_0.ts"
ALLOWED = re.compile(r"data/(manifest|account|profile|spaces-metadata|tweets)\.js|data/spaces_media/space-\w+\.ts")
"""All that may ever be opened in a made archive."""


def read_all(path: Path) -> str:
    """Everything an archive says, as text."""
    with open_archive(path) as archive:
        found = [archive.account, archive.made_at]
        return repr([*found, *(archive.read(space_id) for space_id in archive.find_ids()), archive.remarks])


# ------------------------------------------------------------------------------------------------------------- privacy


def test_unreadable_private_members_do_not_matter(tmp_path: Path) -> None:
    """An archive whose private members are rubbish and encrypted says all that it says with them whole."""
    whole = write_archive(tmp_path / "whole.zip", MadeArchive())
    broken = write_archive(tmp_path / "broken.zip", MadeArchive())
    damage_members(broken, PRIVATE)
    with zipfile.ZipFile(broken) as zipped, pytest.raises(Exception, match=r"invalid|Bad CRC|decompress"):
        zipped.read("data/direct-messages.js")
    encrypt_members(broken, [name for name in PRIVATE if "direct" in name])
    assert read_all(broken) == read_all(whole)
    assert CANARY not in read_all(whole)
    assert "203.0.113" not in read_all(whole)


def test_only_named_members_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spy at the zip sees the named members opened, each recording once, and nothing else."""
    opened: list[str] = []
    open_for_real = zipfile.ZipFile.open

    def spy(self: zipfile.ZipFile, name: Any, *args: Any, **more: Any) -> Any:
        opened.append(name if isinstance(name, str) else name.filename)
        return open_for_real(self, name, *args, **more)

    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[MadeSpace(parts=(2, 2))]))
    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    read_all(path)
    assert {name for name in opened if not ALLOWED.fullmatch(name)} == set()
    assert sorted(name for name in opened if "media" in name) == [MEDIA, MEDIA.replace("_0", "_1")]
    assert len(opened) == len(set(opened)) == 7


_watchers: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    for paths in _watchers or ():  # None when Python ends
        if event in {"open", "os.listdir", "os.scandir"} and isinstance(arguments[0], str | os.PathLike):
            paths.append(os.fspath(arguments[0]))


sys.addaudithook(_watch)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Paths that the interpreter opens or lists while the block runs."""
    paths: list[str] = []
    _watchers.append(paths)
    try:
        yield paths
    finally:
        _watchers.remove(paths)


def test_only_named_files_of_a_folder_are_opened(tmp_path: Path) -> None:
    """In a folder the interpreter itself reports what is opened; private files are pipes that would block for ever."""
    folder = write_archive(tmp_path / "twitter-2026")
    for name in PRIVATE:
        (folder / name).unlink()
        os.mkfifo(folder / name)
    with watched() as paths:
        read_all(folder)
    below = [Path(path).relative_to(folder).as_posix() for path in paths if Path(path).is_relative_to(folder)]
    files = {name for name in below if not (folder / name).is_dir()}
    folders = set(below) - files
    assert {name for name in files if not ALLOWED.fullmatch(name)} == set()
    assert MEDIA in files
    assert folders <= {".", "data", "data/spaces_media"}


def test_links_and_pipes_are_no_members(tmp_path: Path) -> None:
    """A wanted name that is a link out of the archive, or a pipe, is not followed."""
    folder = write_archive(tmp_path / "twitter-2026")
    secret = tmp_path / "secret.js"
    secret.write_bytes((folder / "data/profile.js").read_bytes())
    (folder / "data/profile.js").unlink()
    (folder / "data/profile.js").symlink_to(secret)
    (folder / "data/tweets.js").unlink()
    os.mkfifo(folder / "data/tweets.js")
    with open_archive(folder) as archive:
        assert archive.account.bio == ""
        assert archive.read(ID).announcement.title == ""
        assert archive.remarks == []


def test_linked_folders_are_not_entered(tmp_path: Path) -> None:
    """A spaces_media that is a link to elsewhere has no recordings for us."""
    folder = write_archive(tmp_path / "twitter-2026")
    (folder / "data/spaces_media").rename(tmp_path / "elsewhere")
    (folder / "data/spaces_media").symlink_to(tmp_path / "elsewhere")
    with open_archive(folder) as archive:
        assert archive.read(ID).recording.parts == ()


# ------------------------------------------------------------------------------------------------------- size and place


def test_six_gigabytes_cost_what_a_small_archive_costs(tmp_path: Path) -> None:
    """Of a 6 GB archive only the list of files and the named members are read: no more memory, hardly more time."""
    files = make_files(MadeArchive())

    def cost(name: str, hole: int) -> tuple[str, float, int]:
        path = write_zip(tmp_path / name, files, hole=hole)
        assert path.stat().st_size > hole
        tracemalloc.start()
        begin = time.perf_counter()
        said = read_all(path)
        seconds, peak = time.perf_counter() - begin, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return said, seconds, peak

    small, huge = cost("small.zip", 0), cost("huge.zip", 6 << 30)
    assert (tmp_path / "huge.zip").stat().st_blocks * 512 < 50_000_000
    assert huge[0] == small[0]
    assert huge[1] < small[1] + 1
    assert huge[2] < small[2] + 1_000_000


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    """A recording that would grow a thousandfold is refused before it is opened; the other Space is unharmed."""
    bomb = MadeSpace(id="1bomb", media={"space-1bomb_0.ts": bytes(100 << 20)})
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[MadeSpace(), bomb]))
    with open_archive(path) as archive:
        assert archive.read(ID).missing == ""
        tracemalloc.start()
        assert "200-fold" in archive.read("1bomb").missing
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()


def test_a_member_longer_than_it_says_is_cut(tmp_path: Path) -> None:
    """What a zip says of a member's size is the most that is unpacked; the lie is remarked on."""
    path = write_archive(tmp_path / "a.zip")
    with zipfile.ZipFile(path) as zipped:
        size, directory = zipped.getinfo(MEDIA).file_size, zipped.start_dir
    content = bytearray(path.read_bytes())
    entry = content.index(MEDIA.encode(), directory) - 46
    content[entry + 24 : entry + 28] = (size // 2).to_bytes(4, "little")
    path.write_bytes(content)
    with open_archive(path) as archive:
        conversation = archive.read(ID)
        assert sum(part.size_bytes for part in conversation.recording.parts) <= size // 2
        assert conversation.missing or archive.remarks


@pytest.mark.parametrize(
    "name",
    [
        "../{}", "../../etc/{}", "/{}", "data/../{}", "C:\\{}", "data/direct_messages_media/{}", "a/b/c/{}", "{}/x",
        "data/{}", "assets/{}",
    ],
)  # fmt: skip
def test_odd_names_are_no_members(tmp_path: Path, name: str) -> None:
    """Names that lead elsewhere, or hide in a private folder, match nothing; a leading slash does no harm."""
    path = write_zip(tmp_path / "a.zip", {name.format("data/tweets.js"): b"x", "data/account.js": b"[]"})
    assert set(open_members(path)[0].members) - {"tweets.js"} == {"account.js"}
    if not name.startswith("/"):
        assert set(open_members(path)[0].members) == {"account.js"}


def test_copies_stay_in_their_folder(tmp_path: Path) -> None:
    """Whatever a recording is called, its copy lies in the folder given, under a name of ours."""
    audio = make_media(MadeSpace(parts=(1,)))[f"space-{ID}_0.ts"]
    files = make_files(MadeArchive(spaces=[MadeSpace(parts=())]))
    for name in ("..\\..\\evil_0.ts", "space-../../evil_0.ts", "space-%2e%2e_0.ts", "space-a\nb_0.ts", "CON_0.ts"):
        files[f"data/spaces_media/{name}"] = audio
    copies = tmp_path / "a" / "b" / "copies"
    copies.mkdir(parents=True)
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        for space_id in archive.find_ids():
            assert re.fullmatch(r"[A-Za-z0-9]+", space_id)
            archive.read(space_id, copies)
    assert {file.name for file in (tmp_path / "a").rglob("*") if file.is_file()} <= {"recording-0.aac"}


# ------------------------------------------------------------------------------------------------------- unusable input


def cut(path: Path, keep: float) -> Path:
    """The first part of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    return path


def make_with(name: str, content: bytes) -> Callable[[Path], Path]:
    """A maker of a file with this content."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def make_encrypted(folder: Path) -> Path:
    path = write_archive(folder / "a.zip")
    with zipfile.ZipFile(path) as zipped:
        return encrypt_members(path, zipped.namelist())


EMPTY = ytd("spaces_metadata", [])


def make_packed(method: int) -> Callable[[Path], Path]:
    """A maker of a small zip that unpacks to 40 MB of blanks."""

    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", method) as zipped:
            zipped.writestr("data/spaces-metadata.js", b"[" + b" " * 40_000_000)
        return folder / "a.zip"

    return make


UNUSABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "none.zip", "does not exist"),
    "empty file": (make_with("a.zip", b""), "is empty (0 bytes)"),
    "not a zip": (make_with("a.zip", b"hello" * 99), "is not a zip"),
    "truncated": (lambda folder: cut(write_archive(folder / "a.zip"), 0.7), "cut off or damaged"),
    "a piece of a split zip": (make_with("a.zip", b"PK\x07\x08" + b"x" * 99), "one piece of a split zip"),
    "a numbered piece": (make_with("a.z01", b"x" * 99), "one piece of a split zip"),
    "an empty zip": (lambda folder: write_zip(folder / "a.zip", {}), "is not an X archive"),
    "another zip": (lambda folder: write_zip(folder / "a.zip", {"photo.jpg": b""}), "is not an X archive"),
    "an empty folder": (lambda folder: folder, "is not an X archive"),
    "encrypted": (make_encrypted, "is encrypted"),
    "without Spaces": (lambda folder: write_archive(folder / "a.zip", MadeArchive(spaces=[])), "holds no Spaces"),
    "no Spaces file": (
        lambda folder: write_archive(
            folder / "a.zip", MadeArchive(spaces=[], without=["data/spaces-metadata.js"], partial=True)
        ),
        "one of several zips",
    ),
    "packed with bzip2": (make_packed(zipfile.ZIP_BZIP2), "is packed in a way that X does not use; unzip"),
    "packed with LZMA": (make_packed(zipfile.ZIP_LZMA), "is packed in a way that X does not use; unzip"),
    "metadata too large": (make_packed(zipfile.ZIP_DEFLATED), "claims to be 38 MB"),
    "metadata damaged": (
        lambda folder: write_zip(folder / "a.zip", {"data/spaces-metadata.js": b"window.YTD = [ {"}),
        "is damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_archives_say_what_to_do(tmp_path: Path, make: Callable[[Path], Path], message: str) -> None:
    """One sentence that names the file, says what is wrong and what to do about it."""
    path = make(tmp_path)
    with pytest.raises(UnusableSource) as caught:
        open_archive(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert message in sentence
    assert re.search(r"[;,:] .*(download|use|unzip|check|join|request)", sentence)
    assert "\n" not in sentence


FLOODS = {
    "a long entry": b'[{"tweet": {"full_text": "' + b"x" * 60_000_000 + b'"}}]',
    "a deep entry": b"[" + b"[[]," * 5_000_000 + b"]",
    "empty entries": b"[" + b"{}," * 3_000_000 + b"{}]",
    "small entries": b"[" + b'{"id":"1"},' * 5000 + b"{}]",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_floods_of_entries(flood: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of tweets unlike anything X writes is given up, in bounded memory; the Space is there all the same."""
    path = write_zip(tmp_path / "a.zip", {**make_files(MadeArchive()), "data/tweets.js": FLOODS[flood]}, stored=True)
    monkeypatch.setattr("site_builder.sources.x.json._MOST_ENTRIES", 3000)  # or small ones take half a minute
    tracemalloc.start()
    try:
        with open_archive(path) as archive:
            assert archive.read(ID).recording.duration > 11
            (remark,) = archive.remarks
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert remark.startswith("data/tweets.js ")
    assert peak < 250_000_000


def test_a_zip_that_lists_too_much(tmp_path: Path) -> None:
    """A list of files longer than any archive's is not loaded."""
    entry = b"PK\1\2" + bytes(42)
    end = b"PK\5\6" + bytes(4) + struct.pack("<HHII", 65535, 65535, 800_000 * len(entry), 0) + bytes(2)
    (tmp_path / "a.zip").write_bytes(b"PK\3\4" + entry * 800_000 + end)
    with pytest.raises(UnusableSource, match="lists more files than an archive has"):
        open_archive(tmp_path / "a.zip")


def test_damaged_recording_leaves_the_others_be(tmp_path: Path) -> None:
    """Zero bytes, no audio, rubbish in the zip: that Space says why, every other works, no file is half-written."""
    good = MadeSpace(id="1good", parts=(2,))
    bad = {
        "1empty": MadeSpace(id="1empty", media={"space-1empty_0.ts": b""}),
        "1text": MadeSpace(id="1text", media={"space-1text_0.ts": b"no audio here " * 99}),
        "1rubbish": MadeSpace(id="1rubbish", parts=(2,)),
        "1locked": MadeSpace(id="1locked", parts=(2,)),
    }
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[good, *bad.values()]))
    damage_members(path, ["data/spaces_media/space-1rubbish_0.ts"])
    encrypt_members(path, ["data/spaces_media/space-1locked_0.ts"])
    copies = tmp_path / "copies"
    copies.mkdir()
    reasons = {
        "1empty": "is empty (0 bytes)",
        "1text": "holds no audio",
        "1rubbish": "is damaged inside the zip",
        "1locked": "is encrypted",
    }
    with open_archive(path) as archive:
        for space_id, reason in reasons.items():
            conversation = archive.read(space_id, copies)
            assert f"space-{space_id}_0.ts {reason}" in conversation.missing
            assert conversation.recording.parts == ()
            assert conversation.announcement.title
        assert list(copies.iterdir()) == []
        assert archive.read("1good", copies).missing == ""
        assert len(archive.remarks) == len(reasons)


def test_damage_in_the_middle_keeps_the_beginning(tmp_path: Path) -> None:
    """A recording whose last bytes are lost inside the zip is used up to there, and the archive says so."""
    path = write_zip(tmp_path / "a.zip", make_files(MadeArchive()), stored=False)
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo(MEDIA)
    content = bytearray(path.read_bytes())
    spot = info.header_offset + 30 + len(MEDIA) + info.compress_size * 2 // 3
    content[spot : spot + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    with open_archive(path) as archive:
        conversation = archive.read(ID)
        assert 3 < conversation.recording.duration < 12.1
        assert archive.remarks == [f"a.zip: space-{ID}_0.ts is damaged inside the zip; it is used up to there"]


def test_one_lost_part_of_two(tmp_path: Path) -> None:
    """Of two parts one that is empty is left out and remarked on."""
    media = make_media(MadeSpace(parts=(4, 4))) | {f"space-{ID}_0.ts": b""}
    path = write_archive(tmp_path / "a.zip", MadeArchive(spaces=[MadeSpace(media=media)]))
    with open_archive(path) as archive:
        parts = archive.read(ID).recording.parts
        assert [(part.file, part.origin) for part in parts] == [("recording-0.aac", f"space-{ID}_1.ts")]
        assert "_0.ts is empty" in archive.remarks[0]


SMALL = make_files(MadeArchive(spaces=[MadeSpace(parts=(0.2,))], private=False))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_brings_us_down(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes changed or cut anywhere in a zip: either it is read or one sentence says why not."""
    path = write_zip(tmp_path / "a.zip", SMALL)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        near_end = data.draw(st.booleans())
        spot = data.draw(st.integers(max(0, len(content) - 900) if near_end else 0, len(content) - 1))
        content[spot] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: len(content) - data.draw(st.sampled_from([0, 0, 0, 1, 21, 22, 500]))])
    with suppress(UnusableSource):
        assert CANARY not in read_all(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_nonsense_in_the_files_brings_us_down(tmp_path: Path, data: st.DataObject) -> None:
    """Any JSON, or none, in place of any of X's files."""
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    )
    name = data.draw(st.sampled_from(["manifest", "account", "profile", "spaces-metadata", "tweets"]))
    content = ytd(name, data.draw(st.lists(anything, max_size=3)))
    assert "recording-0.aac" in read_all(write_folder(tmp_path / "a", SMALL | {f"data/{name}.js": content}))


NAMES = """id id_str tweet full_text created_at entities urls url expanded_url user_mentions speakers sessions startedAt
    endedAt createdAt hostUserIds userId account userInfo archiveInfo generationDate screen_name hashtags text edit_info
    editTweetIds media"""
KEYS = st.sampled_from(NAMES.split())


def test_deep_nesting_is_no_trap(tmp_path: Path) -> None:
    """A file of nothing but brackets is damaged, not the end of the program."""
    files = SMALL | {"data/tweets.js": b"x = [" + b"[" * 200_000, "data/profile.js": b"x = " + b'{"a":' * 100_000}
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        assert archive.account.bio == ""
        assert archive.read(ID).announcement.title == ""
        assert len(archive.remarks) == 2
