"""Each element of a feed: where it may stand, how often, and what its values may be."""
