"""Where recordings come from: X archives, feeds, audio files. Each is a module; `detect.open_source` chooses."""
