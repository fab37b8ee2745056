"""Edit lists: for any edits, time moves forwards only, kept time comes back, lengths add up."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.model.edits import EditList
from site_builder.model.podcast import Span

times = st.floats(-20, 140, allow_nan=False) | st.integers(-20, 140).map(float) | st.sampled_from([math.inf, -math.inf])
spans = st.lists(st.builds(lambda start, end: Span(start=start, end=end), times, times), max_size=8)
edit_lists = st.builds(
    lambda duration, cuts, mutes: EditList.keep_all(duration).with_cuts(cuts).with_mutes(mutes),
    st.floats(0, 120),
    spans,
    spans,
)
forms = st.sampled_from([(1024, 48000), (1024, 44100), (1152, 44100), (1, 48000)])


def span(start: float, end: float) -> Span:
    return Span(start=start, end=end)


@given(edit_lists)
def test_spans_are_sorted_disjoint_and_inside(edits: EditList) -> None:
    """However spans are given, they come out in order, apart and inside the recording."""
    for group in (edits.removed, edits.muted, edits.kept, edits.audible):
        edges = [edge for one in group for edge in (one.start, one.end)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= edits.recording for edge in edges)
    for group in (edits.removed, edits.kept):
        assert all(before.end < after.start for before, after in pairwise(group))


@given(edit_lists)
def test_lengths_add_up(edits: EditList) -> None:
    """What is kept and what is removed make the recording; what is heard and what is muted make what is kept."""

    def total(group: tuple[Span, ...]) -> float:
        return sum(one.duration for one in group)

    assert edits.duration == pytest.approx(total(edits.kept))
    assert edits.duration + total(edits.removed) == pytest.approx(edits.recording)
    assert total(edits.audible) + total(edits.muted) == pytest.approx(edits.duration)
    assert sum(piece.end - piece.start for piece in edits.pieces) == pytest.approx(edits.duration)


@given(edit_lists, st.lists(st.floats(-1, 121), max_size=20))
def test_time_never_runs_backwards(edits: EditList, moments: list[float]) -> None:
    """A later moment of the recording is never published earlier."""
    published = [time for moment in sorted(moments) if (time := edits.to_published(moment)) is not None]
    assert all(after - before >= -1e-9 for before, after in pairwise(published))
    assert all(-1e-9 <= time <= edits.duration + 1e-9 for time in published)


@given(edit_lists, st.floats(0, 120))
def test_removed_moments_have_no_published_time(edits: EditList, moment: float) -> None:
    """And kept ones have theirs, none before an earlier one's."""
    inside = any(one.start <= moment < one.end or one.end == moment == edits.recording for one in edits.removed)
    assert (edits.to_published(moment) is None) == (inside or moment > edits.recording or not edits.kept)
    assert edits.to_published_span(span(0, math.inf)) == (span(0, edits.duration) if edits.duration else None)


@given(edit_lists, times, times)
def test_a_span_is_what_is_left_of_it(edits: EditList, start: float, end: float) -> None:
    """A mapped span is as long as what is kept of it, and gone when nothing is."""
    left = sum(max(0.0, min(end, one.end) - max(start, one.start)) for one in edits.kept)
    mapped = edits.to_published_span(span(start, end))
    assert (mapped.duration if mapped else 0.0) == pytest.approx(left, abs=1e-6)


@given(edit_lists, forms)
def test_snapping_widens_what_is_taken_away(edits: EditList, form: tuple[int, int]) -> None:
    """On frame borders, no removed or muted moment comes back, and no edge moves by a frame or more."""
    samples, rate = form
    frame = samples / rate
    snapped = edits.snap(samples, rate)
    assert snapped.duration <= edits.duration + 1e-5
    for one in edits.removed:
        assert any(wide.start <= one.start + 2e-6 and one.end <= wide.end + 2e-6 for wide in snapped.removed) or (
            one.duration < 2e-6
        )
    for one in edits.muted:
        kept = [part for part in snapped.find_audible(one) if part.duration > 2e-6]
        assert not kept
    edges = [edge for one in snapped.removed for edge in (one.start, one.end) if edge != snapped.recording]
    assert all(edge * rate / samples == pytest.approx(round(edge * rate / samples), abs=1e-6) for edge in edges)
    lost = edits.duration - snapped.duration
    assert lost <= 2 * frame * len(edits.removed) + 1e-5


