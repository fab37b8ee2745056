"""Options of every command: `-q`, `-v`, and the examples at the end of `--help`."""
