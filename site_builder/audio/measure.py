"""Lengths, levels and loudness of audio files, counted and decoded rather than read from headers."""

from __future__ import annotations

from pathlib import Path

from site_builder.audio.demux import count_samples, holds_adts, open_audio, read_packets
from site_builder.audio.facts import AudioFacts
from site_builder.errors import UnusableSource


def measure(path: Path) -> AudioFacts:
    """Facts of any audio file, its length counted from frames.

    Raises:
        UnusableSource: it cannot be read or holds no sound.
    """
    if holds_adts(path):
        return _measure_adts(path)
    with open_audio(path) as (container, stream):
        if "mp4" in container.format.name and stream.duration is not None and stream.time_base:
            samples = round(stream.duration * stream.time_base * stream.sample_rate)
        else:
            packets = container.demux(stream)
            samples = sum(count_samples(packet, stream.sample_rate) for packet in packets if packet.size)
        return AudioFacts(
            codec=stream.codec_context.codec.canonical_name,
            sample_rate=stream.sample_rate,
            channels=stream.channels,
            samples=samples,
            size_bytes=path.stat().st_size,
        )


def _measure_adts(path: Path) -> AudioFacts:
    coding, packets = None, 0
    for batch in read_packets(path):
        coding = coding or batch.coding
        packets += len(batch.packets)
    if coding is None:
        raise UnusableSource(f"{path}: this recording holds no sound; take the file from the archive again")
    return AudioFacts(
        codec=coding.codec,
        sample_rate=coding.sample_rate,
        channels=coding.channels,
        samples=packets * coding.frame_samples,
        size_bytes=path.stat().st_size,
    )
