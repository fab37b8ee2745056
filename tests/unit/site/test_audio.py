"""How the sound of an episode is planned."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_copy_is_planned_without_what_encodes() -> None:
    """Each edit of an episode with a recording plans its sound: PyAV takes longer to load than all else."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from site_builder.model.edits import EditList\n"
        "from site_builder.model.podcast import Recording\n"
        "from site_builder.site import audio, sound\n"
        "wanted = sound.AudioSettings(format='aac', loudness=-16.0)\n"
        "sound.plan_encode([Path('x.aac')], Recording(id='1', source='x-space'), EditList.keep_all(1.0), wanted)\n"
        "assert not {'av', 'site_builder.audio.encode'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
