"""Reads X archives; the only package that knows X."""
