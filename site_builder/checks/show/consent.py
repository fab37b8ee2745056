"""Rules about the people heard: who was not asked, who is hidden, and whether they really are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from site_builder.checks import references as ref
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.consent import Casting, Consent, Verdict, plan_removals
from site_builder.consent.leaks import check_silence, describe_secrets, find_leaks
from site_builder.errors import InvalidDocument, UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span
from site_builder.show.bundles import Bundle
from site_builder.show.config import Pending
from site_builder.show.layout import PEOPLE
from site_builder.show.load import find_lost_answers
from site_builder.show.refusals import find_lost_refusals
from site_builder.text.timecode import format_clock

CONSENT: Rulebook[CheckedShow] = Rulebook("Consent")

_PEOPLE = Place(file=Path(PEOPLE))


def _cast(built: CheckedShow) -> Iterator[tuple[Bundle, Casting]]:
    for bundle in built.bundles:
        if casting := built.castings.get(bundle.guid):
            yield bundle, casting


def _call(bundle: Bundle, number: int, verdict: Verdict) -> str:
    """What the host calls somebody."""
    speaker = bundle.recording.speakers[number] if bundle.recording else None
    known = verdict.person.key if verdict.person else ""
    return known or (speaker.handle or speaker.name if speaker else "") or "somebody unknown"


def _gather(built: CheckedShow, consent: Consent) -> dict[str, list[Bundle]]:
    """Who answered so, and in which episodes they are."""
    found: dict[str, list[Bundle]] = {}
    for bundle, casting in _cast(built):
        for number, verdict in enumerate(casting.verdicts):
            if verdict.consent is consent:
                found.setdefault(_call(bundle, number, verdict), []).append(bundle)
    return found


def _titles(bundles: list[Bundle]) -> str:
    titles = list(dict.fromkeys(f"“{bundle.matter.title}”" for bundle in bundles))
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    return ", ".join(titles[:2]) + more


@CONSENT.rule(
    "consent-pending",
    Severity.WARNING,
    ref.manual("checks"),
    holds="Everyone who is published said yes.",
    remedy="Run `spacecast people --ask` for messages to send, then `spacecast consent WHO granted`; "
    "or set `consent.pending: anonymise` or `withhold`.",
)
def _find_pending(built: CheckedShow) -> Iterator[Remark]:
    if built.config.consent.pending is Pending.PUBLISH:
        for who, bundles in _gather(built, Consent.PENDING).items():
            yield f"{who} has not answered, and is heard in {_titles(bundles)}", _PEOPLE


@CONSENT.rule(
    "consent-waiting",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="Everyone answered: nobody has to be anonymous, and no episode withheld, until they do.",
    remedy="Run `spacecast people --ask` for messages to send.",
)
def _find_waiting(built: CheckedShow) -> Iterator[Remark]:
    if built.config.consent.pending is not Pending.PUBLISH:
        for who, bundles in _gather(built, Consent.PENDING).items():
            yield f"{who} has not answered; heard in {_titles(bundles)}", _PEOPLE


@CONSENT.rule(
    "consent-refused",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="Nobody refused. Where somebody did, they are taken out; this is to remind you.",
    remedy="Nothing is to be done. Listen to the episode once before you publish it.",
)
def _find_refused(built: CheckedShow) -> Iterator[Remark]:
    for who, bundles in _gather(built, Consent.REFUSED).items():
        yield f"{who} is taken out of {_titles(bundles)}", _PEOPLE


@CONSENT.rule(
    "consent-forgotten",
    Severity.ERROR,
    ref.manual("consent"),
    holds="Everyone who is remembered to have refused does so in people.yaml too: it is no older one, and not lost.",
    remedy="Restore people.yaml from a backup, or say each answer again with `spacecast consent`.",
)
def _find_forgotten(built: CheckedShow) -> Iterator[Remark]:
    recordings = [bundle.recording for bundle in built.bundles if bundle.recording]
    speakers = [speaker for one in recordings for speaker in (*one.speakers, *one.on_stage)]
    has_spoken = any(bundle.has_spoken for bundle in built.bundles)
    try:
        found = [
            *find_lost_answers(built.folder, has_spoken=has_spoken),
            *find_lost_refusals(built.folder, built.show_folder.people, speakers),
        ]
    except InvalidDocument as damage:
        found = list(damage.problems)
    for problem in found:
        yield problem.message, Place(file=built.relative(problem.file) if problem.file else None, line=problem.line)


@CONSENT.rule(
    "consent-withheld",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="No episode has to be withheld for want of consent.",
    remedy="Ask those named, and write down what they say with `spacecast consent`.",
)
def _find_withheld(built: CheckedShow) -> Iterator[Remark]:
    for bundle in built.bundles:
        if reasons := built.withheld.get(bundle.guid):
            yield f"it is withheld: {reasons}", built.in_episode(bundle)


@CONSENT.rule(
    "consent-published",
    Severity.ERROR,
    ref.manual("checks"),
    holds="No episode that has to be withheld is in the feed.",
    remedy="Build again, and deploy at once.",
)
def _find_published(built: CheckedShow) -> Iterator[Remark]:
    for item in built.items:
        if item.text("guid") in built.withheld and built.feed:
            yield "it is in the feed, and must be withheld", built.feed.at(item)


@CONSENT.rule(
    "consent-leak",
    Severity.ERROR,
    ref.manual("checks"),
    holds="Whoever refused or wishes to be anonymous is named in no file of the site.",
    remedy="Build again. If it stays, the name stands in something you wrote: notes, a page, a title or a template.",
)
def _find_leaks(built: CheckedShow) -> Iterator[Remark]:
    cast = {bundle.guid: casting for bundle, casting in _cast(built) if bundle.guid in built.items_by_guid}
    if not any(casting.restricted for casting in cast.values()):
        return
    places = {bundle.guid: (f"episodes/{bundle.slug}/", *_media(built, bundle)) for bundle, _ in _cast(built)}
    hides_pending = built.config.consent.pending is Pending.ANONYMISE
    secrets = describe_secrets(built.show_folder.people, cast, places, hide_pending=hides_pending)
    for leak in find_leaks(built.output, secrets, _list_own(built.output)):
        yield f"the {leak.what} of {leak.person} stands there", Place(file=Path("output") / leak.file)


def _list_own(output: Path) -> set[str]:
    """Files of the theme and of the search program: nothing of the show is in them."""
    found = [*(output / "assets").rglob("*"), *(output / "pagefind").glob("*.js")]
    return {file.relative_to(output).as_posix() for file in found}


@CONSENT.rule(
    "consent-audible",
    Severity.ERROR,
    ref.manual("checks"),
    holds="Whoever refused is not heard: where they speak, the published audio is silent.",
    remedy="Build again, and deploy at once.",
)
def _find_audible(built: CheckedShow) -> Iterator[Remark]:
    for bundle, casting in _cast(built):
        if bundle.recording is None or bundle.media is None:
            continue
        edits = EditList.parse(bundle.media.edits)
        places = [edits.to_published_span(span) for span in plan_removals(bundle.recording, casting)]
        for file in _media(built, bundle):
            for span in _find_loud(built.output / file, [place for place in places if place]):
                yield (
                    f"sound is left from {format_clock(span.start)} to {format_clock(span.end)}",
                    Place(file=Path("output") / file, episode=bundle.matter.title),
                )


def _find_loud(file: Path, spans: list[Span]) -> tuple[Span, ...]:
    """Spans that are not silent; none where the file is missing or damaged, for which there are other rules."""
    try:
        return check_silence(file, spans) if spans and file.is_file() else ()
    except UnusableSource:
        return ()


def _media(built: CheckedShow, bundle: Bundle) -> Iterator[str]:
    """Where the audio of an episode lies below `output/`."""
    item = built.items_by_guid.get(bundle.guid)
    for element in item.all("enclosure") if item else ():
        if file := built.site.find_file(element.get("url", "")):
            yield file.relative_to(built.output).as_posix()
