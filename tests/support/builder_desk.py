"""A folder, what remembers what was made of it, and short ways to build into it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Set
from pathlib import Path
from typing import TypeVar

from site_builder.engine.builder import Builder
from site_builder.engine.ledger import Entry, Ledger
from site_builder.engine.run import Outcome
from site_builder.engine.state import DamagedState, StateDatabase, open_states
from site_builder.engine.target import Target
from site_builder.events import Notify, ignore

Result = TypeVar("Result")


def make_all(
    targets: Iterable[Target],
    root: Path,
    database: Path,
    *,
    keep: Collection[str] | None = (),
    hold: Collection[str] = (),
    jobs: int = 1,
    notify: Notify = ignore,
) -> Outcome:
    """One build of a whole plan, as the program would: a damaged database goes, and it is begun anew."""
    planned = list(targets)
    return use_builder(root, database, lambda builder: builder.make(planned, keep=keep, hold=hold), jobs, notify)


def use_builder(
    root: Path, database: Path, use: Callable[[Builder], Result], jobs: int = 1, notify: Notify = ignore
) -> Result:
    try:
        with open_states(database) as (state,):
            return use(Builder(root, state, jobs=jobs, notify=notify))
    except DamagedState:
        database.unlink()
        with open_states(database) as (state,):
            return use(Builder(root, state, jobs=jobs, notify=notify))


class Desk:
    """What is built into `root`."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "output"
        self.ledger = folder / ".cache" / "state.db"
        """The database."""

    def build(
        self,
        *targets: Target,
        keep: Collection[str] | None = (),
        hold: Collection[str] = (),
        jobs: int = 1,
        notify: Notify = ignore,
    ) -> Outcome:
        return make_all(targets, self.root, self.ledger, keep=keep, hold=hold, jobs=jobs, notify=notify)

    def use(self, use: Callable[[Builder], Result], jobs: int = 1, notify: Notify = ignore) -> Result:
        return use_builder(self.root, self.ledger, use, jobs, notify)

    def unknown(self, seen: Set[str] | None = None) -> tuple[str, ...]:
        return self.use(lambda builder: builder.find_untracked(seen))

    def ask(self, ask: Callable[[Ledger], Result]) -> Result:
        with StateDatabase(self.ledger) as state:
            return ask(Ledger(state))

    @property
    def entries(self) -> dict[str, Entry]:
        return self.ask(lambda ledger: ledger.entries)

    def begin(self, *paths: str) -> Path:
        """Declare that these are about to be written; gives the list of what was begun."""

        def begin(ledger: Ledger) -> Path:
            ledger.begin(paths)
            return ledger.begun_file

        return self.ask(begin)
