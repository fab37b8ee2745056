"""What is still wrong, and where it is mended."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.studio.rendering import render
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language


def count(_studio: Studio, _language: Language) -> str:
    """What this place wants, in a word or two."""
    return ""


def show(request: Request) -> Response:
    """The page."""
    return render(request, "checks.html")


ROUTES = [Route("/checks", show)]
