"""The show folder as files: bundles, front matter, the publication record, the lock."""
