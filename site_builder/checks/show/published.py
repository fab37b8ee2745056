"""Rules about what subscribers were given: it stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.checks import references as ref
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.errors import InvalidDocument, Problem
from site_builder.show.config import describe_show
from site_builder.show.layout import EPISODES
from site_builder.show.promises import find_broken, find_broken_show, find_redirects
from site_builder.show.published import FILE, Published, ShowPin, load_published

PUBLISHED: Rulebook[CheckedShow] = Rulebook("What was published")

_PLACE = Place(file=FILE)


def _load(built: CheckedShow) -> Published:
    try:
        return load_published(built.folder)
    except InvalidDocument:
        return Published()


@PUBLISHED.rule(
    "published-readable",
    Severity.ERROR,
    ref.manual("checks"),
    holds="content/published.json can be read.",
    remedy="Restore it from git: it keeps subscribers from getting episodes twice.",
)
def _find_unreadable(built: CheckedShow) -> Iterator[Remark]:
    try:
        load_published(built.folder)
    except InvalidDocument as error:
        yield error.problems[0].message, _PLACE


@PUBLISHED.rule(
    "published-kept",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="No published episode vanishes, changes its guid, or comes back as another.",
    remedy="Put back what was there, or take the episode back with `withdrawn: true`.",
)
def _find_broken_promises(built: CheckedShow) -> Iterator[Remark]:
    zone, written = built.config.show.zone, {bundle.folder.name: bundle for bundle in built.every_bundle}
    out = [bundle.guid for bundle in built.bundles if bundle.matter.published_at(zone) <= built.now]
    for problem in find_broken(_load(built), written, out, built.withheld, built.folder / EPISODES, built.now):
        yield _sentence(problem), Place(file=built.relative(problem.file) if problem.file else FILE)


def _sentence(problem: Problem) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message


@PUBLISHED.rule(
    "published-show-kept",
    Severity.ERROR,
    ref.manual("moving"),
    holds="Once anything is online, the show's feed.guid stays, and its address changes only where apps are told.",
    remedy="Put back what was there; `spacecast help moving` says how a show moves.",
)
def _find_broken_show(built: CheckedShow) -> Iterator[Remark]:
    show = describe_show(built.config.show, built.config.feed)
    now = ShowPin(guid=show.guid, url=show.url, moved_to=show.new_feed_url)
    for problem in find_broken_show(_load(built).show, now, has_moved=False):
        yield _sentence(problem), Place(file=problem.file)


@PUBLISHED.rule(
    "published-in-feed",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="Every episode that was published is in the feed, unless it was withdrawn or is withheld.",
    remedy="Build again; if the build fails, mend what it names.",
)
def _find_dropped(built: CheckedShow) -> Iterator[Remark]:
    if built.feed is None or built.config.feed.page_size:
        return
    present = built.items_by_guid.keys() | built.withheld.keys()
    present |= {bundle.guid for bundle in built.every_bundle if bundle.withdrawn is not None}
    for guid, pin in _load(built).pins.items():
        if not pin.retired and guid not in present and pin.first_published <= built.now:
            yield f"the published episode {pin.slug} ({guid}) is not in the feed", _PLACE


@PUBLISHED.rule(
    "published-retired",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="What was withdrawn is in the feed no more.",
    remedy="Build again.",
)
def _find_revenants(built: CheckedShow) -> Iterator[Remark]:
    retired = {guid for guid, pin in _load(built).pins.items() if pin.retired}
    for item in built.items:
        if item.text("guid") in retired and built.feed:
            yield "it was withdrawn, and is in the feed", built.feed.at(item)


@PUBLISHED.rule(
    "published-redirect",
    Severity.WARNING,
    ref.manual("checks"),
    holds="An address an episode once had leads to the one it has.",
    remedy="Build again.",
)
def _find_lost_addresses(built: CheckedShow) -> Iterator[Remark]:
    released = [bundle for bundle in built.every_bundle if bundle.guid in built.items_by_guid]
    for slug in find_redirects(_load(built).pins, released):
        for name in ("index.html", "embed/index.html", "oembed.json"):
            if not (built.output / "episodes" / slug / name).is_file():
                yield f"nothing is left at episodes/{slug}/{name.removesuffix('index.html')}", _PLACE
