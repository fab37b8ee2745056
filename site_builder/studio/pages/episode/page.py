"""The page of an episode, and the parts of it that scripts reload after a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from site_builder.episodes.written.left_out import LeftOut, find_left_out
from site_builder.show.bundles import Bundle
from site_builder.show.published import State, load_pins
from site_builder.studio.episodes import find_episode, index_of, list_episodes, load_show
from site_builder.studio.rendering import find_preview, render, render_part, studio_of
from site_builder.studio.sound.editing import Editing, open_editing
from site_builder.studio.sound.peaks import SOUNDS, make_key
from site_builder.studio.studio import Studio
from site_builder.text.timecode import format_precise


def show(request: Request) -> Response:
    """The page."""
    bundle = find_episode(studio_of(request), request.path_params["name"])
    return render(request, "episode.html", **describe(studio_of(request), bundle))


def describe(studio: Studio, bundle: Bundle) -> dict[str, Any]:
    """What the templates of the page show."""
    editing = find_editing(studio, bundle)
    path = index_of(bundle)
    pin = load_pins(studio.folder).get(bundle.matter.guid)
    return {
        "bundle": bundle,
        "matter": bundle.matter,
        "notes": bundle.notes.strip("\n"),
        "address": f"/episodes/{bundle.folder.name}",
        "path": path,
        "digest": studio.changes.digest(path),
        "editing": editing,
        "left_out": find_left_out(bundle, editing.casting, editing.edits) if editing else LeftOut(),
        "sound_key": make_key(editing.recording) if editing else "",
        "chapters": list_chapters(bundle),
        "proposals": [(format_precise(start), title) for start, title in find_proposals(studio, bundle)],
        "zone": load_show(studio).config.show.zone,
        "config": load_show(studio).config,
        "published_at": bundle.matter.published_at(load_show(studio).config.show.zone),
        "now": studio.clock(),
        "standing": next((e.standing for e in list_episodes(studio) if e.name == bundle.folder.name), None),
        "drawn": find_drawn_cover(studio, bundle),
        "is_promised": pin is not None and pin.state is not State.WITHDRAWN,
        "preview_page": f"{find_preview(studio)}episodes/{bundle.slug}/",
    }


def find_drawn_cover(studio: Studio, bundle: Bundle) -> str:
    """Address of the cover that was drawn for an episode, where the site as it will be has one."""
    folder = studio.preview.output_paths.output / "artwork"
    found = sorted(folder.glob(f"{bundle.slug}-????????-600.webp")) if folder.is_dir() else []
    return f"{find_preview(studio)}artwork/{found[0].name}" if found else ""


def find_editing(studio: Studio, bundle: Bundle) -> Editing | None:
    """The sound of an episode, if its recording is here."""
    return open_editing(load_show(studio), bundle, studio.folder / SOUNDS)


def list_chapters(bundle: Bundle) -> list[dict[str, Any]]:
    """Chapters as they are written, in the order of the file."""
    entries = bundle.matter.chapters or ()
    names = [name_chapter(entry.start) for entry in entries]
    return [
        {
            "number": number,
            "id": f"{name}#{names[:number].count(name)}" if name in names[:number] else name,
            "at": format_precise(entry.start),
            "start": entry.start,
            "title": entry.title,
        }
        for number, (name, entry) in enumerate(zip(names, entries, strict=True))
    ]


def name_chapter(start: float) -> str:
    """What forms call it: by its time, for its place in the list changes with the others."""
    return f"{start:.3f}"


def find_proposals(studio: Studio, bundle: Bundle) -> list[tuple[float, str]]:
    """Chapters that are proposed and not decided on, seconds and title; none at a time at which one begins already."""
    taken = [entry.start for entry in bundle.matter.chapters or ()]
    proposed = studio.proposals.get(bundle.folder.name, ())
    return [pair for pair in proposed if all(abs(pair[0] - start) > 0.0005 for start in taken)]


def describe_sound(studio: Studio, bundle: Bundle) -> dict[str, Any] | None:
    """What the editor draws; None where the recording is elsewhere."""
    editing = find_editing(studio, bundle)
    return {**editing.as_json(), "proposals": find_proposals(studio, bundle)} if editing else None


def make_extra(
    request: Request, *parts: str, moved: Mapping[str, Mapping[str, str]] | None = None
) -> Callable[[], Mapping[str, Any]]:
    """What scripts are told after a change of an episode: what is drawn, and the named pieces of the page anew.

    `moved`: names of entries of lists that are called otherwise now, by the field that says them.
    """
    studio, name = studio_of(request), request.path_params["name"]

    def extra() -> Mapping[str, Any]:
        bundle = find_episode(studio, name)
        context = describe(studio, bundle)
        drawn = {part: render_part(request, f"episode-{part}.html", **context) for part in parts}
        return {"sound": describe_sound(studio, bundle), "parts": drawn, "moved": moved or {}}

    return extra


def show_sound(request: Request) -> Response:
    """What the editor draws, as data."""
    studio = studio_of(request)
    return JSONResponse(describe_sound(studio, find_episode(studio, request.path_params["name"])))


ROUTES = [Route("/episodes/{name}", show), Route("/episodes/{name}/sound", show_sound)]
