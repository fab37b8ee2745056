"""A short run of the fuzzer (`make fuzz SECONDS=…` is the long one): every reader, with a new seed each day."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

RUN = Path(__file__).with_name("run.py")


def test_readers_of_foreign_bytes_only_raise_what_is_told() -> None:
    """No other exception, no hang, no write outside, no more than 400 MB; what was found before is tried first."""
    command = [sys.executable, str(RUN), "--inputs", "1500", "--jobs", "1", "--seed", str(int(time.time()) // 86400)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["inputs"] > 1500
