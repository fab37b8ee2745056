"""Every rule about feeds: clean feeds break none, and each way of breaking a feed is found under its name."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from episode_maker import make_episode, make_full_episode, make_full_show, make_show, render_feed
from feed_changes import BUILT, Change, FeedCase, make_clean_feed, make_clean_show
from feed_mutations import FEED_CASES
from feed_mutations_together import HARMLESS

from site_builder.checks.feed import FEED_BOOKS, check_feed, find_fatal
from site_builder.checks.feed.document import Site
from site_builder.checks.feed.xml import BYTES
from site_builder.checks.rule import Finding, Severity
from site_builder.model.podcast import Show

NOWHERE = Path("there-is-no-such-folder")
CLEAN = {"description-brackets", "item-transcript", "title-plain", "text-escaped-once"}
"""What the feed is advised that mutations are made to: a hostile title and notes, an episode without a transcript."""
ADVICE = CLEAN | {"item-image", "copyright-plain"}
"""The same of other made episodes: some have no cover, and a show names a year."""


def check(feed: bytes, show: Show | None = None, output: Path = NOWHERE) -> tuple[Finding, ...]:
    return check_feed(feed, Site(show=show or make_clean_show(), output=output), BUILT)


def render(show: Show, *episodes: object) -> bytes:
    return render_feed(show, episodes, feed_url=f"{show.url}feed.xml", built_at=BUILT)  # type: ignore[arg-type]


def names(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule.name for finding in findings}


@pytest.mark.parametrize(
    ("show", "episodes"),
    [
        (make_show(), [make_episode(1), make_episode(2)]),
        (make_full_show(), [make_full_episode(), make_episode(2, number=2)]),
        (make_clean_show(), []),
    ],
    ids=["plain", "every option", "no episode yet"],
)
def test_good_feeds_are_accepted(show: Show, episodes: list[object]) -> None:
    """What the program writes breaks no rule, and is advised only where that is meant."""
    findings = check(render(show, *episodes), show)
    assert [str(finding) for finding in findings if finding.rule.severity is not Severity.ADVICE] == []
    assert names(findings) <= ADVICE | {"feed-episodes"}
    assert find_fatal(render(show, *episodes), NOWHERE, show) == ()


@pytest.mark.parametrize(
    "words",
    [
        "Our rule: one = all, all = one.",
        "Links that begin with javascript: are refused",
        "a &lt;script&gt; in words, and <code>&lt;img onerror=1&gt;</code>",
        "switch on = off, <em>on load = on fire</em>",
        '<a href="https://example.org/?a=javascript:x" title="onclick=x">x</a>',
    ],
)
def test_words_about_markup_are_no_markup(words: str) -> None:
    episode = make_episode(1, notes_html=f"<p>{words}</p>")
    assert "notes-safe" not in names(check(render(make_show(), episode), make_show()))


def test_clean_feed_is_clean() -> None:
    """What the mutations below begin with has nothing but a transcript missing and signs of markup in one episode."""
    assert names(check(make_clean_feed())) == CLEAN


@pytest.mark.parametrize("change", [change for _, change in HARMLESS], ids=[what for what, _ in HARMLESS])
def test_what_is_allowed_is_not_complained_of(change: Change) -> None:
    """What the specifications let anybody write breaks no rule, not even a piece of advice."""
    assert names(check(change(make_clean_feed().decode()).encode())) - CLEAN == set()


@pytest.mark.parametrize("case", FEED_CASES, ids=str)
def test_broken_feeds_are_found(case: FeedCase) -> None:
    """Each mutation is found under the name of its rule, with a sentence, a remedy and a source."""
    clean = make_clean_feed()
    broken = case.change(clean.decode()).encode()
    before, after = check(clean), check(broken)
    found = [finding for finding in after if finding.rule.name == case.rule]
    assert found, f"not found; instead: {sorted(names(after) - names(before))}"
    assert len(found) > sum(finding.rule.name == case.rule for finding in before)
    assert all(finding.message and finding.rule.remedy and finding.rule.source for finding in found)


def test_every_rule_about_feeds_is_broken_once() -> None:
    """There is a mutation for each rule, and at least sixty in all."""
    rules = {rule.name for book in (BYTES, *FEED_BOOKS) for rule in book.rules}
    assert rules - {case.rule for case in FEED_CASES} == {"enclosure-length", "feed-files"}
    assert len(FEED_CASES) >= 60


def test_length_is_that_of_the_file(tmp_path: Path) -> None:
    """The size of a file that is there has to be the enclosure's length; of one that is elsewhere nothing is known."""
    show = make_show()
    feed = render(show, make_episode(1))
    file = tmp_path / "media" / "episode-1.m4a"
    file.parent.mkdir()
    assert names(find_fatal(feed, tmp_path, show)) == set()
    file.write_bytes(bytes(764_321))
    assert names(find_fatal(feed, tmp_path, show)) == set()
    file.write_bytes(bytes(764_320))
    (finding,) = find_fatal(feed, tmp_path, show)
    assert finding.rule.name == "enclosure-length"
    assert "764320" in finding.message
    assert finding.place.episode == "Episode 1: what the gauge said"


