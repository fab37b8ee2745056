"""What encoding anew consists of: segments on all cores, their seams, loudness, and a gain for each voice."""
