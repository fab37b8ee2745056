"""One episode: sound, notes, chapters and details, one scroll."""
