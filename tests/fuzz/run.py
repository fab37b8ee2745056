"""Tries every reader with bent inputs: `make fuzz SECONDS=600`, or `python tests/fuzz/run.py --inputs 100000`.

Each reader is tried in a process of its own. A finding is an exception that people are not told (anything but the
program's own errors), an input that takes longer than ten seconds, a file opened for writing outside the reader's own
folder, or more than 400 MB of memory. What was found is kept in tests/fuzz/corpus/ and tried first from then on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "support"), str(HERE)]

from targets import Reader, list_readers  # noqa: E402 -- after the path is set

from site_builder.errors import SpacecastError  # noqa: E402

CORPUS = HERE / "corpus"
LONGEST_SECONDS = 10
MOST_MEGABYTES = 400
_TOKENS = (
    *(b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x80\x00\x00\x00", b"9" * 400, b"-1", b"1e999", b"NaN"),
    *(b"{", b"[", b"]", b'"', b"\\u0000", b"null", b"true", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf"),
    *(b"<", b">", b"]]>", b"<!--", b"&#0;", b"&x;", b"%", b"---\n", b": ", b"- ", b"\t", b"\r\n"),
    *(b"75:30 ", b"99:99", b"![", b"[[[[", b"****", b"ID3\x04\x00\x00", b"\xff\xf1", b"PK\x03\x04"),
)


@cache
def _find_readers() -> dict[str, Reader]:
    """All readers, made once: before processes are forked."""
    return list_readers()


def bend(seed: bytes, others: tuple[bytes, ...], dice: random.Random) -> bytes:
    """An input near a sound one: bytes flipped, dropped, repeated, put in, or spliced from another."""
    data = bytearray(seed)
    for _ in range(dice.choice((1, 1, 2, 3, 6, 12))):
        at = dice.randrange(len(data) + 1)
        size = min(len(data) - at, dice.choice((1, 1, 2, 4, 16, 200)))
        other = dice.choice(others)
        start = dice.randrange(len(other) + 1)
        part = bytes(data[at : at + size])
        drop, put = dice.choice(
            (
                (min(1, size), bytes([dice.randrange(256)])),
                (size, b""),
                (0, part * dice.choice((1, 2, 50))),
                (0, dice.choice(_TOKENS)),
                (size, dice.choice(_TOKENS)),
                (len(data) - at, b""),
                (size, other[start : start + dice.choice((4, 40, 400))]),
            )
        )
        data[at : at + drop] = put
    return bytes(data[:2_000_000])


def _too_long(*_: object) -> None:
    raise TimeoutError(f"longer than {LONGEST_SECONDS} s")


class _Watch:
    """Notes files that are opened for writing outside of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._is_on = False
        self._outside: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on or event != "open":
            return
        path, mode, flags = arguments
        writes = any(sign in (mode or "") for sign in "wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
        if writes and isinstance(path, str | bytes | os.PathLike):
            place = str(Path(os.fsdecode(path)).absolute())
            if not place.startswith((self._folder, "/dev/")):
                self._outside.append(place)

    def look(self, read: Callable[[], object]) -> str:
        """What is to be found with `read`; empty where it does as it should."""
        self._outside.clear()
        signal.alarm(LONGEST_SECONDS)
        self._is_on = True
        try:
            read()
        except SpacecastError:
            pass
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
        finally:
            self._is_on = False
            signal.alarm(0)
        return f"wrote outside: {Path(self._outside[0]).parent}" if self._outside else ""


def try_reader(name: str, inputs: int, seconds: float, seed: int) -> dict[str, Any]:
    """Tries one reader in this process; what was found, by place."""
    reader, dice = _find_readers()[name], random.Random(seed)
    kept = tuple(file.read_bytes() for file in sorted((CORPUS / name.replace(" ", "-")).glob("*.bin")))
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    tempfile.tempdir = str(root)
    watch = _Watch(root)
    signal.signal(signal.SIGALRM, _too_long)
    found: Counter[str] = Counter()
    first: dict[str, bytes] = {}
    tried, slowest, end = 0, 0.0, time.monotonic() + seconds
    for data in _list_inputs(kept, reader.seeds, inputs, dice):
        if tried >= len(kept) + len(reader.seeds) and time.monotonic() > end:
            break
        folder = root / "show"
        folder.mkdir()
        started = time.monotonic()
        if place := watch.look(partial(reader.read, data, folder)):
            found[place] += 1
            first.setdefault(place, data)
        tried += 1
        slowest = max(slowest, time.monotonic() - started)
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    _keep(name, first)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if peak > MOST_MEGABYTES:
        found[f"{peak} MB of memory"] += 1
    return {"reader": name, "inputs": tried, "found": dict(found), "slowest": round(slowest, 2), "peak": peak}


def _list_inputs(kept: tuple[bytes, ...], seeds: tuple[bytes, ...], count: int, dice: random.Random) -> Iterator[bytes]:
    yield from kept
    yield from seeds
    for _ in range(count):
        yield bend(dice.choice(seeds), (*seeds, *kept), dice)


def _keep(name: str, first: dict[str, bytes]) -> None:
    for data in first.values():
        folder = CORPUS / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{sha256(data).hexdigest()[:16]}.bin").write_bytes(data)


def run(inputs: int, seconds: float, seed: int, jobs: int) -> list[dict[str, Any]]:
    """Tries every reader, `jobs` at a time; inputs and seconds are shared out by weight."""
    weights = {name: reader.weight for name, reader in _find_readers().items()}
    total = sum(weights.values())
    shares = [
        (name, max(20, inputs * weight // total), seconds * jobs * weight / total, seed + number)
        for number, (name, weight) in enumerate(weights.items())
    ]
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        return pool.starmap(try_reader, shares, chunksize=1)


def main() -> None:
    """Try, print, and fail where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10**9, help="How many at most, over all readers.")
    parser.add_argument("--seconds", type=float, default=10**9, help="How long at most.")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    sys.dont_write_bytecode = True  # what Python keeps of a module that is loaded late is no reader's doing
    results = run(chosen.inputs, chosen.seconds, chosen.seed, chosen.jobs)
    for result in results:
        facts = f"{result['inputs']:8} inputs, slowest {result['slowest']:5} s, {result['peak']:4} MB"
        print(f"{result['reader']:16} {facts}")
        for place, count in result["found"].items():
            print(f"    {count} x {place}")
    findings = sum(len(result["found"]) for result in results)
    print(json.dumps({"seed": chosen.seed, "inputs": sum(r["inputs"] for r in results), "findings": findings}))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
