"""Covers that hosts give: every format, every accident, every attack."""

from __future__ import annotations

import io
import random
import struct
import zlib
from contextlib import suppress
from functools import partial

import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from site_builder.errors import InvalidDocument
from site_builder.render.artwork.images import (
    check_cover,
    convert_cover,
    convert_picture,
    convert_portrait,
    find_accent,
    measure_picture,
    resize,
    strip_picture,
)

NAME = "content/cover.jpg"


def encode(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def convert(content: bytes) -> Image.Image:
    """A converted cover, decoded and held to what directories take."""
    made = convert_cover(content, NAME)
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.width == picture.height == check_cover(content, NAME).side
    assert {"exif", "icc_profile", "comment", "xmp"}.isdisjoint(picture.info)
    return picture


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    """Whether a pixel is `colour`, give or take what JPEG does."""
    pixel = picture.getpixel(at)
    assert isinstance(pixel, tuple)
    return max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 16


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_every_usual_format(kind: str) -> None:
    """Whatever it is called, it is read by its bytes."""
    assert near(convert(encode(Image.new("RGB", (1400, 1400), "#c2410c"), kind)), (700, 700), (194, 65, 12))


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("L", 128, (128, 128, 128)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 32896, (128, 128, 128)),
        ("LA", (60, 255), (60, 60, 60)),
        ("P", 3, None),
        ("CMYK", (0, 0, 0, 0), (255, 255, 255)),
    ],
)
def test_every_colour_mode(mode: str, colour: object, seen: tuple[int, int, int] | None) -> None:
    """Grey, palette, 16 bits and print colours become RGB."""
    picture = convert(encode(Image.new(mode, (1400, 1400), colour), "TIFF" if mode == "CMYK" else "PNG"))  # type: ignore[arg-type]
    assert seen is None or near(picture, (9, 9), seen)


def test_transparency_is_filled_so_that_the_picture_shows() -> None:
    """White behind a dark mark, black behind a light one."""
    for mark, ground in (((20, 20, 90), (255, 255, 255)), ((250, 250, 250), (22, 22, 22))):
        picture = Image.new("RGBA", (1400, 1400), (0, 0, 0, 0))
        picture.paste((*mark, 255), (400, 400, 1000, 1000))
        made = convert(encode(picture))
        assert near(made, (50, 50), ground)
        assert near(made, (700, 700), mark)


def test_a_large_picture_is_made_smaller_and_a_middling_one_kept() -> None:
    """3000 px at most; nothing is ever enlarged."""
    assert convert(encode(Image.new("RGB", (4000, 4000)), "JPEG")).size == (3000, 3000)
    assert convert(encode(Image.new("RGB", (1777, 1777)))).size == (1777, 1777)


def test_nearly_square_is_cropped_and_wide_is_set_on_its_own_colours() -> None:
    """A cover loses nothing that matters."""
    assert convert(encode(Image.new("RGB", (1500, 1480)))).size == (1480, 1480)
    wide = Image.new("RGB", (2000, 1400), "#2447c9")
    ImageDraw.Draw(wide).rectangle((0, 0, 20, 1400), fill="#ffffff")
    made = convert(encode(wide))
    assert made.size == (2000, 2000)
    assert near(made, (5, 1000), (255, 255, 255))
    assert near(made, (1000, 20), (36, 71, 201))


