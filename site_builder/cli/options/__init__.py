"""What all commands have in common: examples, `-q` and `-v`."""
