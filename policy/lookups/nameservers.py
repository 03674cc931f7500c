"""Whether a domain is registered at all, and whose name servers answer for it.

Only the configured resolvers are asked, for the registrable domain's NS records; what the domain's own
servers are asked for is up to the resolver, as with all DNS.

Does not resolve hosts and does not know which name servers belong to whom.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from policy.lookups.kept import FAILED, Kept
from policy.lookups.resolver import NoReply, Resolver
from policy.model import Answer, Known, Question, Unknown

MOST_SERVERS = 20
"""Name servers of one domain; the root has 13."""


class NameServers(Kept):
    """A source for "name-servers" questions: key (registrable domain,).

    Answered by Known(tuple[str, ...]), lower case, sorted, empty for a name that is no zone of its own (as
    below a private suffix); or by Known(None) where the name does not exist.
    """

    kinds = frozenset({"name-servers"})

    def __init__(self, resolver: Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._resolver = resolver

    async def ask(self, question: Question) -> tuple[Answer, float]:
        """What DNS says."""
        if len(question.key) != 1:
            return Unknown("not a question for name servers"), FAILED
        try:
            records = await self._resolver.find(question.key[0], "NS")
        except NoReply as error:
            return Unknown(str(error)), FAILED
        if not records.exists:
            return Known(None), records.seconds
        names = {record.target.to_text().rstrip(".").lower()[:253] for record in records.found}
        return Known(tuple(sorted(names)[:MOST_SERVERS])), records.seconds
