"""The command line: parses arguments, calls `commands/` or `build/`, prints the result."""
