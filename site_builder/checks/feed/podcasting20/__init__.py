"""Rules about Podcasting 2.0 elements of a feed: people, payment, live items, and whether they agree."""
