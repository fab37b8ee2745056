"""Lossless copy: what goes in comes out, sample for sample, but for what the edits take."""

from __future__ import annotations

import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listening import decode, decode_recording, list_boxes, list_packets, loudest, probe
from recording_maker import Oddities, encode_pcm, encode_tones, make_recording, wrap

from site_builder.audio.packets import CannotCopy, write_copy, write_silenced
from site_builder.errors import SpacecastError, UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span

FRAME = 1024 / 48000
GUESTS = ["kit_gauges", "lou"]
RECORDING = make_recording(
    6, turns=[("host", 0, 2), ("kit_gauges", 2, 4), ("lou", 3, 6)], participants=GUESTS, tick=0.5
)
FRAMES = round(6 / FRAME)

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes bytes to a file and gives its path."""

    def write(content: bytes = RECORDING, name: str = "recording-0.aac") -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def keep_all(seconds: float = FRAMES * FRAME) -> EditList:
    return EditList.keep_all(seconds)


def test_copy_is_sample_identical(save: Save, tmp_path: Path) -> None:
    """Without edits the episode decodes to the samples of the recording, for exactly as long."""
    part, out = save(), tmp_path / "out.m4a"
    facts = write_copy([part], keep_all(), out)
    assert decode(out) == decode_recording(part)
    assert facts.samples == FRAMES * 1024
    assert facts.duration == pytest.approx(float(probe(out)["streams"][0]["duration"]), abs=1e-6)
    assert (facts.codec, facts.sample_rate, facts.channels) == ("aac", 48000, 2)
    assert facts.size_bytes == out.stat().st_size


def test_packets_are_bit_identical(save: Save, tmp_path: Path) -> None:
    """Every packet is the recording's."""
    write_copy([save()], keep_all(), tmp_path / "out.m4a")
    assert list_packets(tmp_path / "out.m4a") == list_packets(save(), "aac")


def test_nothing_of_the_tags_gets_through(save: Save, tmp_path: Path) -> None:
    """Neither names nor clocks from the recording's tags, nor the encoder's name or a time, are in the file."""
    write_copy([save()], keep_all(), tmp_path / "out.m4a")
    content = (tmp_path / "out.m4a").read_bytes()
    assert not [word for word in (b"kit_gauges", b"Hydra", b"TIT3", b"ID3", b"Lavf") if word in content]
    tags = probe(tmp_path / "out.m4a")["format"]["tags"]
    assert set(tags) == {"major_brand", "minor_version", "compatible_brands"}


