"""An episode: from its bundle (a folder) over consent and edits to what pages and feed show."""
