"""An episode, from its bundle to its summary."""
