"""Parts of a deploy: where it goes, what it tells beforehand, what was sent before."""