def test_pages_and_trailers_that_are_not_there_are_told(tmp_path: Path) -> None:
    """What the feed names on this site must be on it; what lies elsewhere, and audio that other rules look at, not."""
    feed = make_clean_feed()
    missing = [finding.message for finding in check(feed, output=tmp_path) if finding.rule.name == "feed-files"]
    assert len(missing) == 3
    assert "media/trailer.m4a is not on the site" in " ".join(missing)
    for path in ("episodes/flood-gauges-explained/index.html", "episodes/episode-2/index.html", "media/trailer.m4a"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert "feed-files" not in names(check(feed, output=tmp_path))


def test_a_build_does_not_look_at_the_clock() -> None:
    """What a feed may say of the future is for `check` alone: the same content is the same feed on any day."""
    feed = make_clean_feed().replace(b" 2026 ", b" 2066 ")
    assert "date-past" in names(check(feed))
    assert "date-past" not in names(check_feed(feed, Site(show=make_clean_show(), output=NOWHERE)))


def test_addresses_behind_a_prefix_and_on_a_media_host_are_files(tmp_path: Path) -> None:
    """A measuring prefix and a media host do not hide which file is meant; nothing outside output is ever looked at."""
    show = make_show(media_url="https://media.example.net/river/", enclosure_prefix="https://op3.dev/e/")
    site = Site(show=show, output=tmp_path)
    assert site.find_file("https://op3.dev/e/media.example.net/river/media/a.m4a") == tmp_path / "media/a.m4a"
    assert site.find_file("https://example.org/river/episodes/x/") == tmp_path / "episodes/x/index.html"
    assert site.find_file("https://example.org/river/a%20b.m4a?v=1") == tmp_path / "a b.m4a"
    assert site.find_file("https://example.org/river/..%2f..%2fetc/passwd") is None
    assert site.find_file("https://elsewhere.example/a.m4a") is None


def test_fatal_rules_are_errors_and_quick() -> None:
    """Only errors stop a feed, found in one pass over a hundred full episodes in well under a second."""
    show = make_full_show()
    episodes = [make_full_episode(guid=f"g{n}", slug=f"s{n}", number=n + 1) for n in range(100)]
    feed = render(show, *episodes)
    started = time.process_time()
    assert find_fatal(feed, NOWHERE, show) == ()
    assert time.process_time() - started < 0.5
    warned = make_clean_feed().replace(b'role="guest"', b'role="boss"')
    assert names(check(warned)) >= {"podcast-person"}
    assert find_fatal(warned, NOWHERE, make_clean_show()) == ()


def test_local_previews_need_no_certificate() -> None:
    """A show that lives on this computer is not refused for its http."""
    show = make_show(url="http://127.0.0.1:8000/")
    assert find_fatal(render(show, make_episode(1)), NOWHERE, show) == ()


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    """A feed that names a file by an entity does not get it read."""
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    head = f'<!DOCTYPE rss [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    feed = make_clean_feed().replace(b"<rss", head.encode() + b"\n<rss").replace(b"River Hours", b"&s;")
    assert "the secret" not in " ".join(map(str, check(feed)))
    assert "feed-doctype" in names(check(feed))


@pytest.mark.parametrize("feed", [b"", b"\x00", b"<rss", b"<rss/>", b"<rss><channel/></rss>", b"\xff\xfe<rss/>"])
def test_rubbish_is_one_finding_not_an_exception(feed: bytes) -> None:
    """Whatever lies at feed.xml is described."""
    assert check(feed)


def test_further_pages_of_a_feed_lie_elsewhere() -> None:
    """A page of a feed is held to its own address."""
    show = make_show()
    page = render(show, make_episode(1)).replace(b"river/feed.xml", b"river/feed-2.xml")
    assert names(find_fatal(page, NOWHERE, show)) == {"feed-address"}
    assert find_fatal(page, NOWHERE, show, path="feed-2.xml") == ()


ODD_ADDRESSES = (
    "http://[",
    "//[x",
    "https://example.org/river/%00",
    "https://example.org/river/" + "a" * 300,
    "https://example.org/river/" + "a/" * 3000,
    "https://example.org/river//[::1",
    "javascript:alert(1)",
    " ",
    "\\\\server\\share",
)


@pytest.mark.parametrize("address", ODD_ADDRESSES, ids=range(len(ODD_ADDRESSES)))
def test_odd_addresses_are_described(address: str, tmp_path: Path) -> None:
    """Whatever stands where an address should is a finding, not an exception, and leads to no file."""
    feed = make_clean_feed().decode()
    for name in ("url", "href", "uri", "img"):
        feed = re.sub(rf'(<(?:enclosure|podcast:|itunes:image|atom:link|psc:)[^<>]*\b{name})="[^"]*"',
                      lambda found: f'{found[1]}="{address}"', feed)  # fmt: skip
    assert check(feed.encode(), output=tmp_path)
    site = Site(show=make_clean_show(), output=tmp_path)
    file = site.find_file(address)
    assert file is None or not file.exists()


@pytest.mark.parametrize(
    "value", ["9" * 400, "-1", "1e400", "NaN", "１２", "Fri, 31 Dec 9999 23:59:60 +9999", "\u0661"]
)
def test_odd_values_are_described(value: str) -> None:
    """Numbers and dates nobody can count with are findings too."""
    feed = make_clean_feed().decode()
    for name in ("pubDate", "itunes:duration", "itunes:season", "itunes:episode", "podcast:episode"):
        feed = re.sub(rf"(<{name}\b[^<>]*>)[^<]*", lambda found: found[1] + value, feed)
    for name in ("length", "startTime", "duration", "width", "start"):
        feed = re.sub(rf'\b{name}="[^"]*"', lambda found, name=name: f'{name}="{value}"', feed)  # type: ignore[misc]
    assert {"rss-pub-date", "rss-enclosure", "podcast-soundbite"} <= names(check(feed.encode()))
