"""`spacecast schema`: what may be written in config.yaml, front matter and people.yaml, for editors that check it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from site_builder.engine.files import write_file
from site_builder.show.config import Config, require_show
from site_builder.show.documents.json_schema import describe_schema
from site_builder.show.front_matter import EpisodeMatter, PageMatter
from site_builder.show.people.schema import PeopleFile
from site_builder.show.schema_lines import SCHEMA_FOLDER

SCHEMAS: dict[str, tuple[type[BaseModel], str]] = {
    "config": (Config, "config.yaml of a show"),
    "front-matter": (EpisodeMatter, "Front matter of an episode (index.md)"),
    "page": (PageMatter, "Front matter of a page (content/pages/)"),
    "people": (PeopleFile, "people.yaml of a show"),
}
"""Name to what reads such a file, and its title."""


def make_schema(name: str) -> dict[str, Any]:
    """The schema of that name."""
    type_, title = SCHEMAS[name]
    return describe_schema(type_, title)


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Put all of them into a show, for its files name them there; those of an older version are replaced.

    Raises:
        UsageError: it is no show.
    """
    require_show(folder)
    return tuple(write_schema_files(folder))


def write_schema_files(folder: Path) -> list[Path]:
    """The same, where there is no show yet."""
    files = []
    for name in SCHEMAS:
        file = folder / SCHEMA_FOLDER / f"{name}.schema.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, (json.dumps(make_schema(name), indent=1, ensure_ascii=False) + "\n").encode())
        files.append(file)
    return files
