"""The steps of `build`: find what changed, choose episodes, make files, search for leaks, report."""
