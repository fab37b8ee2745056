"""Rules about what was built."""
