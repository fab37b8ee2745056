"""The page Publish: where the site goes, what will be sent, and how to go back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from site_builder.commands.deployment.history import KeptDeploy, list_deploys
from site_builder.commands.deployment.review import Waiting, list_waiting
from site_builder.commands.deployment.target import complete_place
from site_builder.errors import SpacecastError, UsageError
from site_builder.hosts import HOSTS, Setting, open_host, redact
from site_builder.hosts.git import find_own_repository, list_remotes
from site_builder.show.config import Config, Pending, load_config
from site_builder.show.documents.yaml_edit import set_option
from site_builder.show.layout import CONFIG
from site_builder.show.published import load_published
from site_builder.studio.background.held_token import MISSING, PUBLISH, REFUSED, read_token
from site_builder.studio.background.jobs import Job
from site_builder.studio.changes.changes import Edit
from site_builder.studio.findings.survey import name_page
from site_builder.studio.loading import load_whole_show
from site_builder.studio.pages.checks import ensure_checked, find_last, list_titles, make_stamp
from site_builder.studio.pages.show import find_examples
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import BASED_ON, Form, call_change, read_form, save
from site_builder.studio.studio import Studio
from site_builder.studio.tasks.checks import place_failures
from site_builder.text.languages import Language
from site_builder.text.timecode import format_utc

_TASKS = "site_builder.studio.tasks.publish"
_PLAN = "plan"


def count(studio: Studio, language: Language) -> str:
    """Whether anything was ever published."""
    is_online = studio.keep("online", lambda: bool(load_published(studio.folder).pins))
    return "" if is_online else language.gettext("not yet")


@dataclass(frozen=True, slots=True)
class Line:
    """One of the things that have to be right before anything goes out."""

    text: str
    state: str
    """`good`, `bad` or `open` (it is being found out)."""
    link: str = ""
    """Where it is mended."""


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    config = load_config(studio.folder)
    place = find_place(config)
    checking = ensure_checked(request)
    token = find_token_state(studio, place)
    lines = describe_lines(studio, language_of(request), config, token, is_checking=checking is not None)
    if place and not any(line.state == "bad" for line in lines[:2]):
        _ensure_planned(request, place)
    planned, job = _find_latest(studio, _PLAN), _find_latest(studio, PUBLISH)
    remotes = studio.keep("remotes", lambda: _find_remotes(studio))
    return render(
        request,
        "publish.html",
        lines=lines,
        place=place,
        token=token,
        may_be_private=place.startswith("github-pages") or bool(place and remotes),
        digest=studio.changes.digest(CONFIG),
        waiting=find_waiting(studio),
        pending=config.consent.pending.value,
        plan=planned,
        job=job,
        is_sent=bool(job and _has_sent_all(job) and (planned is None or planned.id < job.id)),
        checking=checking,
        earlier=_list_earlier(studio, place),
        remotes=remotes if not place else {},
        faults=lambda problems: find_faults(studio, problems, language_of(request)),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """Why nothing was published."""

    message: str
    link: str = ""
    """Where it is mended; empty where that is no page."""
    about: str = ""
    """The episode or page that it is filed under."""


def find_faults(studio: Studio, problems: Iterable[str], language: Language) -> list[Fault]:
    """What a job says, by the names a host knows in place of paths of files."""
    titles, placed = list_titles(studio), place_failures(problems, studio.folder)
    return [
        Fault(one["message"], one["link"], name_page(one, titles, language)[0])
        if one["file"]
        else Fault(one["message"])
        for one in placed
    ]


def _find_latest(studio: Studio, kind: str) -> Job | None:
    return next((job for job in studio.jobs.find(kind) if job.state != "cancelled"), None)


def find_waiting(studio: Studio) -> tuple[Waiting, ...]:
    """Who is heard and has not answered."""
    return studio.keep("waiting", lambda: list_waiting(*load_whole_show(studio)))


def find_place(config: Config) -> str:
    """Address of the place that the show goes to; empty while there is none."""
    targets = config.deploy
    return targets.get("default") or next(iter(targets.values()), "")


@dataclass(frozen=True, slots=True)
class TokenState:
    """What is known of the token that GitHub wants."""

    state: str
    """`held`, `known`, `missing`, `refused`, or empty: nobody has asked GitHub yet."""
    has_keyring: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether nothing goes on without one."""
        return self.state in {MISSING, REFUSED}


