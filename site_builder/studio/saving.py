"""Saves a submitted form as a change of a file, and answers with JSON or a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from site_builder.errors import InvalidDocument, Problem, SpacecastError, TargetFailed
from site_builder.studio.changes.changes import Edit, Stale
from site_builder.studio.changes.comparison import compare
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.text.languages import Language

BASED_ON = "based-on"
"""Field of every form that changes a file: the digest of the file that the person saw."""
_LONGEST_FORM = 8_000_000
_MOST_FIELDS = 20_000


Extra = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order they were sent; line ends are newlines."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str, otherwise: str = "") -> str:
        """The last value of a field: what a checkbox says behind a hidden field of the same name."""
        return next((value for known, value in reversed(self.fields) if known == name), otherwise)

    def all(self, name: str) -> list[str]:
        """Every value of a field, such as of the checkboxes that are ticked."""
        return [value for known, value in self.fields if known == name]

    def __contains__(self, name: str) -> bool:
        return any(known == name for known, _ in self.fields)


async def read_form(request: Request) -> Form:
    """A form without files; those go through `uploads`.

    Raises:
        HTTPException: it is too large, or no form.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return Form(tuple((name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in fields))


async def save(
    request: Request,
    form: Form,
    label: str,
    *edits: Edit,
    back: str = "",
    extra: Extra | None = None,
    merge: bool = False,
) -> Response:
    """Make a change and answer: to a script what it needs, to a browser the page again.

    Args:
        request: Of the form.
        form: As `read_form` gave it.
        label: What is done, in the person's words: Undo names it.
        edits: Files to change. Give them `based_on=form.get(BASED_ON)`.
        back: Address of the page to show; by default the one the form was on.
        extra: Makes what a script is told beside the usual; under `parts`, HTML by the id of what it replaces.
        merge: See `Changes.apply`.
    """
    studio = studio_of(request)
    page = back or find_page(request)
    try:
        await run_in_threadpool(studio.changes.apply, label, *edits, page=page, merge=merge)
    except Stale as error:
        return answer_stale(request, error, form)
    except SpacecastError as error:
        return answer_problems(request, error, is_save=True)
    if not wants_json(request):
        return RedirectResponse(page, 303)
    told = describe_saved(request, edits)
    return JSONResponse({**told, **(await run_in_threadpool(extra) if extra else {})})


def describe_saved(request: Request, edits: Sequence[Edit]) -> dict[str, object]:
    """The answer to a script after a saved change: new digests of files, and what Undo and Redo would do."""
    changes = studio_of(request).changes
    undo, redo = changes.history.last, changes.history.next
    return {
        "saved": True,
        "digests": {edit.path: changes.digest_after(edit) for edit in edits},
        "undo": undo.label if undo else "",
        "redo": redo.label if redo else "",
    }


def call_change(what: str, language: Language) -> str:
    """What Undo calls a change of something that has a name: `change tags`."""
    return language.gettext("change %(what)s") % {"what": what}


def wants_json(request: Request) -> bool:
    """Whether one of our scripts asks."""
    return request.headers.get("accept", "").startswith("application/json")


def find_page(request: Request) -> str:
    """Path of our own page that a request came from; the first page where that is not said."""
    place = urlsplit(request.headers.get("referer", ""))
    is_ours = f"{place.scheme}://{place.netloc}" == studio_of(request).origin and place.path.startswith("/")
    path = f"{place.path}?{place.query}" if place.query else place.path
    return path if is_ours and not path.startswith("//") else "/"


def answer_stale(request: Request, error: Exception, form: Form | None = None) -> Response:
    """Both versions of a file that changed meanwhile; with the form, a way to save it all the same."""
    assert isinstance(error, Stale)
    if wants_json(request):
        return JSONResponse({"stale": [version.path for version in error.versions]}, 409)
    paths = [version.path for version in error.versions]
    digest = studio_of(request).changes.digest(paths[0]) if len(paths) == 1 else ""
    fields = [field for field in form.fields if field[0] != BASED_ON] if form and digest else []
    versions = [(v.path, *compare(v.now, v.wanted, v.seen, whole=error.is_possible)) for v in error.versions]
    context = {"versions": versions, "fields": fields, "digest": digest, "back": find_page(request), "stale": error}
    return render(request, "stale.html", 409, **context)


def answer_problems(request: Request, error: Exception, *, is_save: bool = False) -> Response:
    """What is wrong, in sentences; beside their fields where a script can put them there."""
    problems, language = list_problems(error), language_of(request)
    if wants_json(request):
        described = [{"field": p.field or "", "message": explain(p, language), "line": p.line} for p in problems]
        return JSONResponse({"problems": described}, 422)
    is_look = request.method == "GET"
    title = language.gettext("This was not saved") if is_save else language.gettext("Something has to be mended first")
    sentences = [str(problem) if is_look else explain(problem, language) for problem in problems]
    back = {} if is_look else {"back": find_page(request)}
    return render(request, "message.html", 422, title=title, sentences=sentences, **back)


def explain(problem: Problem, language: Language) -> str:
    """What is wrong with a field, in the words of the host where it is one of the usual mistakes."""
    _ = language.gettext
    usual = {
        "expected text": _("This cannot be empty."),
        "expected a web address": _("This is no web address; one looks like https://ana.github.io/signals/."),
        "expected an address that begins": _("This is no web address; one looks like https://ana.github.io/signals/."),
        "expected an e-mail": _("This is no e-mail address; one looks like ana@night-mail.fm."),
        "expected a time zone": _("There is no such time zone; choose one of the list, such as Europe/Lisbon."),
    }
    known = next((words for begin, words in usual.items() if problem.message.startswith(begin)), "")
    return known if known and "did you mean" not in problem.message else _begin(problem.message)


def _begin(message: str) -> str:
    """A message that follows file and field in a terminal; here it stands alone, and begins as a sentence does.

    >>> _begin("expected yes or no"), _begin("show.png is no picture")
    ('Expected yes or no', 'show.png is no picture')
    """
    return f"{message[0].upper()}{message[1:]}" if message.startswith(("expected ", "this ")) else message


def explain_disk(error: OSError, language: Language) -> SpacecastError:
    """What the disk says, in a sentence for the host: which file, and why."""
    sentence = language.gettext("%(file)s cannot be read or written (%(reason)s). Nothing was changed.")
    file = str(error.filename2 or error.filename or "").replace(".part-", "")  # the name while it is written
    return SpacecastError(sentence % {"file": file, "reason": error.strerror})


def list_problems(error: Exception) -> list[Problem]:
    """Every sentence that an error of the program has to say."""
    if isinstance(error, InvalidDocument):
        return list(error.problems)
    if isinstance(error, TargetFailed):
        return [Problem(failure) for failure in error.failures]
    return [Problem(str(error))]
