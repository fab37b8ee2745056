"""What a podcast is: frozen values, without input or output."""
