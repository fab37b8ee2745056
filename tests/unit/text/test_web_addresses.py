"""Whether two addresses are one."""

from __future__ import annotations

import pytest

from site_builder.text.addresses import is_same_address

OWN = "https://kettle.example.net/show/feed.xml"


@pytest.mark.parametrize(
    "other",
    [
        OWN,
        "http://kettle.example.net/show/feed.xml",
        "https://KETTLE.example.net:443/show/feed.xml?utm=1#top",
        "http://kettle.example.net.:80/show//feed.xml/",
        "https://host:pw@kettle.example.net/x/../show/%66eed.xml",
    ],
)
def test_spellings_of_one(other: str) -> None:
    """Whatever leads to the same place."""
    assert is_same_address(OWN, other)


@pytest.mark.parametrize(
    "other",
    ["https://kettle.example.net/feed.xml", "https://kettle.example.net:8443/show/feed.xml", "https://[x", ""],
)
def test_others(other: str) -> None:
    """Another path, port or host; and what is none."""
    assert not is_same_address(OWN, other)


def test_case_counts_where_it_may() -> None:
    """Of paths, where servers tell them apart; hosts with letters of their own are written in two ways."""
    assert not is_same_address(OWN, OWN.replace("show", "Show"))
    assert is_same_address(OWN, OWN.replace("show", "Show"), any_case=True)
    assert is_same_address("https://bücher.example/", "https://xn--bcher-kva.example")
