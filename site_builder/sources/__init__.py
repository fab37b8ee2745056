"""Where recordings come from: X archives, plain audio files; each kind is one module, chosen by `detect.open_source`."""
