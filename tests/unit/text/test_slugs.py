"""Names for folders and addresses that every system can hold."""

from __future__ import annotations

import pytest

from site_builder.render.pages.episode_rows import find_tag_path
from site_builder.text.slugs import is_device, make_slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Con", "con-x"), ("aux!", "aux-x"), ("COM7", "com7-x"), ("con air", "con-air"), ("com10", "com10"), ("Ça", "ca")],
)
def test_no_folder_is_a_device(text: str, slug: str) -> None:
    """Windows keeps some names for itself."""
    assert make_slug(text) == slug


def test_tags_that_differ_have_pages_that_differ() -> None:
    """Signs that tell one word from another are spelt; a hashtag's is only a mark."""
    tags = [
        "C",
        "C++",
        "C#",
        "F♯",
        "f",
        ".NET",
        "net",
        "con",
        "con x",
        "NUL",
        "lpt1",
        "灯台",
        "灯",
        "A+",
        "a b",
        "a+b!",
    ]
    paths = [find_tag_path(tag) for tag in tags]
    assert len(set(paths)) == len(tags) - 1  # the last two are one
    assert not any(is_device(path.split("/")[1]) for path in paths)
    assert find_tag_path("C") == "tags/c/"
    assert find_tag_path("#fog") == find_tag_path("Fog") == "tags/fog/"
    assert find_tag_path("C＋＋") == find_tag_path("c++") == "tags/c-plus-plus/"
