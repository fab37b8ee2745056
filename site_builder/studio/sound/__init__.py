"""A recording for the editor: its shape in every detail, and its sound from any moment on."""
