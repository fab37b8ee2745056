"""The page of an episode: sound, notes, chapters and details."""
