"""Rules of hosts: how large a file and a site may be, and what would fit, in figures for this show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from site_builder.checks import references as ref
from site_builder.checks.feed.podcasting20.agreement import find_duration
from site_builder.checks.rule import Finding, Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.engine.files import OutputTree
from site_builder.errors import UsageError
from site_builder.text.timecode import format_length

BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128)
"""Kilobits a second that `audio.bitrate` can be, as far as speech needs them."""
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a host takes. 0: no limit is known."""

    title: str
    source: str
    file_bytes: int = 0
    file_warning: int = 0
    site_bytes: int = 0
    files: int = 0
    ranges: bool = True
    """Whether it answers requests for a part of a file, which Apple requires of audio."""
    monthly_bytes: int = 0
    jekyll: bool = False
    """Whether files are changed on the way unless there is a `.nojekyll`."""


LIMITS_OF = {
    "github-pages": Limits(
        title="GitHub Pages",
        source=ref.GITHUB_PAGES,
        file_bytes=100 * _MEGABYTE,
        file_warning=50 * _MEGABYTE,
        site_bytes=1000 * _MEGABYTE,
        monthly_bytes=100_000 * _MEGABYTE,
        jekyll=True,
    ),
    "cloudflare-pages": Limits(
        title="Cloudflare Pages", source=ref.CLOUDFLARE, file_bytes=25 << 20, files=20_000, ranges=False
    ),
    "netlify": Limits(title="Netlify", source=ref.NETLIFY, monthly_bytes=15_000 * _MEGABYTE),
    "git": Limits(
        title="a git repository on GitHub",
        source=ref.GITHUB_FILES,
        file_bytes=100 * _MEGABYTE,
        file_warning=50 * _MEGABYTE,
        site_bytes=1000 * _MEGABYTE,
    ),
}
LIMITS_OF["github"] = LIMITS_OF["github-pages"]  # the same place, sent to without git
"""Hosts with limits, by the name that `--host` and `deploy` take."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A site as a host sees it."""

    limits: Limits
    sizes: dict[str, int]
    """Bytes of every file, by path below `output/`."""
    lengths: dict[str, float]
    """Seconds of each audio file that is sent with the site."""

    @cached_property
    def total(self) -> int:
        """Bytes of everything."""
        return sum(self.sizes.values())

    @property
    def seconds(self) -> float:
        """How long all audio lasts."""
        return sum(self.lengths.values())

    @property
    def audio_bytes(self) -> int:
        """Bytes of all audio."""
        return sum(self.sizes[path] for path in self.lengths)


LIMITS: Rulebook[Load] = Rulebook("The host")


def check_host(built: CheckedShow) -> Iterator[Finding]:
    """Everything about the built site that its host, or the one asked for, does not take.

    Raises:
        UsageError: there is no such host.
    """
    for name in choose_hosts(built):
        yield from LIMITS.check(describe_load(built, LIMITS_OF[name]))


def choose_hosts(built: CheckedShow) -> tuple[str, ...]:
    """The host asked for, else those of `deploy` in the config that have limits.

    Raises:
        UsageError: there is no such host.
    """
    if built.host and built.host not in LIMITS_OF:
        raise UsageError(f"--host {built.host}: expected one of {', '.join(LIMITS_OF)}")
    named = [built.host] if built.host else [place.partition(":")[0] for place in built.config.deploy.values()]
    return tuple(name for name in dict.fromkeys(named) if name in LIMITS_OF)


def describe_load(built: CheckedShow, limits: Limits) -> Load:
    """What would be sent; audio that goes to a media store is left out."""
    output = built.output
    hidden = [".nojekyll"] if (output / ".nojekyll").is_file() else []
    sizes = {path: (output / path).stat().st_size for path in (*OutputTree(str(output)).find_files(), *hidden)}
    lengths = {}
    for item in built.items:
        for element in item.all("enclosure"):
            file = built.site.find_file(element.get("url", ""))
            path = file.relative_to(output).as_posix() if file else ""
            if path in sizes:
                lengths[path] = find_duration(item)
    if built.config.media.store:
        sizes = {path: size for path, size in sizes.items() if path not in lengths}
        lengths = {}
    return Load(limits=limits, sizes=sizes, lengths=lengths)


def find_bitrate(limit_bytes: float, seconds: float) -> int | None:
    """The highest of `BITRATES` at which `seconds` of audio stay below a size; None where none does."""
    room = limit_bytes * 0.98 * 8 / 1000
    return max((rate for rate in BITRATES if seconds and rate * seconds <= room), default=None)


def propose(limit_bytes: float, seconds: float) -> str:
    """What would fit, as a sentence."""
    store = "keep the audio on a media store (`media.store`, `media.url`)"
    rate = find_bitrate(limit_bytes, seconds)
    if rate is None:
        return store
    size = rate * 1000 * seconds / 8 / _MEGABYTE
    return f"`audio: {{format: aac, bitrate: {rate}}}` would give {size:.0f} MB, or {store}"