def test_a_photograph_taken_sideways_stands_upright_and_tells_no_place() -> None:
    """EXIF orientation is applied, and the rest of EXIF is gone."""
    picture = Image.new("RGB", (1400, 1400), "#000000")
    picture.paste("#ff0000", (0, 0, 1400, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret Camera"
    content = encode(picture, "JPEG", exif=exif)
    assert near(convert(content), (1390, 700), (254, 0, 0))
    assert b"Secret" in content
    assert b"Secret" not in convert_cover(content, NAME)


def test_colours_are_converted_to_srgb() -> None:
    """A profile is applied, a broken one ignored."""
    profile_bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (profile_bytes, b"no profile at all", profile_bytes[:100]):
        content = encode(Image.new("RGB", (1400, 1400), "#c2410c"), "JPEG", icc_profile=profile)
        assert near(convert(content), (700, 700), (194, 65, 12))


def test_a_detailed_picture_is_brought_near_512_kb() -> None:
    """Quality gives way before size does."""
    small = Image.frombytes("RGB", (160, 160), random.Random(1).randbytes(76_800))
    busy = small.resize((2400, 2400), Image.Resampling.BICUBIC)
    assert len(encode(busy, "JPEG", quality=92)) > 1_000_000
    assert len(convert_cover(encode(busy, "JPEG", quality=92), NAME)) <= 512 * 1024


def make_bomb(side: int) -> bytes:
    """A small PNG that claims `side` by `side` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")
    )


GOOD = encode(Image.effect_noise((1400, 1400), 50), "JPEG")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 2000 2000\n", "no picture"),
        (b"\xff\xd8\xff", "no picture"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (make_bomb(60_000), "too many pixels"),
        (make_bomb(9_100), "too many pixels"),
        (make_bomb(1_500), "damaged"),
        (encode(Image.new("RGB", (1399, 1399))), "1399 × 1399"),
        (encode(Image.new("RGB", (5000, 1400))), "crop it"),
    ],
    ids=["empty", "svg", "eps", "stub", "truncated", "bomb", "small bomb", "no pixels", "too small", "too long"],
)
def test_what_cannot_be_a_cover_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    """The sentence names the file and what is wrong with it."""
    with pytest.raises(InvalidDocument, match=words) as caught:
        convert_cover(content, NAME)
    assert str(caught.value).startswith(f"{NAME}: ")


def test_broken_bytes_end_in_a_sentence_or_a_picture() -> None:
    """Whatever a damaged file makes the decoder do, nothing else comes out."""
    numbers = random.Random(7)
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF"):
        good = encode(Image.linear_gradient("L").resize((1400, 1400)).convert("RGB"), kind)
        for _ in range(4):
            bad = bytearray(good)
            for at in numbers.sample(range(min(2000, len(bad))), 12):
                bad[at] = numbers.randrange(256)
            with suppress(InvalidDocument):
                made = find_accent(bytes(bad), NAME)
                assert made is None or len(made) == 7


def test_the_accent_of_a_cover() -> None:
    """The colourful part counts, not the large grey one; a grey cover has none."""
    picture = Image.new("RGB", (1400, 1400), "#f4f1ea")
    picture.paste("#1a7f64", (100, 100, 600, 600))
    accent = find_accent(encode(picture))
    assert accent is not None
    red, green, blue = bytes.fromhex(accent[1:])
    assert abs(red - 0x1A) < 12
    assert abs(green - 0x7F) < 12
    assert abs(blue - 0x64) < 12
    assert find_accent(encode(Image.linear_gradient("L").resize((1400, 1400)))) is None


FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")


def make_talkative(form: str) -> bytes:
    """A picture that says where it was taken and by whom, in every way its format knows."""
    picture = Image.new("RGB", (1500, 1500), "#345678")
    picture.info["comment"] = b"NobodysBusiness"
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "NobodysBusiness", "NobodysBusiness"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (52.0, 31.0, 12.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "NobodysBusiness")
    text.add_itxt("Comment", "NobodysBusiness", zip=True)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>NobodysBusiness</x:xmpmeta>"
    options: dict[str, dict[str, object]] = {
        "JPEG": {"exif": exif, "icc_profile": profile, "xmp": xmp, "comment": "NobodysBusiness"},
        "PNG": {"exif": exif, "icc_profile": profile, "pnginfo": text},
        "WEBP": {"exif": exif.tobytes(), "icc_profile": profile, "xmp": xmp},
        "TIFF": {"exif": exif, "icc_profile": profile},
        "GIF": {"comment": "NobodysBusiness"},
        "AVIF": {"exif": exif.tobytes(), "icc_profile": profile, "xmp": xmp},
    }
    out = io.BytesIO()
    picture.save(out, form, **options.get(form, {}))
    return out.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_pixels_alone_are_published(form: str) -> None:
    """Whatever the format of the file, and whatever is made of it: cover, its sizes, portrait, chapter, note."""
    content = make_talkative(form)
    assert form in {"BMP", "AVIF"} or b"NobodysBusiness" in content or b"zTXt" in content
    cover = convert_cover(content)
    made = [cover, resize(cover, 600), resize(cover, 600, "image/webp"), convert_portrait(content, 400, "x")]
    made += [convert_picture(content, 800, "x"), convert_picture(content, 800, "x", "image/webp")]
    for picture in made:
        assert b"NobodysBusiness" not in picture
        with Image.open(io.BytesIO(picture)) as seen:
            assert not seen.getexif()
            assert not {"comment", "exif", "xmp", "icc_profile", "photoshop"} & seen.info.keys()
            assert len(picture) < 100_000


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_logo_keeps_its_form_and_its_pixels_alone(form: str) -> None:
    stripped = strip_picture(make_talkative(form), "logo")
    assert b"NobodysBusiness" not in stripped
    with Image.open(io.BytesIO(stripped)) as picture:
        assert (picture.format, picture.size) == (form, (1500, 1500))
        assert not {"comment", "exif", "xmp", "icc_profile"} & picture.info.keys()
    assert strip_picture(b"<svg/>", "logo.svg") == b"<svg/>"


def test_a_logo_stays_transparent() -> None:
    stripped = strip_picture(encode(Image.new("RGBA", (40, 20), (255, 0, 0, 0)).quantize(4)), "logo.png")
    with Image.open(io.BytesIO(stripped)) as picture:
        assert (
            picture.convert("RGBA").getpixel((1, 1)) == (255, 0, 0, 0) or picture.getchannel("A").getextrema()[0] == 0
        )


@pytest.mark.parametrize(("width", "height", "form"), [(5000, 4001, "PNG"), (3500, 3430, "WEBP"), (8000, 6251, "JPEG")])
def test_too_many_pixels_are_refused_by_the_header(width: int, height: int, form: str) -> None:
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, form)
    for convert in (convert_cover, partial(convert_portrait, size=400, name="x"), partial(measure_picture, name="x")):
        with pytest.raises(InvalidDocument, match="too many pixels"):
            convert(out.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0" * (64 * 1024 * 1024 + 1), "64 are the most"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, said: str) -> None:
    with pytest.raises(InvalidDocument, match=said):
        convert_cover(content)
