"""Makes a title from the text of a post.

Sentences end as Unicode Standard Annex 29 says (https://www.unicode.org/reports/tr29/), and what a reader sees as one
character (a letter with its vowel signs, a flag) is never cut.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

SHORTEST_TITLE = 8
LONGEST_TITLE = 100
_LOOKED_AT = 10 * LONGEST_TITLE
"""Characters of a sentence: of a longer one nothing could be a title's."""
_ABBREVIATIONS = frozenset(
    """
    dr mr mrs ms prof st vs no nr ep eps vol pt feat ft etc approx inc ltd jr sr dept fig gen col lt sgt rev hon mt
    co corp bros min max jan feb mar apr jun jul aug sep sept oct nov dec
    bzw ca hr fr tel usw evtl ggf inkl abb bd str mme mlle m env av pp sra srta ud uds pág núm aprox dra
    г гг ул им стр тел тыс руб д-р проф т
    """.split()  # noqa: SIM905 -- a list of quoted words is harder to read
)
_SENTENCE_END = regex.compile(
    r"(?:(?<![.!?…])[.!?…]++[\p{SB=Close}'’”»]*+(?=\s)|[\p{SB=STerm}--[!?]]++[\p{SB=Close}'’”»]*+)\s*+", regex.VERSION1
)
"""Marks that addresses and names hold too count only before a space; those of other scripts always."""
_LINK = regex.compile(r"https?://\S+")
_TAGS_AT_END = regex.compile(r"(?:\s*[#＃][\p{L}\p{M}\p{N}_\u200c\u200d·・]+)+\s*$")
_CLAUSE = regex.compile(r"[:;,؛،]\s|[：；，、]|\s[–—|·•-]\s")
_NUMBER = regex.compile(r"[#№]?[\p{N}][\p{N}.,:/]*")
_LETTERS_WITH_DOTS = regex.compile(r"(?:\p{L}\p{M}*\.)+\p{L}\p{M}*\.?")
_LOOSE = frozenset(" \t\n.,;:!-–—_|/\\·•*→←↓↑➡⬇&+=~…。、，！：；،؛")
_QUESTION_MARKS = frozenset("?？؟⁇⁈⁉;՞፧")
_CLUSTER = regex.compile(r"\X")


def split_title(text: str) -> tuple[str, str]:
    """A title, and what is left to say.

    The title is the first sentence or line that has words; the next joins it while it is shorter than SHORTEST_TITLE.
    One longer than LONGEST_TITLE is cut at a clause or word; then the whole text is the rest, so that nothing is lost.
    """
    pieces = split_sentences(text)
    title, links, used = "", [], 0
    while used < len(pieces) and len(trim(title)) < SHORTEST_TITLE:
        links += _LINK.findall(pieces[used])
        glue = " " if title and pieces[used - 1][-1].isspace() else ""
        title = f"{title}{glue}{' '.join(_LINK.sub(' ', pieces[used]).split())}"[:_LOOKED_AT]
        used += 1
    title = trim(title)
    if len(title) > LONGEST_TITLE:
        return _shorten(title), text.strip()
    rest = "".join(pieces[used:]).strip()
    return title, "\n\n".join(part for part in ("\n".join(links), rest) if any(map(str.isalnum, part)))


def split_sentences(text: str) -> list[str]:
    """`text` cut after every sentence and line; joined again it is the same."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        start = 0
        for match in _SENTENCE_END.finditer(line):
            if _is_end(line[start : match.start()], match[0], line[match.end() :]):
                pieces.append(line[start : match.end()])
                start = match.end()
        pieces.append(line[start:])
    return [piece for piece in pieces if piece]


def strip_tags_at_end(text: str) -> str:
    """Without the hashtags at its end."""
    return str(_TAGS_AT_END.sub("", text)).strip()


def _is_end(before: str, mark: str, after: str) -> bool:
    """Whether a mark ends a sentence: not after an abbreviation, an initial or a number, nor before a small letter."""
    word = before.rsplit(maxsplit=1)[-1].lstrip("(\"'“‘«¿¡").lower() if before.split() else ""
    if mark.strip() == "." and (
        word in _ABBREVIATIONS
        or (len(_clusters(word)) == 1 and word[:1].isalpha())
        or _LETTERS_WITH_DOTS.fullmatch(word)
        or _NUMBER.fullmatch(word)
    ):
        return False
    return not after[:1].islower()


def trim(title: str) -> str:
    """Without hashtags, emoji and loose punctuation at its ends; questions, C++, flags and U.S. keep what is theirs."""
    bare = _TAGS_AT_END.sub("", title)
    clusters = _clusters(bare if any(map(str.isalnum, bare)) else title)
    start, end = 0, len(clusters)
    while end > start and not _belongs_at_end(clusters, start, end):
        end -= 1
    while start < end and not _belongs_at_start(clusters, start):
        start += 1
    found = "".join(clusters[start:end])
    return found if any(map(str.isalnum, found)) else ""


def _clusters(text: str) -> list[str]:
    return list(_CLUSTER.findall(text))


def _belongs_at_end(clusters: list[str], start: int, end: int) -> bool:
    last, before = clusters[end - 1], "".join(clusters[start : end - 1])
    if not _is_loose(last):
        return True
    if last == "." and before.split():
        return bool(_LETTERS_WITH_DOTS.fullmatch(before.split()[-1])) and "." in before.split()[-1]
    is_attached = before.rstrip("+")[-1:].isalnum()
    return is_attached and (last == "+" or last in "°™®©℠")


def _belongs_at_start(clusters: list[str], start: int) -> bool:
    first, after = clusters[start], clusters[start + 1] if start + 1 < len(clusters) else ""
    if not _is_loose(first) or first == "…":
        return True
    return (first in "+-−~." and after.isdecimal()) or (first == "." and after.isalpha() and after.isupper())


@lru_cache(maxsize=4096)
def _is_loose(cluster: str) -> bool:
    """Whether a character says nothing at the edge of a title: stops, dashes, arrows, emoji; flags say something."""
    base = cluster[0]
    if "\U0001f1e6" <= base <= "\U0001f1ff" or base in _QUESTION_MARKS or cluster.startswith("🏴"):
        return False
    if base in _LOOSE or (len(cluster) == 1 and regex.match(r"\p{SB=STerm}", base)):
        return True
    return unicodedata.category(base) in {"So", "Sk", "Cf", "Mn", "Cn", "Co", "Zs", "Cc"}


def _shorten(title: str) -> str:
    """At most LONGEST_TITLE characters: up to the last clause that is at least a third of that, else word, then `…`."""
    head, third = title[: LONGEST_TITLE + 1], LONGEST_TITLE // 3
    clauses = [match.start() for match in _CLAUSE.finditer(head) if match.start() >= third]
    if clauses:
        return trim(head[: clauses[-1]])
    words = head[:LONGEST_TITLE].rpartition(" ")[0]
    return f"{trim(words if len(words) >= third else _cut_clusters(title, LONGEST_TITLE - 1))}…"


def _cut_clusters(text: str, longest: int) -> str:
    """As many whole clusters as fit."""
    kept = ""
    for cluster in _clusters(text[: longest + 50]):
        if len(kept) + len(cluster) > longest:
            break
        kept += cluster
    return kept
