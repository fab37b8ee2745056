"""A show of two conversations, and `spacecast studio` running on it."""

from studio_fixtures import built_show, looked_at, show, studio

__all__ = ["built_show", "looked_at", "show", "studio"]
