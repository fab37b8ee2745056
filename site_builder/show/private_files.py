"""Which files of a show are private, and the `.gitignore` that keeps git from them.

Whoever reads `people.yaml` knows who refused; `space.json` and the notes name everybody who spoke, before anybody was
taken out; recordings hold everybody's voice, and `words.json` all that they said.
"""

from __future__ import annotations

PRIVATE = (
    "content/*people*.y*ml*",
    "content/episodes/*/*space*.json*",
    "content/episodes/*/*words*.json*",
    "content/episodes/*/*recording-*",
    "content/archives/*.zip",
    "content/archives/*/**",
    "content/*refusals*",
    "content/*refusals*/**",
    "**/twitter-*.zip",
    "**/spaces_media/**",
    "**/spaces-metadata.js",
)
"""Files that only a private repository may hold, as git matches paths with GIT_GLOB_PATHSPECS, in small letters or
capitals: with the copies that editors and people leave beside them, and archives wherever they were put."""

_GATED = ("/content/people.yaml", "/content/episodes/")
"""Lines that a build on GitHub cannot do with."""
IGNORED = """# Made by spacecast: can be deleted and made again at any time
/output/
/.cache/
# An archive holds everything X knows about you, a recording everybody's voice; both are too large for git as well
/content/archives/*
!/content/archives/README.md
recording-*.*
twitter-*.zip
spaces_media/
spaces-metadata.js
# Copies of people.yaml that editors and people leave beside it
/content/*[Pp]eople*.[Yy]*ml*
!/content/people.yaml
# Who said no, remembered beside people.yaml: in no repository at all
/content/*refusals*
/content/.*
# Private: who is heard, what they said to it, and what was said before anybody was taken out. Only a private repository
# may hold these; `spacecast workflow` takes the next two lines out, once you have said that yours is
/content/people.yaml
/content/episodes/
"""
"""The `.gitignore` of a new show."""


def let_in(ignored: str) -> str:
    """A `.gitignore` without the lines that keep `content/` out of a private repository; all others stay."""
    return "".join(line for line in ignored.splitlines(keepends=True) if line.strip() not in _GATED)


def list_missing_lines(ignored: str) -> list[str]:
    """What a `.gitignore` that somebody wrote lacks of ours."""
    known = {line.strip() for line in ignored.splitlines()}
    return [line for line in IGNORED.splitlines() if line and not line.startswith("#") and line not in known]
