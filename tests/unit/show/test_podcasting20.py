"""Options that only Podcasting 2.0 apps know: how people write them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.errors import InvalidDocument
from site_builder.model import podcasting20 as p20
from site_builder.show.documents import parse_front_matter
from site_builder.show.documents.podcasting20 import list_posts
from site_builder.show.front_matter import EpisodeMatter

NODE = "02d5c1bf8b940dc9cadca86d1b0a3c37fbe39cee4c7e839e33bef9174531d27f52"


def episode(lines: str) -> EpisodeMatter:
    """Front matter with these lines."""
    text = f"---\ntitle: Fog\ndate: 2026-10-09\nguid: g1\n{lines}\n---\n"
    return parse_front_matter(text, Path("index.md"), EpisodeMatter)[0]


@pytest.mark.parametrize(
    ("address", "protocol"),
    [
        ("https://mastodon.social/@ada/1122", "activitypub"),
        ("https://bsky.app/profile/ada.example/post/3k", "atproto"),
        ("at://did:plc:abc/app.bsky.feed.post/3k", "atproto"),
        ("https://x.com/ada/status/17", "twitter"),
        ("nostr:note1abc", "nostr"),
        ("https://matrix.to/#/!r:example.org", "matrix"),
    ],
)
def test_the_address_of_a_post_tells_its_protocol(address: str, protocol: str) -> None:
    assert list_posts(episode(f"comments: '{address}'").comments) == (p20.SocialPost(uri=address, protocol=protocol),)


def test_comments_may_be_refused_and_ordered() -> None:
    assert list_posts(episode("comments: none").comments) == (p20.SocialPost(uri="", protocol="disabled"),)
    two = list_posts(episode("comments: ['https://a.example/@b/1', 'https://x.com/b/status/2']").comments)
    assert [(post.protocol, post.priority) for post in two] == [("activitypub", 1), ("twitter", 2)]


def test_links_beside_the_space_and_none_at_all() -> None:
    """Nothing said, none wanted and one added are three different things."""
    said = [episode(line).links for line in ("x-a: b", "links: none", "links: https://video.example/7")]
    assert said[:2] == [None, ()]
    assert said[2] is not None
    assert said[2][0].to_model() == p20.ContentLink(href="https://video.example/7")


def test_value_from_a_bare_address_to_passages() -> None:
    matter = episode(
        f"value:\n  recipients: [ada@pay.example, {{address: {NODE}, split: 3}}]\n"
        "  splits:\n  - {from: 1:00, to: 2:00, recipients: ben@pay.example}\n"
        "  - {from: 3:00, to: 4:00, percentage: 90, remote: {guid: 917393e3-1b1e-5cef-ace4-edaa54e1f810}}"
    )
    assert matter.value is not None
    assert [(one.kind, one.split) for one in matter.value.to_model().recipients] == [("lnaddress", 1), ("node", 3)]
    first, second = (entry.to_model() for entry in matter.value.splits)
    assert (first.start, first.duration, first.recipients[0].address) == (60, 60, "ben@pay.example")
    assert second.remote is not None
    assert (second.remote_percentage, second.remote.feed_guid[:8]) == (90, "917393e3")
    bare = episode("value: ada@pay.example").value
    assert bare is not None
    assert bare.to_model() == p20.Value(
        recipients=(p20.ValueRecipient(address="ada@pay.example", kind="lnaddress", split=1),)
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("comments: mastodon", "expected the address of a post"),
        ("comments: {url: 'gopher://a/b'}", "`protocol` is missing"),
        ("comments: {account: ada}", "`url` is missing"),
        ("chat: {protocol: icq, server: a.example}", "irc, xmpp, nostr or matrix"),
        ("chat: {protocol: irc, server: 'irc://a.example'}", "expected the name of a server"),
        ("value: 02d5c1", "public key of 66 characters"),
        ("value: {recipients: ada@pay.example, suggested: much}", "value.suggested"),
        (
            "value: {recipients: a@b.example, splits: {from: 2:00, to: 1:00, recipients: a@b.example}}",
            "before it begins",
        ),
        ("value: {recipients: a@b.example, splits: {from: 1:00, to: 2:00}}", "either `recipients` or `remote`"),
        ("people: {name: Ada, role: boss}", "expected a role such as host"),
        ("people: {name: Ada, role: producer, group: kitchen}", "expected one of the groups"),
        ("links: ftp://a.example/", "expected a web address"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lines: str, problem: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        episode(lines)
    assert problem in str(caught.value)
    assert "index.md:5" in str(caught.value)


def test_roles_are_those_of_the_taxonomy_whatever_their_case() -> None:
    matter = episode(
        "people:\n- {name: A, role: Co-Host}\n- {name: B, role: AUDIO  editor}\n- {name: C, role: Translater}"
    )
    assert [entry.to_model().role for entry in matter.people or ()] == ["co-host", "audio editor", "translator"]
