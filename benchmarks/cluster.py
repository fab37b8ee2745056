"""What a cluster costs for each task, what a second worker is worth, and where a thousand find their limit.

    python benchmarks/cluster.py [--tasks 500] [--recordings 16] [--minutes 5]

Measured, with Dask's own scheduler and workers as processes of this computer:

- the time a task takes that does nothing, over a common folder and over a store (moto's server); processor seconds of
  scheduler and driver for each;
- a build of so many recordings of so many minutes, encoded by one worker and by two.

With these times (of processors, so that others at work on the computer matter less) a simulation: up to 1,000 workers
and a million recordings of an hour. Driver and scheduler each do their part of a task one after the other, the driver's
transfers go through one line of so many MB a second.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from archive_maker import START, MadeArchive, MadeSpace  # noqa: E402
from clusters import RunningCluster, start_cluster  # noqa: E402
from online import find_free_port, wait_for_port  # noqa: E402
from show_runner import copy_show, make_show, spacecast, start_spacecast  # noqa: E402
from stores import Bucket, Server  # noqa: E402

from site_builder.audio.demux import read_packets  # noqa: E402
from site_builder.audio.encode import encoder_version  # noqa: E402
from site_builder.audio.packets import write_silenced  # noqa: E402
from site_builder.build.cluster.workers import FolderOfStore  # noqa: E402
from site_builder.engine.cluster.connection import open_cluster, share_folder, share_store  # noqa: E402
from site_builder.engine.digests import digest_file  # noqa: E402
from site_builder.engine.files import OutputTree  # noqa: E402
from site_builder.engine.target import FromSources, Target  # noqa: E402
from site_builder.events import ignore  # noqa: E402
from site_builder.model.edits import EditList  # noqa: E402
from site_builder.model.podcast import Span  # noqa: E402

BATCH = 400
"""Episodes with sound that a build makes together (`build/episodes.py`)."""
FEW = 2
HOUR_MB = 29.0
"""Of an hour of a Space as X archives it (64 kbit/s), and about as much of the MP3 made of it."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """Seconds of a task that does nothing."""

    wall: float
    scheduler: float
    """Of its processor."""
    driver: float
    store: float


def write_nothing(parts: Sequence[Path], out: Path) -> None:
    """The least a task can do."""
    out.write_bytes(parts[0].read_bytes())


def measure_overhead(cluster: RunningCluster, folder: Path, tasks: int, bucket: Bucket | None, store: int) -> Overhead:
    """Of so many tasks, one after the other on each worker."""
    source = folder / "source"
    source.write_bytes(b"x" * 1000)
    shared = share_store(FolderOfStore(bucket.address(), "bench"), print) if bucket else share_folder(folder)
    make = FromSources(own=[source], prepare=partial(list_source, source), work=write_nothing)
    targets = [
        Target(path=f"made/{number}", recipe="bench/1", inputs={"n": number}, make=make, portable=True)
        for number in range(tasks)
    ]
    processes = [psutil.Process(pid) for pid in (cluster.scheduler.pid, os.getpid(), store)]
    with shared as share, open_cluster(cluster.address, share, encoder_version, print) as workers:
        tree = OutputTree(os.path.realpath(folder))
        list(workers.make_all(targets[:20], tree, ignore))
        before, began = [sum(one.cpu_times()[:2]) for one in processes], time.perf_counter()
        made = [came for _, came in workers.make_all(targets[20:], tree, ignore)]
        took = time.perf_counter() - began
        after = [sum(one.cpu_times()[:2]) for one in processes]
    assert not [came for came in made if isinstance(came, str)], made[:3]
    count = len(made)
    return Overhead(took / count, *((then - now) / count for now, then in zip(before, after, strict=True)))


def list_source(source: Path, folder: Path) -> list[Path]:  # noqa: ARG001 -- as `FromSources.prepare` is called
    """The files to work from."""
    return [source]


def make_recordings(folder: Path, count: int, minutes: float) -> Path:
    """A show of so many recordings, all encoded; not built yet."""
    seconds = minutes * 60  # all of them spoken: dead air at the end would not be encoded
    turns = [(who, at, at + 10) for at in range(0, int(seconds), 20) for who, at in (("host", at), ("kit", at + 10))]
    spaces = [
        MadeSpace(id=f"1bench{n:07}", start=START + timedelta(days=n), parts=(seconds,), turns=turns)
        for n in range(count)
    ]
    show = make_show(folder / "show", MadeArchive(spaces=spaces))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3, loudness: -16}\n")
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    return show


def measure_silencing(show: Path, folder: Path) -> float:
    """Seconds of this process for one recording, before it is sent."""
    part = next(show.glob("content/episodes/*/recording-0.*"))
    seconds = sum(batch.coding.frame_samples * len(batch.packets) / 48000 for batch in read_packets(part))
    edits = EditList.keep_all(seconds).with_cuts([Span(start=1, end=2)])
    began = time.process_time()
    write_silenced([part], edits, folder / "silenced.m4a")
    digest_file(folder / "silenced.m4a")
    return time.process_time() - began


def time_build(show: Path, to: Path, *options: str) -> tuple[float, float]:
    """Seconds of a build of a copy, and processor seconds of it; not those of a cluster's workers."""
    copy = copy_show(show, to)
    before, began = _count_processor(), time.perf_counter()
    with start_spacecast("-C", copy, "build", *options) as process:
        _, err = process.communicate()
    assert process.returncode == 0, err
    return time.perf_counter() - began, _count_processor() - before


