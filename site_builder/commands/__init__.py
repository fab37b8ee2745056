"""One story for each other command."""
