"""Answers 403 to every request that does not come from this computer, browser and page.

Of every request the address it was sent to (`Host`: a name that an attacker has pointed here is another one), where it
comes from (`Origin`, `Sec-Fetch-Site`) and the session's cookie are looked at before anything else is.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from site_builder.studio.interface_languages import choose_language

TOKEN = "token"  # noqa: S105 -- the name of the parameter
_SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{}" dir="{}"><head><meta charset="utf-8"><title>{}</title>'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head><body>'
    "<h1>{}</h1><p>{}</p></body></html>\n"
)


@dataclass(slots=True)
class Keys:
    """The one-time token of the printed address, and the cookie it is exchanged for."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    name: str = "spacecast-studio"
    """Of the cookie; cookies know no ports, so it names one."""

    def spend(self, token: str) -> bool:
        """Whether that is the token; it is worth nothing from then on."""
        is_right = bool(self.token) and secrets.compare_digest(token.encode(), self.token.encode())
        if is_right:
            self.token = ""
        return is_right

    def knows(self, headers: Headers) -> bool:
        """Whether the request brings the cookie."""
        try:
            cookies: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self.name)
        return found is not None and secrets.compare_digest(found.value.encode(), self.cookie.encode())


class Guard:
    """Middleware in front of everything.

    Args:
        app: What is guarded.
        keys: Of this session.
        host: The one address it answers to: `127.0.0.1:8765`.
        is_frame: It serves the preview: read only, shown in a frame of the studio, whose origin is another port.
        policy: Content-Security-Policy of every answer; none for the preview, whose pages bring their own.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, host: str, is_frame: bool = False, policy: str = "") -> None:
        self._app = app
        self._keys = keys
        self._host = host
        self._is_frame = is_frame
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, pass on, or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        answer = self._refuse(scope, headers) or self._let_in(scope, headers)
        await (answer or self._app)(scope, receive, self._harden(send))

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """403 for whatever does not come from our own pages or from the person's address bar."""
        sites = {"same-origin", "none", *(["same-site"] if self._is_frame else [])}
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        is_ours = (
            headers.getlist("host") == [self._host]
            and origin in {None, f"http://{self._host}"}
            and (site is None or site in sites)
            and "upgrade" not in headers
        )
        is_signed = origin is not None or site == "same-origin"
        is_allowed = scope["method"] in _SAFE or (scope["method"] == "POST" and is_signed and not self._is_frame)
        return None if is_ours and is_allowed else _make_refusal(headers)

    def _let_in(self, scope: Scope, headers: Headers) -> Response | None:
        """Check the session: pass on who has the cookie, set it for who brings the token, else answer 403."""
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [])
        if self._keys.knows(headers):
            return RedirectResponse("/", 303) if tokens and not self._is_frame else None
        if scope["method"] == "GET" and not self._is_frame and len(tokens) == 1 and self._keys.spend(tokens[0]):
            response = RedirectResponse("/", 303)
            response.set_cookie(self._keys.name, self._keys.cookie, path="/", httponly=True, samesite="strict")
            return response
        return _make_refusal(headers)

    def _harden(self, send: Send) -> Send:
        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    if not (self._is_frame and name in {"x-frame-options", "cross-origin-resource-policy"}):
                        headers[name] = value
                if self._policy:
                    headers["content-security-policy"] = self._policy
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return harden


def make_policy(preview: str) -> str:
    """Content-Security-Policy of the studio's pages; `preview` is the origin of the site as it will be."""
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": f"'self' data: blob: {preview}",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "frame-src": preview,
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "studio",
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _make_refusal(headers: Headers) -> Response:
    language = choose_language(headers.get("accept-language", ""))
    page = _PAGE.format(
        language.code,
        language.direction,
        language.gettext("Not allowed"),
        language.gettext("This page is for the person who started it"),
        language.gettext(
            "Open the address that “spacecast studio” printed. It works once; for a new one, stop the studio with "
            "Ctrl-C and start it again."
        ),
    )
    return HTMLResponse(page, 403)
