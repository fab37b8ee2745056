"""Rules about whether there is anything to check: a site, made from what the files say now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from site_builder.checks.as_built import AsBuilt
from site_builder.checks.references import manual
from site_builder.checks.rule import Place, Remark, Rulebook, Severity

OUTPUT: Rulebook[AsBuilt] = Rulebook("The build")

_OUTPUT = Place(file=Path("output"))


@OUTPUT.rule(
    "output-built",
    Severity.WARNING,
    manual("checks"),
    holds="The show has been built: there is a feed in output/.",
    remedy="Run `spacecast build`. Until then only config, content and consent are checked.",
)
def _find_unbuilt(built: AsBuilt) -> Iterator[Remark]:
    if built.raw_feed is None:
        yield "there is no feed in output/, so neither feed, audio, artwork nor pages were checked", _OUTPUT


@OUTPUT.rule(
    "output-current",
    Severity.WARNING,
    manual("checks"),
    holds="What is in output/ is what a build would make now.",
    remedy="Run `spacecast build`.",
)
def _find_stale(built: AsBuilt) -> Iterator[Remark]:
    if built.raw_feed is not None and not built.current:
        yield (
            "something changed since the last build (or it failed, or showed drafts); output/ was checked as it is",
            (_OUTPUT),
        )