def find_token_state(studio: Studio, place: str) -> TokenState | None:
    """What the last look at the place said of its token; None where it needs none."""
    if place.partition(":")[0] != "github":
        return None
    if studio.token.find(place):
        return TokenState("held")
    told = (
        job.result
        for job in studio.jobs.find()
        if job.kind in {_PLAN, PUBLISH} and job.result and studio.jobs.arguments(job.id).get("address") == place
    )
    last = next(told, None)
    if last is None:
        return TokenState("")
    state = str(last.get("token", ""))
    return TokenState(state if state in {MISSING, REFUSED} else "known", bool(last.get("keyring")))


def describe_lines(
    studio: Studio, language: Language, config: Config, token: TokenState | None, *, is_checking: bool
) -> list[Line]:
    """The five lines that turn green."""
    _ = language.gettext
    examples = find_examples(studio)
    has_address = not {"show.url", "media.url"} & examples.keys()
    has_mail = not {"show.email", "consent.contact"} & examples.keys()
    waiting = find_waiting(studio)
    named = [person for person in waiting if not person.asked and config.consent.pending is Pending.PUBLISH]
    found = find_last(studio)
    errors = sum(finding["severity"] == "error" for finding in found.get("findings", ()))
    checked = "open" if is_checking or not found else "bad" if errors else "good"
    lacks_token = token is not None and token.is_needed
    where = "/publish#f-token" if lacks_token else "/publish#f-where"
    return [
        Line(_("An address of your own"), _tell(has_address), "/show#f-url"),
        Line(_("An e-mail for directories"), _tell(has_mail), "/show#f-email"),
        Line(_("Nobody is named who was not asked"), _tell(not named), "/people"),
        Line(_("No errors"), checked, "/checks"),
        Line(_("Where to"), _tell(bool(config.deploy) and not lacks_token and _may_go_to(studio, config)), where),
    ]


def _may_go_to(studio: Studio, config: Config) -> bool:
    try:
        _require_other_folder(studio, config, find_place(config))
    except UsageError:
        return False
    return True


def _require_other_folder(studio: Studio, config: Config, place: str) -> None:
    """Of other places than folders nothing is known before somebody talks to them.

    Raises:
        UsageError: the show itself lies there.
    """
    if place.startswith("folder:"):
        open_host(place, Setting(folder=studio.folder, site_url=config.show.url))


def _tell(is_good: bool) -> str:
    return "good" if is_good else "bad"


def _ensure_planned(request: Request, place: str, *, again: bool = False) -> None:
    """Have the worker find out what would be sent, unless it has for the show as it is."""
    studio = studio_of(request)
    stamp = make_stamp(studio)
    last = next(iter(studio.jobs.find(_PLAN)), None)
    wanted = {"stamp": stamp, "address": place}
    known = studio.jobs.arguments(last.id) if last else {}
    is_same = all(known.get(name) == value for name, value in wanted.items())
    done = _find_latest(studio, PUBLISH)
    is_publishing = done is not None and done.is_active
    is_old = done is not None and last is not None and last.id < done.id and not _has_sent_all(done)
    if (last and last.is_active) or is_publishing or (is_same and not is_old and not again):
        return
    now, label = format_utc(studio.clock()), language_of(request).gettext("Finding out what will be sent")
    held = studio.token.find(place)
    studio.jobs.start(_PLAN, f"{_TASKS}:plan", label, page="/publish", secret=held, now=now, private=False, **wanted)


def _has_sent_all(job: Job) -> bool:
    """Whether what is here is online since: not where it was refused, nor where an earlier site was sent."""
    return job.state == "done" and "back" not in job.result


def _list_earlier(studio: Studio, place: str) -> list[KeptDeploy]:
    """Deploys to this place that can be gone back to, the newest, which is online, first."""
    return [kept for kept in list_deploys(studio.folder) if place and kept.target == redact(place)]


def _find_remotes(studio: Studio) -> dict[str, str]:
    """Repositories that the show's own one knows, by the address to publish to."""
    try:
        own = find_own_repository(studio.folder)
        remotes = list_remotes(own) if own else {}
    except (SpacecastError, OSError):
        return {}
    places = {f"github-pages:{name}/gh-pages" if name != "origin" else "github-pages": name for name in remotes}
    return {place: redact(remotes[name]) for place, name in places.items() if remotes[name]}


