"""How quick the studio is: its pages, the shape of a long recording, and how soon a save is seen on the site to be.

    python benchmarks/studio_pages.py [60 500] [--rounds 7]

Makes a show with that many episodes, one of them of three hours with its recording, in a temporary folder; runs
`spacecast studio` on it and asks as a browser does. No covers are drawn: each is drawn once, which takes its time.
Milliseconds; of several rounds the median and the worst.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(Path(__file__).parent)]

from big_show import make_episode, write_bundle  # noqa: E402 -- after the path is set
from show_runner import edit, spacecast  # noqa: E402
from studio_runner import RunningStudio, start_studio  # noqa: E402
from talks import make_archive  # noqa: E402

PAGES = ("/episodes", "LONG", "LONG/words", "OTHER", "/show", "/people", "/people/PERSON", "/checks", "/publish")
_PATIENCE = 120.0


def make_show(folder: Path, episodes: int) -> tuple[Path, str, str]:
    """The show, and the names of the long episode and of another."""
    archive, show = folder / "long.zip", folder / "show"
    make_archive(archive, 1, 180)
    assert spacecast("init", show, "--archive", archive, "--title", "The Long Run").code == 0
    assert spacecast("-C", show, "extract", archive).code == 0
    edit(show / "config.yaml", "show:\n", "show:\n  episode_covers: show\n")
    long = next((show / "content/episodes").iterdir())
    cues = (
        f"{_stamp(at)} --> {_stamp(at + 5)}\n<v Ada Host>Line {at} of what was said.\n" for at in range(0, 10_790, 6)
    )
    (long / "transcript.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
    others = [make_episode(number) for number in range(episodes - 1)]
    for episode in others:
        write_bundle(show, episode)
    names = sorted({name for episode in others for name in episode.people})
    with (show / "content/people.yaml").open("a") as people:
        keys = {name: name.lower().replace(" ", "_") for name in names}
        entries = (f"\n{key}:\n  name: {name}\n  handle: {key}\n  consent: granted\n" for name, key in keys.items())
        people.writelines(entries)
    return show, long.name, others[-1].folder


def _stamp(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def measure(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def tell(what: str, taken: list[float]) -> None:
    """A line of the table."""
    print(f"| {what} | {statistics.median(taken):.0f} | {max(taken):.0f} |", flush=True)


def save_title(studio: RunningStudio, episode: str, title: str) -> None:
    """As the page of the episode does."""
    page, path = f"/episodes/{episode}", f"content/episodes/{episode}/index.md"
    answer = studio.post(page, title=title, based_on=studio.digest(page, path), page=page)
    assert answer.status == 200, answer.text


def measure_pages(studio: RunningStudio, long: str, other: str, rounds: int) -> None:
    """Each page when nothing changed, and right after a file did."""
    person = re.search(r'href="(/people/[^"?]+)"', studio.get("/people").text)
    names = {"LONG": f"/episodes/{long}", "OTHER": f"/episodes/{other}", "/people/PERSON": person[1] if person else ""}
    for page in PAGES:
        path = page
        for short, name in names.items():
            path = path.replace(short, name)
        studio.get(path)
        tell(f"`{page}`", measure(lambda path=path: studio.get(path), rounds))  # type: ignore[misc]
        after = []
        for number in range(rounds):
            save_title(studio, other, f"Another title {page} {number}")
            after += measure(lambda path=path: studio.get(path), 1)  # type: ignore[misc]
        tell(f"`{page}`, after a save", after)


def measure_sound(studio: RunningStudio, long: str, rounds: int) -> None:
    """What the editor draws of three hours."""
    page = f"/episodes/{long}"
    shape = re.search(r'data-shape="([^"]+)"', studio.get(page).text)
    assert shape
    address = shape[1].replace("&amp;", "&")
    tell("shape of 3 h, the first time ever", measure(lambda: studio.get(address), 1))
    tell("shape of 3 h", measure(lambda: studio.get(address), rounds))
    tiles = iter(range(rounds))
    tell("a minute in detail, the first time", measure(lambda: studio.get(f"{address}&tile={next(tiles)}"), rounds))
    tell("a minute in detail", measure(lambda: studio.get(f"{address}&tile=1"), rounds))
    tell("turns, cuts and chapters", measure(lambda: studio.get(f"{page}/sound"), rounds))


def measure_preview(studio: RunningStudio, episode: str, rounds: int) -> None:
    """From sending a title to when the page as it will be says it."""
    page = re.search(r'<iframe src="([^"]+)"', studio.get(f"/episodes/{episode}").text)
    assert page
    wait_for(studio, page[1], "<h1")
    while "data-awaits" in studio.get("/checks").text:  # the pages before have asked for a check
        time.sleep(1)
    time.sleep(3)  # what is made once is made
    taken = []
    for number in range(rounds):
        title = f"Seen at once {number}"

        def see(title: str = title) -> None:
            save_title(studio, episode, title)
            wait_for(studio, page[1], title)

        taken += measure(see, 1)
        time.sleep(1)
    tell("a save seen on the page as it will be", taken)


def wait_for(studio: RunningStudio, address: str, words: str) -> None:
    """Until the preview says that."""
    place = urlsplit(address)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(place.netloc, timeout=20)
        connection.request("GET", place.path, headers={"cookie": studio.cookie})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        connection.close()
        if response.status == 200 and words in text:
            return
        time.sleep(0.01)
    raise SystemExit(f"the preview never said {words!r}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("episodes", type=int, nargs="*", default=[60, 500])
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    for episodes in chosen.episodes:
        with tempfile.TemporaryDirectory() as scratch:
            show, long, other = make_show(Path(scratch), episodes)
            print(f"\n| {episodes} episodes | ms | worst |\n|---|---|---|", flush=True)
            with start_studio(show) as studio:
                tell("opened", measure(studio.enter, 1))
                tell("`/episodes`, the first page", measure(lambda: studio.get("/episodes"), 1))
                measure_sound(studio, long, chosen.rounds)
                measure_pages(studio, long, other, chosen.rounds)
                measure_preview(studio, other, chosen.rounds)


if __name__ == "__main__":
    main()
