"""Builds previews in a process of their own, so that nothing is forked from a process with threads.

The process that serves has threads: for requests, and to watch files. A build forks, and a fork copies locks that
another thread may hold. So builds are made by a process that has one thread, and is asked through a pipe.
docs/decisions/0036 says why.
"""

from __future__ import annotations

import signal
from collections.abc import Collection
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from site_builder.build.options import BuildOptions
from site_builder.events import Notify, Renewed, ignore
from site_builder.preview.session import Broken, Clock, Followed, Session, State

_GONE = "spacecast itself failed: the process that builds ended; the next change starts another"


class SessionProcess(Followed):
    """Asks a `Session` elsewhere, and tells here what it tells there. One thread at a time may ask.

    `clock` must be a function of a module.
    """

    def __init__(self, folder: Path, options: BuildOptions, clock: Clock, notify: Notify = ignore) -> None:
        super().__init__(folder)
        self._notify = notify
        self._told = (folder, options, clock)
        self._begin()

    def _begin(self) -> None:
        context = get_context("spawn")  # a fork would copy the threads' locks
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(theirs, *self._told), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Of the process that builds."""
        return self._process.pid or 0

    def hurry(self, touched: Collection[str]) -> bool:
        """As `Session.hurry`."""
        return bool(self._ask("hurry", tuple(touched)))

    def refresh(self) -> bool:
        """As `Session.refresh`."""
        return bool(self._ask("refresh"))

    def warm_up(self) -> None:
        """As `Session.warm_up`."""
        self._ask("warm_up")

    def end(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(2)

    def _ask(self, name: str, *arguments: object) -> object:
        """What the method of that name returns; states and events are passed on meanwhile."""
        try:
            self._pipe.send((name, arguments))
            while True:
                match self._pipe.recv():
                    case State() as state:
                        self._publish(state)
                    case _Done(result, is_waiting):
                        self.is_waiting = is_waiting
                        return result
                    case event:
                        self._notify(event)
        except (EOFError, OSError):
            self.end()
            self._begin()
            self._publish(State(self.state.number, (_GONE,), self.state.base))
            self._notify(Broken((_GONE,)))
            return False


class _Done:
    """A method has returned."""

    __match_args__ = ("result", "is_waiting")

    def __init__(self, result: object, is_waiting: bool) -> None:
        self.result = result
        self.is_waiting = is_waiting


def _answer(pipe: Connection[Any, Any], folder: Path, options: BuildOptions, clock: Clock) -> None:
    """What the process does: call what it is asked to until nobody is there to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that serves, which ends this one

    def tell(event: object) -> None:
        if not isinstance(event, Renewed):  # which holds what cannot be sent
            with suppress(AttributeError, TypeError):  # nor can every exception
                pipe.send(event)

    session = Session(folder, options, clock, tell)
    session.follow(tell)
    with suppress(EOFError, OSError):
        while True:
            name, arguments = pipe.recv()
            result = getattr(session, name)(*arguments)
            pipe.send(_Done(result, session.is_waiting))
