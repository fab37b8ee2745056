"""Apple's podcast categories, the ones every directory uses; pure.

19 categories with 91 subcategories, spelt as feeds must spell them:
https://podcasters.apple.com/support/1691-apple-podcasts-categories
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NamedTuple

_TABLE = """
Arts: Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts
Business: Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit
Comedy: Comedy Interviews, Improv, Stand-Up
Education: Courses, How To, Language Learning, Self-Improvement
Fiction: Comedy Fiction, Drama, Science Fiction
Government:
Health & Fitness: Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality
History:
Kids & Family: Education for Kids, Parenting, Pets & Animals, Stories for Kids
Leisure: Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, Video Games
Music: Music Commentary, Music History, Music Interviews
News: Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News, Tech News
Religion & Spirituality: Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, Spirituality
Science: Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences, Nature,\
 Physics, Social Sciences
Society & Culture: Documentary, Personal Journals, Philosophy, Places & Travel, Relationships
Sports: Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running, Soccer, Swimming,\
 Tennis, Volleyball, Wilderness, Wrestling
Technology:
True Crime:
TV & Film: After Shows, Film History, Film Interviews, Film Reviews, TV Reviews
"""


def _read_table() -> dict[str, tuple[str, ...]]:
    rows = (row.partition(":") for row in _TABLE.strip().splitlines())
    return {name: tuple(filter(None, map(str.strip, subs.split(",")))) for name, _, subs in rows}


CATEGORIES: dict[str, tuple[str, ...]] = _read_table()
"""Category to its subcategories, in Apple's spelling and order."""


class CategoryName(NamedTuple):
    """A category as Apple spells it; `sub` is empty where it stands alone."""

    name: str
    sub: str = ""

    def __str__(self) -> str:
        """`Arts > Books`, or `Technology`: as people write it."""
        return f"{self.name} > {self.sub}" if self.sub else self.name


ALL_CATEGORIES: tuple[CategoryName, ...] = tuple(
    CategoryName(name, sub) for name, subs in CATEGORIES.items() for sub in ("", *subs)
)
"""All 110: each category alone, then with each of its subcategories."""


def parse_category(text: str) -> CategoryName:
    """`Arts > Books`, `Technology` or a subcategory alone (`Books`); case, `and` for `&` and spaces do not matter.

    Raises:
        ValueError: there is no such category; the message names the nearest.
    """
    if found := _KNOWN.get(_key(text)):
        return found
    near = get_close_matches(_key(text), _KNOWN, n=1, cutoff=0.5)
    hint = f"; did you mean `{_KNOWN[near[0]]}`?" if near else ""
    raise ValueError(f"expected an Apple Podcasts category such as `Arts > Books` or `Technology`, got {text!r}{hint}")


def _key(text: str) -> str:
    words = re.sub(r"\band\b", "&", text.lower().replace("&amp;", "&").replace("›", ">"))
    return re.sub(r"[\s_-]+", "", words)


_KNOWN: dict[str, CategoryName] = {_key(category.sub): category for category in ALL_CATEGORIES if category.sub}
_KNOWN |= {_key(str(category)): category for category in ALL_CATEGORIES}
