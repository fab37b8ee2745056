"""Rules about what the host wrote."""
