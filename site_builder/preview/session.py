"""Builds a show for its preview whenever something changed, and keeps the state of the last build for pages."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from site_builder.build import pipeline, up_to_date
from site_builder.build.report import BuildReport
from site_builder.errors import InvalidDocument, SpacecastError
from site_builder.events import Notify, Renewed, ignore
from site_builder.show.config import load_config
from site_builder.show.layout import OutputPaths, find_output_paths
from site_builder.show.lock import ShowBusy

Clock = Callable[[], datetime]
_EPISODES, _DEPTH = "content/episodes/", 3
"""Where the files of episodes are, and how many slashes deep."""


@dataclass(frozen=True, slots=True)
class Built:
    """A preview was built: event."""

    report: BuildReport
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A preview could not be built, or not all of it: event. The last good one stays."""

    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What a page of the preview needs to know of the last build."""

    number: int = 0
    """Raised whenever a page may differ."""
    problems: tuple[str, ...] = ()
    """What is wrong, a sentence each."""
    base: str = "/"
    """Path the site lives at, with a slash at both ends."""


class Previewed(Protocol):
    """What a server asks of a session, wherever that builds."""

    id: str
    """Tells this session from any other."""
    folder: Path
    """The show's."""

    @property
    def state(self) -> State:
        """As of the last build."""

    @property
    def output_paths(self) -> OutputPaths:
        """Where the preview lies."""

    def follow(self, receive: Callable[[State], None]) -> None:
        """Have the state given to `receive` whenever a page may have changed."""

    def leave(self, receive: Callable[[State], None]) -> None:
        """End `follow`."""


def find_base(folder: Path) -> str:
    """The path of a show's address: `https://h/show/` → `/show/`; empty where its config cannot be read."""
    try:
        return unquote(urlsplit(load_config(folder).show.url).path) or "/"
    except SpacecastError:
        return ""


class Followed:
    """Something that is built in turn, and the state that came of the last build.

    Attributes:
        id: tells it from any other, so that a page of an earlier one knows that it is old.
        folder: the show.
        state: as of the last build; replaced whole, so any thread may read it.
        is_waiting: somebody else was building, so it has to be tried again.
    """

    def __init__(self, folder: Path) -> None:
        self.id = secrets.token_hex(4)
        self.folder = folder
        self.state = State()
        self.is_waiting = False
        self._followers: list[Callable[[State], None]] = []
        self._lock = threading.Lock()

    @property
    def output_paths(self) -> OutputPaths:
        """Where the preview lies."""
        return find_output_paths(self.folder, preview=True)

    def follow(self, receive: Callable[[State], None]) -> None:
        """Have the state given to `receive` whenever a page may have changed, in the building thread."""
        with self._lock:
            self._followers.append(receive)

    def leave(self, receive: Callable[[State], None]) -> None:
        """End `follow`."""
        with self._lock:
            self._followers.remove(receive)

    def _publish(self, state: State) -> None:
        self.state = state
        with self._lock:
            for receive in self._followers:
                receive(state)


class Session(Followed):
    """Builds one show folder in turn. It forks processes, so no thread may run beside it: see `process.py`."""

    def __init__(self, folder: Path, options: pipeline.BuildOptions, clock: Clock, notify: Notify = ignore) -> None:
        super().__init__(folder)
        self._options = options.for_previews()
        self._clock = clock
        self._notify = notify
        self._seal: up_to_date.Inputs | None = None
        self._remake: Callable[[str], None] | None = None

    def hurry(self, touched: Collection[str]) -> bool:
        """Show episodes of which only their own files were `touched` (paths below the show), ahead of `refresh`.

        Whether that was all that was touched, so that the rest of the site may wait.
        """
        if self._remake is None or not all(path.startswith(_EPISODES) for path in touched):
            return False
        files = [path for path in touched if path.count("/") == _DEPTH]
        shown = [self._show(name) for name in sorted({path.split("/")[2] for path in files})]
        self._publish(self.state)
        return bool(shown) and all(shown) and len(files) == len(touched)

    def _show(self, name: str) -> bool:
        assert self._remake
        try:
            self._remake(name)
        except Exception:  # what is wrong is told by the build that follows
            return False
        return True

    def refresh(self) -> bool:
        """Build if anything changed since the last build began; whether something did."""
        changes = up_to_date.ChangeCheck(self.output_paths, self.folder, self._options.inputs, self._seal)
        is_new, self._seal = self._seal is None or not changes.is_same, changes.inputs
        if not is_new and not self.is_waiting:
            return False
        self.build(changes)
        return True

    def warm_up(self) -> None:
        """Build once where the start found nothing to do: the first save is shown as soon as any other then."""
        if self._remake is None and not self.state.problems:
            started = time.monotonic()
            with suppress(Exception):  # what is wrong is told by the build that follows a save
                changes = pipeline.check_changes(self.folder, self._options)
                report = pipeline.build(self.folder, self._clock(), self._options, self._take_remake, changes)
                if report.made or report.removed:  # saved meanwhile
                    self._succeed(report, time.monotonic() - started)

    def build(self, changes: up_to_date.ChangeCheck) -> None:
        """Build what looks like that, and say how it went; nothing a person or the program did wrong gets out."""
        started = time.monotonic()
        self.is_waiting = False
        try:
            report = self._build(changes)
        except ShowBusy as error:
            self.is_waiting = True
            self._fail([str(error)])
        except InvalidDocument as error:
            self._fail([str(problem) for problem in error.problems])
        except SpacecastError as error:
            self._fail([str(error)])
        except Exception as error:  # a mistake of ours must not end the preview either
            self._fail([f"spacecast itself failed: {type(error).__name__}: {error}"])
        else:
            self._succeed(report, time.monotonic() - started)

    def _build(self, changes: up_to_date.ChangeCheck) -> BuildReport:
        now = self._clock()
        known = None if self._remake else pipeline.find_unchanged(self.folder, now, self._options, changes)
        return known or pipeline.build(self.folder, now, self._options, self._receive, changes)

    def _receive(self, event: object) -> None:
        """Pass on what a build tells; episodes are shown before the rest is made."""
        self._take_remake(event)
        if isinstance(event, Renewed):
            self._publish(self.state)
        self._notify(event)

    def _take_remake(self, event: object) -> None:
        if isinstance(event, Renewed):
            self._remake = event.remake

    def _succeed(self, report: BuildReport, seconds: float) -> None:
        state, base = self.state, self._find_base()
        changed = bool(report.made or report.removed or base != state.base or not state.number)
        self._publish(State(number=state.number + changed, problems=report.failures, base=base))
        self._notify(Built(report, seconds))
        if report.failures:
            self._notify(Broken(report.failures))

    def _fail(self, problems: list[str]) -> None:
        self._publish(replace(self.state, problems=tuple(problems), base=self._find_base()))
        self._notify(Broken(tuple(problems)))

    def _find_base(self) -> str:
        """The path of the site's address; as it was, while the config is broken."""
        return find_base(self.folder) or self.state.base
