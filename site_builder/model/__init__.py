"""What a podcast is: frozen nouns, without input or output."""
