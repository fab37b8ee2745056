"""Files are opened alike by every version of PyAV."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

from site_builder.audio.containers import open_container, read_tags


def write_titled_wave(file: Path, title: bytes) -> None:
    """A second of silence with a title, in a RIFF INFO list."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    info = b"INFOINAM" + struct.pack("<I", len(title)) + title
    content = out.getvalue()[8:] + b"LIST" + struct.pack("<I", len(info)) + info
    file.write_bytes(b"RIFF" + struct.pack("<I", len(content)) + content)


def test_a_tag_that_is_not_utf8_is_text_all_the_same(tmp_path: Path) -> None:
    """In Latin-1, as old programs write; no lone surrogate, which no file may hold."""
    write_titled_wave(tmp_path / "talk.wav", "café \x00".encode("latin-1"))
    with open_container(str(tmp_path / "talk.wav")) as container:
        assert read_tags(container.metadata)["title"].strip() == "caf\ufffd"
