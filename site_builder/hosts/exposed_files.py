"""Which private files of a show git repositories hold: the one it lies in, and those that one is pushed to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from site_builder.errors import SpacecastError
from site_builder.hosts.git import Git, find_top_level, list_remotes, open_aside, without_login
from site_builder.net.redaction import redact
from site_builder.show.private_files import PRIVATE

_ANY_CASE = ":(icase)"
"""Before a path: small letters or capitals, as folders of Windows and macOS take them."""
_SHOWN = 3
"""Files that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Private files in a repository, now or in its history."""

    place: str
    """The repository, for people; empty for the one on this computer."""
    files: tuple[str, ...]

    def __str__(self) -> str:
        listed = ", ".join(self.files[:_SHOWN])
        more = f" and {len(self.files) - _SHOWN} more" if len(self.files) > _SHOWN else ""
        if self.place:
            return f"{self.place} holds {listed}{more}"
        return f"git keeps {listed}{more}, which the next push sends"


def list_tracked(folder: Path) -> tuple[Exposure, ...]:
    """Without asking any network: what git tracks here, and what it knows the remotes to hold."""
    if find_top_level(folder) is None:
        return ()
    git = Git(folder)
    found = [Exposure(place="", files=_split(git.ask("ls-files", "-z", "--", *_spell_paths())))]
    for name, address in list_remotes(git).items():
        found.append(Exposure(place=redact(address), files=_list_history(git, [f"--remotes={name}"])))
    return tuple(exposure for exposure in found if exposure.files)


def find_at_remotes(folder: Path, addresses: Iterable[str], but: Collection[str] = ()) -> tuple[Exposure, ...]:
    """What repositories hold when they are asked, in all branches `but` some; one out of reach is left out."""
    prefix = Git(folder).ask("rev-parse", "--show-prefix").strip() if find_top_level(folder) else ""
    found = []
    for address in dict.fromkeys(addresses):
        with suppress(SpacecastError):
            found.append(Exposure(place=redact(address), files=_ask_remote(folder, address, prefix, but)))
    return tuple(exposure for exposure in found if exposure.files)


def _ask_remote(folder: Path, address: str, prefix: str, but: Collection[str]) -> tuple[str, ...]:
    """Commits and trees of the branches are fetched into a repository aside; contents where a server sends no less."""
    git = open_aside(folder, "remotes.git")
    heads = [line.partition("\t") for line in git.run("ls-remote", "--heads", "--", address).splitlines()]
    wanted = {ref: tip for tip, _, ref in heads if ref.removeprefix("refs/heads/") not in but}
    place = f"refs/seen/{sha256(without_login(address).encode()).hexdigest()[:12]}/"
    unknown = [ref for ref, tip in wanted.items() if git.call("cat-file", "-e", f"{tip}^{{commit}}")]
    if unknown:
        specs = [f"+{ref}:{place}{ref.removeprefix('refs/heads/')}" for ref in unknown]
        git.run("fetch", "--quiet", "--no-tags", "--filter=blob:none", "--", address, *specs)
    return _list_history(git, list(wanted.values()), prefix) if wanted else ()


def _list_history(git: Git, commits: Sequence[str], prefix: str = "") -> tuple[str, ...]:
    """Private files in these commits and all before them, each once."""
    form = ("--format=", "--name-only", "--diff-filter=AMR", "-z", "--relative")
    return _split(git.ask("log", *commits, *form, "--", *_spell_paths(prefix)))


def _spell_paths(prefix: str = "") -> list[str]:
    """What is private as git is asked for it; `prefix`: where the show lies in the repository."""
    literal = re.sub(r"([*?\[\\])", r"\\\1", prefix)
    return [f"{_ANY_CASE}{literal}{path}" for path in PRIVATE]


def _split(listed: str) -> tuple[str, ...]:
    return tuple(sorted(set(_names(listed))))


def _names(listed: str) -> Iterator[str]:
    yield from (name.strip("\n") for name in listed.split("\0") if name.strip("\n"))
