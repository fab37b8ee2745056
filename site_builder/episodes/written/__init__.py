"""Finds what in the host's own texts cannot be published as it stands."""
