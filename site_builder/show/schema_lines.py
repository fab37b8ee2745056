"""The line at the top of a file by which editors find the JSON Schema of what may stand in it.

https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

SCHEMA_FOLDER: Final = ".spacecast/schemas"
"""Where a show keeps its schemas."""
_FRONT: Final = "---\n"


def name_schema(name: str, up: str = "") -> str:
    """The line; `up` leads from the file to the show's folder."""
    return f"# yaml-language-server: $schema={up}{SCHEMA_FOLDER}/{name}.schema.json\n"


def name_front_schema(text: str, name: str, folder: Path, up: str) -> str:
    """A new Markdown file that names the schema of its front matter, where the show in `folder` has it."""
    if not text.startswith(_FRONT) or not (folder / SCHEMA_FOLDER / f"{name}.schema.json").is_file():
        return text
    return _FRONT + name_schema(name, up) + text.removeprefix(_FRONT)
