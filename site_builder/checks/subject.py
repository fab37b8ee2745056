"""What `check` looks at: the files of a show, and what the last build made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from site_builder.checks.feed.document import Branch, FeedDocument, Site, UnreadableFeed, parse_feed
from site_builder.checks.rule import Place
from site_builder.consent import Casting
from site_builder.episodes.catalog import decide_consent, explain_withheld
from site_builder.events import Notify, ignore
from site_builder.model.paths import FEED
from site_builder.model.podcast import Guid
from site_builder.show.bundles import Bundle
from site_builder.show.config import Config
from site_builder.show.documents import find_line
from site_builder.show.layout import CONFIG, INDEX
from site_builder.show.load import ShowFolder


@dataclass(frozen=True, kw_only=True)
class CheckedShow:
    """Everything rules look at."""

    show_folder: ShowFolder
    every_bundle: tuple[Bundle, ...]
    """All episodes, those too that are not to be published."""
    now: datetime
    current: bool = True
    """Whether `output/` is what a build would make now."""
    host: str = ""
    """The host whose limits are asked for; empty for those the config names."""
    notify: Notify = ignore

    @property
    def folder(self) -> Path:
        """The show's folder."""
        return self.show_folder.folder

    @property
    def config(self) -> Config:
        """Its config."""
        return self.show_folder.config

    @property
    def output(self) -> Path:
        """Where the site is; may be missing."""
        return self.folder / "output"

    @cached_property
    def site(self) -> Site:
        """What addresses mean on this disk."""
        show = self.show_folder.describe(media_url=self.config.media.url or "")
        return Site(show=show, output=self.output)

    @cached_property
    def raw_feed(self) -> bytes | None:
        """The feed as it lies there; None where there is none."""
        file = self.output / FEED
        return file.read_bytes() if file.is_file() else None

    @cached_property
    def feed(self) -> FeedDocument | None:
        """The feed; None where there is none, or none that can be read."""
        try:
            return parse_feed(self.raw_feed, self.site) if self.raw_feed else None
        except UnreadableFeed:
            return None

    @property
    def items(self) -> tuple[Branch, ...]:
        """The episodes in the feed."""
        return self.feed.items if self.feed else ()

    @cached_property
    def items_by_guid(self) -> dict[str, Branch]:
        """The same by guid; of two with one guid the first."""
        return {item.text("guid"): item for item in reversed(self.items)}

    @cached_property
    def bundles_by_guid(self) -> dict[str, Bundle]:
        """The episodes that are to be published, by guid."""
        return {bundle.guid: bundle for bundle in self.bundles}

    @cached_property
    def bundles(self) -> tuple[Bundle, ...]:
        """Episodes that are meant to be published, now or later: neither drafts nor withdrawn."""
        return tuple(b for b in self.every_bundle if not b.draft and b.withdrawn is None)

    @cached_property
    def castings(self) -> dict[Guid, Casting]:
        """Who is heard and named in each episode that has a recording."""
        return {bundle.guid: decide_consent(self.show_folder, bundle) for bundle in self.bundles if bundle.recording}

    @cached_property
    def withheld(self) -> dict[Guid, str]:
        """Why an episode may not be published, in sentences; only of those that may not."""
        found = {bundle.guid: self._explain_withheld(bundle) for bundle in self.bundles if bundle.recording}
        return {guid: reasons for guid, reasons in found.items() if reasons}

    def _explain_withheld(self, bundle: Bundle) -> str:
        return explain_withheld(self.show_folder, bundle, self.castings[bundle.guid])

    def in_config(self, *path: str | int) -> Place:
        """Where an option stands in `config.yaml`."""
        return Place(file=Path(CONFIG), line=find_line(self._config_text, path) if path else None)

    def in_episode(self, bundle: Bundle) -> Place:
        """The `index.md` of an episode."""
        return Place(file=self.relative(bundle.folder / INDEX), episode=bundle.matter.title)

    def relative(self, file: Path) -> Path:
        """A file as people name it: below the show's folder."""
        return file.relative_to(self.folder) if file.is_relative_to(self.folder) else file

    @cached_property
    def _config_text(self) -> bytes:
        file = self.folder / CONFIG
        return file.read_bytes() if file.is_file() else b""
