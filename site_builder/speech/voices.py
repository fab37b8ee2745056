"""Models of people's voices, from spectral features of their own speech.

Features are 13 mel-frequency cepstral coefficients (Davis and Mermelstein 1980) of 25 ms every 10 ms, without the one
that tells loudness. A voice is a mixture of Gaussians with diagonal covariances, fitted by expectation maximisation
from a fixed start, so that the same sound always gives the same voice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from site_builder.speech.engine import SAMPLE_RATE, Sound

HOP = 160
"""Samples from one frame of features to the next: 10 ms."""
_FRAME = 400
_BLOCK = 512
"""Frames that are worked on at a time: their spectra take ten times as much memory as the sound."""
_FFT = 512
_BANDS = 26
COEFFICIENTS = 13
"""Numbers of a frame of features."""
_MIXTURES = 8
_ROUNDS = 20
_LEAST_VARIANCE = 1e-2

Features = NDArray[np.float32] | NDArray[np.float16]
"""A row a frame."""


def make_features(sound: Sound) -> Features:
    """Features of each frame of `sound`; none where it is shorter than a frame."""
    count = 1 + (len(sound) - _FRAME) // HOP
    if count < 1:
        return np.zeros((0, COEFFICIENTS), dtype=np.float32)
    steep = np.append(sound[:1], sound[1:] - 0.97 * sound[:-1])
    frames = np.lib.stride_tricks.sliding_window_view(steep, _FRAME)[::HOP][:count]
    return np.concatenate([_transform(frames[at : at + _BLOCK]) for at in range(0, count, _BLOCK)])


def _transform(frames: Sound) -> Features:
    power = np.abs(np.fft.rfft(frames * np.hamming(_FRAME), _FFT)) ** 2
    bands = np.log(power @ _mel_filters().T + 1e-10)
    return np.asarray(bands @ _cosines().T, dtype=np.float32)


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Triangles on the mel scale, from 100 Hz to 7 kHz."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (100.0, 7000.0))
    hertz = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)
    rising = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    falling = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


@cache
def _cosines() -> NDArray[np.float64]:
    """The discrete cosine transform of the bands; its first row, which is loudness, is left out."""
    numbers = np.arange(1, COEFFICIENTS + 1)[:, None]
    return np.asarray(np.cos(np.pi * numbers * (np.arange(_BANDS) + 0.5) / _BANDS))


@dataclass(frozen=True, slots=True)
class Voice:
    """A mixture of Gaussians over features."""

    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    variances: NDArray[np.float64]

    def score(self, features: Features) -> NDArray[np.float64]:
        """Logarithm of the density at each frame."""
        return np.asarray(np.logaddexp.reduce(self._joint(features.astype(np.float64)), axis=1))

    def _joint(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = [
            np.log(weight)
            - 0.5 * (np.log(2 * np.pi * variance).sum() + ((features - mean) ** 2 / variance).sum(axis=1))
            for weight, mean, variance in zip(self.weights, self.means, self.variances, strict=True)
        ]
        return np.stack(parts, axis=1)


def learn_voice(features: Features) -> Voice:
    """The voice heard in `features`, of which there must be one frame at least."""
    known = features.astype(np.float64)
    count = max(1, min(_MIXTURES, len(known) // 50))
    order = np.argsort(known[:, 0], kind="stable")
    groups = np.array_split(order, count)
    voice = Voice(
        np.full(count, 1 / count),
        np.stack([known[group].mean(axis=0) for group in groups]),
        np.tile(known.var(axis=0) + _LEAST_VARIANCE, (count, 1)),
    )
    for _ in range(_ROUNDS if count > 1 else 1):
        voice = _improve(voice, known)
    return voice


def _improve(voice: Voice, known: NDArray[np.float64]) -> Voice:
    """One round of expectation maximisation."""
    joint = voice._joint(known)
    shares = np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])
    sizes = shares.sum(axis=0) + 1e-9
    means = shares.T @ known / sizes[:, None]
    variances = shares.T @ known**2 / sizes[:, None] - means**2
    return Voice(sizes / sizes.sum(), means, np.maximum(variances, _LEAST_VARIANCE))
