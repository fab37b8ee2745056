"""The page Show: name, address, category, cover and colour, each saved to `config.yaml` on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.categories import CATEGORIES
from site_builder.render.pages.styles import DEFAULT_ACCENT
from site_builder.show.config import Config, load_config
from site_builder.show.config.placeholders import find_placeholders
from site_builder.show.documents.fields import LANGUAGES
from site_builder.show.documents.yaml_edit import set_option
from site_builder.show.layout import CONFIG
from site_builder.show.published import load_published
from site_builder.studio.changes.changes import Edit
from site_builder.studio.pages.show_cover import find_cover_file
from site_builder.studio.rendering import language_of, render, render_part, studio_of
from site_builder.studio.saving import BASED_ON, Form, answer_problems, call_change, read_form, save
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language

TEXTS = ("title", "description", "url", "email", "author", "copyright", "language", "timezone")
"""Options of `show` that are what the field says."""
_WRITTEN_BY_INIT = ("https://example.org/", "podcast@example.org")
Change = tuple[tuple[str, ...], Any]
"""An option's place and what it is to be; None takes it out."""


def count(studio: Studio, language: Language) -> str:
    """How many fields are still to be filled in."""
    missing = studio.keep("placeholders", lambda: len(find_examples(studio)))
    return language.gettext("%(num)s to fill in") % {"num": missing} if missing else ""


def find_examples(studio: Studio) -> dict[str, str]:
    """Options of `show` that still are what `init` wrote, or could not be reached: name, and what is wrong."""
    content = (studio.folder / CONFIG).read_bytes()
    problems = find_placeholders(load_config(studio.folder), content)
    return {problem.field: problem.message for problem in problems if problem.field}


def find_unreachable(config: Config, examples: dict[str, str]) -> dict[str, str]:
    """The address and the e-mail that a person wrote, where nobody can be reached: the field says so."""
    written = {name: str(getattr(config.show, name)) for name in ("url", "email") if f"show.{name}" in examples}
    return {name: value for name, value in written.items() if not value.startswith(_WRITTEN_BY_INIT)}


def explain_unreachable(address: str, language: Language) -> str:
    """What is wrong with an address that only examples, or one network, have."""
    sentence = language.gettext(
        "%(address)s is kept for examples, or for one network: nobody else can reach it. Write the real one."
    )
    return sentence % {"address": address}


def list_missing(examples: dict[str, str], language: Language) -> list[tuple[str, str]]:
    """What has to be filled in before publishing: address of the field, and what it is called."""
    fields = {
        "show.url": ("#f-url", language.gettext("Address of the site")),
        "show.email": ("#f-email", language.gettext("E-mail")),
    }
    return [fields.get(name, ("/files/config", name)) for name in examples]


def show(request: Request) -> Response:
    """The page."""
    studio, language = studio_of(request), language_of(request)
    config = load_config(studio.folder)
    file = find_cover_file(studio)
    examples = find_examples(studio)
    return render(
        request,
        "show.html",
        config=config,
        shown=describe(config, examples),
        errors={
            name: explain_unreachable(address, language) for name, address in find_unreachable(config, examples).items()
        },
        missing=list_missing(examples, language),
        digest=studio.changes.digest(CONFIG),
        categories=[(name, [(name, name), *((f"{name} > {sub}", sub) for sub in subs)]) for name, subs in _sorted()],
        languages=list_languages(language, config.show.language),
        zones=_list_zones(),
        cover=studio.changes.digest(file.relative_to(studio.folder).as_posix()) if file else "",
        own_cover=bool(file and ".cache" not in file.parts),
        is_online=bool(load_published(studio.folder).pins),
    )


@cache
def _list_zones() -> list[str]:
    return sorted(available_timezones())


def _sorted() -> list[tuple[str, tuple[str, ...]]]:
    return sorted(CATEGORIES.items())


def describe(config: Config, examples: dict[str, str]) -> dict[str, str]:
    """What the fields show; those that say what `init` wrote are empty."""
    values = {name: str(getattr(config.show, name)) for name in TEXTS}
    written = find_unreachable(config, examples)
    for name in ("url", "email"):
        if f"show.{name}" in examples:
            values[name] = written.get(name, "")
    first = config.show.categories[0]
    values["category"] = f"{first.name} > {first.sub}" if first.sub else first.name
    values["explicit"] = "yes" if config.show.explicit else "no"
    values["accent"] = _find_accent(config)
    values["accent-auto"] = "no" if config.site.accent else "yes"
    return values


