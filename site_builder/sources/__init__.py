"""Where recordings come from: X archives, plain audio files. Each kind is one module; `detect.open_source` chooses."""
