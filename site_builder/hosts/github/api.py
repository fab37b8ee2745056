"""The calls of GitHub's API that a deploy needs: a repository, made where there is none, and its Pages.

https://docs.github.com/en/rest/repos/repos and https://docs.github.com/en/rest/pages/pages, version 2022-11-28.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from site_builder.errors import SpacecastError, UsageError
from site_builder.hosts.github.answers import NotThere, ask_again, check_answer, explain_refusal
from site_builder.net.credentials import Secret
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.http import TRIES, Client, Response, read_bounded

_LARGEST = 1_000_000
_TESTED_AT = "SPACECAST_TEST_GITHUB"
"""An address on this very computer that stands in for GitHub in tests; any other address is refused."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where GitHub is."""

    api: str
    git: str


def find_servers() -> Servers:
    """GitHub's own, or a stand-in on this computer.

    Raises:
        UsageError: the stand-in would be on another computer, which would be sent the token.
    """
    stand_in = os.environ.get(_TESTED_AT, "").rstrip("/")
    if not stand_in:
        return Servers(api="https://api.github.com", git="https://github.com")
    try:
        is_here = urlsplit(stand_in).scheme == "http" and ip_address(urlsplit(stand_in).hostname or "").is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise UsageError(f"{_TESTED_AT} is for tests, and has to be http://127.0.0.1:PORT")
    return Servers(api=f"{stand_in}/api", git=stand_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What the API tells of a repository."""

    is_private: bool
    is_archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesSource:
    """What a repository's Pages show."""

    branch: str
    """Empty where a workflow of GitHub makes them."""
    path: str


class Api:
    """GitHub's API for one repository.

    Args:
        base: Its address.
        repository: `OWNER/NAME`.
        token: Who asks.
    """

    def __init__(self, base: str, repository: str, token: Secret) -> None:
        self._base = base
        self._repository = repository
        self._token = token
        self._client = Client(base, hops=0)

    def find_repository(self) -> Repository | None:
        """The repository; None where there is none, or none that the token may see."""
        try:
            said = self._ask("GET", f"/repos/{self._repository}", "look at the repository")
        except NotThere:
            return None
        return Repository(is_private=bool(said.get("private")), is_archived=bool(said.get("archived")))

    def make_repository(self, homepage: str) -> None:
        """Make it: public and empty.

        Raises:
            SpacecastError: the token may not.
        """
        owner, _, name = self._repository.partition("/")
        login = str(self._ask("GET", "/user", "say whose token it is").get("login", ""))
        place = "/user/repos" if login.lower() == owner.lower() else f"/orgs/{owner}/repos"
        wanted = {"name": name, "private": False, "auto_init": False, "homepage": homepage, "has_wiki": False}
        try:
            self._ask("POST", place, f"make the repository {self._repository}", wanted)
        except NotThere:
            raise SpacecastError(
                f"the token is {login}'s, and {login} may not make repositories for {owner}; nothing was sent"
            ) from None

    def find_pages(self) -> PagesSource | None:
        """What Pages show; None where they are switched off."""
        try:
            said = self._ask("GET", f"/repos/{self._repository}/pages", "look at the repository's Pages")
        except NotThere:
            return None
        source = said.get("source") or {}
        by_workflow = said.get("build_type") == "workflow"
        return PagesSource(
            branch="" if by_workflow else str(source.get("branch", "")), path=str(source.get("path", "/"))
        )

    def show_branch(self, branch: str, *, is_on: bool) -> None:
        """Have Pages show a branch: switch them on, or (`is_on`) turn them from what they show now."""
        wanted = {"build_type": "legacy", "source": {"branch": branch, "path": "/"}}
        self._ask("PUT" if is_on else "POST", f"/repos/{self._repository}/pages", "switch its Pages on", wanted)

    def _ask(self, method: str, path: str, doing: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one call; what only looks is asked again where the answer may come the next time."""
        tries = TRIES if method == "GET" else 1
        return ask_again(lambda: self._ask_once(method, path, doing, content), tries)

    def _ask_once(self, method: str, path: str, doing: str, content: Mapping[str, Any] | None) -> dict[str, Any]:
        body = None if content is None else json.dumps(content).encode()
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token.reveal()}",
            "X-GitHub-Api-Version": "2022-11-28",
            **({"Content-Type": "application/json"} if body else {}),
        }
        try:
            with self._client.open(self._base + path, method=method, headers=headers, content=body) as response:
                return _read_answer(response, doing)
        except Refused as error:
            raise explain_refusal(doing, error) from None


def _read_answer(response: Response, doing: str) -> dict[str, Any]:
    body = read_bounded(response, _LARGEST)
    check_answer(response.status, response.headers, body, doing)
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unanswered(f"GitHub cannot {doing}: its answer is none that is known")
    return said
