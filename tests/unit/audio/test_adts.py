"""Frames and tags in a byte stream: counted as they were put in, whatever lies between them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress

import av
import av.error
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_maker import TagStyle, encode_tones, make_recording, make_tag, split_frames, tone_frames

from site_builder.audio.adts import SAMPLES_PER_FRAME, AdtsFormat, Junk, Run, Tag, is_adts, scan_frames
from site_builder.audio.counting import SampleCount
from site_builder.audio.demux import Frames

FRAMES = tone_frames((440,))
TAG = make_tag(4e9, [50, 0], ["kit"])
NO_HEADER = st.binary(max_size=400).filter(lambda junk: b"\xff" not in junk and b"ID3" not in junk)


def chunks_of(stream: bytes, size: int) -> Iterator[bytes]:
    return (stream[at : at + size] for at in range(0, len(stream), size))


def count(stream: bytes, chunk: int = 1 << 20) -> tuple[int, int, int]:
    """Frames, tags and junk bytes; checks on the way that no byte is lost."""
    items = list(scan_frames(chunks_of(stream, chunk)))
    junk = sum(item.size_bytes for item in items if isinstance(item, Junk))
    assert junk + sum(len(item.content) for item in items if not isinstance(item, Junk)) == len(stream)
    return (
        sum(item.frames for item in items if isinstance(item, Run)),
        sum(isinstance(item, Tag) for item in items),
        junk,
    )


def decoded_samples(stream: bytes) -> int:
    """How many samples FFmpeg makes of a stream; frames it refuses are left out, as players do."""
    samples = 0
    with av.open(io.BytesIO(stream), "r", format="aac") as container:
        for packet in container.demux(audio=0):
            with suppress(av.error.InvalidDataError):
                samples += sum(frame.samples for frame in packet.decode())
    return samples


def test_a_clean_recording() -> None:
    """Every frame and tag counts, and the length is what FFmpeg decodes."""
    stream = make_recording(10, turns=[("host", 1, 6)], tick=1)
    assert count(stream) == (469, 10, 0)
    assert decoded_samples(stream) == 469 * 1024


@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (44100, 1), (32000, 2), (16000, 1), (8000, 1)], ids=str)
def test_the_format_is_read(rate: int, channels: int) -> None:
    """Sample rate, channels and AAC-LC stand in the header."""
    stream = encode_tones([440], 0.5, sample_rate=rate, channels=channels)
    run = next(item for item in scan_frames([stream]) if isinstance(item, Run))
    assert run.format == AdtsFormat(rate, channels, 2)


def test_runs_hold_the_frames_and_nothing_else() -> None:
    """The runs of a stream with tags and junk, joined, are the clean stream."""
    clean = b"".join(FRAMES[:20])
    parts = [TAG, *FRAMES[:7], TAG, b"junk" * 30, *FRAMES[7:20], TAG]
    assert b"".join(i.content for i in scan_frames([b"".join(parts)]) if isinstance(i, Run)) == clean


@given(
    st.lists(
        st.one_of(
            st.integers(1, 6).map(lambda n: ("frames", n)),
            st.just(("tag", 1)),
            NO_HEADER.map(lambda junk: ("junk", junk)),
        ),
        max_size=30,
    ),
    st.sampled_from([1, 7, 500, 4096, 1 << 20]),
)
def test_what_is_put_in_is_counted(pieces: Sequence[tuple[str, int | bytes]], chunk: int) -> None:
    """Any interleaving of frames, tags and junk, in chunks of any size."""
    stream, frames, tags, junk = b"".join(FRAMES[:2]), 2, 0, 0
    for kind, value in pieces:
        if kind == "junk":
            assert isinstance(value, bytes)
            stream, junk = stream + value, junk + len(value)
        elif kind == "tag":
            stream, tags = stream + TAG, tags + 1
        else:
            assert isinstance(value, int)
            stream += b"".join(FRAMES[(frames + n) % len(FRAMES)] for n in range(value))
            frames += value
    assert count(stream, chunk) == (frames, tags, junk)


@given(st.lists(st.sampled_from([b"\xff\xf1\x4c\x80", b"ID3\x04\0\0", b"\0\0\x7f\x7f", b"\xff", TAG[:40], FRAMES[3]])))
def test_headers_without_frames_never_raise(pieces: list[bytes]) -> None:
    """Pieces of headers in any order: no exception, no byte lost."""
    count(b"".join(pieces), 64)


@given(st.binary(max_size=3000), st.sampled_from([1, 100, 5000]))
def test_arbitrary_bytes_never_raise(stream: bytes, chunk: int) -> None:
    """Any bytes at all."""
    count(stream, chunk)


@pytest.mark.parametrize("kept", [1, 7, 8, 60, -1])
def test_a_cut_frame_is_no_audio(kept: int) -> None:
    """A frame that runs into the next one is junk, at whichever byte it was cut; its neighbours count."""
    cut = FRAMES[5][:kept]
    stream = b"".join([*FRAMES[:5], cut, *FRAMES[6:20]])
    assert count(stream) == (19, 0, len(cut))
    assert count(b"".join([*FRAMES[:5], cut, TAG, *FRAMES[6:20]])) == (19, 1, len(cut))


def test_frames_on_both_sides_of_a_cut_are_decoded() -> None:
    """What the runs hold decodes to exactly the samples counted; FFmpeg alone stumbles over the cuts."""
    pieces = [*FRAMES[:9], FRAMES[9][:100], *FRAMES[10:30], b"junk" * 50, *FRAMES[30:40], FRAMES[40][:-1]]
    stream = b"".join(pieces)
    clean = b"".join(item.content for item in scan_frames([stream]) if isinstance(item, Run))
    assert count(stream)[0] == 39
    assert decoded_samples(clean) == 39 * 1024
    assert abs(decoded_samples(stream) - 39 * 1024) <= 3 * 1024


def test_two_cut_frames_in_a_row() -> None:
    """Neither of them counts."""
    stream = b"".join([*FRAMES[:5], FRAMES[5][:50], FRAMES[6][:50], *FRAMES[7:20]])
    assert count(stream) == (18, 0, 100)


@pytest.mark.parametrize("missing", [1, 100, len(FRAMES[9]) - 3, len(FRAMES[9]) - 1])
def test_a_truncated_stream(missing: int) -> None:
    """The frame that the end cuts is no audio, and it is told."""
    stream = b"".join(FRAMES[:10])[:-missing]
    items = list(scan_frames([stream]))
    assert count(stream)[0] == 9
    assert isinstance(items[-1], Junk)
    assert items[-1].cut
    assert decoded_samples(stream) == 9 * 1024


def test_a_truncated_tag() -> None:
    """A tag that the end cuts is no tag."""
    items = list(scan_frames([b"".join(FRAMES[:10]) + TAG[:-5]]))
    assert isinstance(items[0], Run)
    assert items[1:] == [Junk(len(TAG) - 5, cut=True)]


@pytest.mark.parametrize("lie", [-30, 50, 5000, 2_000_000])
def test_a_tag_that_lies_about_its_size_costs_no_audio(lie: int) -> None:
    """Too short or too long, even beyond the end of the stream: all frames after it count."""
    stream = b"".join(
        [*FRAMES[:5], make_tag(4e9, [1], style=TagStyle(lying_tag_size=lie)), *FRAMES[5:40], TAG, *FRAMES[:3]]
    )
    frames, tags, _ = count(stream)
    assert (frames, tags) == (43, 2)


def test_junk_with_false_headers() -> None:
    """Sync words in junk are no frames: they are not this stream's, and nothing follows where they say they end."""
    junk = b"\xff\xf1\x4c\x40\x02\x1f\xfc" + bytes(90) + b"ID3\x04\0\x0f\0\0\0\0" + b"\xff\xf9" * 20
    frames, tags, size = count(b"".join([*FRAMES[:5], junk, *FRAMES[5:10]]))
    assert (frames, tags) == (10, 0)
    assert size == len(junk)


