"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("project", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("project")

os.environ.pop("CI", None)  # a build in CI promises nothing new; tests of that say so
