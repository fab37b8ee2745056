"""Any audio file as a recording part, and as a source of its own."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from recording_maker import (
    NTP_2026,
    Oddities,
    encode_tones,
    make_recording,
    make_tag,
    strip_tags,
    wrap,
    wrap_timed,
)

from site_builder.audio.adts import Run, scan_frames
from site_builder.errors import UnusableSource
from site_builder.model.conversation import Account, Announcement
from site_builder.model.podcast import Role, Speaker, Timeline
from site_builder.sources.audio_file import AudioFile, detect, open_audio_file
from site_builder.sources.containers import measure_audio
from site_builder.sources.parts import read_part
from site_builder.sources.source import Source
from site_builder.sources.x.speaking.timeline import make_timeline

TURNS = [("host", 1, 4), ("kit", 4, 9)]
RECORDING = make_recording(10, turns=TURNS, participants=["kit"])
STARTED = datetime(2026, 10, 9, 7, 30, tzinfo=UTC)
CONTAINERS = {
    "mp4": ("m4a", "aac"),
    "mpegts": ("ts", "aac"),
    "matroska": ("mka", "aac"),
    "mp3": ("mp3", "mp3"),
    "ogg": ("ogg", "opus"),
    "flac": ("flac", "flac"),
    "wav": ("wav", "pcm_s16le"),
}


def decoded_samples(path: Path) -> int:
    """Samples that FFmpeg's own program decodes."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-f", "s16le", "-"]
    return len(subprocess.run(command, capture_output=True, check=True).stdout) // 2


