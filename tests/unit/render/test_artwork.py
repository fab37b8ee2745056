"""Covers and cards that are drawn, looked at pixel by pixel."""

from __future__ import annotations

import io
from importlib.resources import files
from itertools import pairwise
from struct import iter_unpack, unpack_from
from typing import cast

import pytest
from PIL import Image, ImageChops, ImageStat

from site_builder.model.podcast import Turn
from site_builder.render.artwork.drawing import draw_cover, draw_social_card, make_ink
from site_builder.render.artwork.images import find_accent, resize
from site_builder.render.artwork.lettering import LONGEST, clean_text, fit_block, measure_text
from site_builder.render.artwork.motifs import find_lanes, make_bars
from site_builder.render.pages.styles import measure_contrast

ACCENTS = ("#c2410c", "#1a7f64", "#2447c9", "#ffd400", "#000000", "#ffffff", "#808080", "#b8ff3c", "#ff6fb5")
TURNS = (
    Turn(speaker=0, start=0, end=300),
    Turn(speaker=1, start=310, end=320),
    Turn(speaker=0, start=330, end=590),
    Turn(speaker=2, start=590, end=600),
)
GROUND = (194, 65, 12)
"""Where `#c2410c` is dark enough for white letters as it is."""


def open_jpeg(content: bytes) -> Image.Image:
    """Decode, and hold to the format every directory takes."""
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.info["dpi"] == (72, 72)
    assert "exif" not in picture.info
    picture.load()
    return picture


def differs(picture: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int] = GROUND) -> int:
    """How many pixels in `box` are not `colour`, give or take what JPEG does."""
    part = picture.crop(box).reduce(4)
    bands = ImageChops.difference(part, Image.new("RGB", part.size, colour)).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(most.histogram()[25:])


def draw(title: str = "The River Gauge Hour", accent: str = "#c2410c", **more: object) -> Image.Image:
    """A cover, decoded."""
    return open_jpeg(draw_cover(title, "Mara Lindqvist", accent, motif_seed="seed", **more))  # type: ignore[arg-type]


def test_a_cover_is_what_directories_ask_for() -> None:
    """3000 px square, light enough, the same bytes every time."""
    one = draw_cover("The River Gauge Hour", "Mara Lindqvist", "#c2410c", motif_seed="a")
    assert open_jpeg(one).size == (3000, 3000)
    assert len(one) < 400_000
    assert one == draw_cover("The River Gauge Hour", "Mara Lindqvist", "#c2410c", motif_seed="a")


def test_another_seed_another_motif_and_the_same_words() -> None:
    """Rings depend on the seed alone, and never reach into the words."""
    one, other = (open_jpeg(draw_cover("Hour", "Ada", "#c2410c", motif_seed=seed)) for seed in ("a", "b"))
    words = (0, 0, 3000, 900)
    assert one.crop(words).tobytes() == other.crop(words).tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("accent", ["#c2410c", "#ffd400", "#000000"])
def test_letters_stand_out_from_every_accent(accent: str) -> None:
    """Contrast of at least 4.5 to 1, measured between the pixels of the ground and of the letters."""
    picture = draw("HHH", accent)
    colours = picture.crop((0, 0, 3000, 700)).resize((300, 70), Image.Resampling.NEAREST).getcolors(21000) or []
    common = [cast("tuple[int, int, int]", colour) for _, colour in sorted(colours, reverse=True)[:2]]
    ground, letters = ("#" + bytes(colour).hex() for colour in common)
    assert measure_contrast(ground, letters) >= 4.5


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_accent_makes_readable_ink(accent: str) -> None:
    """Letters 4.5 to 1 on the ground; of the bars, those of who speaks most 3 to 1."""
    ink = make_ink(accent)
    assert measure_contrast(ink.ground, ink.text) >= 4.5
    assert measure_contrast(ink.ground, ink.tints[0]) >= 3