def keep_few(show: Path, to: Path) -> Path:
    """A copy with `FEW` of its episodes: what a build of it takes, it takes whatever the number."""
    copy = copy_show(show, to)
    for folder in sorted(copy.glob("content/episodes/*"))[FEW:]:
        shutil.rmtree(folder)
    for archive in copy.glob("content/archives/*"):
        archive.unlink()
    return copy


def _count_processor() -> float:
    """Seconds of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def open_bucket() -> Iterator[tuple[Bucket, int]]:
    """A store on loopback in a process of its own, whose id is told, with the keys to it in the environment."""
    port = find_free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    os.environ.update(keys)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        server = Server(scheme="s3", url=f"http://127.0.0.1:{port}", environment=keys, secrets=())
        yield Bucket(server), process.pid
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds of one recording of an hour."""

    work: float
    """Of a worker."""
    scheduler: float
    driver: float
    transfer: float
    """Of the line between driver and store, both ways; 0 over a common folder."""
    rest: float
    """Of the driver for all else of an episode: tags, pages. It does that for a batch once its sound is there."""


def simulate(tasks: int, workers: int, costs: Costs, seed: int = 1) -> float:
    """Seconds until so many recordings are made and published; their lengths differ as an exponential's do.

    A task is prepared and sent by the driver, given out by the scheduler, done by the first worker that is free.
    Sending is not ahead by more than two tasks for each worker. After each batch workers wait for the driver.
    """
    dice = random.Random(seed)
    now = 0.0
    for at in range(0, tasks, BATCH):
        size = min(BATCH, tasks - at)
        free = [now] * workers
        driver = line = scheduler = end = now
        ahead: list[float] = []
        for _ in range(size):
            begin = heapq.heappop(ahead) if len(ahead) >= 2 * workers else now
            driver = max(driver, begin) + costs.driver
            line = max(line, driver) + costs.transfer
            scheduler = max(scheduler, line) + costs.scheduler
            done = max(heapq.heappop(free), scheduler) + costs.work * dice.expovariate(1)
            heapq.heappush(free, done)
            heapq.heappush(ahead, done)
            end = max(end, done)
        now = end + size * costs.rest
    return now


def print_simulation(costs: Costs, name: str, hours: int) -> None:
    """A line for each number of workers, by as many tasks as show the rate."""
    print(f"\n{name}: {costs}")
    for workers in (1, 10, 100, 1000):
        sample = 8000
        rate = sample / simulate(sample, workers, costs)
        print(
            f"  {workers:5} workers: {rate * 3600:9,.0f} hours of sound an hour, {rate * costs.work / workers:4.0%} of "
            f"what they could; {hours:,} take {hours / rate / 86400:,.1f} days"
        )
    limits = {"scheduler": costs.scheduler, "driver": costs.driver + costs.rest, "line": costs.transfer}
    for what, seconds in limits.items():
        if seconds:
            print(f"  the {what} alone would serve {costs.work / seconds:,.0f} workers")


def main() -> None:
    """Measure, then simulate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--recordings", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--line", type=float, default=100.0, help="MB a second between driver and store")
    parser.add_argument("--hours", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open_bucket() as (bucket, moto):
        folder = Path(name)
        with start_cluster(folder, ROOT, ROOT) as cluster:
            overheads = {}
            for what, store in (("folder", None), ("store", bucket)):
                overheads[what] = one = measure_overhead(cluster, folder, given.tasks, store, moto)
                print(f"{what}: {one.wall * 1000:.1f} ms a task; processor: scheduler {one.scheduler * 1000:.2f} ms, "
                      f"driver {one.driver * 1000:.2f} ms, store {one.store * 1000:.2f} ms")  # fmt: skip
        show = make_recordings(folder, given.recordings, given.minutes)
        silence = measure_silencing(show, folder) / (given.minutes / 60)
        print(f"to silence an hour and to digest it: {silence:.2f} s")
        hours = given.recordings * given.minutes / 60
        alone, cpu = time_build(show, folder / "alone", "--jobs", "1")
        made = f"{given.recordings} recordings of {given.minutes:g} minutes"
        print(f"build of {made}: {alone:.1f} s by --jobs 1, {cpu:.1f} s of processor")
        times, few = {}, keep_few(show, folder / "few")
        for count in (1, 2):
            with start_cluster(folder / f"{count}", *[ROOT] * count) as cluster:
                times[count], rest = time_build(show, folder / f"by-{count}", "--cluster", cluster.address)
                _, least = time_build(few, folder / f"few-by-{count}", "--cluster", cluster.address)
            print(f"  {count} workers: {times[count]:.1f} s; processor of the driver {rest:.1f} s")
        print(f"  two are {times[1] / times[2]:.2f} times one")
    work, each = (cpu - rest) / hours, max(0.0, rest - least) / (given.recordings - FEW)
    here, there = overheads["folder"], overheads["store"]
    costs = Costs(work=work, scheduler=here.scheduler, driver=here.driver, transfer=0.0, rest=each)
    print_simulation(costs, "over a common folder", given.hours)
    carry = there.driver + silence
    costs = Costs(work=work, scheduler=there.scheduler, driver=carry, transfer=2 * HOUR_MB / given.line, rest=each)
    print_simulation(costs, f"over a store, {given.line:.0f} MB a second", given.hours)


if __name__ == "__main__":
    main()