@given(edit_lists, forms)
def test_snapping_twice_changes_nothing(edits: EditList, form: tuple[int, int]) -> None:
    """A snapped list is on the grid already."""
    assert edits.snap(*form).snap(*form) == edits.snap(*form)


@given(edit_lists)
def test_json_round_trip(edits: EditList) -> None:
    """Through JSON and back an edit list is the same, and so is its fingerprint."""
    text = json.dumps(edits.as_json())
    again = EditList.from_json(json.loads(text))
    assert again == edits
    assert json.dumps(again.as_json()) == text


@given(st.floats(1, 100), spans, spans)
def test_order_does_not_matter(duration: float, cuts: list[Span], mutes: list[Span]) -> None:
    """Edits combine to the same list in whatever order they come."""
    one = EditList.keep_all(duration).with_cuts(cuts).with_mutes(mutes)
    other = EditList.keep_all(duration).with_mutes(mutes[::-1]).with_cuts(cuts[::-1])
    assert one.removed == other.removed
    assert one.audible == other.audible


def test_what_a_cut_does() -> None:
    """The example of the documentation, spelled out."""
    edits = EditList.keep_all(60).with_cuts([span(10, 20)]).with_mutes([span(15, 30)])
    assert not edits.is_identity
    assert edits.duration == 50
    assert edits.muted == (span(20, 30),)
    assert [edits.to_published(time) for time in (0, 9.5, 10, 19.9, 20, 60, 61)] == [0, 9.5, None, None, 10, 50, None]
    assert edits.to_published_span(span(5, 25)) == span(5, 15)
    assert edits.to_published_span(span(12, 18)) is None
    assert edits.find_audible(span(5, 35)) == (span(5, 10), span(30, 35))


def test_trim_keeps_what_it_names() -> None:
    """A trim is a cut at each end."""
    assert EditList.keep_all(60).with_trim(span(5, 50)).kept == (span(5, 50),)


def test_nothing_to_do_is_nothing_done() -> None:
    """Spans that touch nothing leave the recording as it is."""
    edits = EditList.keep_all(60).with_cuts([span(70, 80), span(20, 20), span(30, 10)])
    assert edits.is_identity
    assert edits == EditList.keep_all(60)
    assert edits.snap(1024, 48000) == edits


@pytest.mark.parametrize(
    "bad", [{}, {"recording": 1, "removed": 3, "muted": []}, {"recording": -1, "removed": [], "muted": []}]
)
def test_what_is_no_edit_list_is_refused(bad: dict[str, object]) -> None:
    """JSON of another shape raises ValueError, never something else."""
    with pytest.raises(ValueError, match=r"edit list|recording"):
        EditList.from_json(bad)


def test_what_is_no_number_is_refused() -> None:
    """A span whose edge is no number is an error."""
    with pytest.raises(ValueError, match="not a number"):
        EditList.keep_all(10).with_cuts([span(math.nan, 5)])


@given(edit_lists, forms)
def test_widening_to_frames_is_no_other_edit(edits: EditList, form: tuple[int, int]) -> None:
    """What is removed lies at an end or in between; sound made frame by frame is what was asked for."""
    parts = sorted((*edits.trims, *edits.cuts), key=lambda one: one.start)
    assert parts == list(edits.removed)
    assert all(one.start > 0 and one.end < edits.recording for one in edits.cuts)
    snapped = edits.snap(*form)
    if len(snapped.removed) == len(edits.removed) and len(snapped.muted) == len(edits.muted):  # else some grew together
        assert snapped.is_near(edits)


def test_other_edits_are_not_near() -> None:
    """An edge that lies a tenth of a second off, one cut more, a mute in place of a cut."""
    edits = EditList.keep_all(60).with_cuts([span(10, 20)])
    others = [[span(10.1, 20)], [span(10, 19.9)], [], [span(10, 20), span(30, 31)]]
    assert not any(EditList.keep_all(60).with_cuts(cuts).is_near(edits) for cuts in others)
    assert not EditList.keep_all(60).with_mutes([span(10, 20)]).is_near(edits)
