"""Writes the transcripts of the demo show with the program itself, and whatever speech model is on this computer.

    python scripts/make_demo_transcripts.py

The recordings of the demo archive are taken into a show of their own and heard there with `spacecast transcribe`, with
the config of the demo. transcript.vtt and words.json go to content/episodes/<bundle>/ as they are, mistakes and all:
they show what Whisper tiny.en, the model of the tests, makes of three voices. Nobody corrected them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from site_builder.show.layout import EPISODES, TRANSCRIPT, WORDS

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Hear the demo archive and put what was heard beside the demo's episodes."""
    with tempfile.TemporaryDirectory() as scratch:
        show = Path(scratch)
        (show / "content").mkdir()
        shutil.copy(ROOT / "config.yaml", show)
        run(show, "extract", str(ROOT / "content/archives/demo.zip"))
        run(show, "transcribe")
        for words in sorted(show.glob(f"{EPISODES}/*/{WORDS}")):
            place = ROOT / EPISODES / words.parent.name
            place.mkdir(parents=True, exist_ok=True)
            for name in (TRANSCRIPT, WORDS):
                shutil.copy(words.with_name(name), place)


def run(show: Path, *arguments: str) -> None:
    """One command of the program in `show`."""
    subprocess.run([sys.executable, "-m", "site_builder", "-C", show, *arguments], check=True, cwd=ROOT)  # noqa: S603 -- ourselves


if __name__ == "__main__":
    main()
