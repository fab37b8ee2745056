"""From candidates to `output/`: sound, episodes, pages and feed, in the order in which each needs the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from site_builder.checks.guard import guard
from site_builder.config import FEED, Config, describe_show, is_feed
from site_builder.content import FreePage
from site_builder.events import Notify, Stage
from site_builder.exposure import find_exposed
from site_builder.freshness import find_outlet
from site_builder.gallery import Gallery
from site_builder.gather import Candidate, Gathered, Selection
from site_builder.languages import Language
from site_builder.model import Episode, Show
from site_builder.provenance import split_removed
from site_builder.published import Pins, find_redirects
from site_builder.render import contexts
from site_builder.render.look import render_favicon, render_look
from site_builder.render.notes import render_notes
from site_builder.render.pages import Theme, load_theme
from site_builder.report import BuildReport
from site_builder.searching import plan_search
from site_builder.site import Contents, Page, attach_files, make_sheets, plan_site
from site_builder.studio import Place, Produced, Studio
from site_builder.targets import Outcome, build_targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """What came of a build."""

    report: BuildReport
    episodes: tuple[Episode, ...]


def assemble(
    gathered: Gathered,
    selection: Selection,
    pins: Pins,
    *,
    jobs: int,
    preview: bool = False,
    notify: Notify,
) -> Assembled:
    """Make everything and say what was done. If an episode fails, the others are made and the last good feed stays.

    A `preview` has its own outlet, and its audio on the site itself even where listeners get it from elsewhere.
    """
    notify(Stage("sound and episodes"))
    config = gathered.config
    outlet = find_outlet(gathered.folder, preview=preview)
    place = Place(cache=gathered.folder / ".cache", outlet=outlet, jobs=jobs, preview=preview, notify=notify)
    show = describe_show(config.show, config.feed, media_url="" if preview else config.media.url or "")
    show = _translate_defaults(show, gathered.words)
    candidates = selection.candidates
    gallery = Gallery(gathered.folder, config, show, cache=place.cache, jobs=jobs, notify=notify)
    produced = Studio(config, show, place, gallery, gathered.words).produce(candidates)
    notify(Stage("planning pages"))
    contents = _describe_contents(gathered, selection, produced, pins, gallery.accent)
    sheets = make_sheets(contents, jobs)
    notify(Stage("search index"))
    found = plan_search({sheet.page["file"]: sheet.document for sheet in sheets if sheet.document}, outlet.memory)
    notify(Stage("planning pages"))
    plan = [*produced.targets, *found, *plan_site(contents, sheets)]
    notify(Stage("making pages"))
    plan = [guard(target, outlet.output, contents.show) if is_feed(target.path) else target for target in plan]
    held = _find_present(outlet.output, produced.absent)
    make = partial(build_targets, root=outlet.output, ledger=outlet.ledger, jobs=jobs, notify=notify)
    outcome = make([target for target in plan if not is_feed(target.path)], hold=held, prune=False)
    outcomes = [produced.outcome, outcome]
    notify(Stage("making the feed"))
    further = [target for target in plan if is_feed(target.path) and target.path != FEED]
    if further and not (produced.failures or outcome.failed):
        outcomes.append(make(further, prune=False))
    if not (produced.failures or any(outcome.failed for outcome in outcomes)):
        outcomes.append(make(plan, hold=held))
    notify(Stage("looking for leaks"))
    report = _report(outlet.output, candidates, contents, produced, outcomes)
    strangers = _find_strangers(outcomes[-1], produced)
    leaks = () if report.failures else find_exposed(outlet.output, gathered.people, produced.takes, strangers)
    return Assembled(report=replace(report, failures=(*report.failures, *leaks)), episodes=contents.episodes)


def _find_strangers(outcome: Outcome, produced: Produced) -> Sequence[str]:
    """Files that would be published, but that nothing in the show asks for: perhaps what somebody took back."""
    return sorted(set(outcome.unknown) - set(produced.absent))


def _warn_of(stranger: str) -> str:
    return f"output/{stranger} belongs to nothing in the show; delete it, or it is published with the site"


def _translate_defaults(show: Show, words: Language) -> Show:
    """What the config says where the host says nothing, in the show's language."""
    _ = words.gettext
    usual = {"Support the show": _("Support the show")}
    return replace(show, funding=tuple(replace(way, text=usual.get(way.text, way.text)) for way in show.funding))


def _find_present(output: Path, paths: Sequence[str]) -> set[str]:
    return {path for path in paths if (output / path).is_file()}