def test_index_comes_first(save: Save, tmp_path: Path) -> None:
    """A player can start before the file is there."""
    write_copy([save()], keep_all(), tmp_path / "out.m4a")
    kinds = list_boxes(tmp_path / "out.m4a")
    assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_parts_join_without_a_gap(save: Save, tmp_path: Path) -> None:
    """Two parts sound like the one stream they were cut from."""
    cut = next(at for at in range(len(RECORDING) // 2, len(RECORDING)) if RECORDING[at : at + 3] == b"ID3")
    parts = [save(RECORDING[:cut], "recording-0.aac"), save(RECORDING[cut:], "recording-1.aac")]
    facts = write_copy(parts, keep_all(), tmp_path / "out.m4a")
    assert facts.samples == FRAMES * 1024
    assert decode(tmp_path / "out.m4a") == decode_recording(save(RECORDING, "whole.aac"))


@pytest.mark.parametrize("container", ["mpegts", "mp4"])
def test_other_containers(container: str, save: Save, tmp_path: Path) -> None:
    """Real MPEG-TS and MP4 give the same file as the bare stream."""
    write_copy([save()], keep_all(), tmp_path / "bare.m4a")
    write_copy([save(wrap(RECORDING, container), "recording-0.bin")], keep_all(), tmp_path / "out.m4a")
    assert decode(tmp_path / "out.m4a") == decode(tmp_path / "bare.m4a")


def test_mp4_with_priming_and_padding(tmp_path: Path) -> None:
    """What an MP4's own edit list hides stays hidden: start and length are the original's."""
    source = tmp_path / "made.m4a"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=2.5", "-c:a", "aac", str(source)]
    subprocess.run(command, check=True)
    facts = write_copy([source], keep_all(2.5), tmp_path / "out.m4a")
    assert facts.duration == 2.5
    assert decode(tmp_path / "out.m4a") == decode(source)


def test_odd_streams(save: Save, tmp_path: Path) -> None:
    """Junk between frames, cut frames and a cut end are left out; the rest plays without an error."""
    odd = Oddities(junk={1.0: b"\x00garbage\xff\xf1", 2.5: bytes(500)}, cut_frames=(2.0, 3.0), truncate=100)
    part = save(make_recording(6, turns=[("host", 0, 6)], odd=odd))
    facts = write_copy([part], keep_all(), tmp_path / "out.m4a")
    assert facts.samples == (FRAMES - 3) * 1024
    assert len(decode(tmp_path / "out.m4a")) == facts.samples * 2


def test_muted_span_is_silent_and_the_rest_untouched(save: Save, tmp_path: Path) -> None:
    """In a muted span every sample is zero; all packets but one outside it are the recording's."""
    edits = keep_all().with_mutes([Span(start=2.0, end=4.0)])
    facts = write_copy([save()], edits, tmp_path / "out.m4a")
    assert facts.samples == FRAMES * 1024
    samples = decode(tmp_path / "out.m4a")
    assert loudest(samples, 2.0, 4.0) == 0
    assert loudest(samples, 1.0, 1.9) > 0.1
    assert loudest(samples, 4.1, 5.0) > 0.1
    (wide,) = edits.snap(1024, 48000).muted
    first, last = round(wide.start / FRAME), round(wide.end / FRAME)
    old, new = list_packets(save(), "aac"), list_packets(tmp_path / "out.m4a")
    assert new[: first - 1] == old[: first - 1]
    assert new[last:] == old[last:]
    assert len(set(new[first - 1 : last])) == 1


def test_cut_removes_exactly_its_frames(save: Save, tmp_path: Path) -> None:
    """A cut takes its frames and no more; nothing of them is heard at the seam; what follows is the same sound."""
    edits = keep_all().with_cuts([Span(start=2.0, end=4.0)]).snap(1024, 48000)
    facts = write_copy([save()], edits, tmp_path / "out.m4a")
    (gone,) = edits.removed
    assert facts.duration == pytest.approx(FRAMES * FRAME - gone.duration, abs=1e-9)
    assert facts.duration == pytest.approx(edits.duration, abs=1e-9)
    old, new = list_packets(save(), "aac"), list_packets(tmp_path / "out.m4a")
    first, last = round(gone.start / FRAME), round(gone.end / FRAME)
    assert new[: first - 1] == old[: first - 1]
    assert new[first:] == old[last:]
    assert new[first - 1] != old[first - 1]


def test_same_word_after_a_cut(tmp_path: Path, save: Save) -> None:
    """A moment after a cut, mapped through the snapped list, is the same samples as before."""
    part = save(encode_plain())
    edits = keep_all(3 * 48000 // 1024 * FRAME).with_cuts([Span(start=0.7, end=1.5)]).snap(1024, 48000)
    write_copy([part], edits, tmp_path / "out.m4a")
    before, after = decode_recording(part), decode(tmp_path / "out.m4a")
    there = edits.to_published(2.0)
    assert there is not None
    one, other = (round(time * 48000) * 2 for time in (2.0, there))
    assert before[one : one + 20000] == after[other : other + 20000]


def encode_plain() -> bytes:
    """Three seconds of a sweep, coded without the noise substitution that makes each decoding different."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "aevalsrc=0.4*sin(400*t*t)|0.4*sin(300*t*t):d=3:s=48000"]
    command += ["-c:a", "aac", "-aac_pns", "0", "-b:a", "96k", "-f", "adts", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_trim_at_both_ends(save: Save, tmp_path: Path) -> None:
    """A trimmed recording starts and ends where it should."""
    edits = keep_all().with_trim(Span(start=1.0, end=5.0)).snap(1024, 48000)
    facts = write_copy([save()], edits, tmp_path / "out.m4a")
    assert facts.duration == pytest.approx(edits.duration, abs=1e-9)
    assert abs(facts.duration - 4) <= 2 * FRAME
    assert len(decode(tmp_path / "out.m4a")) == facts.samples * 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.tuples(st.booleans(), st.floats(-1, 7), st.floats(0, 3)), max_size=5))
def test_any_edits_agree_with_the_audio(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[tuple[bool, float, float]]
) -> None:
    """For any edit list the file has exactly the samples that the snapped list says, and its mutes are silent."""
    folder = tmp_path_factory.mktemp("edits")
    (folder / "in.aac").write_bytes(RECORDING)
    spans = [(cut, Span(start=start, end=start + length)) for cut, start, length in chosen]
    edits = keep_all().with_cuts(span for cut, span in spans if cut).with_mutes(span for cut, span in spans if not cut)
    snapped = edits.snap(1024, 48000)
    if not snapped.kept:
        with pytest.raises(UnusableSource, match="nothing of it is left"):
            write_copy([folder / "in.aac"], edits, folder / "out.m4a")
        return
    facts = write_copy([folder / "in.aac"], edits, folder / "out.m4a")
    assert facts.samples == round(snapped.duration * 48000)
    samples = decode(folder / "out.m4a")
    assert len(samples) == facts.samples * 2
    for muted in snapped.muted:
        span = snapped.to_published_span(muted)
        assert span
        assert loudest(samples, span.start, span.end) == 0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [48000, 44100])
def test_silence_fits_the_recording(channels: int, rate: int, save: Save, tmp_path: Path) -> None:
    """Mono and stereo, 44.1 and 48 kHz: a recording muted from end to end is as long as before, and all zero."""
    part = save(encode_tones((440,), 1, sample_rate=rate, channels=channels))
    facts = write_copy([part], keep_all(100).with_mutes([Span(start=0, end=100)]), tmp_path / "out.m4a")
    samples = decode(tmp_path / "out.m4a")
    assert (facts.sample_rate, facts.channels) == (rate, channels)
    assert len(samples) == facts.samples * channels > 40000
    assert not any(samples)


def test_same_input_same_bytes(save: Save, tmp_path: Path) -> None:
    """Two runs into different places give one file."""
    (tmp_path / "elsewhere").mkdir()
    edits = keep_all().with_mutes([Span(start=2, end=3)])
    outs = [tmp_path / "one.m4a", tmp_path / "elsewhere" / "two.tmp"]
    for out in outs:
        write_copy([save()], edits, out)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_mp3_is_copied_whole(save: Save, tmp_path: Path) -> None:
    """An MP3 keeps its samples and loses its tags."""
    part = save(wrap(RECORDING, "mp3", tags={"title": "secret"}), "recording-0.mp3")
    facts = write_copy([part], keep_all(), tmp_path / "out.mp3")
    assert facts.codec == "mp3"
    assert decode(tmp_path / "out.mp3") == decode(part)
    assert len(decode(part)) == facts.samples * 2
    assert b"secret" not in (tmp_path / "out.mp3").read_bytes()


def test_mp3_cannot_be_cut(save: Save, tmp_path: Path) -> None:
    """An MP3 with edits asks for an encoded mode."""
    part = save(wrap(RECORDING, "mp3"), "recording-0.mp3")
    with pytest.raises(CannotCopy, match=r"recording-0.mp3.*audio.format: mp3"):
        write_copy([part], keep_all().with_cuts([Span(start=1, end=2)]), tmp_path / "out.mp3")


def test_parts_of_different_kinds(save: Save, tmp_path: Path) -> None:
    """Parts that do not fit one file are named, with what to do."""
    parts = [save(), save(encode_tones((440,), 1, sample_rate=44100), "recording-1.aac")]
    with pytest.raises(CannotCopy, match=r"recording-1.aac.*48000 Hz.*44100 Hz.*audio.format"):
        write_copy(parts, keep_all(), tmp_path / "out.m4a")


def test_other_codecs(save: Save, tmp_path: Path) -> None:
    """What apps do not play is not copied."""
    with pytest.raises(CannotCopy, match=r"recording.ogg.*opus.*audio.format"):
        write_copy([save(wrap(RECORDING, "ogg"), "recording.ogg")], keep_all(), tmp_path / "out.m4a")


@pytest.mark.parametrize(
    "content", [b"", b"this is no recording" * 50, b"ID3\x04\x00\x00\x00\x00\x00\x00", b"\xff\xf1\x4c"]
)
def test_unreadable_recordings(content: bytes, save: Save, tmp_path: Path) -> None:
    """A file that is no recording gives one sentence that names it, and no output."""
    with pytest.raises(SpacecastError, match=r"recording-0.aac: ") as caught:
        write_copy([save(content)], keep_all(), tmp_path / "out.m4a")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.m4a").exists()


def test_missing_recording(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(UnusableSource, match=r"gone\.aac"):
        write_copy([tmp_path / "gone.aac"], keep_all(), tmp_path / "out.m4a")


def test_playlists_are_not_followed(save: Save, tmp_path: Path) -> None:
    """A file that tells FFmpeg to read other files is refused."""
    secret = save(RECORDING, "secret.aac")
    for text in (
        f"ffconcat version 1.0\nfile {secret.name}\n",
        f"#EXTM3U\n#EXTINF:6,\n{secret.name}\n#EXT-X-ENDLIST\n",
    ):
        with pytest.raises(UnusableSource):
            write_copy([save(text.encode(), "recording-0.aac")], keep_all(), tmp_path / "out.m4a")


def test_speech_like_noise_survives(save: Save, tmp_path: Path) -> None:
    """Wide-band sound, coded with everything the encoder has, is identical too."""
    noise = Random(1)
    pcm = array("h", (noise.randrange(-9000, 9000) if n // 9600 % 3 else 0 for n in range(2 * 48000)))
    part = save(encode_pcm(pcm))
    write_copy([part], keep_all(), tmp_path / "out.m4a")
    assert decode(tmp_path / "out.m4a") == decode_recording(part)


@pytest.mark.parametrize(
    "edits",
    [
        keep_all(),
        keep_all().with_cuts([Span(start=0, end=0.7), Span(start=2, end=3.01), Span(start=5.5, end=9)]),
        keep_all().with_mutes([Span(start=1.234, end=2.5)]).with_cuts([Span(start=2.5, end=2.6)]),
        keep_all().with_cuts([Span(start=0, end=5.9)]),
    ],
    ids=["whole", "cut", "muted", "nearly all"],
)
def test_nothing_of_what_is_taken_out_is_in_a_silenced_copy(save: Save, tmp_path: Path, edits: EditList) -> None:
    """Its clock stays, and to copy it with the same edits gives the packets of the recording's own copy."""
    part, silenced = save(), tmp_path / "silenced.m4a"
    write_silenced([part], edits, silenced)
    samples = decode(silenced)
    assert len(samples) == len(decode_recording(part))
    for span in (*edits.removed, *edits.muted):
        assert loudest(samples, span.start, min(span.end, FRAMES * FRAME)) < 1e-4
    write_copy([part], edits, tmp_path / "of-recording.m4a")
    write_copy([silenced], edits, tmp_path / "of-silenced.m4a")
    kept = list_packets(tmp_path / "of-recording.m4a")
    assert list_packets(tmp_path / "of-silenced.m4a") == kept
    assert set(list_packets(silenced)) <= {*kept, bytes.fromhex("21000000001c")}
    assert b"kit_gauges" not in silenced.read_bytes()


def test_what_has_no_packets_of_its_own_is_not_silenced(save: Save, tmp_path: Path) -> None:
    """Frames of MP3 share their bits: nothing is written of them."""
    part = save(wrap(RECORDING, "mp3"), "recording-0.mp3")
    with pytest.raises(CannotCopy):
        write_silenced([part], keep_all(), tmp_path / "silenced.m4a")
    assert not (tmp_path / "silenced.m4a").exists()
