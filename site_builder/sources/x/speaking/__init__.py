"""Who speaks when in a Space, from the tags in its recording."""
