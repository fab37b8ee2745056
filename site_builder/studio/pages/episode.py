"""One episode: sound, notes, chapters and details."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.show.bundles import Bundle, load_bundle
from site_builder.show.documents.front_edit import set_option
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import EPISODES, INDEX
from site_builder.studio.changes.changes import Edit
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import BASED_ON, read_form, save
from site_builder.studio.studio import Studio


def find_episode(studio: Studio, name: str) -> Bundle:
    """The episode in the folder of that name: one that is there, so no name leads anywhere else.

    Raises:
        HTTPException: there is none.
    """
    episodes = studio.folder / EPISODES
    names = {folder.name for folder in episodes.iterdir()} if episodes.is_dir() else set()
    if name not in names or name.startswith(".") or not (episodes / name / INDEX).is_file():
        raise HTTPException(404)
    return load_bundle(episodes / name)


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    bundle = find_episode(studio, request.path_params["name"])
    path = f"{EPISODES}/{bundle.folder.name}/{INDEX}"
    return render(request, "episode.html", bundle=bundle, path=path, digest=studio.changes.digest(path))


async def change(request: Request) -> Response:
    """Save what was changed of the fields."""
    studio, form = studio_of(request), await read_form(request)
    bundle = find_episode(studio, request.path_params["name"])
    title = form.get("title").strip()

    def set_title(content: bytes) -> bytes:
        return set_option(content.decode(), "title", title, EpisodeMatter).encode()

    label = language_of(request).gettext("title “%(title)s”") % {"title": title}
    edit = Edit(path=f"{EPISODES}/{bundle.folder.name}/{INDEX}", change=set_title, based_on=form.get(BASED_ON))
    return await save(request, form, label, edit)


ROUTES = [Route("/episodes/{name}", show), Route("/episodes/{name}", change, methods=["POST"])]
