"""Login without a token to paste: GitHub shows a page, the person types a short code there, and the token comes.

Only where a client id is configured, for GitHub tells people which program asks, and that is whoever registered it.
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#device-flow
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from site_builder.errors import SpacecastError
from site_builder.hosts.github.answers import clean
from site_builder.hosts.github.api import find_servers
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.http import Client, check_status, read_bounded

CLIENT_ID = "SPACECAST_GITHUB_CLIENT_ID"
"""The variable that names the app of GitHub's which people let in; without it a token is pasted."""
_SCOPE = "repo"
"""What an OAuth app asks for, as Pages want it; a GitHub app has the rights that it was registered with."""
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_LARGEST = 100_000
_LONGEST = 1800
"""Seconds for which a code is waited for, whatever the answer says."""
_NO_WAY = "nothing was sent; run it again for a new code, or give a token with --token-stdin"
_SLOWER = 5
"""Seconds by which GitHub wants to be asked less often where it says so."""


def find_login() -> Callable[[Callable[[str], None]], str] | None:
    """What logs a person in, once it is told how to speak to them; None where no client id is configured."""
    client_id = os.environ.get(CLIENT_ID, "").strip()
    return (lambda tell: _log_in(client_id, tell)) if client_id else None


def _log_in(client_id: str, tell: Callable[[str], None]) -> str:
    """The token that comes once the person has typed the code.

    Raises:
        SpacecastError: they declined, the code has expired, or GitHub does not know the client id.
    """
    said = _ask("device/code", client_id=client_id, scope=_SCOPE)
    code, secret = clean(str(said.get("user_code") or "")), said.get("device_code")
    if not code or not isinstance(secret, str):
        raise SpacecastError(f"GitHub gives no code for the client id in {CLIENT_ID}{_find_reason(said)}; {_NO_WAY}")
    tell(f"Open {find_servers().git}/login/device in a browser, and type the code {code} there. Waiting …")
    wait = _read_seconds(said, "interval", 5)
    end = time.monotonic() + min(_read_seconds(said, "expires_in", 900), _LONGEST)
    while time.monotonic() < end:
        time.sleep(wait)
        said = _ask("oauth/access_token", client_id=client_id, device_code=secret, grant_type=_GRANT)
        token, error = said.get("access_token"), said.get("error")
        if isinstance(token, str) and token:
            return token
        if error == "slow_down":
            wait = max(_read_seconds(said, "interval", 0), wait + _SLOWER)
        elif error not in {"authorization_pending", "unanswered"}:
            raise SpacecastError(f"GitHub gives no token for this code{_find_reason(said)}; {_NO_WAY}")
    raise SpacecastError(f"nobody typed the code in time; {_NO_WAY}")


def _ask(place: str, **values: str) -> dict[str, Any]:
    """One answer; `unanswered` for none that came, which is asked for again anyway."""
    address = f"{find_servers().git}/login/{place}"
    try:
        with Client(address, hops=0).open(
            address, method="POST", headers={"Accept": "application/json"}, content=urlencode(values).encode()
        ) as response:
            check_status(response)
            said = json.loads(read_bounded(response, _LARGEST))
    except Unanswered as error:
        return {"error": "unanswered", "error_description": str(error)}
    except Refused as error:
        raise SpacecastError(f"GitHub cannot log you in: {error}; {_NO_WAY}") from None
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}


def _find_reason(said: dict[str, Any]) -> str:
    text = said.get("error_description") or said.get("error")
    return f": {clean(text).rstrip('.')}" if isinstance(text, str) and text else ""


def _read_seconds(said: dict[str, Any], name: str, usual: int) -> int:
    value = said.get(name)
    return min(max(value, 0), _LONGEST) if isinstance(value, int) and not isinstance(value, bool) else usual
