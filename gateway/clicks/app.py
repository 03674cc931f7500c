"""The click service: the page behind a rewritten link.

GET and HEAD show and change nothing but the record that they were there; going on is a POST with a nonce,
answered by 303 with the original URL's exact bytes. Destinations come only from the store, under a ticket
we signed, so this is no open redirect. The subject and the recipients are never shown: a ticket can leak
with a forwarded message, and whoever holds it learns the sender, the time, the destination and the reasons,
nothing else.

``form-action`` must allow more than ourselves. Chromium (measured with 156) applies it to every redirect
after a form was sent: with ``'self'`` the 303 is blocked, with the destination's own origin added a
redirect there to another one is. So all of http and https are allowed; the page has one form, which has no
action of its own.

Does not contact a destination, and does not read the Host field.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.clicks import nonce, pages
from gateway.clicks.destination import Destination, destination
from gateway.clicks.form import read_form
from gateway.clicks.ports import ClickStore, Clock, Count, Log
from gateway.clicks.shield import Shield, headers
from gateway.clicks.steps import Steps
from gateway.clicks.translations import ALL
from gateway.clicks.words import Words, choose
from gateway.store.rows import TicketRow
from gateway.tokens import Keyring, read
from policy.brief import reasons
from policy.domains import unicode_host

FORM_ACTION = "'self' https: http:"
LOOK_UP_SECONDS = 5.0
USER_LENGTH = 80
"""Characters shown of what stands in front of an ``@``."""
NO_TICKET = "0" * 16
"""Looked up for links that are not ours, so that they take as long as ours that are gone from the store."""


def _not_counted(step: str) -> None:
    """For whoever keeps no metrics."""


def click_app(
    store: ClickStore, ring: Keyring, base: str, clock: Clock, log: Log, count: Count = _not_counted
) -> Starlette:
    """The application to serve at ``base``, the public address that rewritten links begin with.

    ``count`` is told every step by name, and "unlogged", "dropped" and "unavailable" (see ``Steps``).
    """
    prefix = urlsplit(base).path.rstrip("/")
    desk = _Desk(store, ring, clock, log, count, Steps(store, clock, log, count), prefix, pages.environment())
    app = Starlette(
        routes=[
            Route("/healthz", _healthz),
            Route(f"{prefix}/static/clicks.css", _style),
            Route(f"{prefix}/{{host}}/{{ticket}}", desk.link, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Shield, headers=headers(FORM_ACTION), log=log)],
        exception_handlers={HTTPException: desk.problem},
    )
    app.router.redirect_slashes = False  # such a redirect would repeat the Host field
    return app


@dataclass(frozen=True, slots=True)
class _Desk:
    """The handlers, with what they need."""

    store: ClickStore
    ring: Keyring
    clock: Clock
    log: Log
    count: Count
    steps: Steps
    prefix: str
    templates: Environment

    async def link(self, request: Request) -> Response:
        """GET, HEAD and POST of a rewritten link."""
        ticket_id = read(request.path_params["host"], request.path_params["ticket"], self.ring)
        try:
            row = await self._look_up(ticket_id or NO_TICKET)
        except Exception as problem:
            self.count("unavailable")
            self.log.error("ticket_not_looked_up", why=type(problem).__name__)
            return self._notice(request, 503)
        if ticket_id is None or row is None:
            await self.steps.note("unknown", request)
            return self._notice(request, 404)
        if request.method == "POST":
            return await self._go_on(request, row)
        await self.steps.note("probed" if request.method == "HEAD" else "shown", request, row)
        return self._page(request, row, destination(row.ticket.url), 200)

    async def _look_up(self, ticket_id: str) -> TicketRow | None:
        with anyio.fail_after(LOOK_UP_SECONDS):
            return await anyio.to_thread.run_sync(self.store.ticket, ticket_id, abandon_on_cancel=True)

    async def _go_on(self, request: Request, row: TicketRow) -> Response:
        try:
            form = await read_form(request)
        except HTTPException:
            await self.steps.note("refused", request, row)
            raise
        target = destination(row.ticket.url)
        fresh = nonce.good(form.get("nonce", ""), row.ticket.id, self.clock(), self.ring)
        if not fresh or target.location is None:
            await self.steps.note("refused", request, row)
            return self._page(request, row, target, 403)
        await self.steps.note("continued", request, row)
        response = Response(status_code=303)
        # Not RedirectResponse, which quotes the URL anew: the bytes that leave are those that came.
        response.raw_headers.append((b"location", target.location))
        return response

    def _page(self, request: Request, row: TicketRow, target: Destination, status: int) -> Response:
        words = _words(request)
        evidence = [(one.signal, one.points, one.words) for one in row.link.evidence]
        text = self.templates.get_template("link.html").render(
            words=words,
            prefix=self.prefix,
            row=row,
            to=target,
            reasons=reasons(evidence, unicode_host(row.link.known_as)),
            notes=_notes(words, target),
            nonce=nonce.issue(row.ticket.id, self.clock(), self.ring),
            refused=status == 403 and target.location is not None,
        )
        return pages.html(text, status, words.lang)

    def _notice(self, request: Request, status: int, extra: dict[str, str] | None = None) -> Response:
        words = _words(request)
        heading, says = {
            404: (words.unknown_title, words.unknown),
            503: (words.later_title, words.later),
        }.get(status, (words.bad_title, words.bad))
        text = self.templates.get_template("notice.html").render(
            words=words, prefix=self.prefix, heading=heading, says=says
        )
        response = pages.html(text, status, words.lang)
        response.headers.update(extra or {})
        return response

    async def problem(self, request: Request, problem: Exception) -> Response:
        """Everything else: no such page, wrong method, a form that is not ours."""
        assert isinstance(problem, HTTPException)
        return self._notice(request, problem.status_code, dict(problem.headers or {}))


def _words(request: Request) -> Words:
    return choose(request.headers.get("accept-language", ""), ALL)


def _notes(words: Words, to: Destination) -> list[str]:
    """What to point at in a destination, most misleading first."""
    notes = (
        (not to.host, words.note_scheme),
        (to.user, words.note_user.format(user=to.user[:USER_LENGTH])),
        (to.unicode, words.note_letters.format(letters=to.unicode, host=to.host)),
        (to.number, words.note_number),
        (to.port, words.note_port.format(port=to.port)),
    )
    return [note for applies, note in notes if applies]


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _style(request: Request) -> Response:
    return pages.style("clicks.css")
