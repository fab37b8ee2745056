"""The build engine: targets, what was made, caches, processes. It knows no podcasts."""
