"""Model to bytes, pure: pages, feed, chapters, transcripts, artwork."""
