"""Addresses: absolute, ASCII, and only to the web."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from episode_maker import make_enclosure, make_show
from hypothesis import given
from hypothesis import strategies as st

from site_builder.render.urls import absolute_url, join_url, media_url, web_url


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("", ""),
        ("a/b.jpg", "https://example.org/river/a/b.jpg"),
        ("/a b/ü.jpg?x=1#t=5s", "https://example.org/river/a%20b/%C3%BC.jpg?x=1#t=5s"),
        ("https://e.example/a", "https://e.example/a"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
    ],
)
def test_absolute_url(path: str, url: str) -> None:
    """Paths go below the site; addresses stay."""
    assert absolute_url(make_show(), path) == url


@pytest.mark.parametrize(
    ("url", "ascii_url"),
    [
        ("https://e.example/a?b=1&c=%20#d", "https://e.example/a?b=1&c=%20#d"),
        (" https://de.example/wiki/Flu\u00df ", "https://de.example/wiki/Flu%C3%9F"),
        ("https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/"),
        ('https://e.example/"><b>', "https://e.example/%22%3E%3Cb%3E"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://e.example/", ""),
        ("//e.example/", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://e.example/\ud800", ""),
        ("", ""),
    ],
)
def test_web_url(url: str, ascii_url: str) -> None:
    """Links people wrote become ASCII; what does not lead to the web becomes nothing."""
    assert web_url(url) == ascii_url


@given(st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("https://e.example/{}".format)))
def test_web_url_never_fails(url: str) -> None:
    """Any text gives an address that fits an attribute, or nothing; twice the same."""
    made = web_url(url)
    assert not made or re.fullmatch(r"https?://[!#-;=?-~]+", made)
    assert web_url(made) == made


def test_media_url() -> None:
    """On the site, on another host, behind a prefix that swallows `https://`."""
    audio = make_enclosure("a b")
    assert media_url(make_show(), audio) == "https://example.org/river/media/a%20b.m4a"
    away = make_show(media_url="https://m.example/x/")
    assert media_url(away, audio) == "https://m.example/x/media/a%20b.m4a"
    measured = make_show(enclosure_prefix="https://op3.dev/e/")
    assert media_url(measured, audio) == "https://op3.dev/e/example.org/river/media/a%20b.m4a"


BASES = (
    *("https://example.org/", "https://example.org/a/b/", "https://example.org/a/b", "HTTPS://Example.org/../a//b/./"),
    *("https://example.org?q=/", "https://example.org/#/", "mailto:a@b", "/a/", "a", "", "file:///a/b/", "//host/x/"),
)


@given(
    st.sampled_from(BASES) | st.text("ab/:?#.;%", max_size=12),
    st.from_regex(r"[a-z0-9_-]{0,3}(/[a-z0-9_.-]{1,3}){0,3}[/.?#:]?[a-z]{0,2}", fullmatch=True) | st.text(max_size=8),
)
def test_join_url_is_urljoin(base: str, path: str) -> None:
    """The quick way gives what the usual way does."""
    try:
        expected = urljoin(base, path)
    except ValueError:
        return
    assert join_url(base, path) == expected
