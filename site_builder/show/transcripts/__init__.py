"""Transcript files beside a recording: what people bring or correct, and what an engine heard."""
