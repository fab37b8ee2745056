"""Rules about the site: links lead somewhere, nothing is loaded from elsewhere, and every page says what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from site_builder.checks import references as ref
from site_builder.checks.rule import Finding, Place, Remark, Rulebook, Severity
from site_builder.checks.site.html import (
    Page,
    find_css_addresses,
    fragment_of,
    is_own,
    load_pages,
    may_load,
)
from site_builder.checks.subject import CheckedShow

Pages = tuple[CheckedShow, Sequence[Page]]
PAGES: Rulebook[Pages] = Rulebook("Pages")

_THEME = "Correct the template in templates/, or report it if the theme is this program's."
_NOTES = "Correct the link in the show notes or page it stands in, or build again."


def check_pages(built: CheckedShow) -> Iterator[Finding]:
    """Everything about the site's pages that breaks a rule."""
    if built.raw_feed is not None:
        yield from PAGES.check((built, load_pages(built)))


@PAGES.rule("page-links", Severity.ERROR, ref.HTML, holds="Every link within the site leads to a page.", remedy=_NOTES)
def _find_dead_links(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        for element, url in page.links():
            file = built.site.find_file(url) if is_own(built, url) else None
            if is_own(built, url) and not (file and file.is_file()):
                yield f"the link to {url} leads nowhere", page.at(built, element)


@PAGES.rule(
    "page-anchors",
    Severity.WARNING,
    ref.HTML,
    holds="Links to a part of a page lead to a part that is there.",
    remedy=_NOTES,
)
def _find_dead_anchors(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    by_file = {page.file: page for page in pages}
    for page in pages:
        for element, url in page.links():
            file = built.site.find_file(url) if is_own(built, url) else None
            target = by_file.get(file) if file else None
            if target and fragment_of(url) not in target.anchors:
                yield f"there is no #{fragment_of(url)} on that page", page.at(built, element)


@PAGES.rule(
    "page-assets",
    Severity.ERROR,
    ref.HTML,
    holds="Every picture, script, style sheet, font and recording a page loads is there.",
    remedy="Build again.",
)
def _find_missing_assets(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    loaded = [(page.at(built, element), url) for page in pages for element, url in page.assets()]
    loaded += [(Place(file=built.relative(file)), url) for file, url in find_css_addresses(built)]
    for place, url in loaded:
        file = built.site.find_file(url) if is_own(built, url) else None
        if is_own(built, url) and not (file and file.is_file()):
            yield f"{url} is not there", place


@PAGES.rule(
    "page-external",
    Severity.WARNING,
    ref.manual("checks"),
    holds="Nothing is loaded from other sites: nobody else learns who visits.",
    remedy="Put the file into templates/assets/ and name it there.",
)
def _find_external(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        for element, url in page.assets():
            if not may_load(built, url):
                yield f"the page loads {url}", page.at(built, element)
    for file, url in find_css_addresses(built):
        if not may_load(built, url):
            yield f"the style sheet loads {url}", Place(file=built.relative(file))


@PAGES.rule(
    "page-heading", Severity.WARNING, ref.WCAG, holds="Every page has exactly one main heading (h1).", remedy=_THEME
)
def _find_headings(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        count = len(page.root.xpath("//h1"))
        if count != 1:
            yield f"the page has {count} main headings", page.at(built)


@PAGES.rule("page-title", Severity.WARNING, ref.WCAG, holds="Every page has a title.", remedy=_THEME)
def _find_untitled(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        if not (page.root.findtext("head/title") or "").strip():
            yield "the page has no title", page.at(built)


@PAGES.rule(
    "page-title-unique",
    Severity.ADVICE,
    ref.WCAG,
    holds="No two pages have the same title.",
    remedy="Tell the two episodes or pages apart by their titles.",
)
def _find_same_titles(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    first: dict[str, Page] = {}
    for page in pages:
        title = (page.root.findtext("head/title") or "").strip()
        other = first.setdefault(title, page) if title and not page.secondary else page
        if other is not page:
            yield f"the title “{title[:80]}” is that of {built.relative(other.file).as_posix()} too", page.at(built)


@PAGES.rule("page-language", Severity.WARNING, ref.WCAG, holds="Every page says its language.", remedy=_THEME)
def _find_speechless(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        if not page.root.get("lang"):
            yield "the page does not say its language", page.at(built)


@PAGES.rule(
    "page-canonical",
    Severity.WARNING,
    ref.CANONICAL,
    holds="Every page that search engines are to find names its own address (rel=canonical).",
    remedy="Set `show.url` to the address the site really has, then build again.",
)
def _find_canonical(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        found = page.root.xpath("//link[@rel='canonical']/@href")
        if not page.secondary and found != [page.url]:
            yield f"the page says it is {', '.join(found) or 'nowhere'}, and is {page.url}", page.at(built)


@PAGES.rule(
    "page-policy",
    Severity.WARNING,
    ref.CSP,
    holds="Every page has a content security policy that lets no inline scripts run.",
    remedy=_THEME,
)
def _find_policies(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        found = " ".join(page.root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content"))
        if "default-src" not in found or "'unsafe-eval'" in found or "script-src 'unsafe-inline'" in found:
            yield "the page has no content security policy, or a weak one", page.at(built)


@PAGES.rule(
    "page-alt",
    Severity.WARNING,
    ref.WCAG,
    holds="Every picture has a text for those who do not see it (`alt`, empty where it is mere ornament).",
    remedy="Write what is to be seen: `![A river gauge](gauge.jpg)`.",
)
def _find_unseen(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        for element in page.root.xpath("//img[not(@alt)]"):
            yield f"the picture {element.get('src', '')[:80]} has no alt", page.at(built, element)


@PAGES.rule(
    "page-feed",
    Severity.WARNING,
    ref.RSS,
    holds="Every page that search engines are to find names the feed, for browsers and apps.",
    remedy=_THEME,
)
def _find_feedless(subject: Pages) -> Iterator[Remark]:
    built, pages = subject
    for page in pages:
        if not page.secondary and not page.root.xpath("//link[@type='application/rss+xml']"):
            yield "the page does not name the feed", page.at(built)


@PAGES.rule(
    "page-not-found", Severity.WARNING, ref.GITHUB_PAGES, holds="There is a page for what is not found.", remedy=_THEME
)
def _find_no_404(subject: Pages) -> Iterator[Remark]:
    built, _ = subject
    if not (built.output / "404.html").is_file():
        yield "there is no 404.html", Place(file=Path("output/404.html"))


@PAGES.rule(
    "sitemap-links",
    Severity.WARNING,
    ref.SITEMAPS,
    holds="The site map is XML and names pages that are there.",
    remedy="Build again.",
)
def _find_sitemap(subject: Pages) -> Iterator[Remark]:
    built, _ = subject
    yield from _find_unmapped(built, built.output / "sitemap.xml")


def _find_unmapped(built: CheckedShow, file: Path) -> Iterator[Remark]:
    """What is wrong with a site map, or with one of those that it is an index of."""
    place = Place(file=built.relative(file))
    if not file.is_file():
        yield "there is no site map", place
        return
    try:
        root = etree.fromstring(file.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        yield f"the site map cannot be read: {error.msg}", place
        return
    is_index = etree.QName(root).localname == "sitemapindex"
    for element in root.iter("{*}loc"):
        target = built.site.find_file((element.text or "").strip())
        if not (target and target.is_file()):
            yield f"{element.text} is not there", place
        elif is_index and target != file:
            yield from _find_unmapped(built, target)


@PAGES.rule(
    "feed-stylesheet",
    Severity.WARNING,
    ref.manual("checks"),
    holds="The style sheet that shows the feed to people is there.",
    remedy="Build again.",
)
def _find_stylesheet(subject: Pages) -> Iterator[Remark]:
    built, _ = subject
    instruction = built.feed.root.getprevious() if built.feed else None
    name = instruction.get("href") if instruction is not None else ""
    if name and "://" not in name and not (built.output / name).is_file():
        yield f"there is no {name}", Place(file=Path("output/feed.xml"), line=2)
