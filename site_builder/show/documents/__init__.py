"""YAML and front matter to typed objects, every problem at once with file and line.

A document is a pydantic model that inherits from `Document`; `fields` has the types of single options. YAML is read as
text alone (see `yaml`) and the model decides what each text means, so nothing is ever guessed. Problems are written
for people (see `messages`).
"""

from site_builder.show.documents.document import (
    Document,
    decode,
    find_front_line,
    find_line,
    is_plain,
    parse_front_matter,
    parse_yaml,
)
from site_builder.show.documents.messages import list_options

__all__ = [
    "Document",
    "decode",
    "find_front_line",
    "find_line",
    "is_plain",
    "list_options",
    "parse_front_matter",
    "parse_yaml",
]
