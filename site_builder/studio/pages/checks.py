"""The page Checks: what is wrong, and where to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from site_builder.engine.digests import digest_bytes
from site_builder.errors import SpacecastError
from site_builder.show.layout import PUBLISHED
from site_builder.studio.background.jobs import Job
from site_builder.studio.episodes import list_episodes, load_show
from site_builder.studio.findings.survey import Titles, name_page, survey
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import find_page, read_form
from site_builder.studio.studio import Studio
from site_builder.studio.tasks.checks import load_last, place_failures
from site_builder.text.languages import ENGLISH, Language
from site_builder.text.timecode import format_utc

KIND = "check"


def count(studio: Studio, language: Language) -> str:
    """How many errors the last check found."""
    errors = sum(finding["severity"] == "error" for finding in find_last(studio).get("findings", ()))
    return language.ngettext("%(num)s error", "%(num)s errors", errors) % {"num": errors} if errors else ""


def make_stamp(studio: Studio) -> str:
    """Changes when a person's file does; what publishing itself notes is none."""
    files = studio.stamp()
    assert isinstance(files, tuple)
    return digest_bytes(repr([entry for entry in files if entry[0] != PUBLISHED]).encode())


def find_last(studio: Studio) -> dict[str, Any]:
    """What the last check found, in this run of the studio or in one before it."""
    done = next((job for job in studio.jobs.find(KIND) if job.state == "done"), None)
    return dict(done.result) if done else studio.keep("checks", lambda: load_last(studio.folder))


def ensure_checked(request: Request, *, again: bool = False) -> Job | None:
    """Start checking the show if its files changed since the last check; the job, or None where nothing changed."""
    studio = studio_of(request)
    stamp = make_stamp(studio)
    last = next(iter(studio.jobs.find(KIND)), None)
    if last and last.is_active:
        return last
    is_fresh = last is not None and studio.jobs.arguments(last.id).get("stamp") == stamp
    if is_fresh and not again:
        return None
    label = language_of(request).gettext("Checking the show")
    now = format_utc(studio.clock())
    return studio.jobs.start(
        KIND, "site_builder.studio.tasks.checks:check", label, page="/checks", now=now, stamp=stamp
    )


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    active = ensure_checked(request)
    last = next(iter(studio.jobs.find(KIND)), None)
    found = find_last(studio)
    overview = survey(found.get("findings", ()), list_titles(studio), language_of(request))
    return render(
        request,
        "checks.html",
        active=active,
        failed=last if last and last.state == "failed" else None,
        overview=overview,
        is_known=bool(found),
    )


def list_titles(studio: Studio) -> Titles:
    """Of episodes and people; none while the config, which they depend on, is one of the findings."""
    try:
        episodes = {episode.name: episode.title for episode in list_episodes(studio)}
        records = load_show(studio).people.records
    except SpacecastError:
        return Titles({})
    return Titles(episodes, {record.key: record.name or record.handle or record.key for record in records})


def name_failures(studio: Studio, texts: tuple[str, ...]) -> list[str]:
    """Sentences of a build by the episode's title where they are about one; others by their file."""
    titles = list_titles(studio) if texts else Titles({})
    return [_name_failure(one, titles) for one in place_failures(texts, studio.folder)]


def _name_failure(found: Mapping[str, Any], titles: Titles) -> str:
    _page, about = name_page(found, titles, ENGLISH)
    place = ":".join(str(part) for part in (found["file"], found["line"]) if part)
    return ": ".join(part for part in (about or place, found["message"]) if part)


async def check_again(request: Request) -> Response:
    """Check whatever has changed outside the show's own files, too."""
    await read_form(request)
    ensure_checked(request, again=True)
    return RedirectResponse(find_page(request), 303)


ROUTES = [Route("/checks", show), Route("/checks", check_again, methods=["POST"])]
