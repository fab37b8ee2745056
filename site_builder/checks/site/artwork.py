"""Rules about artwork: there, square, of the right size and kind, and not too heavy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element
from site_builder.checks.rule import Finding, Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow

PICTURES: Rulebook[CheckedShow] = Rulebook("Picture files")
ARTWORK: Rulebook[tuple[CheckedShow, Picture]] = Rulebook("Artwork")

_SMALLEST, _LARGEST, _HEAVY = 1400, 3000, 512 * 1024
_SUFFIXES = {"JPEG": {".jpg", ".jpeg"}, "PNG": {".png"}}
_COVER = "Give a square JPEG or PNG of 1400 to 3000 pixels as `show.cover` (or `cover` in the front matter)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it is."""

    element: Element
    file: Path
    format: str = ""
    """`JPEG`, `PNG` …; empty where it cannot be read."""
    mode: str = ""
    width: int = 0
    height: int = 0
    transparent: bool = False


def check_art(built: CheckedShow) -> Iterator[Finding]:
    """Everything about the show's artwork that breaks a rule."""
    yield from PICTURES.check(built)
    for picture in _find_artwork(built):
        yield from ARTWORK.check((built, picture))


def _find_artwork(built: CheckedShow) -> Iterator[Picture]:
    for element in built.feed.all("itunes:image") if built.feed else ():
        file = built.site.find_file(element.get("href", ""))
        if file and file.is_file():
            yield read_picture(element, file)


def read_picture(element: Element, file: Path) -> Picture:
    """Facts of a picture; without a format where it cannot be read."""
    try:
        with Image.open(file) as image:
            if not _is_whole(file) and image.width * image.height <= _LARGEST**2:
                image.load()
            transparent = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
            return Picture(
                element=element,
                file=file,
                format=image.format or "",
                mode=image.mode,
                width=image.width,
                height=image.height,
                transparent=transparent,
            )
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Picture(element=element, file=file)


def _is_whole(file: Path) -> bool:
    """Whether a JPEG or PNG ends as it must: then it need not be decoded, which takes long."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 12))
        return stream.read().endswith((b"\xff\xd9", b"IEND\xaeB`\x82"))


def _at(built: CheckedShow, picture: Picture) -> Place:
    return Place(
        file=built.relative(picture.file), episode=built.feed.at(picture.element).episode if built.feed else ""
    )


@PICTURES.rule(
    "image-file",
    Severity.ERROR,
    ref.APPLE,
    holds="Every picture the feed names is in output/.",
    remedy="Build again.",
)
def _find_missing(built: CheckedShow) -> Iterator[Remark]:
    for element in (*built.feed.all("itunes:image"), *built.feed.all("podcast:image")) if built.feed else ():
        address = element.get("href", "")
        file = None if element.get("type", "").startswith("video/") else built.site.find_file(address)
        if file and not file.is_file():
            yield "the picture is not there", Place(file=built.relative(file), url=address)


@PICTURES.rule(
    "image-facts",
    Severity.WARNING,
    ref.namespace_tag("image"),
    holds="The size `podcast:image` gives is that of the picture.",
    remedy="Build again.",
)
def _find_other_sizes(built: CheckedShow) -> Iterator[Remark]:
    for element in built.feed.all("podcast:image") if built.feed else ():
        file = built.site.find_file(element.get("href", ""))
        if file and file.is_file() and element.get("width"):
            picture = read_picture(element, file)
            stated = (element.get("width"), element.get("height"))
            if picture.format and stated != (str(picture.width), str(picture.height)):
                yield (
                    f"it has {picture.width} × {picture.height} pixels, not {' × '.join(map(str, stated))}",
                    (_at(built, picture)),
                )


@ARTWORK.rule(
    "art-readable", Severity.ERROR, ref.APPLE, holds="The artwork is a picture that can be read.", remedy=_COVER
)
def _find_unreadable(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    if not picture.format:
        yield "the file cannot be read as a picture", _at(built, picture)


@ARTWORK.rule(
    "art-size",
    Severity.ERROR,
    ref.APPLE,
    holds="Artwork is square, 1400 × 1400 to 3000 × 3000 pixels.",
    remedy=_COVER,
)
def _find_sizes(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    square = picture.width == picture.height
    if picture.format and not (square and _SMALLEST <= picture.width <= _LARGEST):
        yield f"it has {picture.width} × {picture.height} pixels", _at(built, picture)


@ARTWORK.rule(
    "art-format",
    Severity.ERROR,
    ref.APPLE,
    holds="Artwork is JPEG or PNG, and its extension says so.",
    remedy=_COVER,
)
def _find_formats(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    if picture.format and picture.file.suffix.lower() not in _SUFFIXES.get(picture.format, set()):
        yield f"the file {picture.file.name} holds {picture.format}", _at(built, picture)


@ARTWORK.rule("art-colour", Severity.ERROR, ref.APPLE, holds="Artwork is in RGB colours.", remedy=_COVER)
def _find_colours(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    if picture.format and picture.mode not in {"RGB", "RGBA"}:
        yield f"the colours are {picture.mode}", _at(built, picture)


@ARTWORK.rule("art-opaque", Severity.ERROR, ref.APPLE, holds="Artwork is nowhere transparent.", remedy=_COVER)
def _find_transparent(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    if picture.transparent:
        yield "the picture has an alpha channel", _at(built, picture)


@ARTWORK.rule(
    "art-weight",
    Severity.ADVICE,
    "https://help.prx.org/hc/en-us",
    holds="Artwork has at most 512 kB: some apps load no more.",
    remedy="Save the picture as a JPEG of lower quality.",
)
def _find_weights(subject: tuple[CheckedShow, Picture]) -> Iterator[Remark]:
    built, picture = subject
    size = picture.file.stat().st_size
    if size > _HEAVY:
        yield f"the file has {size / 1024:.0f} kB", _at(built, picture)
