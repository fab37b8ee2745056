"""`dataclass` as Python has it, but that a frozen one is made in a quarter of the time.

Python compiles six functions for each frozen dataclass. A build loads some hundred and fifty of ours, which took a
quarter of what loading takes. Here `__init__` alone is compiled, for it is called by the thousand; all else is one
function that serves every class. `replace`, `fields`, `asdict` and type checkers know no difference.
docs/decisions/0051 says why.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, FrozenInstanceError, field
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass", "field"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, **options):
        """As `dataclasses.dataclass`."""
        if not frozen:
            return dataclasses.dataclass(cls, **options)
        return _freeze(options, cls) if cls else partial(_freeze, options)


def _freeze(options: dict[str, Any], cls: type[Any]) -> type[Any]:
    is_compared = options.pop("eq", True)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(cls)
    fields = dataclasses.fields(made)
    methods = {
        "__init__": _compile_init(made, fields),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        **_make_repr([one.name for one in fields if one.repr]),
        **(_make_comparison([one.name for one in fields if one.compare]) if is_compared else {}),
        **_make_state([one.name for one in fields]),
    }
    own = {name for name, value in vars(cls).items() if value is not None}
    for name in methods.keys() - own:
        setattr(made, name, methods[name])
    return made  # type: ignore[no-any-return]


def _compile_init(made: type[Any], fields: Sequence[dataclasses.Field[Any]]) -> Callable[..., None]:
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    places, names, body = ["self"], ["*"], list[str]()
    for number, one in enumerate(fields):
        name, default, value = one.name, "", ""
        if one.default_factory is not MISSING:
            scope[f"_make{number}"], default, value = one.default_factory, "_missing", f"_make{number}()"
            value = f"{value} if {name} is _missing else {name}" if one.init else value
        elif one.default is not MISSING:
            scope[f"_default{number}"] = one.default
            default = value = f"_default{number}"
        if one.init:
            (names if one.kw_only else places).append(f"{name}={default}" if default else name)
            value = value if default == "_missing" else name
        body += [f" _set(self, {name!r}, {value})"] if value else []
    body += [" self.__post_init__()"] if hasattr(made, "__post_init__") else []
    given = ", ".join(places + (names if len(names) > 1 else []))
    exec(f"def __init__({given}):\n" + ("\n".join(body) or " pass"), scope)  # noqa: S102 -- our own words
    scope["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    return scope["__init__"]  # type: ignore[no-any-return]


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _make_repr(names: Sequence[str]) -> dict[str, Callable[..., object]]:
    def show(self: object) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({values})"

    return {"__repr__": show}


def _make_comparison(names: Sequence[str]) -> dict[str, Callable[..., object]]:
    pick: Callable[[Any], object] = attrgetter(*names) if names else lambda _: ()

    def equals(self: object, other: object) -> bool:
        return pick(self) == pick(other) if type(other) is type(self) else NotImplemented

    def make_hash(self: object) -> int:
        return hash(pick(self))

    return {"__eq__": equals, "__hash__": make_hash}


def _make_state(names: Sequence[str]) -> dict[str, Callable[..., object]]:
    """For `pickle`, which would set attributes as anybody does."""

    def give(self: object) -> list[object]:
        return [getattr(self, name) for name in names]

    def take(self: object, state: Sequence[object]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return {"__getstate__": give, "__setstate__": take}
