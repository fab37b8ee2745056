"""Rules about a show as it is online; `commands/check_live.py` finds what breaks them."""

from __future__ import annotations

from site_builder.checks import references as ref
from site_builder.checks.rule import Rule, Severity


def _rule(name: str, severity: Severity, source: str, *, holds: str, remedy: str) -> Rule:
    return Rule(name=f"live-{name}", severity=severity, holds=holds, remedy=remedy, source=source)


FEED_THERE = _rule(
    "feed-there",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="The feed is online.",
    remedy="Deploy, wait until the host has taken it in (GitHub Pages: some minutes), and compare `show.url`.",
)
FEED_TYPE = _rule(
    "feed-type",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="The feed is served as XML.",
    remedy="Have the host serve `.xml` as `application/rss+xml` or `application/xml`.",
)
FEED_CURRENT = _rule(
    "feed-current",
    Severity.ERROR,
    ref.manual("publish-github-pages"),
    holds="The feed online is the one that was built.",
    remedy="Deploy, or wait: hosts keep the old one for some minutes.",
)
AUDIO_THERE = _rule(
    "audio-there",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="Each audio file is online.",
    remedy="Deploy again; it sends what is missing.",
)
AUDIO_DIRECT = _rule(
    "audio-direct",
    Severity.WARNING,
    ref.APPLE_REQUIREMENTS,
    holds="Audio is served from the address the feed names, without redirects of the host's.",
    remedy="Write the address redirects lead to into `show.url` or `media.url`.",
)
AUDIO_TYPE = _rule(
    "audio-type",
    Severity.ERROR,
    ref.APPLE_AUDIO,
    holds="Audio is served with the type the feed names.",
    remedy="Have the host serve `.m4a` as `audio/mp4` or `audio/x-m4a` and `.mp3` as `audio/mpeg`.",
)
AUDIO_LENGTH = _rule(
    "audio-length",
    Severity.ERROR,
    ref.RSS,
    holds="Each audio file is as long as the feed says.",
    remedy="Deploy again; if it stays, empty the cache of the host or of the CDN before it.",
)
AUDIO_RANGES = _rule(
    "audio-ranges",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="The host serves parts of audio files (byte ranges): apps need them to jump and to stream.",
    remedy="Put the audio on a host that does, as `media:` in config.yaml.",
)
AUDIO_HEAD = _rule(
    "audio-head",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="The host answers HEAD requests for audio.",
    remedy="Allow HEAD at the host or in the rules of the CDN before it.",
)
LIVE_RULES = (
    FEED_THERE, FEED_TYPE, FEED_CURRENT, AUDIO_THERE, AUDIO_DIRECT, AUDIO_TYPE, AUDIO_LENGTH, AUDIO_RANGES, AUDIO_HEAD,
)  # fmt: skip
"""Everything `check --live` looks for."""
