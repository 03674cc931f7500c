"""What stands between the network and both web applications: bounds, the Host check, headers, one door for
bugs.

The headers go on every response, error pages included, so this must be the outermost middleware, and
nothing it wraps may answer for an exception in its place. Bounds on bodies are with whoever reads one, in
``gateway.clicks.form``.

Does not know any route.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.clicks.ports import Log

TARGET_BYTES = 2048
"""Longest request target (path and query). Ours are under 120; searches in the console stay far below."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]/@]+)(?::[0-9]{1,5})?")
_COMMON = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


def headers(form_action: str) -> dict[str, str]:
    """The headers of every response; ``form_action`` is where forms may lead (CSP level 3, section 6.4.1)."""
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {form_action}"
    )
    return {"Content-Security-Policy": policy, **_COMMON}


class Shield:
    """An application around another. ``hosts`` are the Host values let in, without port; None is all."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: dict[str, str],
        log: Log | None = None,
        hosts: Iterable[str] | None = None,
    ) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._log: Log = log or structlog.get_logger()
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def shielded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await _plain(shielded, *refusal)
            return
        try:
            await self._app(scope, receive, shielded)
        except ClientDisconnect:
            return
        except Exception as bug:
            self._log.error("web_request_failed", error=type(bug).__name__, exc_info=True)
            if not started:
                await _plain(shielded, 500, "Something went wrong here. Nothing has been opened.")

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        target = len(scope.get("raw_path") or scope["path"].encode("utf-8", "replace"))
        if target + len(scope.get("query_string", b"")) > TARGET_BYTES:
            return 414, "This address is too long."
        if self._hosts is not None and _host(scope) not in self._hosts:
            return 421, "This service does not answer under that name."
        return None


def _host(scope: Scope) -> str:
    """The request's one Host without its port, lower case; empty where there is none, or more than one."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    found = _HOST.fullmatch(values[0].decode("latin-1")) if len(values) == 1 else None
    return found[1].lower() if found else ""


async def _plain(send: Send, status: int, words: str) -> None:
    body = (words + "\n").encode()
    about = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
