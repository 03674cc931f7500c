"""One web application on its own listener, bounded: what anybody may connect to must not starve the relay.

Uvicorn answers 503 beyond its limit but keeps the sockets, and waits for ever for a first request: 1,100
silent connections to the click page once took every file descriptor of the process.

Does not know what is served.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 300
"""Open at once, per listener; more are closed at once. A click takes one for a second."""
FIRST_REQUEST_SECONDS = 10.0
"""A connection without a whole request header by then is closed."""


class _Bounded(H11Protocol):
    """Uvicorn's connection with a bound on their number and on the wait for a request."""

    _first: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._first = self.loop.call_later(FIRST_REQUEST_SECONDS, self._check_first)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._first is not None:
            self._first.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """One request a connection: a click needs no more, and a second could be begun and never ended."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self.transport.close()

    def _check_first(self) -> None:
        if self.cycle is None:
            self.transport.close()


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: stopping is ours to order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def web(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    """Serve ``app`` on a listening socket inside the block; the socket is closed behind it."""
    server = _Server(_config(app))
    task = asyncio.ensure_future(server.serve([listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _config(app: Starlette) -> uvicorn.Config:
    options: dict[str, Any] = {"http": _Bounded, "ws": "none", "log_config": None, "lifespan": "off"}
    return uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        headers=[("Connection", "close")],  # said as well as done, so that a proxy in front does not reuse it
        limit_concurrency=200,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_graceful_shutdown=3,
        **options,
    )
