"""The address a deploy goes to, from the config or the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from site_builder.engine.files import write_file
from site_builder.errors import InvalidDocument, UsageError
from site_builder.hosts import HOSTS, redact
from site_builder.hosts.git import parse_place
from site_builder.show.config import Config, parse_config
from site_builder.show.config.placeholders import find_placeholders
from site_builder.show.documents import find_line
from site_builder.show.documents.yaml_edit import set_value
from site_builder.show.layout import CONFIG
from site_builder.text.command_lines import quote_words

_GITHUB = re.compile(r"(?:https?://)?(?:www\.)?github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
_PAGES = re.compile(r"https?://([\w-]+)\.github\.io/([\w.-]+)/?")


class Target(NamedTuple):
    """A place to deploy to."""

    name: str
    """Below `deploy:` in the config; empty where the address was given instead."""
    address: str


def find_target(targets: Mapping[str, str], name: str | None) -> Target:
    """The place to deploy to.

    Raises:
        UsageError: there is none by that name, or several and none was named.
    """
    if name:
        if name in targets:
            return Target(name, targets[name])
        places = [(key, address) for key, address in targets.items() if address.startswith(f"{name}://")]
        if len(places) == 1:  # `deploy github`, where the config says which repository
            return Target(*places[0])
        if name.partition(":")[0] in HOSTS:
            return Target(next((key for key, address in targets.items() if address == name), ""), name)
        if (place := complete_place(name)) != name:
            line = quote_words("spacecast", "deploy", place)
            raise UsageError(f"{redact(name)} does not say how to send the show there; did you mean `{redact(line)}`?")
        known = f"it names {', '.join(targets)}" if targets else "write an address, such as github://you/show"
        raise UsageError(f"config.yaml has no deploy target {redact(name)!r}: {known}")
    if "default" in targets or len(targets) == 1:
        chosen = "default" if "default" in targets else next(iter(targets))
        return Target(chosen, targets[chosen])
    if targets:
        raise UsageError(f"config.yaml names several deploy targets; say which: {', '.join(targets)}")
    raise UsageError(
        "config.yaml does not say where to deploy; name a place, such as `spacecast deploy github://you/show`; "
        "from then on it is noted there"
    )


def complete_place(text: str) -> str:
    """An address as the config has it, from how people write it down.

    >>> [complete_place(text) for text in ("~/site", "github.com/ana/show", "ana@example.org:/srv/show", "s3://b")]
    ['folder:~/site', 'github://ana/show', 'rsync:ana@example.org:/srv/show', 's3://b']
    """
    if found := _GITHUB.fullmatch(text) or _PAGES.fullmatch(text):
        return f"github://{found[1]}/{found[2]}"
    if text.partition(":")[0] in HOSTS or not text:
        return text
    if text.startswith(("/", "~", "./", "../")) or re.match(r"[A-Za-z]:[\\/]", text):
        return f"folder:{text}"
    if text.endswith(".git"):
        return f"github-pages:{text}"
    return f"rsync:{text}" if re.match(r"[\w.-]+@[\w.-]+:", text) else text


def require_real_addresses(folder: Path, config: Config) -> None:
    """Refuse a show whose addresses are placeholders: every link and enclosure would be dead.

    Raises:
        InvalidDocument: with each line to change.
    """
    file = folder / CONFIG
    if problems := list(find_placeholders(config, file.read_bytes() if file.is_file() else b"")):
        raise InvalidDocument(problems)


def require_same_place(config: Config, noted_as: str) -> bool:
    """Whether the config names this very place already, or the host needs no note.

    Raises:
        UsageError: it names another place of the same host, which is where the show goes.
    """
    if not noted_as:
        return True
    scheme = noted_as.partition(":")[0]
    known = [place for place in config.deploy.values() if place.startswith(f"{scheme}:") and not _is_word(place)]
    if noted_as in known:
        return True
    if known:
        raise UsageError(
            f"this would publish to {redact(noted_as)}, but config.yaml says that the show goes to "
            f"{', '.join(map(redact, known))}; if it has moved, change that line, or name the new place beside it "
            "below `deploy:`"
        )
    return False


def _is_word(address: str) -> bool:
    """Whether a place is named by a remote's name, which may mean another repository later."""
    return bool(parse_place(address.partition(":")[2]).remote)


def note_place(folder: Path, target: Target, noted_as: str) -> None:
    """Write into the config where the show goes, in place of the word that led there; every other byte stays."""
    file = folder / CONFIG
    text = file.read_bytes().decode("utf-8")
    deploy = parse_config(text).deploy
    is_alone = "default" in deploy and find_line(text, ("deploy", "default")) is None
    if not deploy or (target.name == "default" and is_alone):
        changed = set_value(text, ["deploy"], noted_as)
    else:
        beside = set_value(text, ["deploy", "default"], deploy["default"]) if is_alone else text
        changed = set_value(beside, ["deploy", target.name or noted_as.partition(":")[0]], noted_as)
    parse_config(changed)
    write_file(file, changed.encode("utf-8"))
