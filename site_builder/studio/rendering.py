"""Pages of the studio from their templates, in the language the browser asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from site_builder.commands.archives.inspect import make_wanted_pattern
from site_builder.errors import SpacecastError
from site_builder.preview.session import find_base
from site_builder.show.config import load_config
from site_builder.studio.background.jobs import ENDED
from site_builder.studio.interface_languages import choose_language
from site_builder.studio.studio import Studio
from site_builder.text.languages import ENGLISH, Language, find_builtin_folder
from site_builder.text.timecode import format_clock, format_precise

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = Path(__file__).parent / "assets"


def studio_of(request: Request) -> Studio:
    """The studio that is asked."""
    studio: Studio = request.app.state.studio
    return studio


def language_of(request: Request) -> Language:
    """The first language the browser asks for that the interface speaks."""
    return choose_language(request.headers.get("accept-language", ""))


def render(request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
    """A page; the frame is given what it shows by itself.

    Templates know, beside `context`: `studio`, `request`, `places` (the navigation), `here` (the place at hand),
    `undo` and `redo` (entries of the history), `jobs`, `show_title`, and the filters `clock`, `date`, `how_long`.
    """
    studio, language = studio_of(request), language_of(request)
    environment = _make_environment(language)
    frame = {
        "studio": studio,
        "request": request,
        "language": language,
        "places": request.app.state.describe_places(studio, language),
        "here": request.url.path.split("/")[1],
        "undo": studio.changes.history.last,
        "redo": studio.changes.history.next,
        "jobs": studio.jobs.find(),
        "show_title": find_title(studio),
        "preview_url": find_preview(studio),
    }
    return HTMLResponse(environment.get_template(template).render({**frame, **context}), status)


def render_part(request: Request, template: str, /, **context: Any) -> str:
    """A piece of a page, without the frame."""
    return _make_environment(language_of(request)).get_template(template).render(context)


def find_preview(studio: Studio) -> str:
    """Address of the site as it will be, at the path it will have; also before anything was built."""
    return studio.preview_origin + quote(studio.keep("base", lambda: find_base(studio.folder) or "/"))


def find_title(studio: Studio) -> str:
    """The show's title; empty while there is none, or its config is broken."""

    def read() -> str:
        try:
            return load_config(studio.folder).show.title
        except SpacecastError:
            return ""

    return studio.keep("title", read)


@cache
def _make_environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    environment.filters |= {
        "clock": format_clock,
        "precise": format_precise,
        "told": lambda text: _tell(text, language),
        "moment": language.format_moment,
        "ago": lambda pair: language.format_distance(pair[0], pair[1]),
        "date": language.format_date,
        "day": lambda day: language.format_date(day.isoformat()),
        "how_long": language.format_length,
        "number": language.format_number,
        "filesize": language.format_size,
    }
    environment.globals["asset"] = find_asset_address
    environment.globals["archive_members"] = make_wanted_pattern()
    return environment


def _tell(text: str, language: Language) -> Markup:
    """A sentence of the program's, which speaks English as its commands do, marked as such; our own in our words."""
    if text == ENDED:
        return escape(language.gettext("The work was ended from outside. Start it again: it goes on where it stopped."))
    marked = mark_code(text)
    return marked if language is ENGLISH else Markup('<span lang="en" dir="ltr">{}</span>').format(marked)


def mark_code(text: str) -> Markup:
    """A sentence of the program's with what stands in backticks as code."""
    pieces = [escape(piece) for piece in text.split("`")]
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )


@cache
def list_assets() -> Mapping[str, Path]:
    """Files that pages may load, by name: our own, and the site's fonts."""
    own = {file.name: file for file in ASSETS.iterdir() if file.suffix in {".js", ".css", ".svg"}}
    fonts = {file.name: file for file in (find_builtin_folder() / "assets").glob("*.woff2")}
    return fonts | own


def find_asset_address(name: str) -> str:
    """Its address within the studio."""
    return f"/assets/{name}"
