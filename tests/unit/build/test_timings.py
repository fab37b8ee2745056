"""The stopwatch adds up what each stage took, and hides no event."""

from __future__ import annotations

from site_builder.build.timings import Stopwatch
from site_builder.events import Removed, Stage


def test_stages_are_added_up_and_events_passed_on() -> None:
    times = iter([10.0, 11.0, 14.0, 15.0, 20.0])
    watch = Stopwatch("first", clock=lambda: next(times))
    seen: list[object] = []
    events = [Stage("second"), Removed("x"), Stage("first"), Stage("third")]
    for event in events:
        watch.follow(seen.append)(event)
    assert seen == events
    assert list(watch.describe()) == [
        "first        2.000 s   20%",
        "second       3.000 s   30%",
        "third        5.000 s   50%",
        "together    10.000 s  100%",
    ]
