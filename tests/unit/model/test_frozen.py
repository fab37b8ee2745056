"""Frozen dataclasses of ours beside Python's own: nothing but the time to make them differs."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from site_builder.engine.serialization import encode_value, parse_value, render_value
from site_builder.model import frozen


def _make(dataclass: Callable[..., Any]) -> tuple[Any, ...]:
    """The same classes by one decorator or the other."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Base:
        """Has a default, a factory, a constant and a property."""

        kind: ClassVar[str] = "base"
        name: str = "x"
        marks: dict[str, int] = field(default_factory=dict, hash=False, compare=False)

        @property
        def loud(self) -> str:
            """Name in capitals."""
            return self.name.upper()

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Further(Base):
        """Inherits, and needs what the base does not."""

        number: int
        hidden: str = field(default="h", repr=False)

    @dataclass(frozen=True, slots=True)
    class Placed:
        """Takes values by place, and looks at them."""

        one: int
        two: int = 2
        three: int = field(default=3, init=False)
        four: list[int] = field(default_factory=list, init=False, compare=False)

        def __post_init__(self) -> None:
            if self.one < 0:
                raise ValueError("too small")

        def __str__(self) -> str:
            return f"{self.one} and {self.two}"

    @dataclass(frozen=True)
    class Loose:
        """Without slots, so that something can be remembered."""

        one: int

        @cached_property
        def twice(self) -> int:
            """Twice as much."""
            return self.one * 2

    @dataclass(frozen=True, slots=True, eq=False)
    class Alone:
        """Equal to itself only."""

        one: int = 1

    @dataclass(slots=True)
    class Open:
        """May be changed."""

        one: int = 1

    return Base, Further, Placed, Loose, Alone, Open


OURS, THEIRS = _make(frozen.dataclass), _make(dataclasses.dataclass)


def _describe(kinds: tuple[Any, ...]) -> list[object]:
    """All that can be told of classes and their values."""
    base, further, placed, loose, alone, open_ = kinds
    one = further(number=1, name="n", marks={"a": 1})
    same, other = further(number=1, name="n"), replace(one, number=2)
    values = [base(), one, other, placed(1), placed(5, two=7), loose(4), open_()]
    return [
        [repr(value) for value in values],
        [str(value) for value in values],
        [asdict(value) for value in values],
        [[(one.name, one.kw_only, one.init) for one in fields(kind)] for kind in kinds],
        [kind.__match_args__ for kind in kinds],
        [kind.__init__.__qualname__ for kind in kinds],
        [is_dataclass(kind) for kind in kinds],
        [one == same, one != other, one == base(), base() == one, placed(1) == placed(1), loose(1) == loose(2)],
        [hash(one) == hash(same), len({base(), base(), one, same, other}), alone() == alone(), len({alone(), alone()})],
        [one.kind, one.loud, placed(3).four, loose(2).twice, hasattr(one, "__dict__"), hasattr(loose(1), "__dict__")],
        [copy.deepcopy(one) == one, copy.copy(placed(3)), replace(loose(3), one=5)],
        [encode_value(value) for value in values],
        [parse_value(kind, render_value(kind, value)) == value for kind, value in ((base, base()), (further, one))],
    ]


def _fail(kinds: tuple[Any, ...]) -> list[tuple[type[Exception], str]]:
    """What is refused, and how."""
    base, further, placed, loose, *_ = kinds
    tries: list[Callable[[], object]] = [
        further,
        lambda: base("by place"),
        lambda: base(nothing=1),
        lambda: placed(1, 2, 3),
        lambda: placed(-1),
        lambda: setattr(base(), "name", "y"),
        lambda: setattr(loose(1), "one", 2),
        lambda: delattr(placed(1), "one"),
        lambda: replace(placed(1), three=4),
    ]
    told = []
    for attempt in tries:
        with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
            attempt()
        told.append((caught.type, str(caught.value)))
    return told


def test_nothing_tells_them_apart() -> None:
    assert repr(_describe(OURS)) == repr(_describe(THEIRS))


def test_they_refuse_the_same() -> None:
    assert _fail(OURS) == _fail(THEIRS)
    with pytest.raises(FrozenInstanceError):
        OURS[0]().name = "y"


@frozen.dataclass(frozen=True, slots=True)
class Sent:
    """To be sent to another process, which finds its class by name."""

    one: int
    two: tuple[str, ...] = ()


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_they_can_be_sent(protocol: int) -> None:
    value = Sent(1, ("a", "b"))
    assert pickle.loads(pickle.dumps(value, protocol)) == value