class Pipe(io.RawIOBase):
    """A stream that cannot seek and gives its bytes in dribs, as a zip member may."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        size = min(1000, size if size > 0 else 1000)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


class TestParts:
    """One file of a recording."""

    def test_adts(self, tmp_path: Path) -> None:
        """Copied byte for byte, named by content, counted, hashed and read in one pass over a pipe."""
        reading = read_part(Pipe(RECORDING), "space-1_0.ts", index=3, folder=tmp_path)
        part = reading.part
        assert (part.file, part.origin, part.container, part.codec) == (
            "recording-3.aac",
            "space-1_0.ts",
            "adts",
            "aac",
        )
        assert (part.sample_rate, part.channels, part.samples) == (48000, 2, 469 * 1024)
        assert part.started_at == STARTED
        assert (tmp_path / part.file).read_bytes() == RECORDING
        assert [path.name for path in tmp_path.iterdir()] == [part.file]
        assert (part.size_bytes, part.sha256) == (len(RECORDING), hashlib.sha256(RECORDING).hexdigest())
        assert part.samples == decoded_samples(tmp_path / part.file)
        assert len(reading.ticks) == 10
        assert (reading.lost, reading.truncated) == (0, False)

    def test_without_a_copy(self) -> None:
        """The same facts without a folder."""
        assert read_part(io.BytesIO(RECORDING), "x").part.samples == 469 * 1024

    def test_what_is_odd_is_told(self) -> None:
        """Junk and a missing end are counted, the audio is what is left."""
        odd = Oddities(junk={3.0: b"junk" * 100}, cut_frames=[2.0], truncate=5)
        reading = read_part(io.BytesIO(make_recording(10, turns=TURNS, participants=["kit"], odd=odd)), "x")
        assert reading.truncated
        assert 0.02 < reading.lost < 0.2
        assert reading.part.samples == 467 * 1024

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_other_containers(self, container: str, tmp_path: Path) -> None:
        """Named and measured by content whatever the file calls itself; exactly as long as FFmpeg decodes it."""
        content = wrap(RECORDING, container)
        reading = read_part(Pipe(content), "space-1_0.ts", folder=tmp_path)
        extension, codec = CONTAINERS[container]
        assert reading.part.file == f"recording-0.{extension}"
        assert (reading.part.container, reading.part.codec) == (container, codec)
        assert (tmp_path / reading.part.file).read_bytes() == content
        assert [path.name for path in tmp_path.iterdir()] == [reading.part.file]
        assert reading.part.samples == decoded_samples(tmp_path / reading.part.file)
        assert reading.part.duration == pytest.approx(10, abs=0.05)

    @pytest.mark.parametrize("extension", ["m4a", "mp3", "ogg", "mka"])
    def test_padding_is_not_counted(self, extension: str, tmp_path: Path) -> None:
        """What the encoder put before and after the sound is left out where the file tells how much it is.

        An MP4 tells in milliseconds how long it is: FFmpeg 9 cuts what is beyond, versions before did not.
        """
        wav, path = tmp_path / "a.wav", tmp_path / f"a.{extension}"
        wav.write_bytes(wrap(RECORDING, "wav"))
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(wav), str(path)], check=True)
        with path.open("rb") as stream:
            beyond = decoded_samples(path) - read_part(stream, path.name).part.samples
        assert 0 <= beyond < (48 if extension == "m4a" else 1)

    def test_mpegts_with_silence_is_no_adts(self) -> None:
        """Where a dozen small frames lie whole inside each transport packet, the container is known all the same."""
        content = wrap(encode_tones([], 5), "mpegts", options={"max_delay": "5000000"})
        assert sum(item.frames for item in scan_frames([content]) if isinstance(item, Run)) > 100
        assert read_part(io.BytesIO(content), "x").part.container == "mpegts"

    def test_a_playlist_opens_no_other_file(self, tmp_path: Path) -> None:
        """A file from an archive cannot make this program read another one, here real audio beside it."""
        (tmp_path / "secret.ts").write_bytes(wrap(RECORDING, "mpegts"))
        for text in (
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nsecret.ts\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile secret.ts\n",
        ):
            path = tmp_path / "playlist.m4a"
            path.write_text(text)
            assert measure_audio(path) is None
            with pytest.raises(UnusableSource):
                open_audio_file(path)

    def test_timed_tags_in_mpegts(self) -> None:
        """A metadata stream says who speaks when just as tags between frames do."""
        reading = read_part(io.BytesIO(wrap_timed(RECORDING)), "x")
        assert reading.part.container == "mpegts"
        assert [tick.at for tick in reading.ticks] == pytest.approx(list(range(10)), abs=0.03)
        timeline = make_timeline([reading], Speaker(role=Role.HOST))
        edges = [edge for turn in timeline.turns for edge in (turn.start, turn.end)]
        assert edges == pytest.approx([1, 4, 4, 9], abs=1.05)

    def test_a_cover_picture_before_the_audio(self) -> None:
        """A leading tag of 300 kB hides nothing."""
        cover = make_tag(NTP_2026, extra=[(b"APIC", b"\0image/jpeg\0\3\0" + b"\xff\xd8" + bytes(300_000))])
        assert read_part(io.BytesIO(cover + RECORDING), "x").part.samples == 469 * 1024

    def test_much_junk_before_the_audio(self) -> None:
        """Audio that begins after 100 kB of zeros is found."""
        reading = read_part(io.BytesIO(bytes(100_000) + RECORDING), "x")
        assert (reading.part.container, reading.part.samples) == ("adts", 469 * 1024)
        assert reading.lost > 1
        assert len(reading.ticks) == 10

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            bytes(100_000),
            b"ID3\x04\0\0\0\0\0\0",
            wrap(RECORDING, "mp4")[:2000],
        ],
        ids=["empty", "text", "zeros", "tag alone", "cut mp4"],
    )
    def test_no_audio(self, content: bytes, tmp_path: Path) -> None:
        """Refused in one sentence that names the file and a remedy; nothing is left behind."""
        with pytest.raises(UnusableSource, match=r"^space-1_0\.ts [^\n]*; \w+ [^\n]*$"):
            read_part(io.BytesIO(content), "space-1_0.ts", folder=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_stream_that_breaks_off(self, tmp_path: Path) -> None:
        """An archive that cannot be read on is the person's to mend, and half a copy is no copy."""

        class Broken(Pipe):
            def read(self, size: int = -1) -> bytes:
                if len(self._rest) < 5000:
                    raise EOFError("Compressed file ended")
                return super().read(size)

        with pytest.raises(UnusableSource, match="cannot be read to its end"):
            read_part(Broken(RECORDING), "x", folder=tmp_path)
        assert list(tmp_path.iterdir()) == []


