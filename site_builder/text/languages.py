"""The interface's texts in the show's language, and dates, numbers, lengths and sizes as that language writes them.

The source is English. Translations are gettext catalogues in `templates/locales/<language>.po`, read as they are; a
show may bring further ones, or its own in place of ours, in its `templates/locales/`. `docs/translating.md` tells how.
Dates and numbers follow the show's language even where nobody has translated the texts (https://cldr.unicode.org/).
Babel is imported when something is formatted or translated, not before.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.text.catalogues import PLACEHOLDER, find_program_cache, load_catalogue

if TYPE_CHECKING:
    from babel import Locale

SOURCE = "en"
"""The language texts are written in."""
LOCALES = "locales"
"""Folder of catalogues within a theme."""

_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"})
_SKELETONS = {"short": "MMMd", "month": "yMMMM", "year": "y"}


class Language:
    """What the interface says in one language, and how it writes dates and numbers."""

    def __init__(
        self, tag: str = SOURCE, catalogue: Path | None = None, texts: Mapping[str, str] | None = None
    ) -> None:
        """Make a language.

        Args:
            tag: The show's language, BCP 47: `pt-br`.
            catalogue: File with the translations; None: English texts.
            texts: The host's own words: English text of the interface to what is said in its place.
        """
        self.tag = tag.lower().replace("_", "-")
        self.code = catalogue.stem if catalogue else SOURCE
        """Language of the texts, which is not the show's where nobody has translated them."""
        self._catalogue = catalogue
        self._texts = texts or {}

    @property
    def is_translated(self) -> bool:
        """Whether the texts are in the show's own language."""
        return self.tag.split("-")[0] == self.code.split("-")[0]

    @property
    def has_own_texts(self) -> bool:
        """Whether the host's own words stand for some of the interface."""
        return bool(self._texts)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`: which way the show's language runs; the script decides where the tag names one."""
        language, *further = self.tag.split("-")
        script = next((part for part in further if len(part) == 4 and part.isalpha()), "")
        runs_left = script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT
        return "rtl" if runs_left else "ltr"

    @cached_property
    def digest(self) -> str:
        """Changes whenever any text, date or number could; Babel brings the forms of dates and numbers."""
        from babel import __version__  # noqa: PLC0415

        digest = hashlib.sha256(f"{self.tag}\0{self.code}\0{__version__}\0".encode())
        digest.update(self._catalogue.read_bytes() if self._catalogue else b"")
        for text, own in sorted(self._texts.items()):
            digest.update(f"\0{text}\0{own}".encode())
        return digest.hexdigest()

    def gettext(self, text: str) -> str:
        """The text in this language; `text` itself where it is not translated. May hold `%(name)s`."""
        return self._find_own(text) or self._translations.gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form of the text that goes with `number`."""
        own = self._find_own(singular if number == 1 else plural)
        return own or self._translations.ngettext(singular, plural, number)

    def list_texts(self) -> frozenset[str]:
        """All that the interface says in this language."""
        from babel.messages.pofile import read_po  # noqa: PLC0415

        file = self._catalogue or find_builtin_folder() / "locales" / "de.po"
        messages = [message for message in read_po(io.BytesIO(file.read_bytes())) if message.id]
        said = [message.string if self._catalogue else message.id for message in messages]
        texts = {form for forms in said for form in ((forms,) if isinstance(forms, str) else forms or ())}
        return frozenset((*texts, *self._texts.values())) - {""}

    def format_date(self, moment: str | datetime, style: str = "long") -> str:
        """A moment (ISO 8601) as a date, in the moment's own time zone.

        `long` is 9 October 2026, `short` 9 Oct, `month` October 2026, `year` 2026.
        """
        from babel.dates import format_date, format_skeleton  # noqa: PLC0415

        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        if style in _SKELETONS:
            return format_skeleton(_SKELETONS[style], when.replace(tzinfo=None), locale=self._locale)
        return format_date(when.date(), "long", self._locale)

    def format_moment(self, when: datetime) -> str:
        """`Friday 9 October 2026 at 09:30`, in the moment's own time zone."""
        from babel.dates import format_datetime  # noqa: PLC0415

        return format_datetime(when.replace(tzinfo=None), "EEEE d MMMM y, HH:mm", locale=self._locale)

    def format_distance(self, when: datetime, now: datetime) -> str:
        """`in 3 days`, `2 hours ago`."""
        from babel.dates import format_timedelta  # noqa: PLC0415

        return format_timedelta(when - now, add_direction=True, locale=self._locale)

    def format_number(self, number: float | str, places: int = 2) -> str:
        """`1,234.5`, with at most `places` decimals; digits are Western ones everywhere, as in the player's clock."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        return format_decimal(round(float(number), places), locale=self._locale)

    def format_percent(self, percent: float) -> str:
        """`33%`."""
        from babel.numbers import format_percent  # noqa: PLC0415

        return format_percent(percent / 100, locale=self._locale)

    def format_size(self, size_bytes: int) -> str:
        """`27.4 MB`, decimal as browsers show downloads."""
        if size_bytes < 1_000_000:
            size = self.format_number(max(1, round(size_bytes / 1000)))
            return self.gettext("%(size)s kB") % {"size": size}
        return self.gettext("%(size)s MB") % {"size": self.format_number(size_bytes / 1_000_000, 1)}

    def format_length(self, seconds: float) -> str:
        """`1 h 3 min`, `3 min` or `45 s`: how long something is."""
        if seconds < 59.5:
            return self.gettext("%(seconds)s s") % {"seconds": round(seconds)}
        hours, minutes = divmod(round(seconds / 60), 60)
        text = self.gettext("%(hours)s h %(minutes)s min") if hours else self.gettext("%(minutes)s min")
        return text % {"hours": hours, "minutes": minutes}

    def join(self, names: Iterable[str]) -> str:
        """Names in a row: `Ada, Ben, Cleo`."""
        return self.gettext(", ").join(names)

    @cached_property
    def _translations(self) -> NullTranslations:
        if self._catalogue is None:
            return NullTranslations()
        is_ours = self._catalogue.is_relative_to(find_builtin_folder())
        return load_catalogue(self._catalogue, keep_in=find_program_cache(__file__) if is_ours else None)

    @cached_property
    def _locale(self) -> Locale:
        return _find_locale(self.tag)

    def _find_own(self, text: str) -> str:
        """The host's own words, safe to be filled in: a stray `%` is one, a name the text has not is text."""
        own = self._texts.get(text, "")
        known = PLACEHOLDER.findall(text)
        if not own or not known:
            return own
        pieces = PLACEHOLDER.split(own)
        for index, piece in enumerate(pieces):
            is_name = index % 2 and piece in known
            pieces[index] = f"%({piece})s" if is_name else (f"%%({piece})s" if index % 2 else piece.replace("%", "%%"))
        return "".join(pieces)


ENGLISH = Language()
"""The texts as they are in the templates."""


def load_language(tag: str, show_folder: Path | None = None, texts: Mapping[str, str] | None = None) -> Language:
    """The language for a show in `tag`; English texts where there is no catalogue for it.

    `pt-br` looks for `pt-br.po`, then for `pt.po`, each in the show's `templates/locales/` and then among ours.
    """
    own = [show_folder / "templates"] if show_folder else []
    folders = [folder / LOCALES for folder in (*own, find_builtin_folder())]
    files = (folder / f"{name}.po" for name in _list_names(tag) for folder in folders)
    return Language(tag, next((file for file in files if file.is_file()), None), texts)


def find_builtin_folder() -> Path:
    """Where the built-in theme lies: inside the installed package, or beside it in a checkout."""
    packaged = Path(__file__).parent.parent / "templates"
    return packaged if packaged.is_dir() else packaged.parent.parent / "templates"


def _list_names(tag: str) -> list[str]:
    """`zh-hant-tw`, `zh-hant`, `zh`."""
    parts = tag.lower().replace("_", "-").split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _find_locale(tag: str) -> Locale:
    """The nearest one that is known; English without a country is the world's: 9 October, not October 9."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    for name in _list_names(tag):
        try:
            return Locale.parse("en_001" if name == SOURCE else name, sep="-" if name != SOURCE else "_")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_001")
