"""An existing podcast feed as a source."""
