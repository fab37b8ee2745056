"""`github://OWNER/NAME`: GitHub Pages without git. A token, a few calls of GitHub's API, and packs sent over HTTPS."""
