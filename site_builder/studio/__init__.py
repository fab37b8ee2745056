"""The studio: a local web page on which a host does everything; see `studio/server.py`."""
