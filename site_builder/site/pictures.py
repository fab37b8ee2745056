"""Which pictures a show and its episodes have, in which sizes.

A picture's name holds a digest of all it is made from, so it is known before it is made, and a changed picture has a
new address, as apps and caches need (https://podcasters.apple.com/support/896-artwork-requirements). Every file of one
cover is made from the same original, which is drawn or converted once and kept in the cache.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from site_builder.engine.digests import JSON, digest_bytes, digest_json
from site_builder.engine.processes.prefetch import Take, take_nothing
from site_builder.engine.target import Target
from site_builder.model.podcast import Artwork, Episode, Person, Show, Turn

SHOW_SIZES = (1200, 600, 300, 96)
EPISODE_SIZES = (600, 200)
EMBEDDED = 600
"""Pixels of the picture inside audio files."""
DRAWN = 3000
"""Pixels of the show's cover where it is drawn: what Apple recommends."""
EPISODE_DRAWN = 2000
"""Of an episode's: no app shows it larger, and it is drawn and encoded in half the time."""
CARD = (1200, 630)

_ENOUGH = 0.6
"""Share of letters, as in `render.artwork.lettering`."""
_RECIPE = "artwork/6"
"""Raise the number when drawing, converting or encoding changes: names change with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCover:
    """A cover a host made, known to be usable by its header."""

    path: Path
    name: str
    """The file as the host knows it."""
    sha256: str
    side: int
    """Pixels of the square made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """All pictures of a show or an episode."""

    artwork: Artwork
    social: Artwork
    original: Target
    """For the cache, and to be made first: the full size that all others are made from."""
    targets: tuple[Target, ...]
    """For `output/`."""
    embedded: Callable[[], bytes]
    """Makes the small JPEG that goes into audio files, once the original is there."""
    draw: Callable[[], bytes]
    """Makes the original in memory."""
    derive: Mapping[str, Callable[[bytes], bytes]]
    """By name, what is made of the original's bytes: all `targets` but its copy, and what is `embedded`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all that can be drawn ahead, the original first."""
        return (self.original.path, *self.derive)


def draw_all(planned: Sequence[Pictures]) -> Iterator[tuple[str, bytes]]:
    """Every picture by its name, in the order of need: originals, what goes into audio files, the rest."""
    originals = {}
    for pictures in planned:
        originals[pictures.original.path] = drawn = pictures.draw()
        yield pictures.original.path, drawn
    later = [(pictures, name) for pictures in planned for name in pictures.derive]
    for pictures, name in sorted(later, key=lambda entry: entry[1] != _name_embedded(entry[0].original.path)):
        yield name, pictures.derive[name](originals[pictures.original.path])


def load_cover(path: Path, name: str) -> GivenCover:
    """The cover at `path`, which the host knows as `name`.

    Raises:
        InvalidDocument: it is no picture, or not one for a cover.
        OSError: it cannot be read.
    """
    from site_builder.render.artwork.images import check_cover, check_size  # noqa: PLC0415 -- Pillow is loaded only where a cover is given

    check_size(path.stat().st_size, name)
    content = path.read_bytes()
    return GivenCover(path=path, name=name, sha256=digest_bytes(content), side=check_cover(content, name).side)


def find_accent(cover: GivenCover) -> str | None:
    """The colour a given cover is remembered by, `#rrggbb`; None where it is all grey.

    Raises:
        InvalidDocument: the picture is damaged.
    """
    from site_builder.render.artwork import images  # noqa: PLC0415 -- as above

    return images.find_accent(cover.path.read_bytes(), cover.name)


def plan_show_pictures(
    show: Show, accent: str, cache: Path, cover: GivenCover | None = None, take: Take = take_nothing
) -> Pictures:
    """The show's cover, as given or else drawn from title, author and `accent` (`#rrggbb`); originals go to `cache`.

    `take` gives what was drawn ahead.
    """
    author = "" if show.author == show.title else show.author
    drawing = _Drawing(title=show.title, author=author, accent=accent, seed=show.guid or show.title)
    return _plan("cover", drawing, cover, SHOW_SIZES, show.title, cache, take)


def plan_episode_pictures(
    show: Show,
    episode: Episode,
    accent: str,
    cache: Path,
    cover: GivenCover | None = None,
    alt: str = "",
    take: Take = take_nothing,
) -> Pictures:
    """An episode's cover, as given or else drawn from its title and who speaks when."""
    drawing = _Drawing(
        title=episode.title if _is_drawable(episode.title) else f"{episode.published_at:%Y-%m-%d}",
        kicker=show.title,
        people=_join_names(episode.people),
        accent=accent,
        seed=episode.guid,
        turns=episode.turns,
        duration=episode.enclosure.duration,
        side=EPISODE_DRAWN,
    )
    return _plan(episode.slug, drawing, cover, EPISODE_SIZES, alt or episode.title, cache, take)


