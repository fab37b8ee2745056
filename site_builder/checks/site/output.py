"""Rules about whether there is anything to check: a site, made from what the files say now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from site_builder.checks.references import manual
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.show.layout import CONFIG, MEDIA, STATE
from site_builder.show.published import FILE as PINS

OUTPUT: Rulebook[CheckedShow] = Rulebook("The build")

_OUTPUT = Place(file=Path("output"))


@OUTPUT.rule(
    "output-built",
    Severity.WARNING,
    manual("checks"),
    holds="The show has been built: there is a feed in output/.",
    remedy="Run `spacecast build`. Until then only config, content and consent are checked.",
)
def _find_unbuilt(built: CheckedShow) -> Iterator[Remark]:
    if built.raw_feed is None:
        yield "there is no feed in output/, so neither feed, audio, artwork nor pages were checked", _OUTPUT


@OUTPUT.rule(
    "output-current",
    Severity.WARNING,
    manual("checks"),
    holds="What is in output/ is what a build would make now.",
    remedy="Run `spacecast build`.",
)
def _find_stale(built: CheckedShow) -> Iterator[Remark]:
    if built.raw_feed is not None and not built.current:
        for file in find_newer(built.folder)[:3]:
            yield f"{file.as_posix()} changed after the last build; output/ was checked as it is", _OUTPUT


def find_newer(folder: Path) -> list[Path]:
    """Files of a show that were changed after the last build, newest first; relative to `folder`.

    A hint for people, by the clocks of the files: what has to be made anew is for the build to know.
    """
    marks = [folder / ".cache" / name for name in (STATE, "last-build.json")]
    built_at = max((mark.stat().st_mtime for mark in marks if mark.is_file()), default=0.0)
    newer = [(file.stat().st_mtime, file) for file in _sources(folder) if file.stat().st_mtime > built_at]
    return [file.relative_to(folder) for _, file in sorted(newer, reverse=True)]


def _sources(folder: Path) -> Iterator[Path]:
    """What a build reads, but for what it writes there itself."""
    yield from (file for file in (folder / CONFIG,) if file.is_file())
    for part in ("content", "templates"):
        for file in sorted((folder / part).rglob("*")):
            hidden = any(name.startswith(".") for name in file.relative_to(folder).parts)
            if file.is_file() and not hidden and file.name not in {MEDIA, PINS.name}:
                yield file
