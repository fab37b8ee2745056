"""Where elements of a feed may stand, and how many there may be."""

CHANNEL, ITEM = frozenset({"channel"}), frozenset({"item"})
LIVE = frozenset({"podcast:liveItem"})
ITEMS = ITEM | LIVE
BOTH = CHANNEL | ITEMS
MANY = 10_000
