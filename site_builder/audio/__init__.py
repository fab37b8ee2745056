"""Sound: from recordings to published audio, copied without loss (`packets`) or encoded (`encode`)."""
