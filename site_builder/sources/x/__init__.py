"""X archives: the only code that knows X."""