def _size(count: float) -> str:
    return f"{count / _MEGABYTE:.1f} MB"


def _at(path: str) -> Place:
    return Place(file=Path("output") / path)


@LIMITS.rule(
    "host-file-size",
    Severity.ERROR,
    ref.GITHUB_FILES,
    holds="No file is larger than the host takes.",
    remedy="Encode at a lower bit rate, or keep the audio on a media store.",
)
def _find_large_files(load: Load) -> Iterator[Remark]:
    limit = load.limits.file_bytes
    for path, size in load.sizes.items():
        if limit and size > limit:
            hint = f"; {propose(limit, load.lengths[path])}" if path in load.lengths else ""
            yield f"{_size(size)}, but {load.limits.title} takes {_size(limit)} a file{hint}", _at(path)


@LIMITS.rule(
    "host-file-warning",
    Severity.WARNING,
    ref.GITHUB_FILES,
    holds="No file is so large that the host warns of it.",
    remedy="Nothing has to be done; a lower bit rate keeps the repository small.",
)
def _find_heavy_files(load: Load) -> Iterator[Remark]:
    low, high = load.limits.file_warning, load.limits.file_bytes
    for path, size in load.sizes.items():
        if low and low < size <= high:
            hint = f"; {propose(low, load.lengths[path])}" if path in load.lengths else ""
            yield f"{_size(size)}: git warns above {_size(low)}{hint}", _at(path)


@LIMITS.rule(
    "host-site-size",
    Severity.ERROR,
    ref.GITHUB_PAGES,
    holds="The whole site is not larger than the host takes.",
    remedy="Encode at a lower bit rate, or keep the audio on a media store.",
)
def _find_large_site(load: Load) -> Iterator[Remark]:
    limit = load.limits.site_bytes
    if limit and load.total > limit:
        hint = propose(limit - (load.total - load.audio_bytes), load.seconds)
        yield f"the site has {_size(load.total)}, {load.limits.title} takes {_size(limit)}; {hint}", _at("")


@LIMITS.rule(
    "host-site-room",
    Severity.ADVICE,
    ref.GITHUB_PAGES,
    holds="There is room for some more episodes.",
    remedy="Think of a media store in time.",
)
def _find_little_room(load: Load) -> Iterator[Remark]:
    limit = load.limits.site_bytes
    if limit and load.lengths and 0.7 * limit < load.total <= limit:
        mean = load.audio_bytes / len(load.lengths)
        more = int((limit - load.total) / mean) if mean else 0
        yield f"{_size(load.total)} of {_size(limit)} are used; about {more} more episodes fit", _at("")


@LIMITS.rule(
    "host-files",
    Severity.ERROR,
    ref.CLOUDFLARE,
    holds="There are not more files than the host takes.",
    remedy="Choose another host, or split the show.",
)
def _find_many_files(load: Load) -> Iterator[Remark]:
    if load.limits.files and len(load.sizes) > load.limits.files:
        yield f"{len(load.sizes)} files, but {load.limits.title} takes {load.limits.files}", _at("")


@LIMITS.rule(
    "host-ranges",
    Severity.ERROR,
    ref.CLOUDFLARE_SERVING,
    holds="The host of the audio answers requests for a part of a file: Apple and Safari need that.",
    remedy="Keep the audio on a media store such as R2 (`media.store`, `media.url`); the pages can stay.",
)
def _find_no_ranges(load: Load) -> Iterator[Remark]:
    if load.lengths and not load.limits.ranges:
        yield f"{load.limits.title} sends whole files only", _at("media")


@LIMITS.rule(
    "host-traffic",
    Severity.ADVICE,
    ref.GITHUB_PAGES,
    holds="What the host sends in a month is enough for many listeners.",
    remedy="Keep the audio on a media store when there are more.",
)
def _find_traffic(load: Load) -> Iterator[Remark]:
    limit = load.limits.monthly_bytes
    if limit and load.lengths:
        mean = load.audio_bytes / len(load.lengths)
        downloads = int(limit / mean) if mean else 0
        if downloads < 1000:
            length = format_length(load.seconds / len(load.lengths))
            yield f"{load.limits.title} sends {limit / 1e9:.0f} GB a month: {downloads} downloads of {length}", _at("")


@LIMITS.rule(
    "host-nojekyll",
    Severity.ERROR,
    ref.GITHUB_PAGES,
    holds="There is a file .nojekyll: without it GitHub leaves out files whose names begin with an underscore.",
    remedy="Build again.",
)
def _find_jekyll(load: Load) -> Iterator[Remark]:
    if load.limits.jekyll and load.sizes and ".nojekyll" not in load.sizes:
        yield "there is no .nojekyll in output/", _at(".nojekyll")
