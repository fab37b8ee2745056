"""What people can have done for an episode: groups and roles of the Podcast Taxonomy, in small letters.

As https://github.com/Podcastindex-org/podcast-namespace/blob/main/taxonomy.json lists them; see
https://podcasttaxonomy.com for what each means.
"""

from __future__ import annotations

from collections.abc import Mapping

CAST = "cast"
"""The group of everybody who is heard, and what apps assume where none is named."""

TAXONOMY: Mapping[str, tuple[str, ...]] = {
    CAST: ("host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"),
    "creative direction": (
        "director",
        "assistant director",
        "executive producer",
        "senior producer",
        "producer",
        "associate producer",
        "development producer",
        "creative director",
    ),
    "writing": (
        "author",
        "editorial director",
        "co-writer",
        "writer",
        "songwriter",
        "guest writer",
        "story editor",
        "managing editor",
        "script editor",
        "script coordinator",
        "researcher",
        "editor",
        "fact checker",
        "translator",
        "transcriber",
        "logger",
    ),
    "audio production": (
        "studio coordinator",
        "technical director",
        "technical manager",
        "audio engineer",
        "remote recording engineer",
        "post production engineer",
    ),
    "audio post-production": (
        "audio editor",
        "sound designer",
        "foley artist",
        "composer",
        "theme music",
        "music production",
        "music contributor",
    ),
    "administration": (
        "production coordinator",
        "booking coordinator",
        "production assistant",
        "content manager",
        "marketing manager",
        "sales representative",
        "sales manager",
    ),
    "visuals": ("graphic designer", "cover art designer"),
    "community": ("social media manager",),
    "misc.": ("consultant", "intern"),
    "video production": ("camera operator", "lighting designer", "camera grip", "assistant camera"),
    "video post-production": ("editor", "assistant editor"),
}
"""Group to roles. A role that stands in two groups belongs to the first unless said otherwise."""

ROLES = frozenset(role for roles in TAXONOMY.values() for role in roles)
"""Every role there is."""

_SPELLINGS = {"translater": "translator", "cohost": "co-host", "co host": "co-host", "misc": "misc."}


def parse_role(text: str) -> str:
    """A role as the taxonomy writes it, whatever its case; ValueError where there is none such."""
    role = _fold(text)
    if role not in ROLES:
        raise ValueError("expected a role such as host, co-host, guest, producer or audio editor")
    return role


def parse_group(text: str) -> str:
    """A group as the taxonomy writes it, whatever its case; ValueError where there is none such."""
    group = _fold(text)
    if group not in TAXONOMY:
        raise ValueError(f"expected one of the groups {', '.join(TAXONOMY)}")
    return group


def find_group(role: str) -> str:
    """The group a role belongs to."""
    return next((group for group, roles in TAXONOMY.items() if role in roles), CAST)


def _fold(text: str) -> str:
    folded = " ".join(text.casefold().split())
    return _SPELLINGS.get(folded, folded)
