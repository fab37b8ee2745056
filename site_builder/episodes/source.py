"""All that an episode is made of: bundle, casting, edits, transcript. Decision 42 names the states around it."""

from __future__ import annotations

from dataclasses import dataclass

from site_builder.consent import Casting
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue
from site_builder.model.speech import Recognition
from site_builder.show.bundles import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSource:
    """A bundle, with who is heard and named in it and what of its recording is published."""

    bundle: Bundle
    casting: Casting
    edits: EditList
    """What of the recording is published; once its sound is made, as that came out."""
    cues: tuple[Cue, ...] = ()
    """The transcript in recording time."""
    heard: Recognition | None = None
    """What an engine heard in the recording."""
    draft: bool = False
    """Built for a preview only: a draft, or dated in the future."""

    @property
    def guid(self) -> str:
        """The episode's."""
        return self.bundle.guid
