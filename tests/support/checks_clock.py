"""The moment at which tests of `check` take place: that of every run of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from show_runner import TODAY

NOW = datetime.fromtimestamp(int(TODAY), UTC)
