"""From sources into bundles: new episodes, and what later sources know of those that are here."""
