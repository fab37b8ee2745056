"""The shape of a recording for the editor: shown while it is made, then kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.show.bundles import find_bundles, load_bundle
from site_builder.studio.sound import peaks


def test_a_glance_grows_while_it_is_made(built_show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look has more of it, from the beginning on; the last is the one that is kept, and comes alone later."""
    monkeypatch.setattr(peaks, "_OFTEN", 0.0)
    bundle = load_bundle(min(find_bundles(built_show / "content")))
    recording = bundle.recording
    assert recording
    *looks, whole = peaks.follow_glance(recording, bundle.part_files, tmp_path)
    assert looks
    assert {len(look) for look in (*looks, whole)} == {peaks.GLANCE}
    heard = [len(look.rstrip(b"\0")) for look in looks]
    assert heard == sorted(heard)
    assert heard[0] < len(whole.rstrip(b"\0"))
    assert list(peaks.follow_glance(recording, bundle.part_files, tmp_path)) == [whole]