def test_the_title_can_be_read_in_a_list() -> None:
    """At 55 px the strokes of a title still differ from the ground by far."""
    small = draw("Tech Talk").resize((55, 55), Image.Resampling.LANCZOS).convert("L")
    darkest, lightest = small.crop((0, 0, 55, 28)).getextrema()
    assert lightest - darkest > 120  # type: ignore[operator]


def test_an_episode_shows_who_speaks_when() -> None:
    """Lanes from left to right: the first speaker nearly throughout, the third only at the very end."""
    picture = draw("Gauges", turns=TURNS, duration=600)
    lanes = [y for y in range(1500, 2990, 10) if differs(picture, (0, y, 3000, y + 8)) > 0]
    assert lanes
    first, last = min(lanes), max(lanes)
    assert differs(picture, (200, first, 1400, first + 80)) > 2000
    assert differs(picture, (0, last - 60, 2700, last)) == 0
    assert differs(picture, (2800, last - 60, 3000, last)) > 100


@pytest.mark.parametrize("turns", [(), (Turn(speaker=0, start=5, end=5),), (Turn(speaker=3, start=-9, end=99999),)])
def test_odd_turns_draw_too(turns: tuple[Turn, ...]) -> None:
    """No turns, empty turns and turns beyond the end still make a picture."""
    assert draw(turns=turns, duration=60).size == (3000, 3000)


def test_pauses_too_short_to_see_are_closed() -> None:
    """Three hours of short turns become few bars, in the order of speakers."""
    many = [Turn(speaker=at % 2, start=at * 10, end=at * 10 + 9) for at in range(1080)]
    bars = make_bars(many, 10800, 0.02)
    assert [bar.lane for bar in bars] == [0, 1]
    assert find_lanes([*many, *(Turn(speaker=9 - at, start=at, end=at + 1) for at in range(8))])[:2] == [0, 9]


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("Flood 🎉 gauges 👩‍👩‍👧!", "Flood gauges!"),
        ("日本の川", ""),
        ("قياس منسوب النهر", ""),
        ("🎉🎉", ""),
        ("", ""),
        ("…!?", ""),
        ("Разговор о реках", "Разговор о реках"),
        ("Ελληνικά ποτάμια", "Ελληνικά ποτάμια"),
        ("a\x00b\u202e\ncafe\u0301\t]]>", "ab café]]>"),
        ("Non‑breaking\u00a0\u2003space", "Non-breaking space"),
    ],
)
def test_what_the_font_lacks_is_left_out(title: str, drawn: str) -> None:
    """Never a box in place of a letter; where most of a text is lost, none of it is drawn."""
    assert clean_text(title) == drawn


@pytest.mark.parametrize("title", ["", "قياس منسوب النهر"])
def test_without_words_the_motif_fills_the_cover(title: str) -> None:
    """A title that cannot be drawn leaves a picture, not a blank."""
    picture = open_jpeg(draw_cover(title, "", "#c2410c", motif_seed="s"))
    assert differs(picture, (0, 0, 3000, 1500)) > 20_000


@pytest.mark.parametrize(
    "title",
    ["word " * 1000, "W" * 5000, "Rindfleischetikettierungsüberwachungsaufgaben", "A"],
)
def test_titles_of_any_length_keep_their_margins(title: str) -> None:
    """5 kB of text, one endless word, one letter: nothing touches the edges, and the motif has its place."""
    picture = draw(title, turns=TURNS, duration=600)
    for edge in ((0, 0, 180, 1900), (2820, 0, 3000, 1900), (0, 0, 3000, 180)):
        assert differs(picture, edge) == 0
    assert differs(picture, (230, 230, 2770, 1800)) > 500
    assert len(clean_text(title)) <= LONGEST + 1


