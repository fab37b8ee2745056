"""`spacecast check --live`: the published feed is fetched, and each enclosure asked for as apps do.

Nothing is downloaded but the feed: an enclosure is probed with HEAD and with a request for its first two bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import etree

from site_builder.build import publication
from site_builder.checks.live_rules import (
    AUDIO_DIRECT,
    AUDIO_HEAD,
    AUDIO_LENGTH,
    AUDIO_RANGES,
    AUDIO_THERE,
    AUDIO_TYPE,
    FEED_CURRENT,
    FEED_THERE,
    FEED_TYPE,
)
from site_builder.checks.rule import Finding, Place, Rule
from site_builder.checks.run import CheckReport
from site_builder.commands.live_episodes import Witness
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Made, Making, Notify, Started, ignore
from site_builder.model.paths import FEED
from site_builder.net.http import Answer, Client
from site_builder.show.config import describe_show, load_config
from site_builder.show.layout import find_output_paths
from site_builder.show.lock import lock_show
from site_builder.text.addresses import is_same_address

LARGEST_FEED = 50_000_000
"""Bytes; whatever is longer is no feed."""
_HOPS = 5
_PAGES = 50
_SAME = ({"audio/x-m4a", "audio/m4a", "audio/mp4"}, {"audio/mpeg", "audio/mp3"})
"""Media types that are one to every app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAudio:
    """An enclosure as the published feed names it."""

    url: str
    size_bytes: int
    media_type: str
    title: str
    """Of the episode."""

    @property
    def place(self) -> Place:
        """For findings."""
        return Place(episode=self.title, url=self.url)


def check_published(
    folder: Path, url: str = "", *, now: datetime, ping: bool = False, notify: Notify = ignore
) -> CheckReport:
    """Compare the show in `folder` with what is online; episodes that are seen there are promised from now on.

    Args:
        folder: The show's.
        url: Of its feed or site, where that is not what the config says.
        now: When they were seen.
        ping: Tell the hub of the config that the feed has changed, if all is well.
        notify: Receives events as each enclosure is probed.

    Raises:
        UsageError: there is no show, the address is wrong, or there is no hub to tell.
        SpacecastError: the hub does not take the message.
    """
    config = load_config(folder)
    if ping and not config.feed.hub:
        raise UsageError("config.yaml names no hub to tell; `feed: {hub: https://…}` does")
    show = describe_show(config.show, config.feed, media_url=config.media.url or "")
    built = find_output_paths(folder, preview=False).output / FEED
    witness = Witness(show, is_own_address=not url or is_same_address(url, show.url + FEED))
    found = check_live(url or show.url, built=built, prefix=show.enclosure_prefix, see=witness.see, notify=notify)
    if witness.seen:
        with lock_show(folder, "check"):
            publication.note_seen(folder, witness.seen, now)
    report = CheckReport(findings=found, hub=config.feed.hub or "" if ping else "")
    if ping and config.feed.hub and not report.failed:
        ping_hub(config.feed.hub, show.url + FEED)
    return report


