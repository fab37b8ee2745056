"""What each command but `build` does, without arguments and printing."""
