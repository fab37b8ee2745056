"""What each command but `build` does: functions that take values and return values; `cli/` parses and prints."""