def test_lines_are_as_equal_as_can_be() -> None:
    """No last line of one short word where the lines can share."""
    block = fit_block("Flood gauges: who reads them at three in the morning?", 2540, 1650, 600, 130)
    widths = [measure_text(line) for line in block.lines]
    assert " ".join(block.lines) == "Flood gauges: who reads them at three in the morning?"
    assert min(widths) > 0.5 * max(widths)
    assert max(widths) * block.size / 1000 <= 2540
    assert block.height <= 1650


def test_letters_are_kerned() -> None:
    """`AV` stands closer than `A` and `V`."""
    assert measure_text("AV") < measure_text("A") + measure_text("V") - 50


def test_a_card_is_wide_and_differs_from_the_cover() -> None:
    """1200 by 630, words at the left, lanes below; a given cover stands at the right."""
    drawn = open_jpeg(draw_social_card("Gauges", "Ada, Ben", "#c2410c", motif_seed="s", turns=TURNS, duration=600))
    assert drawn.size == (1200, 630)
    assert differs(drawn, (70, 60, 600, 300)) > 100
    red = io.BytesIO()
    Image.new("RGB", (1400, 1400), "#0000ff").save(red, "JPEG")
    beside = open_jpeg(draw_social_card("Gauges", "Ada", "#c2410c", motif_seed="s", cover=red.getvalue()))
    assert differs(beside, (580, 10, 1190, 620), (0, 0, 254)) == 0
    assert differs(beside, (0, 500, 560, 620)) == 0


def test_smaller_sizes() -> None:
    """Square, in the size asked for, light; WebP lighter still."""
    cover = draw_cover("The River Gauge Hour", "Mara Lindqvist", "#c2410c", motif_seed="a")
    assert open_jpeg(resize(cover, 600)).size == (600, 600)
    webp = resize(cover, 600, "image/webp")
    assert Image.open(io.BytesIO(webp)).size == (600, 600)
    assert Image.open(io.BytesIO(webp)).format == "WEBP"
    assert len(webp) < len(resize(cover, 600)) < 80_000
    assert find_accent(cover) is not None


def test_a_smaller_size_looks_like_the_whole() -> None:
    """As sharp and as bright as one that is reduced with the utmost care; one from every third pixel is not."""
    whole = draw_cover("The River Gauge Hour", "Ana", "#c2410c", motif_seed="a", size=2000)
    careful = open_jpeg(whole).resize((600, 600), Image.Resampling.LANCZOS).convert("L")
    smaller = [resize(whole, 600, media_type) for media_type in ("image/jpeg", "image/webp")]
    rough = open_jpeg(whole).resize((600, 600), Image.Resampling.NEAREST)
    *found, worst = (
        ImageStat.Stat(ImageChops.difference(picture.convert("L"), careful)).rms[0]
        for picture in (*(Image.open(io.BytesIO(small)) for small in smaller), rough)
    )
    assert max(found) < 3.5 < worst


def test_no_letter_is_drawn_the_slow_way() -> None:
    """FreeType takes ten times as long where a glyph says that its outlines overlap (OpenType, `glyf`)."""
    font = (files("site_builder.render.artwork") / "fonts" / "cover.ttf").read_bytes()
    tables = {}
    for number in range(unpack_from(">H", font, 4)[0]):
        name, _, start, size = unpack_from(">4sIII", font, 12 + 16 * number)
        tables[name] = font[start : start + size]
    is_long = unpack_from(">h", tables[b"head"], 50)[0]
    places = [place * (1 if is_long else 2) for (place,) in iter_unpack(">I" if is_long else ">H", tables[b"loca"])]
    glyphs = [tables[b"glyf"][start:end] for start, end in pairwise(places) if start < end]
    assert len(glyphs) > 1000
    for glyph in glyphs:
        contours = unpack_from(">h", glyph)[0]
        if contours < 0:
            assert not unpack_from(">H", glyph, 10)[0] & 0x400
        else:
            first_flag = 12 + 2 * contours + unpack_from(">H", glyph, 10 + 2 * contours)[0]
            assert not glyph[first_flag] & 0x40
