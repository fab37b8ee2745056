"""Which files exist: audio, pictures, pages, feeds, search."""
