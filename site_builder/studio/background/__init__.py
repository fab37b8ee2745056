"""Long jobs and previews that run in processes of their own, and their progress."""
