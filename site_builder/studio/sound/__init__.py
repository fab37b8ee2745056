"""A recording for the sound editor: its waveform, and its sound from any moment on."""
