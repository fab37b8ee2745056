"""Counts length and format of a stream whose sample rate or channels may change on the way."""

from __future__ import annotations

from fractions import Fraction

from site_builder.audio.adts import SAMPLES_PER_FRAME, Run


class SampleCount:
    """Samples counted so far, by format.

    Where the format changes on the way, the stream is told in the sample rate of most of it and in the largest number
    of channels: that is what the rest is converted to.
    """

    def __init__(self) -> None:
        self.channels = 0
        """The most there are."""
        self._by_rate: dict[int, int] = {}

    def add(self, sample_rate: int, channels: int, samples: int) -> None:
        """Take in samples (per channel) of one format."""
        self.channels = max(self.channels, channels)
        self._by_rate[sample_rate] = self._by_rate.get(sample_rate, 0) + samples

    @property
    def seconds(self) -> Fraction:
        """Exact."""
        return sum((Fraction(samples, rate) for rate, samples in self._by_rate.items()), Fraction(0))

    @property
    def position(self) -> float:
        """The seconds, to the nearest float; asked at every tag, so quick where there is one rate."""
        if len(self._by_rate) == 1:
            [(rate, samples)] = self._by_rate.items()
            return samples / rate
        return float(self.seconds)

    def add_run(self, run: Run) -> None:
        """Take in frames of an ADTS stream; two channels where only the sound itself tells."""
        self.add(run.format.sample_rate, run.format.channels or 2, run.frames * SAMPLES_PER_FRAME)

    @property
    def sample_rate(self) -> int:
        """Of most of the stream, the first among equals; 0 before the first sample."""
        return max(self._by_rate, key=lambda rate: self._by_rate[rate] / rate, default=0)

    @property
    def samples(self) -> int:
        """Per channel, at `sample_rate`."""
        return round(self.seconds * self.sample_rate)