def test_a_change_of_channels_is_followed() -> None:
    """A recording that goes from stereo to mono keeps all its frames, in two runs."""
    mono = split_frames(encode_tones([440], 0.3, channels=1))
    items = list(scan_frames([b"".join([*FRAMES[:9], *mono])]))
    assert [(item.frames, item.format.channels) for item in items if isinstance(item, Run)] == [(9, 2), (len(mono), 1)]


def test_a_footer_belongs_to_its_tag() -> None:
    """A v2.4 footer is no junk."""
    tag = make_tag(4e9, [50], style=TagStyle(footer=True))
    assert count(b"".join([*FRAMES[:3], tag, *FRAMES[3:6]])) == (6, 1, 0)


def test_what_is_adts() -> None:
    """Recognised by its beginning, a leading tag and a little junk included; nothing else is."""
    stream = make_recording(3)
    assert is_adts(stream[:5000])
    assert is_adts(b"junk" + stream[:5000])
    assert not is_adts(b"")
    assert not is_adts(TAG)
    assert not is_adts(b"\xff\xfb\x90\x64" * 500)
    assert not is_adts(bytes(range(256)) * 40)


@pytest.mark.parametrize("rates", [(44100,), (48000, 44100, 48000)])
def test_a_position_is_the_nearest_to_the_exact_time(rates: tuple[int, ...]) -> None:
    """However many frames of whatever rates came before."""
    count = SampleCount()
    for number, rate in enumerate(rates * 5):
        count.add(rate, 2, SAMPLES_PER_FRAME * (number + 1))
        assert count.position == float(count.seconds)


@pytest.mark.parametrize("most", [3, 1 << 14])
def test_headers_that_all_differ(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder may tell in each frame how full its buffer is (ISO/IEC 14496-3, 1.A.3.2.2)."""
    monkeypatch.setattr("site_builder.audio.adts._Lengths._MOST", most)
    frames = [bytearray(frame) for frame in FRAMES * 3]
    for fullness, frame in enumerate(frames):
        frame[5] = frame[5] & 0xE0 | fullness >> 6 & 0x1F
        frame[6] = frame[6] & 0x03 | (fullness & 0x3F) << 2
    assert len({bytes(frame[:7]) for frame in frames}) == len(frames)
    runs = list(scan_frames([b"".join(frames)]))
    assert [frame for run in runs if isinstance(run, Run) for frame in Frames(run)] == frames


@pytest.mark.parametrize("has_checksum", [False, True])
def test_frames_of_a_run_are_cut_out_as_from_a_list(has_checksum: bool) -> None:
    """By number, by slice, all of them, and without their headers."""
    frames = list(FRAMES[:20])
    if has_checksum:
        frames = [bytes([frame[0], frame[1] & 0xFE, *frame[2:]]) for frame in frames]
    (run,) = scan_frames([b"".join(frames)])
    assert isinstance(run, Run)
    cut = Frames(run)
    assert (len(cut), list(cut), cut[0], cut[-1]) == (len(frames), frames, frames[0], frames[-1])
    assert (cut[3:5], cut[::-2]) == (frames[3:5], frames[::-2])
    assert cut.strip() == [frame[9 if has_checksum else 7 :] for frame in frames]
    for beyond in (len(frames), -len(frames) - 1):
        with pytest.raises(IndexError):
            cut[beyond]
