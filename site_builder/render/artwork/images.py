"""Covers that the host gives: checked, converted to what podcast apps take, and made smaller.

Nothing of the file but its pixels is kept: no camera data, no place, no thumbnail, no colour profile.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from PIL import (
    Image,
    ImageCms,
    ImageFilter,
    ImageOps,
    ImageStat,
    WebPImagePlugin,  # noqa: F401 -- otherwise all fifty formats are loaded to find this one, in 30 ms
)

from site_builder.errors import InvalidDocument, Problem
from site_builder.render.pages.styles import Colour, parse_hex

LARGEST = 3000
SMALLEST = 1400
"""Pixels: what Apple takes."""
HEAVIEST = 512 * 1024
"""Bytes that some directories still ask for."""
MOST_PIXELS = 20_000_000
"""With these a picture takes less than 400 MB while it is converted."""
_MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "WEBP": 12_000_000, "AVIF": 12_000_000}
"""JPEGs are decoded at half their size where that is enough; decoders of others hold the pixels several times over."""
HEAVIEST_FILE = 64 * 1024 * 1024

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
_HEIF = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_TOO_MANY = "the picture has far too many pixels; 3000 × 3000 is the most a cover needs"
_ORIENTATION = 0x0112
_DECODED = (630, 1200)
"""Pixels at which covers are decoded: enough for an episode's sizes, for the show's."""
_SMALLEST_SHOWN = 96
_NEARLY_SQUARE = 1.02
_LONGEST_SHAPE = 2.0
_QUALITIES = (88, 80, 72, 64, 56, 48, 40)
_COLOURFUL = 0.05

warnings.filterwarnings("ignore", module=r"PIL\.")  # what is wrong with a picture is said once, in a sentence of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a given picture is, as it lies in the file."""

    width: int
    height: int

    @property
    def side(self) -> int:
        """Pixels of the square that `convert_cover` makes of it."""
        shorter, longer = sorted((self.width, self.height))
        return min(LARGEST, shorter if longer <= shorter * _NEARLY_SQUARE else longer)


def check_cover(content: bytes, name: str) -> Facts:
    """What the cover in `content` is, by its header alone; `name` is the file as the person knows it.

    Raises:
        InvalidDocument: it is no picture, too small, too large or too long.
    """
    with _open(content, name) as picture:
        width, height = picture.size
        facts = Facts(width=width, height=height)
    shape = f"{width} × {height} pixels"
    if max(width, height) > _LONGEST_SHAPE * min(width, height):
        raise _problem(name, f"a cover is square, this one is {shape}; crop it")
    if facts.side < SMALLEST:
        raise _problem(name, f"a cover has 1400 to 3000 pixels each way, this one is {shape}; use a larger picture")
    return facts


def convert_cover(content: bytes, name: str = "cover") -> bytes:
    """A picture a host gave as a cover for every app: a square RGB JPEG of 1400 to 3000 pixels, near 512 kB at most.

    It is turned upright and converted to sRGB. What is within 2 % of square is cropped; anything else is set on a
    blurred, enlarged copy of itself. Transparency is filled with white, or with black behind light pictures.

    Raises:
        InvalidDocument: as `check_cover`, or the picture is damaged.
    """
    side = check_cover(content, name).side
    picture = _make_square(_load(content, name, side))
    if picture.size != (side, side):
        picture = picture.resize((side, side), Image.Resampling.LANCZOS)
    encoded = b""
    for quality in _QUALITIES:
        encoded = encode_jpeg(picture, quality)
        if len(encoded) <= HEAVIEST:
            break
    return encoded


def resize(content: bytes, size: int, media_type: str = "image/jpeg") -> bytes:
    """A square JPEG of ours in `size` by `size` pixels; as `image/webp` for pages, near half the bytes."""
    picture = load_small(content, size)
    if media_type != "image/webp":
        return encode_jpeg(picture, 82, progressive=False)
    return _encode_webp(picture)


def _encode_webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    _bare(picture).save(out, "WEBP", quality=82, method=2)  # half the time of the usual 4, 5 % larger
    return out.getvalue()


def convert_portrait(content: bytes, size: int, name: str) -> bytes:
    """The middle of a picture as a square JPEG, `size` pixels each way at most.

    Raises:
        InvalidDocument: it is no picture, or damaged.
    """
    picture = _load(content, name, size)
    side = min(size, *picture.size)
    return encode_jpeg(ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.4)))


def convert_picture(content: bytes, size: int, name: str, media_type: str = "image/jpeg") -> bytes:
    """A whole picture as a JPEG or WebP, `size` pixels at most each way; errors as for `convert_portrait`."""
    picture = _load(content, name, size)
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return encode_jpeg(picture) if media_type == "image/jpeg" else _encode_webp(picture)


def strip_picture(content: bytes, name: str) -> bytes:
    """A picture as it is without all that is not pixels; what is no JPEG, PNG or WebP stays as it is."""
    if not content.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")):
        return content
    with _open(content, name) as picture:
        try:
            form = picture.format
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            shown = _convert_profile(picture.convert("RGBA") if picture.has_transparency_data else picture)
        except Exception as error:  # decoders of hostile files raise whatever they like
            raise _problem(name, "the picture is damaged; save it again as JPEG or PNG") from error
    out = io.BytesIO()
    options: dict[str, object] = {"quality": 90} if form in {"WEBP", "MPO", "JPEG"} else {"optimize": True}
    _bare(shown).save(out, "JPEG" if form == "MPO" else form, **options)
    return out.getvalue()


