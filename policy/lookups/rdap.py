"""How old a domain is, from the registries' RDAP (RFC 9082 section 3.1.3, RFC 9083 sections 4.5 and 5.3).

Only registries that IANA's bootstrap file names are asked, and a redirect is followed only to another of
them. What is kept is the time of registration, so an age is right for as long as it is kept.

Does not ask about hosts or URLs, and asks nothing where there is no bootstrap file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx

from policy.domains import is_suffix, registrable
from policy.lookups.bootstrap import BootstrapError, acceptable, services
from policy.lookups.kept import FAILED, MOST_KEPT, Kept
from policy.model import Answer, Known, Question, Unknown

KEEP = 30 * 86400.0
"""Seconds a registration is kept: it does not change until the domain is given up, which takes months."""
ABSENT = 3600.0
"""Seconds it is kept that a registry does not know a domain: it may be registered at any moment."""
SORRY = 600.0
"""Seconds a registry is left alone that asks for fewer questions (429) and does not say how long."""
LARGEST = 256 * 1024
"""Bytes of an answer; real ones have 2 to 20 KB."""
AT_ONCE = 4
"""Questions to one registry at the same time; registries count and block."""
MOST_REDIRECTS = 2
EARLIEST = datetime(1985, 1, 1, tzinfo=UTC).timestamp()
"""The first domain was registered in 1985; an earlier date is none."""
_FUTURE = 2 * 86400.0
"""Seconds a registration may lie in the future, for clocks and zones that differ."""


class RdapError(Exception):
    """A registry gave no usable answer; the text says why."""


class Rdap(Kept):
    """A source for "age" questions: key (registrable domain,), answered by Known(float): days, from 0."""

    kinds = frozenset({"age"})

    def __init__(
        self,
        bootstrap: Path | None,
        timeout: float = 5.0,
        memory: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``bootstrap``: IANA's file, read when it is first needed; ``timeout``: seconds per request;
        ``memory``: a file in which registrations outlive the process, written when the source is closed."""
        super().__init__(clock)
        self._bootstrap, self._timeout, self._now = bootstrap, timeout, now
        self._services: Mapping[str, str] | None = None
        self._read_at = float("-inf")
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self._memory = memory
        self._remembered = _remembered(memory)
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._sorry: dict[str, float] = {}

    def shown(self, answer: Answer) -> Answer:
        """The registration, as days from it until now."""
        if not isinstance(answer, Known) or not isinstance(answer.value, float):
            return answer
        seconds = self._now() - answer.value
        if seconds < -_FUTURE:
            return Unknown("it was registered in the future: the clock, or the registry, is wrong")
        return Known(max(0.0, seconds / 86400))

    async def ask(self, question: Question) -> tuple[Answer, float]:
        """The registration in Unix seconds."""
        domain = question.key[0] if len(question.key) == 1 else ""
        if "." not in domain or registrable(domain) != domain or is_suffix(domain):
            return Unknown("not a domain that a registry knows", quiet=True), KEEP
        known = self._remembered.pop(domain, None)
        if known is not None:
            return Known(known), KEEP
        base = await self._base(domain)
        if isinstance(base, Unknown):
            return base, FAILED
        host = urlsplit(base).netloc
        if self._sorry.get(host, float("-inf")) > self._clock():
            return Unknown(f"{host} wants fewer questions"), FAILED
        async with self._turns.setdefault(host, asyncio.Semaphore(AT_ONCE)):
            try:
                found = await self._get(urljoin(base, f"domain/{quote(domain)}"), host)
            except (httpx.HTTPError, httpx.InvalidURL, RdapError, ValueError) as error:
                words = str(error) if isinstance(error, RdapError) else type(error).__name__
                return Unknown(f"{host}: {words}"), FAILED
        if found is None:
            return Unknown("the registry does not know the domain", quiet=True), ABSENT
        at = registered(found)
        return (Known(at), KEEP) if at else (Unknown("the registry does not say since when"), KEEP)

    async def close(self) -> None:
        """Stop what is under way and close the connections."""
        await super().close()
        if self._client is not None:
            await self._client.aclose()
        if self._memory is not None:
            await asyncio.to_thread(self._remember, self._memory)

    def _remember(self, path: Path) -> None:
        """Write down what is known; without it, the registries are asked again, so a failure is no harm."""
        known = dict(self._remembered)
        for question, entry in self._entries.items():
            if isinstance(entry.answer, Known) and isinstance(entry.answer.value, float):
                known[question.key[0]] = entry.answer.value
        with contextlib.suppress(OSError):
            beside = path.with_name(f".{path.name}.new")
            beside.write_text(json.dumps(dict(list(known.items())[-MOST_KEPT:])), encoding="utf-8")
            beside.replace(path)

    async def _base(self, domain: str) -> str | Unknown:
        """Where to ask about a domain."""
        async with self._making:
            if self._services is None and self._clock() - self._read_at > FAILED:
                self._read_at = self._clock()
                try:
                    data = await asyncio.to_thread(self._bootstrap.read_bytes) if self._bootstrap else b""
                    self._services = services(data)
                except (OSError, BootstrapError):
                    self._services = None
        if self._services is None:
            return Unknown("there is no RDAP bootstrap file: `oddlink feeds update` fetches it")
        base = self._services.get(domain.rpartition(".")[2])
        return base or Unknown("the registry has no RDAP", quiet=True)

    async def _get(self, url: str, host: str) -> bytes | None:
        """An answer's body; None where the registry does not know the domain (404)."""
        client = await self._ready()
        for _ in range(MOST_REDIRECTS + 1):
            async with AsyncExitStack() as stack:
                reply = await stack.enter_async_context(client.stream("GET", url))
                if reply.status_code == 404:
                    return None
                if reply.status_code == 200:
                    return await _body(reply)
                if reply.status_code == 429:
                    self._leave_alone(host, reply)
                url = self._next(url, reply)
        raise RdapError("redirects on and on")

    async def _ready(self) -> httpx.AsyncClient:
        """The one client; made in a thread, because reading the certificates takes 0.1 s."""
        async with self._making:
            if self._client is None:
                headers = {"Accept": "application/rdap+json", "User-Agent": "oddlink"}
                self._client = await asyncio.to_thread(
                    lambda: httpx.AsyncClient(timeout=self._timeout, headers=headers)
                )
            return self._client

    def _next(self, url: str, reply: httpx.Response) -> str:
        if not reply.has_redirect_location:
            raise RdapError(f"answers {reply.status_code}")
        target = urljoin(url, str(reply.headers.get("location", "")))
        known = {urlsplit(base).netloc for base in (self._services or {}).values()}
        if not acceptable(target) or urlsplit(target).netloc not in known:
            raise RdapError("redirects to somebody who is no registry")
        return target

    def _leave_alone(self, host: str, reply: httpx.Response) -> None:
        wanted = reply.headers.get("retry-after", "")
        seconds = float(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else SORRY
        self._sorry[host] = self._clock() + min(max(seconds, FAILED), 86400.0)


def _remembered(path: Path | None) -> dict[str, float]:
    """Registrations from an earlier run; none where the file is not there or damaged."""
    try:
        given = json.loads(path.read_bytes()) if path is not None else {}
        return {str(domain): float(at) for domain, at in given.items() if EARLIEST <= float(at) < 4e9}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


async def _body(reply: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise RdapError("its answer is too large")
    return bytes(body)


def registered(body: bytes) -> float:
    """When a domain was registered, Unix seconds, from an RDAP answer; 0 where it does not say.

    A domain that changed hands counts from the reregistration where the registry tells (RFC 9083 section
    10.2.3).
    """
    try:
        events = json.loads(body)["events"]
        found = [(event["eventAction"], event["eventDate"]) for event in events]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0.0
    times = [_seconds(date) for action, date in found if action in ("registration", "reregistration")]
    return max(times, default=0.0)


def _seconds(date: object) -> float:
    try:
        at = datetime.fromisoformat(str(date)[:40])
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return seconds if seconds >= EARLIEST else 0.0
