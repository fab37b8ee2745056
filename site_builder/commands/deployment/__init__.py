"""What a deploy knows beside its story: where it goes, what it tells beforehand, and what was sent before."""
