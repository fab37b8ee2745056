"""The options of `build`, as values."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from site_builder.engine.digests import JSON

if TYPE_CHECKING:  # which is loaded by builds that have something to do
    from site_builder.consent.leaks import LeakMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What the person asked of a build."""

    jobs: int = 1
    cluster: str = ""
    """Address of a Dask scheduler that has sound made by its workers, or `local:N`."""
    cluster_store: str = ""
    """Address of an object store that these workers have in common with this computer, instead of a folder."""
    drafts: bool = False
    strict: bool = False
    explain: bool = False
    preview: bool = False
    """To be looked at only: made in a place of its own; `output/` and `published.json` stay as they are."""
    retire: tuple[str, ...] = ()
    """Promised episodes, by slug or guid, that are taken back for good though their folders are gone."""
    published: bool = False
    """The host puts `output/` online as it will be, so what is in it is promised."""
    moved: bool = False
    """The host says that the show's new address leaves nobody behind."""
    leak_memory: LeakMemory | None = None
    """Of the leak searches of this process; for previews, which are built again and again."""

    @property
    def inputs(self) -> dict[str, JSON]:
        """Those that change what is made."""
        return {"drafts": self.drafts}

    def for_previews(self) -> BuildOptions:
        """The same for builds to look at, one after the other in one process."""
        from site_builder.consent.leaks import LeakMemory  # noqa: PLC0415 -- in the process that builds

        return replace(self, preview=True, leak_memory=LeakMemory())


def is_ci() -> bool:
    """Whether this runs where nothing that it writes into `content/` lasts (`CI` is set by every such service)."""
    return os.environ.get("CI", "").strip().lower() not in {"", "0", "false", "no"}
