"""Rules about the built site: its audio, artwork, pages and transcripts, and what hosts take."""
