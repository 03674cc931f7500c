"""DKIM keys from DNS, at configured resolvers (RFC 6376 section 3.6.2).

Answers are kept for their TTL, absent names for a while, and failures briefly; equal questions under way are
asked once. A question outlives the message that asked it, so that a late answer still fills the cache.

Does not look up hosts named in links; only ``SELECTOR._domainkey.DOMAIN`` is ever asked.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from policy.model import Answer, Known, Question, Unknown

SHORTEST, LONGEST = 30.0, 86400.0
"""Seconds an answer is kept at least and at most, whatever its TTL says."""
ABSENT = 300.0
"""Seconds a name without a key is kept (RFC 2308 leaves it to the zone; keys are rolled over more slowly)."""
FAILED = 15.0
"""Seconds a failure is kept, so that a dead resolver is not asked for every message."""
MOST_KEPT = 10_000
LARGEST_KEY = 8192
"""Bytes of a TXT record; a 4096-bit RSA key takes about 800."""


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    until: float


class DnsKeys:
    """A source for "dkim-key" questions: key (selector, domain), answered by Known(bytes)."""

    kinds = frozenset({"dkim-key"})

    def __init__(
        self,
        servers: Sequence[str] = (),
        port: int = 53,
        timeout: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``servers``: resolver addresses, the system's where empty; ``timeout``: seconds per question."""
        self._servers, self._port, self._timeout = tuple(servers), port, timeout
        self._clock = clock
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()
        self._under_way: dict[Question, asyncio.Task[Answer]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers; a question that fails is Unknown. Never raises but on cancellation."""
        answers = await asyncio.gather(*(self._one(question) for question in questions))
        return dict(zip(questions, answers, strict=True))

    async def close(self) -> None:
        """Stop what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, question: Question) -> Answer:
        kept = self._kept.get(question)
        if kept is not None and kept.until > self._clock():
            self._kept.move_to_end(question)
            return kept.answer
        task = self._under_way.get(question)
        if task is None:
            task = asyncio.ensure_future(self._fetch(question))
            self._under_way[question] = task
            task.add_done_callback(lambda _: self._under_way.pop(question, None))
        # Shielded: the asker's deadline must not stop others who wait for the same answer.
        return await asyncio.shield(task)

    async def _fetch(self, question: Question) -> Answer:
        answer, seconds = await self._ask(question)
        self._kept[question] = _Kept(answer, self._clock() + seconds)
        self._kept.move_to_end(question)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return answer

    async def _ask(self, question: Question) -> tuple[Answer, float]:
        """(answer, seconds to keep it)."""
        if len(question.key) != 2:
            return Unknown("not a question for DKIM keys"), FAILED
        try:
            name = dns.name.from_text(f"{question.key[0]}._domainkey.{question.key[1]}.")
            found = await self._ready().resolve(name, "TXT", lifetime=self._timeout, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Unknown("the domain publishes no such key"), ABSENT
        except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as error:
            return Unknown(f"DNS gave no answer: {type(error).__name__}"), FAILED
        records = [b"".join(record.strings) for record in found]
        keys = sorted(record for record in records if b"p=" in record and len(record) <= LARGEST_KEY)
        if not keys:
            return Unknown("the domain publishes no such key"), ABSENT
        ttl = float(found.rrset.ttl) if found.rrset is not None else SHORTEST
        return Known(keys[0]), min(LONGEST, max(SHORTEST, ttl))

    def _ready(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = list(self._servers)
                resolver.port = self._port
            resolver.cache = None
            self._resolver = resolver
        return self._resolver
