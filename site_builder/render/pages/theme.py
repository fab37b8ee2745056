"""The theme: loads templates and assets, the built-in ones and the show's own, and renders pages.

A file in the show's `templates/` takes the place of the built-in file of the same name, and may build on it:
`{% extends "builtin/episode.html" %}`. Everything is read once, when the theme is loaded, so that a page is a function
of its context and `Theme.digest` and of nothing else. Texts, dates and numbers come out in the theme's language.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
    pass_eval_context,
    select_autoescape,
)
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.nodes import EvalContext, Expr
from jinja2.runtime import Context as JinjaContext
from markupsafe import Markup, escape

from site_builder.errors import InvalidDocument, Problem
from site_builder.render.compiled_templates import CompiledTemplates
from site_builder.render.pages.fragments import make_name_row, make_turn_rows, render_strip
from site_builder.text.languages import ENGLISH, Language, find_builtin_folder
from site_builder.text.timecode import format_clock, format_fragment

if TYPE_CHECKING:
    from jinja2.compiler import _FinalizeInfo  # type: ignore[attr-defined]

BUILTIN = "builtin/"
"""Before a template's name: the built-in one, even where the show has its own."""

_ASSETS = "assets/"
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DICT_ATTRIBUTES = frozenset(dir(dict))
_FIXED_CALL = ("name", "_", "lparen", "string", "rparen")
_END = Token(0, "eof", "")
_MARKUP = re.compile("[&<>'\"]")
_OWN_LINK = re.compile(r'''((?:href|src)=")(?![a-z][a-z0-9+.-]*:|[/#])([^"]*)"''', re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n(?<=[ \t]\n)(?:[ \t]*\n)+")
"""Begins with a line feed, not with the space before it, because there are far fewer of them."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_CSS_URL = re.compile(rb"""url\((["']?)(?!data:|https?:|#)([^)"']+)\1\)""")


class _Generator(CodeGenerator):
    """Compiles as jinja2 does, but to `put` values where it would `escape` them, as long as it names this so."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: _FinalizeInfo) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.put(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    """Contexts are dicts: their keys are looked up first, where jinja2 looks for an attribute and fails."""

    code_generator_class = _Generator

    @staticmethod
    def put(value: object) -> str:
        """What `escape` gives; it takes four times as long, and most of what stands on a page needs no escaping."""
        kind = type(value)
        if kind is str:
            return cast("str", value) if _MARKUP.search(cast("str", value)) is None else escape(value)
        if kind is int or kind is float:
            return str(value)
        return cast("str", value) if kind is Markup else escape(value)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dict, where jinja2 has a chain of them, which it goes through for each import of each page."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As in jinja2, `items.items` is the method."""
        if type(obj) is dict and attribute in obj and attribute not in _DICT_ATTRIBUTES:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _FixedTexts(Extension):
    """Reads `_("Play")` as `("Play" | said)`: a filter of a constant is worked out when a template is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Tokens of a template to tokens."""
        tokens = [*stream, *[_END] * 3]
        at = 0
        while at < len(tokens) - 3:
            name, opened, text, closed = tokens[at : at + 4]
            is_call = (name.type, name.value, opened.type, text.type, closed.type) == _FIXED_CALL
            if is_call and tokens[at - 1].type != "dot":
                line = name.lineno
                yield from (opened, text, Token(line, "pipe", "|"), Token(line, "name", "said"), closed)
            else:
                yield name
            at += 4 if is_call else 1


class Theme:
    """Templates and assets of one show, read once; `digest` changes whenever any page could."""

    def __init__(
        self,
        files: Mapping[str, tuple[Path, bytes]],
        generated: Mapping[str, bytes],
        language: Language = ENGLISH,
        compiled: Path | None = None,
    ) -> None:
        self._files = files
        self._language = language
        own = {name: data for name, (_, data) in files.items() if not name.startswith(BUILTIN)}
        plain = {name.removeprefix(_ASSETS): data for name, data in own.items() if name.startswith(_ASSETS)}
        self._assets = _hash_assets(plain | dict(generated))
        self.digest = self._make_digest()
        self._environment = self._make_environment()
        if compiled:
            self._environment.bytecode_cache = CompiledTemplates(compiled, language)

    @property
    def assets(self) -> dict[str, bytes]:
        """What pages link: path below the site's root, with a digest in its name, to content."""
        return dict(self._assets.values())

    def find_asset(self, name: str) -> str:
        """`site.css` → `assets/site.3f2a9c1b.css`; KeyError where there is no such file."""
        return self._assets[name][0]

    def render(self, template_name: str, context: Mapping[str, Any]) -> bytes:
        """The page as UTF-8.

        Raises:
            InvalidDocument: the template is wrong; names its file and line.
        """
        try:
            text = self._environment.get_template(template_name).render(context)
        except TemplateSyntaxError as error:
            raise self._make_error(error.name or template_name, error.lineno, error.message or "") from error
        except TemplateNotFound as error:
            raise self._make_error(template_name, None, f"there is no template {error.name!r}") from error
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            name, line = self._find_place(error.__traceback__) or (template_name, None)
            raise self._make_error(name, line, str(error)) from error
        return (_tidy(text).strip() + "\n").encode()

    def _make_digest(self) -> str:
        digest = hashlib.sha256(self._language.digest.encode())
        for name, (_, data) in sorted(self._files.items()):
            digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
        for path, _ in sorted(self._assets.values()):
            digest.update(f"{path}\n".encode())
        return digest.hexdigest()

    def _make_environment(self) -> Environment:
        environment = _Environment(
            loader=FunctionLoader(self._load),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
            undefined=StrictUndefined,
            auto_reload=False,  # they are read once
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n", _FixedTexts],
        )
        environment.newstyle_gettext = True  # type: ignore[attr-defined]
        environment.globals |= {"url": make_url, "asset": self._make_asset_function(), **_speak(self._language)}
        environment.filters |= {
            "clock": format_clock,
            "fragment": format_fragment,
            "json": render_json,
            "css": render_css_string,
            "rooted": render_rooted,
            **_list_formats(self._language),
        }
        return environment

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = self._files.get(name)
        return found and (found[1].decode(), str(found[0]), lambda: True)

    def _make_asset_function(self) -> Callable[[JinjaContext, str], str]:
        @pass_context
        def asset(context: JinjaContext, name: str) -> str:
            if name not in self._assets:
                raise LookupError(f"there is no asset {name!r}; put it into templates/assets/")
            return make_url(context, self.find_asset(name))

        return asset

    def _find_place(self, traceback: TracebackType | None) -> tuple[str, int] | None:
        names = {str(path): name for name, (path, _) in self._files.items()}
        place = None
        while traceback is not None:
            if name := names.get(traceback.tb_frame.f_code.co_filename):
                place = (name, traceback.tb_lineno)
            traceback = traceback.tb_next
        return place

    def _make_error(self, name: str, line: int | None, message: str) -> InvalidDocument:
        file = self._files[name][0] if name in self._files else Path("templates") / name
        return InvalidDocument([Problem(message=f"this template cannot be rendered: {message}", file=file, line=line)])


def load_theme(
    show_folder: Path | None = None,
    generated: Mapping[str, bytes] | None = None,
    language: Language = ENGLISH,
    *,
    compiled: Path | None = None,
) -> Theme:
    """The theme of the show in `show_folder`, or the built-in one alone, speaking `language`.

    `generated` are further assets by name, e.g. `look.css` and `favicon.svg` made from the accent colour. Templates
    that were compiled before are kept in the folder `compiled`, where one is given.

    Raises:
        InvalidDocument: a template is not UTF-8.
    """
    builtin = _read_folder(find_builtin_folder())
    own_folder = show_folder and show_folder / "templates"
    own = _read_folder(own_folder) if own_folder and own_folder.resolve() != find_builtin_folder().resolve() else {}
    kept = {BUILTIN + name: found for name, found in builtin.items() if not name.startswith(_ASSETS)}
    return Theme(kept | builtin | own, generated or {}, language, compiled)


def _tidy(text: str) -> str:
    """A page without white space at the ends of lines, and without the empty lines after such a line."""
    if " \n" not in text and "\t\n" not in text:
        return text
    return "\n".join([line.rstrip(" \t") for line in _BLANK_LINES.sub("\n", text).split("\n")])


@pass_context
def make_url(context: JinjaContext, path: str) -> str:
    """A path below the site's root as a link relative to the page at hand; absolute addresses stay as they are."""
    if _ADDRESS.match(path):
        return path
    root: str = context["page"]["root"]
    return root + path or "./"


@pass_context
def render_rooted(context: JinjaContext, html: str) -> Markup:
    """Sanitised HTML as it is, its links to paths below the site's root made relative to the page at hand."""
    linked = _OWN_LINK.sub(lambda match: f'{match[1]}{escape(context["page"]["root"])}{match[2]}"', html)
    return Markup(linked)  # noqa: S704  (sanitised by `render.notes`)


def render_json(value: object) -> Markup:
    """JSON that is safe inside a `<script>` element."""
    text = _encode_json(value)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  (every character that could leave the element is escaped above)


def render_css_string(text: str) -> Markup:
    """A quoted CSS string; whatever could end it is written as a code point."""
    plain = text.unescape() if isinstance(text, Markup) else text
    escaped = "".join(c if c.isalnum() or c in " ,.;:!?" else f"\\{ord(c):x} " for c in plain)
    return Markup(f'"{escaped}"')  # noqa: S704


def _speak(language: Language) -> dict[str, object]:
    """What templates call for texts. A translation is text, not markup: it is escaped where output is."""

    def fill(context: JinjaContext, text: str, variables: Mapping[str, object]) -> str:
        safe = escape(text) if context.eval_ctx.autoescape else text
        return safe % variables if variables else safe.replace("%%", "%")

    say = _make_say(language)

    @pass_context
    def gettext(context: JinjaContext, text: str, /, **variables: object) -> str:
        if not variables:
            return say(text, context.eval_ctx.autoescape)
        return fill(context, language.gettext(text), variables)

    @pass_context
    def ngettext(context: JinjaContext, singular: str, plural: str, number: int, /, **variables: object) -> str:
        return fill(context, language.ngettext(singular, plural, number), {"num": number, **variables})

    own = "" if language.is_translated else f' lang="{language.code}"'
    return {"gettext": gettext, "ngettext": ngettext, "ui": Markup(own)}  # noqa: S704  (a language's code)


def _make_say(language: Language) -> Callable[[str, bool], str]:
    """A text of the interface that has nothing to be filled in, and whether it is to be escaped, to what is said."""

    @cache
    def say(text: str, autoescape: bool) -> str:
        own = language.gettext(text)
        return (escape(own) if autoescape else own).replace("%%", "%")

    return say


def _list_formats(language: Language) -> dict[str, Callable[..., str]]:
    """Filters that write as the language does; each remembers what it wrote, for pages are much alike."""
    remember = lru_cache(maxsize=5000)
    say = _make_say(language)

    @pass_eval_context
    def said(context: EvalContext, text: str) -> str:
        return say(text, context.autoescape)

    return {
        "said": said,
        "date": remember(language.format_date),
        "filesize": remember(language.format_size),
        "number": remember(language.format_number),
        "percent": remember(language.format_percent),
        "how_long": remember(language.format_length),
        "turn_rows": make_turn_rows(language.format_length),
        "name_row": make_name_row(say(", ", False)),
        "strip_svg": render_strip,
    }


def _read_folder(folder: Path) -> dict[str, tuple[Path, bytes]]:
    """Every file of a template folder by its name; hidden files and editors' copies are left alone."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") or part.endswith("~") for part in name.split("/")):
            found[name] = (path, _read_file(path, is_template=not name.startswith(_ASSETS)))
    return found


def _read_file(path: Path, *, is_template: bool) -> bytes:
    content = path.read_bytes()
    if is_template:
        try:
            content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise InvalidDocument([Problem("this template is not UTF-8; save it as UTF-8", path, line)]) from error
    return content


def _hash_assets(files: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Asset name to (path with digest, content); stylesheets come last because they name other assets."""
    hashed: dict[str, tuple[str, bytes]] = {}
    for name, content in sorted(files.items(), key=lambda file: (file[0].endswith(".css"), file[0])):
        final = _link_assets(content, hashed) if name.endswith(".css") else content
        stem, dot, suffix = name.rpartition(".")
        mark = hashlib.sha256(final).hexdigest()[:8]
        hashed[name] = (f"{_ASSETS}{stem}.{mark}{dot}{suffix}" if dot else f"{_ASSETS}{name}.{mark}", final)
    return hashed


def _link_assets(css: bytes, hashed: Mapping[str, tuple[str, bytes]]) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        known = hashed.get(match[2].decode())
        return b'url("' + known[0].removeprefix(_ASSETS).encode() + b'")' if known else match[0]

    return _CSS_URL.sub(replace, css)
