"""The analysts' console and its JSON API, metrics and health: reads the store, and takes analysts' rulings.

Pages: recent decisions with a search, one message with every link and why, clicks. Everything in them was
written by strangers, so nothing is a link but what leads to another page of the console, and the style
sheet is all that a page loads. The Host field must be one of ours: otherwise any web page could read the
console of the person looking at it by pointing a name of its own at loopback (DNS rebinding).

A ruling is a POST with a nonce from the page it was made on: no cookie is involved, and no other page can
read ours, so none can make one.

Does not know users or roles, which is why settings bind it to loopback unless told otherwise in so many
words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from jinja2 import Environment
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway import ruling
from gateway.clicks import nonce, pages
from gateway.clicks.as_json import answer
from gateway.clicks.destination import destination
from gateway.clicks.form import read_form
from gateway.clicks.ports import Clock, ConsoleStore, Log, Ready
from gateway.clicks.query import QueryError, search_from
from gateway.clicks.shield import LOOPBACK, Shield, headers
from gateway.facts import facts_of
from gateway.shapes import click_json, message_json, summary_json
from gateway.store.rows import ClickRow, LinkRow, MessageRow, Search
from gateway.tokens import Keyring, read
from policy.rules import Rules

CLICKS_OF_MESSAGE = 200
MOST_COUNTED = 1000
"""Messages counted that link to a domain somebody is about to list; more are "1000 or more"."""

_ID = re.compile(r"[0-9a-f]{16}")
_OURS = re.compile(
    r"[a-z]+://[^/]+(?:/[^?#]*)?/([a-z0-9._-]{1,50})/([0-9A-Za-z]{36,38})(?:[?#].*)?", re.DOTALL
)
_Found = TypeVar("_Found")
_About = TypeVar("_About")


def console_app(
    store: ConsoleStore,
    ring: Keyring,
    metrics: CollectorRegistry,
    ready: Ready,
    clock: Clock,
    hosts: Iterable[str] = (),
    log: Log | None = None,
    rulings: Rulings | None = None,
) -> Starlette:
    """The application for the management listener. ``hosts`` are names let in besides the loopback ones.

    Without ``rulings`` it only reads.
    """
    templates = pages.environment()
    templates.filters |= {"moment": moment, "destination": destination, "segment": segment}
    desk = _Desk(store, ring, metrics, ready, clock, templates, rulings)
    rooms = [] if rulings is None else [Route("/messages/{id}/{what}", desk.rule, methods=["POST"])]
    app = Starlette(
        routes=[
            Route("/", desk.decisions),
            Route("/messages/{id}", desk.message),
            *rooms,
            Route("/clicks", desk.clicks),
            Route("/api/decisions", desk.api_decisions),
            Route("/api/decisions/{id}", desk.api_decision),
            Route("/api/clicks", desk.api_clicks),
            Route("/metrics", desk.scrape),
            Route("/healthz", _healthz),
            Route("/readyz", desk.readyz),
            Route("/static/console.css", _style),
        ],
        middleware=[Middleware(Shield, headers=headers("'self'"), log=log, hosts=LOOPBACK | set(hosts))],
        exception_handlers={HTTPException: desk.problem},
    )
    app.router.redirect_slashes = False  # such a redirect would repeat the Host field
    return app


@dataclass(frozen=True, slots=True)
class Rulings:
    """What ruling on messages needs: where it is written down, and the rules in force."""

    store: ruling.RulingStore
    rules: Callable[[], Rules]


_DECIDE = {"release": ruling.release, "confirm": ruling.confirm}


def _about(what: str, id: str, link: str) -> str:
    """What a nonce is good for. No ticket id has a space, so that none from the click page fits."""
    return f"{what} {id} {link}"


@dataclass(frozen=True, slots=True)
class _Desk:
    """The handlers, with what they need."""

    store: ConsoleStore
    ring: Keyring
    metrics: CollectorRegistry
    ready: Ready
    clock: Clock
    templates: Environment
    rulings: Rulings | None = None

    async def decisions(self, request: Request) -> Response:
        """Recent decisions; a rewritten link in the URL field leads straight to its message."""
        search, wrong = self._search(request)
        ticketed = await self._ticketed(search.url)
        if ticketed:
            return RedirectResponse(ticketed, 303)
        rows = [] if wrong else await self._ask(self.store.find_decisions, search)
        return self._page(
            "decisions.html", request, 400 if wrong else 200, rows=rows, search=search, wrong=wrong
        )

    async def clicks(self, request: Request) -> Response:
        """Steps people took on the click page."""
        search, wrong = self._search(request)
        rows = [] if wrong else await self._ask(self.store.find_clicks, search)
        return self._page(
            "clicks.html", request, 400 if wrong else 200, rows=rows, search=search, wrong=wrong
        )

    async def message(self, request: Request) -> Response:
        """One message: all links, evidence with points, what was skipped, flags, clicks."""
        row = await self._message(request)
        clicks = await self._clicks_of(row)
        return self._page(
            "message.html", request, 200, row=row, clicks=clicks, forms=self._forms(row),
            releasable=_releasable, facts=facts_of(row),
        )  # fmt: skip

    def _forms(self, row: MessageRow) -> dict[int, dict[str, str]]:
        """For each link, the nonces of its two buttons; none where nothing can be ruled on."""
        if self.rulings is None or self.ring.signing is None:
            return {}
        return {
            link.number: {
                what: nonce.issue(_about(what, row.id, str(link.number)), self.clock(), self.ring)
                for what in _DECIDE
            }
            for link in row.links
        }

    async def rule(self, request: Request) -> Response:
        """An analyst releases or confirms one link; back to the message."""
        what, decide = request.path_params["what"], _DECIDE.get(request.path_params["what"])
        if decide is None or self.rulings is None:
            raise HTTPException(404, "There is no such page.")
        row = await self._message(request)
        form = await read_form(request)
        link = form.get("link", "")
        if not nonce.good(form.get("nonce", ""), _about(what, row.id, link), self.clock(), self.ring):
            raise HTTPException(
                403, "That took too long, or did not come from this page. Open the message again."
            )
        about = next((one for one in row.links if str(one.number) == link), None)
        if what == "confirm" and about and not ruling.odd(about) and form.get("sure") != "yes":
            return await self._sure(request, row, about, form["nonce"])
        who = f"console, {request.client.host if request.client else 'unknown'}"
        call = partial(
            decide, self.rulings.store, row, self.rulings.rules(), who=who, at=self.clock(), link=int(link)
        )
        try:
            await run_in_threadpool(call)
        except ruling.RulingError as problem:
            raise HTTPException(409, str(problem)) from problem
        except Exception as problem:
            raise HTTPException(503, f"The store does not answer ({type(problem).__name__}).") from problem
        return RedirectResponse(f"/messages/{row.id}#link-{int(link) + 1}", 303)

    async def _sure(self, request: Request, row: MessageRow, link: LinkRow, nonce: str) -> Response:
        """Ask once more before a domain is listed that nobody found odd."""
        assert self.rulings is not None
        listed, earlier = ruling.listed(link, self.rulings.rules()), ""
        if listed:
            found = await self._ask(self.store.find_decisions, Search(domain=listed, limit=MOST_COUNTED + 1))
            count = len([one for one in found if one.id != row.id])
            more = " or more" if count >= MOST_COUNTED else ""
            earlier = f"{count}{more} other message" + ("" if count == 1 else "s")
        return self._page(
            "confirm.html", request, 200, row=row, link=link, listed=listed, earlier=earlier, nonce=nonce
        )

    async def api_decisions(self, request: Request) -> Response:
        """A JSON array of messages without their links."""
        return answer(summary_json(row) for row in await self._found(request, self.store.find_decisions))

    async def api_decision(self, request: Request) -> Response:
        """One message as a JSON object, with its clicks."""
        row = await self._message(request)
        return answer({**message_json(row), "clicks": [click_json(c) for c in await self._clicks_of(row)]})

    async def api_clicks(self, request: Request) -> Response:
        """A JSON array of steps."""
        return answer(click_json(row) for row in await self._found(request, self.store.find_clicks))

    async def scrape(self, request: Request) -> Response:
        """Metrics in the Prometheus text format."""
        return Response(
            await run_in_threadpool(generate_latest, self.metrics), media_type=CONTENT_TYPE_LATEST
        )

    async def readyz(self, request: Request) -> Response:
        """200 where the gateway can take mail, else 503 with the reasons, one a line."""
        reasons = await run_in_threadpool(self.ready)
        return PlainTextResponse("".join(f"{one}\n" for one in reasons) or "ready\n", 503 if reasons else 200)

    async def problem(self, request: Request, problem: Exception) -> Response:
        """Everything that is no answer: JSON for the API, a page for people."""
        assert isinstance(problem, HTTPException)
        if request.scope["path"].startswith("/api/"):
            response = answer({"error": problem.detail}, problem.status_code)
        else:
            response = self._page("problem.html", request, problem.status_code, says=problem.detail)
        response.headers.update(problem.headers or {})
        return response

    def _search(self, request: Request) -> tuple[Search, str]:
        try:
            return search_from(request.query_params, self.clock()), ""
        except QueryError as problem:
            return Search(), str(problem)

    async def _found(self, request: Request, find: Callable[[Search], Sequence[_Found]]) -> Sequence[_Found]:
        search, wrong = self._search(request)
        if wrong:
            raise HTTPException(400, wrong)
        return await self._ask(find, search)

    async def _message(self, request: Request) -> MessageRow:
        id = request.path_params["id"]
        row = await self._ask(self.store.message, id) if _ID.fullmatch(id) else None
        if row is None:
            raise HTTPException(404, "No message of that id is stored.")
        return row

    async def _clicks_of(self, row: MessageRow) -> Sequence[ClickRow]:
        return await self._ask(self.store.find_clicks, Search(message_id=row.id, limit=CLICKS_OF_MESSAGE))

    async def _ticketed(self, url: str) -> str:
        ours = _OURS.fullmatch(url)
        ticket_id = read(ours[1], ours[2], self.ring) if ours else None
        row = await self._ask(self.store.ticket, ticket_id) if ticket_id else None
        return f"/messages/{row.message.id}#link-{row.link.number + 1}" if row else ""

    async def _ask(self, question: Callable[[_About], _Found], about: _About) -> _Found:
        try:
            return await run_in_threadpool(question, about)
        except Exception as problem:
            raise HTTPException(503, f"The store does not answer ({type(problem).__name__}).") from problem

    def _page(self, template: str, request: Request, status: int, **values: object) -> Response:
        query = {name: value[:500] for name, value in request.query_params.items()}
        text = self.templates.get_template(template).render(query=query, **values)
        return pages.html(text, status)


def _releasable(row: MessageRow, link: LinkRow) -> bool:
    """Whether a release means anything: the link was found odd, or somebody confirmed it as bad."""
    last = row.ruling(link)
    return ruling.odd(link) or (last is not None and last.what == "confirm")


def moment(at: float) -> str:
    """Unix time as ``2026-01-12 09:30:05``, UTC; empty for what is no moment."""
    try:
        return f"{dt.datetime.fromtimestamp(at, dt.UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return ""


def segment(text: str) -> str:
    """Any text as one path segment."""
    return quote(text, safe="", errors="replace")


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _style(request: Request) -> Response:
    return pages.style("console.css")
