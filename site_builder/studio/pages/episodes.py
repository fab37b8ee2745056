"""The page Episodes: all of them, newest first, each with what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.commands.published_time import find_edits
from site_builder.render.pages.lanes import describe_strip
from site_builder.show.bundles import Bundle
from site_builder.studio.episodes import ListedEpisode, Standing, list_episodes, load_show
from site_builder.studio.rendering import render, studio_of
from site_builder.studio.sound.editing import expect_quiet_ends
from site_builder.studio.sound.peaks import SOUNDS
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language

_PAGE = 60
"""Episodes shown at once."""


def count(studio: Studio, language: Language) -> str:
    """What this place wants, in a word or two."""
    new = sum(episode.standing is Standing.NEW for episode in list_episodes(studio))
    return language.ngettext("%(count)s new", "%(count)s new", new) % {"count": new} if new else ""


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    episodes = list_episodes(studio)
    first = min(int(text), 100_000) if (text := request.query_params.get("from", "0")).isdecimal() else 0
    shown = episodes[first : first + _PAGE]
    strips = studio.keep(f"strips-{first}", lambda: {e.name: _draw(e.bundle) for e in shown if e.bundle})
    lengths = studio.keep(f"lengths-{first}", lambda: _measure(studio, shown))
    return render(
        request,
        "episodes.html",
        episodes=shown,
        strips=strips,
        lengths=lengths,
        first=first,
        last=first + _PAGE,
        all=episodes,
    )


def _measure(studio: Studio, episodes: Sequence[ListedEpisode]) -> dict[str, float]:
    """How long each episode is when it is published, in seconds, by the names of their folders."""
    show, listen = load_show(studio), partial(expect_quiet_ends, cache=studio.folder / SOUNDS)
    found = {one.name: find_edits(show, one.bundle, listen) for one in episodes if one.bundle}
    return {name: edits.duration for name, edits in found.items() if edits}


def _draw(bundle: Bundle) -> list[dict[str, object]]:
    recording = bundle.recording
    return describe_strip(recording.turns, len(recording.speakers), recording.duration) if recording else []


ROUTES = [Route("/episodes", show)]
