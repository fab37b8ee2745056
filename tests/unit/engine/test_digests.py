"""Digests of values, files and trees."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.engine.digests import (
    JSON,
    SMALL,
    FileDigests,
    digest_bytes,
    digest_file,
    digest_json,
    digest_tree,
    encode_json,
)

SECOND = 1_000_000_000

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def shuffle_keys(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {key: shuffle_keys(value[key]) for key in reversed(list(value))}
    return [shuffle_keys(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=50, deadline=None)
@given(values)
def test_digest_of_json_does_not_depend_on_the_order_of_keys(value: JSON) -> None:
    assert digest_json(value) == digest_json(shuffle_keys(value))
    assert len(digest_json(value)) == 32


def test_json_is_canonical_and_the_digest_is_fixed_for_ever() -> None:
    """Changing this would make everybody's output again."""
    assert encode_json({"b": (1, 2.5), "a": "ü"}) == b'{"a":"\\u00fc","b":[1,2.5]}'
    assert digest_json({"b": (1, 2.5), "a": "ü"}) == hashlib.sha256(b'{"a":"\\u00fc","b":[1,2.5]}').hexdigest()[:32]


@pytest.mark.parametrize("value", [float("nan"), [float("inf")]])
def test_numbers_that_json_lacks_are_refused(value: JSON) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        digest_json(value)


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        digest_json({"path": Path("x")})  # type: ignore[dict-item]


def test_files_and_bytes_have_the_same_digest(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"spoken" * 100_000)
    assert digest_file(tmp_path / "x") == digest_bytes(b"spoken" * 100_000)
    assert digest_bytes(b"") == hashlib.sha256().hexdigest()


class Clock:
    """Nanoseconds that a test sets; the file system's own clock goes on beside it."""

    def __init__(self) -> None:
        self.offset = 0

    def __call__(self) -> int:
        return time.time_ns() + self.offset


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "recording-0.aac"
    path.write_bytes(b"a" * (SMALL + 1))
    return path


def swap_unseen(path: Path, cache: Path) -> None:
    """Rewrites the cached digest, so that a test sees whether the cache was believed."""
    text = cache.read_text()
    document = text.replace(digest_file(path), "f" * 64)
    body = document[document.index('"known":') + 8 : -1]
    old = hashlib.sha256(text[text.index('"known":') + 8 : -1].encode()).hexdigest()[:32]
    document = document.replace(old, hashlib.sha256(body.encode()).hexdigest()[:32])
    assert document != text
    cache.write_text(document)


def test_a_settled_large_file_is_not_read_again(big: Path, tmp_path: Path, clock: Clock) -> None:
    cache = tmp_path / ".cache/digests.json"
    clock.offset = 3 * SECOND
    digests = FileDigests(cache, clock=clock)
    assert digests.digest(big) == digest_file(big)
    digests.save()
    swap_unseen(big, cache)
    assert FileDigests(cache, clock=clock).digest(big) == "f" * 64
    big.touch()
    assert FileDigests(cache, clock=clock).digest(big) == digest_file(big)


def test_a_file_changed_within_two_seconds_is_read_every_time(big: Path, tmp_path: Path, clock: Clock) -> None:
    """Its times could stay the same while it changes."""
    cache = tmp_path / "digests.json"
    digests = FileDigests(cache, clock=clock)
    digests.digest(big)
    status = big.stat()
    big.write_bytes(b"b" * (SMALL + 1))
    os.utime(big, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert digests.digest(big) == digest_bytes(b"b" * (SMALL + 1))
    digests.save()
    assert not cache.exists()


def test_small_files_are_always_read(tmp_path: Path, clock: Clock) -> None:
    clock.offset = 3 * SECOND
    digests = FileDigests(tmp_path / "digests.json", clock=clock)
    (tmp_path / "note").write_text("one")
    assert digests.digest(tmp_path / "note") == digest_bytes(b"one")
    digests.save()
    assert not (tmp_path / "digests.json").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"null", b'{"format":"digests/0"}', b'{"format":"digests/1","known":{"a":1}}', b"[" * 9999],
)
def test_a_damaged_cache_is_an_empty_one(big: Path, tmp_path: Path, clock: Clock, content: bytes) -> None:
    cache = tmp_path / "digests.json"
    cache.write_bytes(content)
    clock.offset = 3 * SECOND
    digests = FileDigests(cache, clock=clock)
    assert digests.digest(big) == digest_file(big)
    digests.save()
    assert digest_file(big) in cache.read_text()


def test_files_that_are_gone_are_forgotten(big: Path, tmp_path: Path, clock: Clock) -> None:
    clock.offset = 3 * SECOND
    cache = tmp_path / "digests.json"
    digests = FileDigests(cache, clock=clock)
    digests.digest(big)
    other = big.with_name("other.aac")
    other.write_bytes(b"c" * (SMALL + 1))
    digests.digest(other)
    big.unlink()
    digests.save()
    assert "other.aac" in cache.read_text()
    assert "recording-0" not in cache.read_text()


def make_tree(root: Path) -> None:
    for path in ("one/index.md", "one/sound.aac", "two/index.md", ".hidden/x", "archives/big.zip"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def test_a_tree_lists_files_but_not_hidden_or_skipped_ones(tmp_path: Path) -> None:
    make_tree(tmp_path)
    marks = digest_tree(tmp_path, lambda path: path == "archives" or path.endswith(".aac"))
    assert sorted(marks) == ["one/index.md", "two/index.md"]
    assert digest_tree(tmp_path / "missing") == {}


@pytest.mark.parametrize("offset", [0, 3 * SECOND], ids=["fresh", "settled"])
def test_an_unchanged_tree_has_equal_marks_and_any_change_shows(tmp_path: Path, clock: Clock, offset: int) -> None:
    make_tree(tmp_path)
    clock.offset = offset
    before = digest_tree(tmp_path, clock=clock)
    assert digest_tree(tmp_path, clock=clock) == before
    read = before["one/index.md"].endswith(digest_file(tmp_path / "one/index.md"))
    assert read == (offset == 0), "times are trusted only once they are two seconds old"
    status = (tmp_path / "one/index.md").stat()
    (tmp_path / "one/index.md").write_text("ENO/index.md")
    os.utime(tmp_path / "one/index.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    (tmp_path / "two/index.md").rename(tmp_path / "two/other.md")
    after = digest_tree(tmp_path, clock=clock)
    assert after["one/index.md"] != before["one/index.md"]
    assert set(before) - set(after) == {"two/index.md"}
    assert set(after) - set(before) == {"two/other.md"}


def test_links_in_a_tree_are_marked_but_never_walked(tmp_path: Path) -> None:
    make_tree(tmp_path / "tree")
    (tmp_path / "tree/loop").symlink_to(tmp_path / "tree", target_is_directory=True)
    (tmp_path / "tree/nowhere").symlink_to(tmp_path / "gone")
    marks = digest_tree(tmp_path / "tree")
    assert "loop" in marks
    assert "nowhere" not in marks
    assert not any(path.startswith("loop/") for path in marks)
