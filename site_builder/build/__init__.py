"""The story of `build`: what changed, select, make, verify, report."""