def _is_drawable(title: str) -> bool:
    """Whether the font of covers has the letters of a title; where not, its date tells its cover from the others.

    The font itself is asked only where something is drawn: it has Latin, Greek and Cyrillic.
    """
    letters = [letter for letter in title if letter.isalpha()]
    known = sum(letter < "\u0530" or "\u1e00" <= letter < "\u2000" for letter in letters)
    return known >= _ENOUGH * len(letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """All that a drawn picture shows."""

    title: str
    accent: str
    seed: str
    author: str = ""
    kicker: str = ""
    people: str = ""
    """Named on the card alone: a cover is read at the size of a stamp."""
    turns: tuple[Turn, ...] = ()
    duration: float = 0.0
    side: int = DRAWN

    def as_json(self) -> dict[str, JSON]:
        """For fingerprints; thousands of turns as one digest."""
        times = array("d", [value for turn in self.turns for value in (turn.speaker, turn.start, turn.end)])
        return {
            "title": self.title,
            "accent": self.accent,
            "seed": self.seed,
            "author": self.author,
            "kicker": self.kicker,
            "people": self.people,
            "turns": sha256(times.tobytes()).hexdigest(),
            "duration": self.duration,
        }

    def draw_cover(self) -> bytes:
        """The cover."""
        from site_builder.render.artwork import drawing as artwork  # noqa: PLC0415 -- Pillow is loaded only to make pictures

        return artwork.draw_cover(
            self.title,
            self.author,
            self.accent,
            motif_seed=self.seed,
            turns=self.turns,
            duration=self.duration,
            kicker=self.kicker,
            size=self.side,
        )

    def draw_card(self, cover: bytes | None) -> bytes:
        """The card, beside a given cover or with the motif of the drawn one."""
        from site_builder.render.artwork import drawing as artwork  # noqa: PLC0415 -- as above

        return artwork.draw_social_card(
            self.title,
            self.author or self.people,
            self.accent,
            motif_seed=self.seed,
            turns=self.turns,
            duration=self.duration,
            kicker=self.kicker,
            cover=cover,
        )


def _plan(
    name: str, drawing: _Drawing, cover: GivenCover | None, sizes: Sequence[int], alt: str, cache: Path, take: Take
) -> Pictures:
    """The original, its smaller sizes and the card, under names that say what they are made from."""
    inputs: dict[str, JSON] = {"cover": cover.sha256} if cover else {"drawing": drawing.as_json()}
    card_inputs: dict[str, JSON] = {"drawing": drawing.as_json(), **inputs}
    stem = f"artwork/{name}-{_mark(inputs)}"
    side = cover.side if cover else drawing.side
    smaller = tuple(
        Artwork(path=f"{stem}-{size}.webp", width=size, height=size, media_type="image/webp", alt=alt)
        for size in sizes
        if size < side
    )
    artwork = Artwork(path=f"{stem}.jpg", width=side, height=side, alt=alt, drawn=cover is None, smaller=smaller)
    original = cache / artwork.path
    card = f"artwork/{name}-{_mark(card_inputs)}-card.jpg"
    embedded = partial(_shrink, Artwork(path="", width=EMBEDDED, height=EMBEDDED))
    beside = bool(cover)
    derive = {
        card: partial(_draw_card, drawing, beside),
        **{small.path: partial(_shrink, small) for small in artwork.smaller},
    }
    targets = (
        _target(artwork.path, inputs, original.read_bytes, alt, take),
        *(
            _target(path, card_inputs if path == card else inputs, partial(_derive, render, original), alt, take)
            for path, render in derive.items()
        ),
    )
    draw = partial(_convert, cover) if cover else drawing.draw_cover
    return Pictures(
        artwork=artwork,
        social=Artwork(path=card, width=CARD[0], height=CARD[1], alt=alt, purpose="social"),
        targets=targets,
        original=_target(artwork.path, inputs, draw, alt, take),
        embedded=partial(_embed, artwork.path, partial(_derive, embedded, original), take),
        draw=draw,
        derive={_name_embedded(artwork.path): embedded, **derive},
    )


def _target(path: str, inputs: dict[str, JSON], render: Callable[[], bytes], label: str, take: Take) -> Target:
    return Target(path=path, recipe=_RECIPE, inputs=inputs, make=partial(_write, path, render, take), label=label)


def _write(name: str, render: Callable[[], bytes], take: Take, out: Path) -> None:
    out.write_bytes(take(name) or render())


def _convert(cover: GivenCover) -> bytes:
    from site_builder.render.artwork.images import convert_cover  # noqa: PLC0415 -- Pillow is loaded only to make pictures

    return convert_cover(cover.path.read_bytes(), cover.name)


def _derive(render: Callable[[bytes], bytes], original: Path) -> bytes:
    return render(original.read_bytes())


def _shrink(small: Artwork, original: bytes) -> bytes:
    from site_builder.render.artwork.images import resize  # noqa: PLC0415 -- as above

    return resize(original, small.width, small.media_type)


def _draw_card(drawing: _Drawing, beside: bool, original: bytes) -> bytes:
    return drawing.draw_card(original if beside else None)


def _embed(original: str, render: Callable[[], bytes], take: Take) -> bytes:
    return take(_name_embedded(original)) or render()


def _name_embedded(original: str) -> str:
    return f"{original}, embedded"


def _mark(inputs: dict[str, JSON]) -> str:
    return digest_json([_RECIPE, inputs])[:8]


def _join_names(people: Sequence[Person]) -> str:
    return ", ".join(person.name for person in people)


def with_pictures(episode: Episode, pictures: Pictures) -> Episode:
    """The episode with its cover and card."""
    return replace(episode, artwork=pictures.artwork, pictures=(*episode.pictures, pictures.social))