def measure_picture(content: bytes, name: str) -> tuple[int, int]:
    """Width and height of a picture as it is shown, by its header alone; errors as for `convert_portrait`."""
    with _open(content, name) as picture:
        try:
            is_turned = picture.getexif().get(_ORIENTATION) in {5, 6, 7, 8}
        except Exception:  # as above
            is_turned = False
        return (picture.height, picture.width) if is_turned else picture.size


@lru_cache(maxsize=2)
def load_small(content: bytes, size: int) -> Image.Image:
    """The pixels of a square JPEG of ours at `size` by `size`; not to be changed, for several files show the same."""
    halves = _halve(content, next((side for side in _DECODED if side >= size), _DECODED[-1]))
    smallest = next((picture for picture in reversed(halves) if picture.width >= size), halves[0])
    return smallest.resize((size, size), Image.Resampling.HAMMING)  # by less than half: a third of the time of LANCZOS


@lru_cache(maxsize=2)
def _halve(content: bytes, size: int) -> tuple[Image.Image, ...]:
    """A picture at `size` pixels or somewhat more, then halved again and again.

    Decoding is half the work, and a cover is wanted in several sizes, one after the other.
    """
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        picture.draft("RGB", (size, size))
        picture.load()
    halves = [picture.convert("RGB")]
    while halves[-1].width >= 2 * _SMALLEST_SHOWN:
        halves.append(halves[-1].reduce(2))
    return tuple(halves)


def find_accent(content: bytes, name: str = "cover") -> str | None:
    """The colour a cover is remembered by, `#rrggbb`: its most frequent colourful one. None where it is all grey.

    Raises:
        InvalidDocument: the picture cannot be read.
    """
    picture = _load(content, name, 128)
    picture.thumbnail((128, 128), Image.Resampling.BOX)
    few = picture.quantize(24, Image.Quantize.MEDIANCUT).convert("RGB")
    colours = few.getcolors() or []
    best, best_weight = None, 0.0
    for count, colour in colours:
        text = "#" + bytes(cast("tuple[int, int, int]", colour)).hex()
        weight = _weigh(parse_hex(text), count / (few.width * few.height))
        if weight > best_weight:
            best, best_weight = text, weight
    return best


def _weigh(colour: Colour, share: float) -> float:
    """How much of an accent a colour is: colourful first, then frequent; neither nearly black nor nearly white."""
    if colour.chroma < _COLOURFUL or not 0.25 < colour.lightness < 0.9:
        return 0.0
    return float(colour.chroma**1.5 * share**0.5)


def encode_jpeg(picture: Image.Image, quality: int = 85, *, progressive: bool = True) -> bytes:
    """An RGB picture as JPEG, 72 dpi, without metadata.

    Progressive is a twentieth smaller and takes four times as long: too long for a drawn cover of nine megapixels.
    """
    out = io.BytesIO()
    _bare(picture).save(
        out, "JPEG", quality=quality, progressive=progressive, optimize=True, subsampling="4:2:0", dpi=(72, 72)
    )
    return out.getvalue()


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels alone: encoders write what they find beside them, such as a comment."""
    picture = picture.copy() if picture.readonly else picture
    picture.info = {}
    return picture


def check_size(size_bytes: int, name: str) -> None:
    """Nothing, where a file of that size may be read as a picture.

    Raises:
        InvalidDocument: it is too large.
    """
    if size_bytes > HEAVIEST_FILE:
        raise _problem(name, f"the picture has {size_bytes // 1024**2} MB, 64 are the most; save it smaller")


def _open(content: bytes, name: str) -> Image.Image:
    check_size(len(content), name)
    try:
        picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _problem(name, _TOO_MANY) from error
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise _problem(name, _explain_unreadable(content)) from error
    if picture.width * picture.height > _MOST_PIXELS.get(picture.format or "", MOST_PIXELS):
        picture.close()
        raise _problem(name, _TOO_MANY)
    return picture


def _explain_unreadable(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return "this is a HEIC picture, as iPhones take them; export it as JPEG, or send it to yourself by e-mail"
    if b"<svg" in content[:1000].lower():
        return "this is no picture of pixels but an SVG drawing; save it as PNG"
    return "this is no picture that can be read; save it as JPEG or PNG"


def _load(content: bytes, name: str, size: int) -> Image.Image:
    """Upright RGB pixels in sRGB, at least `size` pixels wide and high where the file has them."""
    with _open(content, name) as picture:
        try:
            if picture.mode in ("RGB", "L"):
                picture.draft(None, (size, size))
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            return _bare(_flatten(_convert_profile(picture)))
        except Exception as error:  # as above
            raise _problem(name, "the picture is damaged; save it again as JPEG or PNG") from error


def _convert_profile(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, by the profile it carries; one without, or with a broken one, as it is."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    seen = picture.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0)
    is_light = seen.getbbox() is not None and ImageStat.Stat(picture.convert("L"), seen).mean[0] > 200
    ground = Image.new("RGB", picture.size, "#161616" if is_light else "#ffffff")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _make_square(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    shorter, longer = sorted(picture.size)
    if longer <= shorter * _NEARLY_SQUARE:
        return ImageOps.fit(picture, (shorter, shorter)) if longer > shorter else picture
    small = ImageOps.fit(picture, (300, 300)).filter(ImageFilter.GaussianBlur(14))
    square = small.resize((longer, longer), Image.Resampling.BICUBIC)
    square.paste(picture, ((longer - width) // 2, (longer - height) // 2))
    return square


def _problem(name: str, message: str) -> InvalidDocument:
    return InvalidDocument([Problem(message, file=Path(name))])
