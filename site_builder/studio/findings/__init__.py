"""What a check found, as a host reads it: in order, and in the language of the interface."""
