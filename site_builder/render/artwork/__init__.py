"""Covers, icons and cards for shared links: drawn from the conversation, or made of what the host gives."""
