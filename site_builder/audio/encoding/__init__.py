"""Parts of encoding: segments on all cores and how they join, loudness, a gain for each voice."""
