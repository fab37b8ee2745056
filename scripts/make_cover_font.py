"""Makes `site_builder/render/artwork/fonts/cover.ttf`, the letters of drawn covers, from two open variable fonts.

    npm pack @fontsource-variable/newsreader @fontsource-variable/literata   (unpack; FILES: their `files/` folders)
    python scripts/make_cover_font.py FILES… OUT.ttf                    (needs fonttools, brotli and skia-pathops)

Newsreader, the site's headings, has the Latin letters; Literata lends Cyrillic and Greek, fitted to its size. Two
things are made for drawing without a shaping engine, the same on every machine: kerning is written beside the font as
JSON, and the glyph of a missing character is nothing at all, of no width, so no box is ever drawn. No outlines overlap,
as those of variable fonts do: FreeType draws such letters four times as large, which takes ten times as long.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.removeOverlaps import removeOverlaps
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

NEWSREADER = ("latin", "latin-ext", "vietnamese")
LITERATA = ("cyrillic", "cyrillic-ext", "greek", "greek-ext")
OPTICAL_SIZE = 36
WEIGHT = 600
LITERATA_SIZE = 925
"""Thousandths: the large x-height of Literata beside Newsreader."""
LEAST_KERN = 25
"""Thousandths: less is not seen."""
OVERLAPS, COMPOUND_OVERLAPS = 0x40, 0x400
"""Flags of outlines that overlap, in simple and in composite glyphs."""


Kerning = dict[tuple[int, int], int]
"""Pairs of characters to thousandths of the size."""


def load_static(path: Path, size: int) -> tuple[TTFont, Kerning]:
    """One weight of a variable font with 1000 units per em, drawn at `size` thousandths; and its kerning."""
    font = instantiateVariableFont(TTFont(path), {"opsz": OPTICAL_SIZE, "wght": WEIGHT})
    pairs = find_kerning(font)
    drop = ["GSUB", "GPOS", "GDEF", "STAT", "gasp", "vhea", "vmtx"]
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=False, drop_tables=drop)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=font.getBestCmap())
    cutter.subset(font)
    scale_upem(font, size)
    font["head"].unitsPerEm = 1000
    unit = size / 1000 if size != 1000 else 1.0
    names = {name: character for character, name in font.getBestCmap().items()}
    source = TTFont(path)["head"].unitsPerEm
    kerning = {
        (names[left], names[right]): round(value * 1000 * unit / source)
        for (left, right), value in pairs.items()
        if left in names and right in names
    }
    return font, kerning


def find_kerning(font: TTFont) -> dict[tuple[str, str], int]:
    """Pairs of glyph names to font units, from the first matching rule of each pair in GPOS."""
    found: dict[tuple[str, str], int] = {}
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for outer in lookup.SubTable:
            table = getattr(outer, "ExtSubTable", outer)
            if table.LookupType != 2:
                continue
            for pair, value in (by_glyph if table.Format == 1 else by_class)(table):
                found.setdefault(pair, value)
    return found


def by_glyph(table):
    """Kerning of single pairs."""
    for left, rules in zip(table.Coverage.glyphs, table.PairSet, strict=True):
        for rule in rules.PairValueRecord:
            yield (left, rule.SecondGlyph), getattr(rule.Value1, "XAdvance", 0) or 0


def by_class(table):
    """Kerning of classes of glyphs."""
    seconds: dict[int, list[str]] = {}
    for glyph, number in table.ClassDef2.classDefs.items():
        seconds.setdefault(number, []).append(glyph)
    for left in table.Coverage.glyphs:
        row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)].Class2Record
        for number, rule in enumerate(row):
            value = getattr(rule.Value1, "XAdvance", 0) or 0
            for right in seconds.get(number, ()):
                yield (left, right), value


def empty_notdef(font: TTFont) -> None:
    """A missing character leaves nothing behind, not even width."""
    missing = font.getGlyphOrder()[0]
    font["glyf"][missing] = TTGlyphPen(None).glyph()
    font["hmtx"][missing] = (0, 0)


def join_outlines(font: TTFont) -> None:
    """Outlines that overlap become one, and no glyph says any more that some do."""
    removeOverlaps(font)
    for name in font.getGlyphOrder():
        glyph = font["glyf"][name]
        if glyph.isComposite():
            for component in glyph.components:
                component.flags &= ~COMPOUND_OVERLAPS
        elif glyph.numberOfContours:
            glyph.flags[0] &= ~OVERLAPS


def format_kerning(kerning: Kerning) -> str:
    """The pairs worth having as JSON, `{"AV": -91, …}` in thousandths of the size."""
    kept = {pair: value for pair, value in kerning.items() if abs(value) >= LEAST_KERN and is_common(*pair)}
    document = {chr(left) + chr(right): kept[left, right] for left, right in sorted(kept)}
    return json.dumps(document, ensure_ascii=False, indent=0) + "\n"


def is_common(left: int, right: int) -> bool:
    """Whether a pair stands in words of today: Western letters, Cyrillic or Greek, and punctuation."""
    return all(
        character < 0x100 or 0x370 <= character < 0x460 or 0x2013 <= character < 0x2027 for character in (left, right)
    )


def main(*arguments: str) -> None:
    """Make the font."""
    *folders, out = map(Path, arguments)
    find = {path.name: path for folder in folders for path in folder.glob("*-opsz-normal.woff2")}
    fonts = [load_static(find[f"newsreader-{name}-opsz-normal.woff2"], 1000) for name in NEWSREADER]
    fonts += [load_static(find[f"literata-{name}-opsz-normal.woff2"], LITERATA_SIZE) for name in LITERATA]
    have: set[int] = set()
    kerning: Kerning = {}
    parts = []
    for number, (font, own) in enumerate(fonts):
        cutter = subset.Subsetter(subset.Options(notdef_outline=False, hinting=False))
        cutter.populate(unicodes=font.getBestCmap().keys() - have)
        for pair, value in own.items():
            kerning.setdefault(pair, value)
        cutter.subset(font)
        have |= font.getBestCmap().keys()
        font.flavor = None
        parts.append(out.with_suffix(f".{number}.part"))
        font.save(parts[-1])
    merged = Merger().merge(list(map(str, parts)))
    for part in parts:
        part.unlink()
    empty_notdef(merged)
    join_outlines(merged)
    out.with_name(f"{out.stem}-kerning.json").write_text(format_kerning(kerning), "utf-8")
    head, across, os2 = merged["head"], merged["hhea"], merged["OS/2"]
    head.created = head.modified = 3_600_000_000
    merged.recalcTimestamp = False
    across.ascent, across.descent, across.lineGap = 735, -265, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.usWeightClass = 735, -265, WEIGHT
    for record in [r for r in merged["name"].names if r.nameID not in (0, 13, 14)]:
        merged["name"].names.remove(record)
    for number, text in ((1, "Spacecast Cover"), (2, "Regular"), (4, "Spacecast Cover"), (6, "SpacecastCover-Regular")):
        merged["name"].setName(text, number, 3, 1, 0x409)
    merged.save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
