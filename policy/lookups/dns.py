"""DKIM keys from DNS (RFC 6376 section 3.6.2).

Does not look up hosts named in links; only ``SELECTOR._domainkey.DOMAIN`` is ever asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from policy.lookups.kept import FAILED, Kept
from policy.lookups.resolver import ABSENT, NoReply, Resolver
from policy.model import Answer, Known, Question, Unknown

LARGEST_KEY = 8192
"""Bytes of a TXT record; a 4096-bit RSA key takes about 800."""
_NO_KEY = Unknown("the domain publishes no such key", quiet=True)


class DnsKeys(Kept):
    """A source for "dkim-key" questions: key (selector, domain), answered by Known(bytes)."""

    kinds = frozenset({"dkim-key"})

    def __init__(self, resolver: Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._resolver = resolver

    async def ask(self, question: Question) -> tuple[Answer, float]:
        """The key record, or why there is none."""
        if len(question.key) != 2:
            return Unknown("not a question for DKIM keys"), FAILED
        try:
            records, seconds = await self._resolver.texts(f"{question.key[0]}._domainkey.{question.key[1]}")
        except NoReply as error:
            return Unknown(str(error)), FAILED
        keys = sorted(record for record in records if b"p=" in record and len(record) <= LARGEST_KEY)
        return (Known(keys[0]), seconds) if keys else (_NO_KEY, min(seconds, ABSENT))
