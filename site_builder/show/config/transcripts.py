"""The section `transcript` of config.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from site_builder.show.documents import Document
from site_builder.show.documents.fields import AsList, Line


class TranscriptConfig(Document):
    """`transcript`: what is said, written down by a speech engine on this computer."""

    make: bool = False
    """Whether `build` transcribes what has no transcript yet."""
    model: Line = ""
    """Folder or name of the speech model. Nothing: any that is on this computer."""
    words: Annotated[tuple[Line, ...], AsList] = ()
    """Names and words that are likely to be said: `[Sumburgh, Fresnel]`."""
    replace: dict[Line, Line] = Field(default_factory=dict)
    """What is heard again and again, and what is meant: `sun bro: Sumburgh`."""
