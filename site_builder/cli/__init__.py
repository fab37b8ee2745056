"""Arguments in, terminal out."""
