"""The page Episodes: all of them, newest first, each with what is to be done."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.render.pages.lanes import describe_strip
from site_builder.show.bundles import Bundle
from site_builder.studio.episodes import Standing, list_episodes
from site_builder.studio.rendering import render, studio_of
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
    return render(
        request, "episodes.html", episodes=shown, strips=strips, first=first, last=first + _PAGE, all=episodes
    )


def _draw(bundle: Bundle) -> list[dict[str, object]]:
    recording = bundle.recording
    return describe_strip(recording.turns, len(recording.speakers), recording.duration) if recording else []


ROUTES = [Route("/episodes", show)]