def check_live(
    url: str,
    *,
    built: Path | None = None,
    prefix: str = "",
    timeout: float = 20.0,
    see: Callable[[Any], None] = ignore,
    notify: Notify = ignore,
) -> tuple[Finding, ...]:
    """What is wrong with a published show, feed first.

    Args:
        url: Of the feed, or of the site (with a slash at its end).
        built: The feed file as it was built, to compare with.
        prefix: A measuring service before every enclosure's address, which may redirect.
        timeout: Seconds to wait for each answer.
        see: Receives each page of the feed, parsed.
        notify: Receives events as each enclosure is probed.

    Raises:
        UsageError: the address is no web address.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise UsageError(f"{url}: expected a web address, such as https://example.org/show/feed.xml")
    client = Client(url, silence=timeout, hops=_HOPS)
    url = url if urlsplit(url).path else f"{url}/"
    feed_url = url + FEED if url.endswith("/") else url
    answer = client.ask(feed_url, largest=LARGEST_FEED)
    findings = list(_check_feed(feed_url, answer, built))
    if answer.status != 200:
        return tuple(findings)
    audio = list(_list_all_audio(client, feed_url, answer.body, see))
    notify(Started(len(audio)))
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda entry: _probe(client, entry, prefix, notify), audio):
            findings += found
    return tuple(findings)


def _check_feed(url: str, answer: Answer, built: Path | None) -> Iterator[Finding]:
    place = Place(url=url)
    if answer.status != 200:
        yield Finding(rule=FEED_THERE, message=f"the feed cannot be fetched: {answer}", place=place)
        return
    if not answer.media_type.endswith("xml"):
        yield Finding(rule=FEED_TYPE, message=f"it is served as {answer.media_type or 'nothing'}", place=place)
    try:
        _parse(answer.body)
    except etree.XMLSyntaxError as error:
        yield Finding(rule=FEED_THERE, message=f"what is online is no feed: {error.msg}", place=place)
        return
    if built and built.is_file() and built.read_bytes() != answer.body:
        yield Finding(rule=FEED_CURRENT, message="the feed online differs from the one in output/", place=place)


def _parse(raw: bytes) -> Any:
    return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _list_all_audio(client: Client, url: str, raw: bytes, see: Callable[[Any], None]) -> Iterator[LiveAudio]:
    """Enclosures of all pages of a feed (RFC 5005), each address once; each page is given to `see`."""
    seen: set[str] = set()
    for _ in range(_PAGES):
        try:
            root = _parse(raw)
        except etree.XMLSyntaxError:
            return
        see(root)
        for audio in list_audio(root):
            if audio.url not in seen:
                seen.add(audio.url)
                yield audio
        further = root.find("channel/{http://www.w3.org/2005/Atom}link[@rel='next']")
        if further is None:
            return
        url = urljoin(url, further.get("href", ""))
        raw = client.ask(url, largest=LARGEST_FEED).body


def list_audio(root: Any) -> Iterator[LiveAudio]:
    """The enclosures of a parsed feed."""
    for item in root.iterfind("channel/item"):
        for enclosure in item.iterfind("enclosure"):
            length = enclosure.get("length", "")
            yield LiveAudio(
                url=enclosure.get("url", ""),
                size_bytes=int(length) if length.isascii() and length.isdigit() else -1,
                media_type=enclosure.get("type", "").lower(),
                title=(item.findtext("title") or "").strip(),
            )


def _probe(client: Client, audio: LiveAudio, prefix: str, notify: Notify) -> list[Finding]:
    notify(Making(audio.url, f"Asking for {audio.title}"))
    head = client.ask(audio.url, method="HEAD")
    part = client.ask(audio.url, headers={"Range": "bytes=0-1"}, largest=2)
    measured = bool(prefix) and audio.url.startswith(prefix)
    findings = [Finding(rule=rule, message=text, place=audio.place) for rule, text in _judge(audio, head, part)]
    if part.hops and not measured and part.status:
        text = f"the host redirects it ({part.hops} times)" if part.hops > 1 else "the host redirects it"
        findings.append(Finding(rule=AUDIO_DIRECT, message=text, place=audio.place))
    notify(Made(audio.url, audio.title, changed=False))
    return findings


def _judge(audio: LiveAudio, head: Answer, part: Answer) -> Iterator[tuple[Rule, str]]:
    """What two answers say about an enclosure."""
    if part.status not in {200, 206}:
        yield AUDIO_THERE, f"it cannot be fetched: {part}"
        return
    if part.status == 200:
        yield AUDIO_RANGES, "asked for two bytes the host sends all of it"
    length = _full_length(part)
    if length is not None and length != audio.size_bytes:
        yield AUDIO_LENGTH, f"it has {length} bytes online, and the feed says {audio.size_bytes}"
    if not _is_same_type(part.media_type, audio.media_type):
        yield AUDIO_TYPE, f"it is served as {part.media_type or 'nothing'}, and the feed says {audio.media_type}"
    if head.status != 200:
        yield AUDIO_HEAD, f"HEAD is not answered: {head}"
    elif head.length != audio.size_bytes:
        told = "no length" if head.length is None else f"{head.length} bytes"
        yield AUDIO_HEAD, f"HEAD tells {told}, and the feed says {audio.size_bytes}"


def _full_length(part: Answer) -> int | None:
    if part.status == 200:
        return part.length
    total = part.headers.get("content-range", "").rpartition("/")[2]
    return int(total) if total.isascii() and total.isdigit() else None


def _is_same_type(one: str, other: str) -> bool:
    return one == other or any({one, other} <= family for family in _SAME)


def ping_hub(hub: str, feed_url: str, *, timeout: float = 20.0) -> None:
    """Tell a WebSub hub that a feed has changed (https://www.w3.org/TR/websub/#publishing).

    Raises:
        SpacecastError: it does not take the message.
    """
    form = urlencode([("hub.mode", "publish"), ("hub.url", feed_url)]).encode()
    answer = Client(hub, silence=timeout, hops=_HOPS).ask(hub, method="POST", content=form)
    if not 200 <= answer.status < 300:
        raise SpacecastError(f"{hub}: the hub did not take the message ({answer}); apps will find the change later")
