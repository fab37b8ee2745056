"""What real players make of an audio file: decoded with ffmpeg, described by ffprobe."""

from __future__ import annotations

import json
import subprocess
from array import array
from pathlib import Path
from typing import Any

import av

from site_builder.audio.encoding.loudness import Loudness, gauge_loudness
from site_builder.audio.measure import measure
from site_builder.audio.sound import read_sound


def decode(path: Path, *options: str) -> array[float]:
    """Interleaved samples as ffmpeg decodes them; fails where it reports an error."""
    command = ["ffmpeg", "-v", "error", *options, "-i", str(path), "-map", "0:a", "-f", "f32le", "-"]
    done = subprocess.run(command, check=True, capture_output=True)
    assert not done.stderr, done.stderr.decode()
    return array("f", done.stdout)


def decode_recording(path: Path) -> array[float]:
    """Samples of a bare ADTS stream, errors at its joins allowed."""
    command = ["ffmpeg", "-v", "quiet", "-f", "aac", "-i", str(path), "-f", "f32le", "-"]
    return array("f", subprocess.run(command, check=True, capture_output=True).stdout)


def gauge_file(path: Path) -> Loudness:
    """How loud a file is."""
    facts = measure(path)
    return gauge_loudness(read_sound([path], sample_rate=facts.sample_rate, channels=min(2, facts.channels or 2)))


def probe(path: Path) -> dict[str, Any]:
    """Everything ffprobe says; fails where it reports an error."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert not done.stderr, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def list_packets(path: Path, container: str | None = None) -> list[bytes]:
    """Raw AAC packets, ADTS headers taken off."""
    with av.open(str(path), format=container) as source:
        packets = [bytes(packet) for packet in source.demux(source.streams.audio[0]) if packet.size]
    return [packet[7:] if packet[:1] == b"\xff" else packet for packet in packets]


def list_boxes(path: Path) -> list[bytes]:
    """Kinds of the top-level boxes of an MP4 file."""
    content, at, kinds = path.read_bytes(), 0, []
    while at < len(content):
        kinds.append(content[at + 4 : at + 8])
        at += int.from_bytes(content[at : at + 4], "big")
    assert at == len(content)
    return kinds


def loudest(samples: array[float], start: float, end: float, *, rate: int = 48000, channels: int = 2) -> float:
    """Largest magnitude between two times."""
    part = samples[round(start * rate) * channels : round(end * rate) * channels]
    assert part
    return max(map(abs, part))
