"""Digests of values and files."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.engine.digests import JSON, digest_bytes, digest_file, digest_json, encode_json, remember_digest

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


@pytest.mark.parametrize("change", ["longer", "as long", "replaced", "copied"])
def test_a_file_that_was_hashed_is_not_read_until_it_changes(change: str, tmp_path: Path) -> None:
    """What was remembered is told, right or wrong; of what was written since, or lies elsewhere, its own digest."""
    file = tmp_path / "recording-0.aac"
    file.write_bytes(b"as it was taken in")
    remember_digest(file, "0" * 64)
    assert digest_file(file) == "0" * 64
    time.sleep(0.02)  # a tick of the clock
    other = b"as somebody left it and more" if change == "longer" else b"as SOMEBODY left i"
    if change == "replaced":
        (tmp_path / "new").write_bytes(other)
        (tmp_path / "new").replace(file)
    elif change == "copied":
        file = Path(shutil.copy2(file, tmp_path / "copy"))
        other = b"as it was taken in"
    else:
        file.write_bytes(other)
    assert digest_file(file) == digest_bytes(other)
