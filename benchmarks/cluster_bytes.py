"""Whether a cluster makes the same bytes as this computer alone: 40 recordings, transcribed and built both ways.

    python benchmarks/cluster_bytes.py [--recordings 40] [--workers 2]

Half of the recordings are of the demo's kind (real voices, AAC with a tag a second that says who speaks), half of the
practice archive's (tones, speakers read every 1.01 or 3.01 s, some in two parts). One guest, who is in half of each,
has refused by the time the site is built. Dask's scheduler and workers and an S3 store (moto's) are processes on
loopback; the workers are told of nothing but the store. It ends with 1 where any file differs, or one is left in there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

from archive_maker import OWNER_ID, START, MadeArchive, MadeSpace, write_archive  # noqa: E402
from call_maker import RATE, CallSpace, load_turns, make_call_space, mix_clean  # noqa: E402
from cluster import open_bucket  # noqa: E402
from clusters import start_cluster  # noqa: E402
from show_runner import copy_show, make_show, read_show, start_spacecast  # noqa: E402

SECONDS = 10
"""Of a recording with real voices; there are three voices in 84 s, of which each takes another piece."""

BY_LOT = "content/.refusals/"
"""Remembers who refused under a key that is another one for each show."""


def make_spaces(count: int) -> list[MadeSpace]:
    """Half of them with real voices, half with tones."""
    voices = [_make_voices(number) for number in range(count // 2)]
    return [*voices, *(_make_tones(number) for number in range(count - len(voices)))]


def _make_voices(number: int) -> MadeSpace:
    sound = mix_clean()
    begin = (number * 3.5) % (len(sound) / RATE - SECONDS)
    turns = [
        {**turn, "start": max(0.0, turn["start"] - begin), "end": min(SECONDS, turn["end"] - begin)}
        for turn in load_turns()
        if turn["end"] > begin + 0.5 and turn["start"] < begin + SECONDS - 0.5
    ]
    piece = sound[round(begin * RATE) : round((begin + SECONDS) * RATE)]
    return make_call_space(CallSpace(id=f"1voices{number:06}", sound=piece, turns=turns))


def _make_tones(number: int) -> MadeSpace:
    guest = ("joe", "angus")[number % 2]
    return MadeSpace(
        id=f"1tones{number:07}",
        start=START + timedelta(days=1 + number),
        parts=((12.0 + number % 5,), (7.0, 9.0 + number % 3))[number % 3 == 0],
        turns=(("host", 1, 5), (guest, 5, 9), ("host", 9, 11)),
        participants=(guest,),
        ids={"host": OWNER_ID, "joe": "88120044", "angus": "77120031"},
        tick=(1.01, 3.01)[number % 2],
    )


def make_recordings(folder: Path, count: int) -> Path:
    """A show of so many recordings, taken in, not transcribed and not built."""
    archive = MadeArchive(spaces=make_spaces(count))
    show = make_show(folder / "show")
    _run(show, "extract", write_archive(folder / "first.zip", archive))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3, loudness: -16}\n")
    return show


def make_all(show: Path, *there: str) -> dict[str, str]:
    """Transcribe everything, then build; the digests of all that came of it."""
    for words in (["transcribe", *there], ["consent", "joe", "refused"], ["build", *there]):
        began = time.perf_counter()
        _run(show, *words)
        print(f"  {words[0]}: {time.perf_counter() - began:.1f} s", flush=True)
    return {path: digest for path, digest in read_show(show).items() if not path.startswith(BY_LOT)}


def _run(show: Path, *words: object) -> str:
    with start_spacecast("-C", show, *words) as process:
        out, err = process.communicate()
    said = (out + err).decode()
    return said if process.returncode == 0 else sys.exit(f"{words[0]} failed: {said}")


def compare(here: dict[str, str], there: dict[str, str]) -> Sequence[str]:
    """Files that differ, or that only one of them has."""
    return sorted(path for path in here.keys() | there.keys() if here.get(path) != there.get(path))


def main() -> None:
    """Both ways, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open_bucket() as (bucket, _):
        folder = Path(name)
        show = make_recordings(folder, given.recordings)
        print("on this computer alone:")
        here = make_all(copy_show(show, folder / "here"))
        print(f"by {given.workers} workers over a store:")
        with start_cluster(folder / "cluster", *[ROOT] * given.workers) as cluster:
            address = bucket.address("/work")
            there = make_all(
                copy_show(show, folder / "there"), "--cluster", cluster.address, "--cluster-store", address
            )
        differing, left = compare(here, there), sorted(bucket.read())
    kinds = count_kinds(here)
    print(f"{len(here)} files, of which {kinds}; {len(differing)} differ: {differing[:5]}; left in the store: {left}")
    sys.exit(bool(differing or left))


def count_kinds(tree: dict[str, str]) -> str:
    """How many there are of what matters."""
    kinds: dict[str, Callable[[str], bool]] = {
        "recordings": lambda path: "/recording-0" in path,
        "encoded": lambda path: path.startswith("output/media/"),
        "words": lambda path: path.endswith("/words.json"),
        "transcripts": lambda path: path.endswith("/transcript.vtt"),
    }
    return ", ".join(f"{sum(map(is_of, tree))} {kind}" for kind, is_of in kinds.items())


if __name__ == "__main__":
    main()
