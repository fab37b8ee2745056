"""Turns an X data archive with Spaces recordings into a podcast people can subscribe to."""

__version__ = "0.1.0"
