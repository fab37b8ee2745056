"""Sound: recordings in, published audio out. Losslessly where it can be (`packets`), else encoded (`encode`)."""
