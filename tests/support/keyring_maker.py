"""A keyring as a system has one, for processes that a test starts; or one that is locked for good.

    start_studio(show, PYTHONPATH=f"{PROJECT}{os.pathsep}{make_keyring(tmp_path / 'keyring')}")

`keyring` finds it as it finds any installed one, by its entry point, and takes it before the system's own.
"""

from __future__ import annotations

import json
from pathlib import Path

_MODULE = """
import json
from pathlib import Path

from keyring import backend, errors

FILE = Path(__file__).with_name("kept.json")


class StandIn(backend.KeyringBackend):
    priority = 99

    def _read(self):
        return json.loads(FILE.read_text())

    def get_password(self, service, username):
        return self._read().get(f"{service} {username}")

    def set_password(self, service, username, password):
        if IS_LOCKED:
            raise errors.KeyringLocked
        FILE.write_text(json.dumps({**self._read(), f"{service} {username}": password}))

    def delete_password(self, service, username):
        kept = self._read()
        del kept[f"{service} {username}"]
        FILE.write_text(json.dumps(kept))
"""


def make_keyring(folder: Path, *, is_locked: bool = False) -> Path:
    """What to put on the path of modules."""
    info = folder / "stand_in_keyring-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stand-in-keyring\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nstand-in = stand_in_keyring\n")
    (folder / "stand_in_keyring.py").write_text(f"{_MODULE}\n\nIS_LOCKED = {is_locked}\n")
    (folder / "kept.json").write_text("{}")
    return folder


def read_kept(folder: Path) -> dict[str, str]:
    """What it holds, by service and account."""
    kept: dict[str, str] = json.loads((folder / "kept.json").read_text())
    return kept
