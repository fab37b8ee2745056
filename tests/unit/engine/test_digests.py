"""Digests of values and files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.engine.digests import JSON, digest_bytes, digest_file, digest_json, encode_json

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
