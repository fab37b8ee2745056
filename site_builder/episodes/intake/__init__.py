"""Takes conversations out of sources into bundles, and completes those that are here."""