def save(path: Path, content: bytes, info: dict[str, Any] | None = None) -> AudioFile:
    """An audio file, with what a downloader writes beside it."""
    path.write_bytes(content)
    if info is not None:
        path.with_suffix(".info.json").write_text(json.dumps(info), "utf-8")
    return open_audio_file(path)


M4A = wrap(RECORDING, "mp4", tags={"title": "A \x07title\nof its own", "artist": "Ann", "date": "2024-05-06"})
INFO = {
    "id": "1lDxLnrWjwkGm",
    "title": "Flood gauges",
    "uploader": "River Maps",
    "uploader_id": "rivermaps",
    "release_timestamp": 1791531000,
    "description": "All about <gauges>.\n\nBring questions.",
    "webpage_url": "https://twitter.com/i/spaces/1lDxLnrWjwkGm?s=20",
}


class TestAudioFile:
    """A file as a source."""

    def test_alone(self, tmp_path: Path) -> None:
        """What it is called, who made it and when comes from its own tags; the id from its content."""
        source: Source = save(tmp_path / "talk.m4a", M4A)
        with source:
            (only,) = source.find_ids()
            conversation = source.read(only, copy_into=tmp_path)
        recording = conversation.recording
        assert only == recording.id == f"audio-{hashlib.sha256(M4A).hexdigest()[:16]}"
        assert source.name == "talk.m4a"
        assert source.account == Account(name="Ann")
        assert source.made_at is None
        assert conversation.announcement == Announcement(title="A title of its own")
        assert recording.source == "audio-file"
        assert recording.started_at == datetime(2024, 5, 6, tzinfo=UTC)
        assert recording.timeline is Timeline.NONE
        assert [speaker.name for speaker in recording.speakers] == ["Ann"]
        assert (tmp_path / recording.parts[0].file).read_bytes() == M4A

    def test_the_file_name_is_the_last_resort_for_a_title(self, tmp_path: Path) -> None:
        """Less the id that downloaders append; and nothing else is made up."""
        source = save(tmp_path / "Flood_gauges explained [1lDxLnrWjwkGm].aac", strip_tags(RECORDING))
        conversation = source.read(source.find_ids()[0])
        assert conversation.announcement.title == "Flood gauges explained"
        assert conversation.recording.speakers == ()
        assert conversation.recording.started_at is None

    def test_a_downloaded_space(self, tmp_path: Path) -> None:
        """yt-dlp's JSON names the Space: same id, same kind, same host as in the host's own archive."""
        source = save(tmp_path / "Flood gauges [1lDxLnrWjwkGm].m4a", M4A, INFO)
        recording = (conversation := source.read("1lDxLnrWjwkGm")).recording
        assert source.find_ids() == ("1lDxLnrWjwkGm",)
        assert source.account == Account(handle="rivermaps", name="River Maps")
        assert conversation.announcement.title == "Flood gauges"
        assert conversation.announcement.body == "All about <gauges>.\n\nBring questions."
        assert (recording.source, recording.url) == ("x-space", "https://x.com/i/spaces/1lDxLnrWjwkGm")
        assert recording.started_at == datetime.fromtimestamp(1791531000, UTC)
        assert recording.ended_at == recording.started_at + timedelta(seconds=recording.duration)

    def test_a_recording_with_tags(self, tmp_path: Path) -> None:
        """A part taken out of an archive by hand still says who speaks when."""
        source = save(tmp_path / "space-1_0.ts", RECORDING)
        recording = source.read(source.find_ids()[0]).recording
        assert recording.timeline is Timeline.LEVELS
        assert [recording.speakers[turn.speaker].handle for turn in recording.turns] == ["", "kit"]
        assert recording.started_at == STARTED

    @pytest.mark.parametrize(
        "info",
        [
            [],
            {"title": {"a": 1}, "uploader": 5, "timestamp": "soon", "webpage_url": "javascript:alert(1)"},
            {"timestamp": 1e300, "title": "\x00\x1b[31m\u202e", "uploader_id": "../..", "webpage_url": 7},
            {"timestamp": float("nan"), "webpage_url": "https://evil.example/i/spaces/1lDxLnrWjwkGm"},
            {"webpage_url": "https://x.com/i/spaces/../../etc"},
        ],
    )
    def test_odd_metadata_is_not_believed(self, info: Any, tmp_path: Path) -> None:
        """Wrong types, control characters, foreign links and absurd times are left out."""
        source = save(tmp_path / "talk.aac", strip_tags(RECORDING), info)
        conversation = source.read(source.find_ids()[0])
        assert conversation.recording.id.startswith("audio-")
        assert conversation.recording.started_at is None
        assert conversation.recording.url[:8] in {"", "https://"}
        assert source.account == Account()
        assert conversation.announcement.title in {"talk", "[31m"}

    def test_broken_metadata_is_no_obstacle(self, tmp_path: Path) -> None:
        """JSON that is none, or nests without end, is as if it were not there."""
        for text in ("{", "[" * 100_000, "\xff"):
            (tmp_path / "talk.info.json").write_text(text, "latin-1")
            assert save(tmp_path / "talk.m4a", M4A).find_ids()[0].startswith("audio-")

    def test_an_unknown_id(self, tmp_path: Path) -> None:
        """There is only the one conversation."""
        with pytest.raises(KeyError):
            save(tmp_path / "talk.m4a", M4A).read("another")

    @pytest.mark.parametrize(("content", "word"), [(b"", "empty"), (b"hello", "no audio")])
    def test_unusable(self, content: bytes, word: str, tmp_path: Path) -> None:
        """Said at once, not when reading."""
        with pytest.raises(UnusableSource, match=word):
            save(tmp_path / "talk.mp3", content)

    def test_what_is_detected(self, tmp_path: Path) -> None:
        """Audio by name or by content; no folders, no text, no zips."""
        for name, content in {"a.m4a": b"", "b": M4A, "c.bin": RECORDING, "d.dat": wrap(RECORDING, "mp3")}.items():
            (tmp_path / name).write_bytes(content)
            assert detect(tmp_path / name)
        for name, content in {"e.txt": b"hello", "f.zip": b"PK\3\4" + bytes(100), "g": b""}.items():
            (tmp_path / name).write_bytes(content)
            assert not detect(tmp_path / name)
        assert not detect(tmp_path)