def _find_accent(config: Config) -> str:
    return _spell_colour(config.site.accent or DEFAULT_ACCENT)


def _spell_colour(colour: str) -> str:
    digits = colour.removeprefix("#").lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def list_languages(language: Language, current: str) -> list[tuple[str, str]]:
    """Codes and names of languages, as the reader calls them."""
    from babel import Locale  # noqa: PLC0415 -- loaded only where it is needed

    names = Locale.parse(language.code).languages
    known = {code: str(names.get(code, code)) for code in LANGUAGES}
    known.setdefault(current, str(names.get(current.replace("-", "_"), known.get(current.partition("-")[0], current))))
    listed = [(code, f"{name[:1].upper()}{name[1:]} ({code})") for code, name in known.items()]
    return sorted(listed, key=lambda entry: entry[1].casefold())


async def change(request: Request) -> Response:
    """Save what was changed of the fields."""
    studio, form = studio_of(request), await read_form(request)
    config = load_config(studio.folder)
    changes = list(find_changes(form, config, describe(config, find_examples(studio))))
    language = language_of(request)
    if examples := list(_find_typed_examples(changes, language)):
        return answer_problems(request, InvalidDocument(examples), is_save=True)

    def make(content: bytes) -> bytes:
        text = content.decode("utf-8")
        for path, value in changes:
            text = set_option(text, path, value)
        return text.encode()

    label = _name_change(language, changes)
    edit = Edit(path=CONFIG, change=make, based_on=form.get(BASED_ON), is_carried=True)
    return await save(request, form, label, edit, extra=lambda: _describe_saved(request))


def _describe_saved(request: Request) -> dict[str, Any]:
    """What is still to be filled in, and what is wrong with what was: said beside the field at once."""
    studio, language = studio_of(request), language_of(request)
    config, examples = load_config(studio.folder), find_examples(studio)
    unreachable = find_unreachable(config, examples)
    missing = list_missing(examples, language)
    return {
        "notes": {name: explain_unreachable(address, language) for name, address in unreachable.items()},
        "parts": {"still-missing": render_part(request, "show-missing.html", missing=missing)},
        "accent": {"value": _find_accent(config), "is_from_cover": not config.site.accent},
    }


def find_changes(form: Form, config: Config, shown: dict[str, str]) -> Iterator[Change]:
    """What a form wants other than it was shown."""
    wanted = {name: form.get(name).strip() for name in shown if name in form and form.get(name).strip() != shown[name]}
    for name in TEXTS:
        if name in wanted:
            yield ("show", name), _complete(name, wanted[name])
    if "category" in wanted:
        others = [f"{entry.name} > {entry.sub}" if entry.sub else entry.name for entry in config.show.categories[1:]]
        kept = [other for other in others if other != wanted["category"]]
        yield ("show", "category"), [wanted["category"], *kept] if kept else wanted["category"]
    if "explicit" in wanted:
        yield ("show", "explicit"), wanted["explicit"] == "yes"
    if wanted.get("accent-auto") == "yes":
        yield ("site", "accent"), None
    elif "accent" in wanted or "accent-auto" in wanted:
        yield ("site", "accent"), form.get("accent", shown["accent"])


def _find_typed_examples(changes: Iterable[Change], language: Language) -> Iterator[Problem]:
    """What cannot be told from what `init` wrote: to take it would show an empty field the next time."""
    for (_, name), value in changes:
        if name in {"url", "email"} and f"{value}/".casefold().startswith(_WRITTEN_BY_INIT):
            yield Problem(explain_unreachable(value, language), field=f"show.{name}")


def _complete(name: str, value: str) -> str:
    """An address as it is usually written down: without `https://`."""
    return f"https://{value}" if name == "url" and value and "://" not in value else value


def _name_change(language: Language, changes: list[Change]) -> str:
    """What Undo calls it."""
    _ = language.gettext
    names = {
        "title": _("title of the show"),
        "description": _("description of the show"),
        "url": _("address of the site"),
        "email": _("e-mail"),
        "author": _("author"),
        "copyright": _("rights"),
        "language": _("language"),
        "timezone": _("time zone"),
        "category": _("category"),
        "explicit": _("explicit"),
        "accent": _("colour"),
    }
    changed = [names[path[-1]] for path, _value in changes]
    return call_change(changed[0] if len(changed) == 1 else _("settings of the show"), language)


ROUTES = [Route("/show", show), Route("/show", change, methods=["POST"])]
