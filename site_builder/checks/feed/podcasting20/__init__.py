"""Rules about what Podcasting 2.0 elements say."""
