"""Jobs and previews that run in processes of their own, and how far they are."""
