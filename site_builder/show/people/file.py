"""Reading `content/people.yaml`: everyone heard on the show. `writing.py` changes it.

    kit_gauges:
      name: Kit
      handle: kit_gauges
      role: guest
      links:
        - https://x.com/kit_gauges
      avatar: https://pbs.twimg.com/profile_images/1/x_normal.jpg
      ids:
        x: ["88120044"]
        periscope: ["1mrGmkZqRdXQy"]
      asked: 2026-10-10
      consent:
        status: granted
        since: 2026-10-19
        note: said yes by DM
        history:
          - status: pending
            since: 2026-10-09
      episodes:
        1YqKDoVkzRexV:
          status: refused
          since: 2026-10-20

    unknown:                     # whoever is heard and in no list of guests, answered for episode by episode
      episodes:
        1YqKDoVkzRexV:
          status: anonymous
          since: 2026-10-21

Everything but the first line may be missing; `consent: refused` is short for a mapping with a status alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.documents import decode, find_line, parse_yaml
from site_builder.show.own_files import read_own_file
from site_builder.show.people.register import People
from site_builder.show.people.schema import PeopleFile


def load_people(path: Path) -> People:
    """Read `people.yaml`; a missing or empty file is nobody.

    Raises:
        InvalidDocument: the file does not say what it must; every problem with its line.
    """
    return parse_people(read_text(path), path)


@lru_cache(maxsize=8)
def parse_people(text: str, path: Path) -> People:
    """`people.yaml` from its text; `path` is named in problems.

    The last few are kept: whoever asks what each of several answers would change reads the same texts again and again.
    """
    entries = parse_yaml(text, path, PeopleFile).root
    people = People(tuple(entry.make(key) for key, entry in entries.items()))
    if problems := _find_shared_ids(people, path, text):
        raise InvalidDocument(problems)
    return people


def _find_shared_ids(people: People, path: Path, text: str) -> list[Problem]:
    owners: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for record in people.records:
        for kind, ids in (("x", record.x_ids), ("periscope", record.periscope_ids)):
            for id_ in ids:
                owner = owners.setdefault((kind, id_), record.key)
                if owner != record.key:
                    message = f"the id {id_} stands at {owner} as well; leave it with one of the two"
                    problems.append(Problem(message, path, find_line(text, (record.key,)), f"{record.key}.ids.{kind}"))
    return problems


def read_text(path: Path) -> str:
    """The file's text as it is, line ends included; empty where there is none."""
    try:
        content = read_own_file(path, path.parents[1])
    except FileNotFoundError:
        return ""
    decode(content, path)
    return content.decode("utf-8")