def test_a_quiet_guest_is_as_well_known_as_from_an_archive(tmp_path: Path) -> None:
    """Who may be heard when, and who is on stage: of use where they refused, also beside people a downloader names."""
    content = make_recording(
        10, levels=lambda at: [0, 30] if at < 4 else [40, 3 if at < 7 else 0], participants=["kit", "lou"]
    )
    described = "Twitter Space participated by Host, Ada Nobody"
    info = {"description": described, "uploader": "Host", "webpage_url": "https://x.com/i/spaces/1lDxLnrWjwkGm"}
    found = save(tmp_path / "talk.aac", content, info)
    recording = found.read(found.find_ids()[0]).recording
    expected = make_timeline([read_part(io.BytesIO(content), "talk.aac")], recording.speakers[0])
    assert [who.handle or who.name for who in recording.speakers] == ["Host", "kit", "Ada Nobody"]
    assert [who.handle for who in recording.on_stage] == ["lou"]
    everyone = [*recording.speakers, *recording.on_stage]
    told = [(everyone[span.speaker].handle, span.start, span.end) for span in recording.may_speak]
    assert told == [(["", "kit", "lou"][span.speaker], span.start, span.end) for span in expected.may_speak]
    assert [(who, start, round(end)) for who, start, end in told if who == "kit"] == [("kit", 0.0, 7)]