def _describe_contents(
    gathered: Gathered, selection: Selection, produced: Produced, pins: Pins, accent: str
) -> Contents:
    config = gathered.config
    theme, logo = _load_theme(gathered, accent), _name_logo(config)
    look = _describe_look(config, gathered.pages)
    return Contents(
        site=contexts.Site(
            show=produced.show,
            look=replace(look, accent=accent, logo=theme.find_asset(logo) if logo else ""),
            words=gathered.words,
            zone=config.show.zone,
        ),
        theme=theme,
        episodes=tuple(attach_files(episode, produced.show.language) for episode in produced.episodes),
        peaks=produced.peaks,
        pages=tuple(_lay_out(page) for page in gathered.pages if not page.matter.draft),
        tombstones=_describe_tombstones(gathered, selection, produced, pins),
        moved=find_redirects(pins, produced.episodes),
        hub=config.feed.hub or "",
        feed_size=config.feed.page_size,
    )


def _describe_tombstones(gathered: Gathered, selection: Selection, produced: Produced, pins: Pins) -> dict[str, str]:
    """What was published once and is not now: slug to the reason the host gives; none where consent keeps it back."""
    reasons = {bundle.matter.guid: bundle.matter.withdrawn or "" for bundle in gathered.bundles}
    gone = {pin.slug: reasons.get(pin.guid, "") for pin in pins.values() if pin.retired}
    gone |= {pin.slug: "" for pin in pins.values() if pin.slug in selection.withheld}
    for episode in produced.episodes:
        gone.pop(episode.slug, None)
    return dict(sorted(gone.items()))


def _lay_out(page: FreePage) -> Page:
    return Page(
        slug=page.slug,
        title=page.matter.title,
        html=render_notes(page.text).html,
        summary=page.matter.description,
    )


def _describe_look(config: Config, pages: Sequence[FreePage]) -> contexts.SiteLook:
    """The part of the config that the theme asks for."""
    shown = sorted((page.matter.nav, page.slug, page) for page in pages if page.matter.nav is not None)
    return contexts.SiteLook(
        navigation=tuple(_links(config.site.navigation or {})),
        pages=tuple(contexts.Link(label=page.matter.title, href=f"{page.slug}/") for _, _, page in shown),
        subscribe=tuple(_links(config.subscribe)),
        footer=render_notes(config.site.footer).html if config.site.footer else "",
        contact=config.contact,
        home_count=config.site.episodes_per_page,
        has_heading_font=config.site.fonts.headings is not None,
    )


def _links(named: dict[str, str]) -> Iterator[contexts.Link]:
    return (contexts.Link(label=label, href=href) for label, href in named.items())


def _load_theme(gathered: Gathered, accent: str) -> Theme:
    """The theme in the show's own colours, fonts and language, with its own style sheets after the theme's."""
    folder, site = gathered.folder, gathered.config.site
    look = render_look(accent, heading_font=site.fonts.headings or "", body_font=site.fonts.body or "")
    own = b"".join((folder / name).read_bytes() for name in site.css)
    generated = {"look.css": look + own, "favicon.svg": render_favicon(accent)}
    if site.logo:
        generated[_name_logo(gathered.config)] = (folder / site.logo).read_bytes()
    return load_theme(folder, generated, gathered.words, compiled=folder / ".cache" / "templates")


def _name_logo(config: Config) -> str:
    """The asset it becomes; empty where there is none."""
    logo = config.site.logo
    return f"logo{PurePosixPath(logo).suffix.lower()}" if logo else ""


def _report(
    output: Path, candidates: Sequence[Candidate], contents: Contents, produced: Produced, outcomes: Sequence[Outcome]
) -> BuildReport:
    """The report of all rounds of building: sound, everything but the feed, and, where nothing failed, all."""
    last = outcomes[-1]
    made = tuple(dict.fromkeys(path for outcome in outcomes for path in outcome.made))
    failed = (sentence for outcome in outcomes for sentence in outcome.failed.values())
    released = [episode for episode in contents.episodes if not episode.draft]
    return BuildReport(
        output=output,
        episodes=len(released),
        duration=sum(episode.enclosure.duration for episode in released),
        made=made,
        kept=len(set(last.kept) - set(made)),
        removed=last.removed,
        warnings=tuple(map(_warn_of, _find_strangers(last, produced))),
        failures=tuple(dict.fromkeys([*produced.failures, *failed])),
        reasons={path: reason for outcome in reversed(outcomes) for path, reason in outcome.reasons.items()},
        trimmed=sum(span.duration for take in produced.takes for span in split_removed(take.material)[0]),
        pending=len({label for candidate in candidates for label in candidate.casting.pending}),
    )
