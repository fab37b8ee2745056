"""Deploys as tests time and kill them: the part that changes what is online, without the checks before it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from show_runner import TODAY, build, edit

from site_builder.commands.deploy import plan_legs, ship
from site_builder.events import Making, Started
from site_builder.show.config import load_config

NOW = datetime.fromtimestamp(int(TODAY), UTC)
"""The clock of `show_runner`."""


def measure_shipping(show: Path, address: str) -> float:
    """Bring a show online; how long that took, in seconds."""
    legs = plan_legs(show, load_config(show), address)
    began = time.perf_counter()
    ship(legs)
    return time.perf_counter() - began


def move_unpromised(show: Path, url: str, *, instead_of: str = "https://signals.podcast/show/") -> None:
    """Write another address into a copy of a show of which nobody was promised anything."""
    (show / "content/published.json").unlink(missing_ok=True)
    edit(show / "config.yaml", instead_of, url)


def ship_to_loopback(show: Path, address: str, url: str, *, instead_of: str = "https://signals.podcast/show/") -> None:
    """Build the show anew for a server of this computer, where no deploy would send it, and send it there."""
    move_unpromised(show, url, instead_of=instead_of)
    build(show)
    measure_shipping(show, address)


def watch_shipping(show: Path, address: str, look: Callable[[], list[str]]) -> list[str]:
    """The same, with a look at what is online before each file, and at the end: whatever was broken at any moment."""
    legs, broken = plan_legs(show, load_config(show), address), look()
    ship(legs, lambda event: broken.extend(look() if isinstance(event, Making) else []))
    return broken + look()


def kill_shipping(show: Path, address: str, delay: float) -> bool:
    """The same in a process of its own, killed `delay` seconds after it begins; whether it was still at work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        with suppress(BaseException):
            os.setsid()
            legs = plan_legs(show, load_config(show), address)
            ship(legs, lambda event: (isinstance(event, Started) and os.write(writer, b"!"), None)[1])
            code = 0
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read(1), "it failed before it began"
        time.sleep(delay)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def kill_often(kill: Callable[[int, float], bool], longest: float, kills: int) -> Iterator[int]:
    """Deploys killed at random moments until `kills` of them were at work; the number of each, when it is over.

    `kill(number, delay)` says whether the deploy was at work. How long one takes changes with the machine's load:
    after one that was over too soon the next is killed sooner, and later after one that was hit.
    """
    chance, hits = random.Random(kills), 0
    for number in range(20 * kills):
        hit = kill(number, chance.uniform(0, longest))
        longest *= 1.1 if hit else 0.7
        hits += hit
        yield number
        if hits == kills:
            print(f"{hits} of {number + 1} kills hit")
            return
    raise AssertionError(f"{hits} of {kills} deploys were still at work when they were killed")
