"""Rules about what the host wrote in `content/`: titles, summaries, dates, and times within the recording."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.elements.values import find_date
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.episodes.assemble import make_edits
from site_builder.episodes.written.left_out import LeftOut, find_left_out
from site_builder.episodes.written.unread_files import find_unread, find_unread_around
from site_builder.show.bundles import Bundle
from site_builder.text.timecode import format_clock

CONTENT: Rulebook[CheckedShow] = Rulebook("Content")

_NUMBERED = re.compile(
    r"^(?:(?:episode|ep\.?|folge|season|staffel)\s*)?#?\d{1,4}\s*[:.–—|-]|\bS\d+\s?E\d+\b", re.IGNORECASE
)
_LONG_TITLE = 100


@CONTENT.rule(
    "title-number",
    Severity.ADVICE,
    ref.APPLE,
    holds="Titles do not repeat number or season: apps show those themselves.",
    remedy="Move the number to `episode`, the season to `season`.",
)
def _find_numbers(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        if _NUMBERED.search(bundle.matter.title):
            yield f"the title “{bundle.matter.title[:80]}” begins with its number", built.in_episode(bundle)


@CONTENT.rule(
    "title-show",
    Severity.ADVICE,
    ref.APPLE,
    holds="Titles of episodes do not repeat the show's name.",
    remedy="Leave the name out of `title`.",
)
def _find_show_names(built: CheckedShow) -> Iterator[Remark]:
    name = re.escape(built.config.show.title)
    repeated = re.compile(rf"^{name}\s*[:|–—-]|[:|–—-]\s*{name}$", re.IGNORECASE)
    for bundle in built.bundles:
        if repeated.search(bundle.matter.title):
            yield f"the title holds “{built.config.show.title}”", built.in_episode(bundle)


@CONTENT.rule(
    "notes-left-out",
    Severity.ADVICE,
    ref.manual("episodes"),
    holds="Every line of the notes that begins with a time points to something that is published.",
    remedy="Give the line the time of something that stays, or remove it.",
)
def _find_notes_left_out(built: CheckedShow) -> Iterator[Remark]:
    return _find_left_out(built, "line", lambda left_out: left_out.notes)


@CONTENT.rule(
    "chapters-left-out",
    Severity.ADVICE,
    ref.manual("episodes"),
    holds="Every chapter holds something that is published.",
    remedy="Give it the time of something that stays, or remove it.",
)
def _find_chapters_left_out(built: CheckedShow) -> Iterator[Remark]:
    return _find_left_out(built, "chapter", lambda left_out: left_out.chapters)


def _find_left_out(built: CheckedShow, noun: str, choose: Callable[[LeftOut], tuple[float, ...]]) -> Iterator[Remark]:
    for bundle in built.bundles:
        if bundle.recording:
            casting, removal = built.castings[bundle.guid], built.config.consent.removal
            edits = make_edits(bundle.matter, bundle.recording, casting, removal)
            for at in choose(find_left_out(bundle, casting, edits)):
                told = f"the {noun} at {format_clock(at)} is left out: what it points to is taken out"
                yield told, built.in_episode(bundle)


@CONTENT.rule(
    "title-length",
    Severity.ADVICE,
    ref.SPOTIFY,
    holds=f"Titles have at most {_LONG_TITLE} characters: apps cut them off.",
    remedy="Shorten `title`; the rest belongs into `summary`.",
)
def _find_long_titles(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        if len(bundle.matter.title) > _LONG_TITLE:
            yield f"the title has {len(bundle.matter.title)} characters", built.in_episode(bundle)


@CONTENT.rule(
    "title-unique",
    Severity.WARNING,
    ref.WCAG,
    holds="No two episodes have the same title.",
    remedy="Tell them apart by their titles.",
)
def _find_same_titles(built: CheckedShow) -> Iterator[Remark]:
    seen: dict[str, Bundle] = {}
    for bundle in built.bundles:
        first = seen.setdefault(bundle.matter.title.casefold(), bundle)
        if first is not bundle:
            yield f"{first.folder.name} has the same title", built.in_episode(bundle)


@CONTENT.rule(
    "notes-empty",
    Severity.ADVICE,
    ref.PSP,
    holds="Every episode has a summary or notes.",
    remedy="Write a sentence or two into index.md, below the front matter.",
)
def _find_wordless(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        if not bundle.matter.summary and not bundle.notes.strip():
            yield "there is neither a summary nor a note", built.in_episode(bundle)


@CONTENT.rule(
    "episode-waiting",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="Every episode's date has come.",
    remedy="Build and deploy again when it has.",
)
def _find_future(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        date = bundle.matter.published_at(built.config.show.zone)
        if date > built.now:
            yield f"it is published on {date:%Y-%m-%d %H:%M} UTC", built.in_episode(bundle)


@CONTENT.rule(
    "item-date-future",
    Severity.WARNING,
    ref.RSS,
    holds="No episode in the feed is dated in the future: some apps hide it, others show it at once.",
    remedy="Build again without --drafts, or correct `date`.",
)
def _find_future_items(built: CheckedShow) -> Iterator[Remark]:
    for item in built.items:
        date = find_date(item.text("pubDate"))
        if date and date > built.now and built.feed:
            yield f"it is dated {item.text('pubDate')}", built.feed.at(item)


@CONTENT.rule(
    "recording-present",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="Every episode has its recording, or at least the facts of its published audio.",
    remedy="Put the archive it came from into content/archives/ and build again.",
)
def _find_mute(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        if not bundle.has_recording:
            known = "its audio cannot be made anew" if bundle.media else "it cannot be published"
            yield f"the recording is not here; {known}", built.in_episode(bundle)


@CONTENT.rule(
    "recording-gaps",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="Nothing of the recording was lost.",
    remedy="Listen to that place; the page says that something is missing.",
)
def _find_gaps(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        for gap in bundle.recording.gaps if bundle.recording else ():
            yield f"{gap.lost:.1f} s are missing at {format_clock(gap.at)}", built.in_episode(bundle)


@CONTENT.rule(
    "files-unread",
    Severity.ADVICE,
    ref.manual("episodes"),
    holds="Every file in an episode's folder, and every file that is meant for a page or an episode, is read.",
    remedy="Name it as it is read, or keep it elsewhere; files of your own may lie in a folder below the episode's.",
)
def _find_unread(built: CheckedShow) -> Iterator[Remark]:
    found = (problem for bundle in built.bundles for problem in find_unread(bundle))
    for problem in (*find_unread_around(built.folder / "content"), *found):
        yield problem.message, Place(file=built.relative(problem.file) if problem.file else None)


@CONTENT.rule(
    "serial-content",
    Severity.ADVICE,
    ref.APPLE,
    holds="Episodes of a serial show have numbers without gaps.",
    remedy="Correct `episode` in the front matter.",
)
def _find_number_gaps(built: CheckedShow) -> Iterator[Remark]:
    if built.config.show.kind.value != "serial":
        return
    for season in {bundle.matter.season for bundle in built.bundles}:
        numbers = {b.matter.episode for b in built.bundles if b.matter.season == season and b.matter.episode}
        missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
        if missing:
            where = f" of season {season}" if season else ""
            yield (
                f"the number{'s' * (len(missing) > 1)} {', '.join(map(str, missing[:5]))}{where} is missing",
                (built.in_config("show", "type")),
            )
