"""The network: one client for everything that is asked of the web."""