async def change_place(request: Request) -> Response:
    """Note in the config where the show goes."""
    studio, form = studio_of(request), await read_form(request)
    config = load_config(studio.folder)
    place = complete_place(form.get("where").strip())
    if place == find_place(config):
        return await save(request, form, "", Edit(path=CONFIG, change=lambda content: content))
    if place and place.partition(":")[0] not in HOSTS:
        raise UsageError(language_of(request).gettext("Write where to as in one of the examples below."))
    _require_other_folder(studio, config, place)
    known = next((name for name, address in config.deploy.items() if address == find_place(config)), "default")
    path = ["deploy"] if len(config.deploy) < 2 and known == "default" else ["deploy", known]

    def set_place(content: bytes) -> bytes:
        return set_option(content.decode("utf-8"), path, place or None).encode()

    language = language_of(request)
    label = call_change(language.gettext("where the show goes"), language)
    return await save(request, form, label, Edit(path=CONFIG, change=set_place, based_on=form.get(BASED_ON)))


async def publish(request: Request) -> Response:
    """Send the site; what stands on the page is what was agreed to."""
    studio, form = studio_of(request), await read_form(request)
    place, language = find_place(load_config(studio.folder)), language_of(request)
    if not place:
        raise UsageError(language.gettext("Say where to first."))
    if any(job.is_active for job in studio.jobs.find(PUBLISH)):
        return RedirectResponse("/publish", 303)
    _take_token(studio, form, place, language)
    _cancel_plan(studio)
    now, private = format_utc(studio.clock()), form.get("private") == "yes"
    studio.jobs.start(
        PUBLISH,
        f"{_TASKS}:publish",
        language.gettext("Publishing"),
        page="/publish",
        secret=studio.token.find(place),
        now=now,
        address=place,
        private=private,
    )
    return RedirectResponse("/publish", 303)


def _take_token(studio: Studio, form: Form, place: str, language: Language) -> None:
    """Hold what was pasted.

    Raises:
        InvalidDocument: it is no token.
    """
    complaint = language.gettext("A token is one long word, such as github_pat_11ABC…; copy it once more.")
    if pasted := read_token(form.get("token"), complaint):
        studio.token.hold(place, pasted)


def _cancel_plan(studio: Studio) -> None:
    for job in studio.jobs.find(_PLAN):
        if job.is_active:
            studio.jobs.cancel(job.id)


async def use_token(request: Request) -> Response:
    """Take a token, and look with it what would be sent."""
    studio, form = studio_of(request), await read_form(request)
    place = find_place(load_config(studio.folder))
    _take_token(studio, form, place, language_of(request))
    if place:
        _cancel_plan(studio)
        _ensure_planned(request, place, again=True)
    return RedirectResponse("/publish", 303)


async def go_back(request: Request) -> Response:
    """Send an earlier deploy again."""
    studio, form = studio_of(request), await read_form(request)
    place = find_place(load_config(studio.folder))
    kept = next((kept for kept in _list_earlier(studio, place)[1:] if kept.name == form.get("name")), None)
    if kept is None:
        return RedirectResponse("/publish", 303)
    arguments: dict[str, Any] = {"now": format_utc(studio.clock()), "name": kept.name, "address": place}
    label = language_of(request).gettext("Going back")
    held = studio.token.find(place)
    studio.jobs.start(PUBLISH, f"{_TASKS}:send_earlier", label, page="/publish", secret=held, **arguments)
    return RedirectResponse("/publish", 303)


async def look_again(request: Request) -> Response:
    """Find out anew what would be sent: the place may have been mended."""
    await read_form(request)
    place = find_place(load_config(studio_of(request).folder))
    if place:
        _ensure_planned(request, place, again=True)
    return RedirectResponse("/publish", 303)


ROUTES = [
    Route("/publish", show),
    Route("/publish", publish, methods=["POST"]),
    Route("/publish/where", change_place, methods=["POST"]),
    Route("/publish/back", go_back, methods=["POST"]),
    Route("/publish/plan", look_again, methods=["POST"]),
    Route("/publish/token", use_token, methods=["POST"]),
]
