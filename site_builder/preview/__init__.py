"""`spacecast serve`: build, show, watch, build again.

    watching   what changed on disk, a burst of saves as one change
    session    builds when something changed, and knows how the last build went
    process    the same, asked of a process of its own: one that serves has threads, and a build forks
    server     serves the preview as a static host would, tells open pages to reload or what is wrong

A preview is built into `.cache/preview/`, drafts and future episodes included: `output/` and `published.json` stay.
"""
