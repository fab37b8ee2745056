"""Translates categories of old feeds to Apple's of today. Pure.

Apple replaced its list in 2019 (https://podcasters.apple.com/support/1691-apple-podcasts-categories); thousands of
feeds still have names of the one before, or of Google's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from site_builder.model.categories import parse_category

_SUCCESSORS = """
Arts > Literature: Arts > Books
Arts & Entertainment: Arts
Audio Blogs: Society & Culture > Personal Journals
Business > Business News: News > Business News
Business > Management & Marketing: Business > Management
Education > Language Courses: Education > Language Learning
Education > Training: Education > Courses
Family: Kids & Family
Games & Hobbies: Leisure
Games & Hobbies > Automotive: Leisure > Automotive
Games & Hobbies > Aviation: Leisure > Aviation
Games & Hobbies > Hobbies: Leisure > Hobbies
Games & Hobbies > Other Games: Leisure > Games
Games & Hobbies > Video Games: Leisure > Video Games
Government & Organizations: Government
Government & Organizations > Non-Profit: Business > Non-Profit
Health: Health & Fitness
Health > Alternative Health: Health & Fitness > Alternative Health
Health > Fitness & Nutrition: Health & Fitness > Fitness
Health > Self-Help: Education > Self-Improvement
Health > Sexuality: Health & Fitness > Sexuality
Movies & Television: TV & Film
News & Politics: News
News & Politics > Conservative (Right): News > Politics
News & Politics > Liberal (Left): News > Politics
Religion & Spirituality > Other: Religion & Spirituality
Science & Medicine: Science
Science & Medicine > Medicine: Health & Fitness > Medicine
Science & Medicine > Natural Sciences: Science > Natural Sciences
Science & Medicine > Social Sciences: Science > Social Sciences
Society & Culture > History: History
Sports & Recreation: Sports
Sports & Recreation > Outdoor: Sports > Wilderness
Talk Radio: Society & Culture
Technology > Tech News: News > Tech News
Travel: Society & Culture > Places & Travel
"""


def _key(text: str) -> str:
    return "".join(text.lower().replace("&amp;", "&").replace(" and ", "&").split())


_BY_OLD_NAME = {_key(old): new.strip() for old, new in (row.rsplit(":", 1) for row in _SUCCESSORS.strip().splitlines())}


class CategoryReading(NamedTuple):
    """What became of the categories of a feed."""

    names: tuple[str, ...]
    """Apple's, in the feed's order, each once; five at most."""
    remarks: tuple[str, ...]
    """What was mapped or left out, a sentence each."""


def map_categories(named: Iterable[str]) -> CategoryReading:
    """Apple's categories of today for those a feed names (`Arts > Literature`)."""
    found: list[str] = []
    remarks: list[str] = []
    for name in named:
        category = _find(name)
        if not category:
            remarks.append(f"the show's category “{name[:80]}” was left out: it is none of Apple's")
            continue
        if _key(name) not in {_key(category), _key(category.rpartition(">")[2])}:
            remarks.append(f"the show's category “{name[:80]}” became “{category}”, which Apple has now")
        found.append(category)
    names = tuple(dict.fromkeys(found))
    if len(names) > 5:
        remarks.append(f"only five of the show's {len(names)} categories were taken: {', '.join(names[:5])}")
    return CategoryReading(names[:5], tuple(dict.fromkeys(remarks)))


def _find(name: str) -> str:
    """The category itself, its successor, or that of its parent; empty where Apple has none of these."""
    parent, arrow, _ = name.rpartition(">")
    for wanted in (name, parent.strip()) if arrow else (name,):
        if successor := _BY_OLD_NAME.get(_key(wanted)):
            return successor
        try:
            return str(parse_category(wanted))
        except ValueError:
            continue
    return ""
