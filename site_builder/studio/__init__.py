"""A local page on which a host does everything; see `studio.server`."""
