"""The podcast feed as XML: RSS 2.0 with the elements of Apple, Podcasting 2.0, Podlove, Spotify and Atom."""
