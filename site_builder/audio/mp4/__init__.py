"""MP4 files: their boxes, a file of AAC packets, chapters."""
