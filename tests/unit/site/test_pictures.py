"""Plans of pictures, carried out for real."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from builder_desk import make_all
from episode_maker import make_episode, make_show
from PIL import Image

from site_builder.engine.run import Outcome
from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Artwork, Person, Turn
from site_builder.site.pictures import (
    EMBEDDED,
    EPISODE_SIZES,
    SHOW_SIZES,
    GivenCover,
    Pictures,
    find_accent,
    load_cover,
    plan_episode_pictures,
    plan_show_pictures,
    with_pictures,
)

ACCENT = "#c2410c"
CACHE = Path("cache")
TURNS = (Turn(speaker=0, start=0, end=60), Turn(speaker=1, start=60, end=90))


def build(pictures: Pictures, folder: Path) -> Outcome:
    """Carries the plan out: the original first, then all that is made of it, in two threads."""
    first = make_all([pictures.original], folder / "cache", folder / "cache.db")
    if first.failed:
        return first
    rest = make_all(pictures.targets, folder / "out", folder / "out.db", jobs=2)
    return replace(rest, made=(*first.made, *rest.made), failed={**first.failed, **rest.failed})


def list_files(pictures: Pictures) -> list[Artwork]:
    """Every picture the model will name."""
    return [pictures.artwork, *pictures.artwork.smaller, pictures.social]


def give(folder: Path, colour: str = "#1a7f64", size: tuple[int, int] = (1500, 1500), name: str = "cover.png") -> Path:
    """A cover as a host has it."""
    Image.new("RGB", size, colour).save(folder / name)
    return folder / name


@pytest.fixture
def given(tmp_path: Path) -> GivenCover:
    """A usable cover."""
    return load_cover(give(tmp_path), "content/cover.png")


def test_what_is_planned_is_what_is_made(tmp_path: Path) -> None:
    """Every picture has the path, size and type the model says, and nothing is made twice."""
    pictures = plan_show_pictures(make_show(), ACCENT, tmp_path / "cache")
    assert not build(pictures, tmp_path).failed
    for named in list_files(pictures):
        with Image.open(tmp_path / "out" / named.path) as picture:
            assert picture.size == (named.width, named.height)
            assert picture.get_format_mimetype() == named.media_type
            assert named.alt
    assert [small.width for small in pictures.artwork.smaller] == list(SHOW_SIZES)
    assert len(pictures.embedded()) < 80_000
    assert not build(plan_show_pictures(make_show(), ACCENT, tmp_path / "cache"), tmp_path).made


def test_a_given_cover_is_used_for_all_but_the_words_of_the_card(tmp_path: Path, given: GivenCover) -> None:
    """Converted, never enlarged, beside the title on the card."""
    pictures = plan_episode_pictures(make_show(), make_episode(), ACCENT, tmp_path / "cache", given, "A staff gauge")
    assert not build(pictures, tmp_path).failed
    assert pictures.artwork.width == 1500
    assert pictures.artwork.alt == "A staff gauge"
    for path, at in (
        (pictures.artwork.path, (9, 9)),
        (pictures.social.path, (1190, 9)),
    ):
        with Image.open(tmp_path / "out" / path) as picture:
            red, green, _ = picture.convert("RGB").getpixel(at)  # type: ignore[misc]
            assert green > 100 > red
    with Image.open(BytesIO(pictures.embedded())) as picture:
        assert picture.size == (EMBEDDED, EMBEDDED)


def test_names_say_what_pictures_are_made_from(given: GivenCover) -> None:
    """Another title, colour, speaker, length or file, another address; the same, the same."""
    show, episode = make_show(), make_episode(turns=TURNS)
    plans = [
        plan_episode_pictures(show, episode, ACCENT, CACHE),
        plan_episode_pictures(show, replace(episode, title="Other"), ACCENT, CACHE),
        plan_episode_pictures(show, episode, "#000000", CACHE),
        plan_episode_pictures(show, replace(episode, turns=TURNS[:1]), ACCENT, CACHE),
        plan_episode_pictures(
            show, replace(episode, enclosure=replace(episode.enclosure, duration=99.0)), ACCENT, CACHE
        ),
        plan_episode_pictures(show, episode, ACCENT, CACHE, given),
        plan_episode_pictures(show, episode, ACCENT, CACHE, replace(given, sha256="0" * 64)),
    ]
    assert len({plan.artwork.path for plan in plans}) == len(plans)
    assert plan_episode_pictures(show, episode, ACCENT, CACHE).artwork == plans[0].artwork
    assert all(plan.artwork.path.endswith(".jpg") for plan in plans)


def test_what_a_picture_does_not_show_does_not_rename_it(given: GivenCover) -> None:
    """A corrected summary keeps every address; a corrected title keeps that of a given cover, not of its card."""
    show, episode = make_show(), make_episode()
    plain, corrected = (
        plan_episode_pictures(show, it, ACCENT, CACHE) for it in (episode, replace(episode, summary="New"))
    )
    assert list_files(plain) == list_files(corrected)
    one, other = (
        plan_episode_pictures(show, it, ACCENT, CACHE, given, "A gauge")
        for it in (episode, replace(episode, title="New"))
    )
    assert one.artwork == other.artwork
    assert one.social.path != other.social.path


def test_people_named_on_a_card_rename_the_card() -> None:
    """Someone who withdraws is gone from the address of the card too, for caches keep the old one."""
    show, episode = make_show(), make_episode(people=(Person(name="Ada"), Person(name="Ben")))
    one, other = (
        plan_episode_pictures(show, it, ACCENT, CACHE)
        for it in (episode, replace(episode, people=(Person(name="Ada"),)))
    )
    assert one.social.path != other.social.path


def test_an_episode_carries_its_pictures() -> None:
    """Cover and card, as feeds and pages find them."""
    pictures = plan_episode_pictures(make_show(), make_episode(), ACCENT, CACHE)
    episode = with_pictures(make_episode(), pictures)
    assert episode.artwork == pictures.artwork
    assert [picture.purpose for picture in episode.pictures] == ["social"]
    assert [small.width for small in pictures.artwork.smaller] == list(EPISODE_SIZES)


def test_a_small_cover_and_a_damaged_one_end_in_a_sentence(tmp_path: Path) -> None:
    """By its header before anything is built; by its pixels as a failure that names the file."""
    with pytest.raises(InvalidDocument, match=r"content/cover\.png: .*800 × 800"):
        load_cover(give(tmp_path, size=(800, 800)), "content/cover.png")
    whole = give(tmp_path, name="cover.jpg")
    whole.write_bytes(whole.read_bytes()[:3000])
    pictures = plan_show_pictures(make_show(), ACCENT, tmp_path / "cache", load_cover(whole, "content/cover.jpg"))
    assert {*build(pictures, tmp_path).failed.values()} == {
        "content/cover.jpg: the picture is damaged; save it again as JPEG or PNG"
    }


def test_the_accent_of_a_given_cover(given: GivenCover) -> None:
    """Its own colour."""
    assert find_accent(given) == "#1a7f64"


def test_planning_loads_no_picture_library() -> None:
    """A build that has nothing to draw does not pay for Pillow."""
    code = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from pathlib import Path\nfrom episode_maker import make_episode, make_show\n"
        "from site_builder.site.pictures import plan_episode_pictures\n"
        "plan_episode_pictures(make_show(), make_episode(), '#c2410c', Path('cache'))\n"
        "assert 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("Why no two blink alike", "Why no two blink alike"),
        ("Ночные поезда", "Ночные поезда"),
        ("لماذا ينتظر القطار", "2026-10-02"),
        ("למה הרכבת ממתינה", "2026-10-02"),
        ("夜行列車はなぜ待つのか", "2026-10-02"),
    ],
)
def test_a_title_the_font_lacks_gives_way_to_the_date(title: str, drawn: str, tmp_path: Path) -> None:
    """Covers of a show in such letters differ by more than their pattern."""
    said = plan_episode_pictures(make_show(), make_episode(1, title=title), "#c2410c", tmp_path)
    dated = plan_episode_pictures(make_show(), make_episode(1, title=drawn), "#c2410c", tmp_path)
    assert said.draw() == dated.draw()
    other = plan_episode_pictures(make_show(), make_episode(2, title=title), "#c2410c", tmp_path)
    assert other.draw() != said.draw()
