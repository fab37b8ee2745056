"""`spacecast workflow`: GitHub builds and publishes the site."""
