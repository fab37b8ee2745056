"""How Sphinx makes the manual's site: see scripts/docs_site.py."""

from pygments.lexers.special import TextLexer

project = "spacecast"
author = "The spacecast authors"
copyright = author  # noqa: A001 -- Sphinx's name
extensions = ["myst_parser"]
myst_heading_anchors = 4
highlight_language = "text"
smartquotes = False  # what is written is meant
nitpicky = True
html_theme = "furo"
html_title = "spacecast"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
linkcheck_timeout = 20
linkcheck_ignore = [
    r"https?://([\w.-]+\.)?example(\.org|\.com|\.net)?(/|$)",
    r"https?://(localhost|127\.0\.0\.1|you\.github\.io|YOU\.github\.io)",
    r"https://(creators\.spotify|podcasters\.amazon|podcastsconnect\.apple|studio\.youtube)\.com",  # ask for a login
]


def setup(app: object) -> None:
    """Pygments does not know this language."""
    app.add_lexer("caddy", TextLexer)  # type: ignore[attr-defined]
