"""Pages of the site as HTML: the values each shows, the theme that renders them, and the drawings on them."""
