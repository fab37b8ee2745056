"""Collects the texts of the interface and brings every catalogue up to date: `make messages`, or with --check in tests.

    python scripts/messages.py             update both folders of *.po, say what is left to translate
    python scripts/messages.py --new nl    begin a catalogue for a language
    python scripts/messages.py --check     change nothing; exit code 1 if a catalogue is not up to date

Texts of the site are in `templates/locales/`, of the studio in `site_builder/studio/locales/`, so that pages of sites
change with their own texts only. A catalogue is sorted by text and holds neither dates nor line numbers, so that it
changes only when a text does.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "templates" / "locales"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
JINJA = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
COMMENT = "Translators:"
HEADER = "Texts of the site's interface. How to translate them: `spacecast help translating`"
STUDIO = ROOT / "site_builder" / "studio"
STUDIO_LOCALES = STUDIO / "locales"


def find_sources() -> Iterator[tuple[Path, str]]:
    """Files that hold texts of the site, and the way to read them."""
    for file in sorted((ROOT / "templates").rglob("*")):
        if (
            file.suffix in {".html", ".txt", ".xml", ".css", ".json", ".js", ".webmanifest"}
            and "assets" not in file.parts
        ):
            yield file, "jinja2"
    for file in sorted((ROOT / "site_builder").rglob("*.py")):
        if not file.is_relative_to(STUDIO):
            yield file, "python"


def find_studio_sources() -> Iterator[tuple[Path, str]]:
    """Files that hold texts of the studio; sizes and lengths are said by `text/languages.py`."""
    for file in sorted((STUDIO / "templates").rglob("*.html")):
        yield file, "jinja2"
    for file in (*sorted(STUDIO.rglob("*.py")), ROOT / "site_builder" / "text" / "languages.py"):
        yield file, "python"


def collect_messages(locales: Path = LOCALES) -> Catalog:
    """Every text of the catalogues in a folder, with the files it stands in."""
    catalogue = Catalog(fuzzy=False)
    for file, method in find_sources() if locales == LOCALES else find_studio_sources():
        options = JINJA if method == "jinja2" else {}
        with file.open("rb") as source:
            for _, message, comments, _ in extract(
                method, source, KEYWORDS, [COMMENT], options, strip_comment_tags=True
            ):
                place = (file.relative_to(ROOT).as_posix(), 0)
                catalogue.add(message, locations=[place], auto_comments=comments)
    return catalogue


def render_catalogue(code: str, template: Catalog, locales: Path = LOCALES) -> bytes:
    """The catalogue of one language: what it says already, for the texts there are now."""
    file = locales / f"{code}.po"
    catalogue = Catalog(locale=code.replace("-", "_"), domain="spacecast", fuzzy=False)
    if file.exists():
        with file.open("rb") as source:
            catalogue = read_po(source, locale=code.replace("-", "_"))
    catalogue.update(template, no_fuzzy_matching=True, keep_user_comments=True)
    catalogue.obsolete.clear()
    return _write(catalogue)


def _write(catalogue: Catalog) -> bytes:
    """As .po, without what would change by itself: dates, tools, line numbers."""
    catalogue.header_comment = f"# {HEADER}"
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, omit_header=True, include_lineno=False)
    head = (
        f"# {HEADER}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def find_untranslated(text: bytes) -> list[str]:
    """Texts that a catalogue does not say yet."""
    return [str(message.id) for message in read_po(io.BytesIO(text)) if message.id and not _is_said(message.string)]


def _is_said(said: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(said) if isinstance(said, (tuple, list)) else bool(said)


def _bring_up_to_date(locales: Path, new: list[str], *, check: bool) -> int:
    """The catalogues of a folder; how many were not as they should be."""
    template = collect_messages(locales)
    stale = 0
    for code in sorted({*(file.stem for file in locales.glob("*.po")), *new}):
        file = locales / f"{code}.po"
        text = render_catalogue(code, template, locales)
        stale += not file.exists() or file.read_bytes() != text
        if not check:
            locales.mkdir(exist_ok=True)
            file.write_bytes(text)
        missing = find_untranslated(text)
        place = "studio" if locales == STUDIO_LOCALES else "site"
        print(f"{place} {code}: {len(template)} texts" + (f", {len(missing)} to translate" if missing else ""))
        for message in missing:
            print(f"  {message}")
    return stale


def main() -> int:
    """Update or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--new", metavar="LANGUAGE", action="append", default=[])
    chosen = parser.parse_args()
    stale = sum(_bring_up_to_date(locales, chosen.new, check=chosen.check) for locales in (LOCALES, STUDIO_LOCALES))
    return int(chosen.check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
