"""The relay's screen: runs the pipeline, commits tickets before the message leaves, keeps what became of it.

Does not speak SMTP and does not judge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace

from gateway.keeper import Keeper, Settled
from gateway.outcome import Outcome
from gateway.pipeline import Pipeline
from gateway.replies import Reply
from gateway.screen import Observe, Screened, ignore
from gateway.spool import Spool
from gateway.store import StoreError
from policy.history import lesson
from policy.model import Envelope

UNWRITABLE = "the store could not be written, and a rewritten link would have been dead"


class Screening:
    """What stands behind every message of the relay."""

    def __init__(
        self,
        pipeline: Pipeline,
        keeper: Keeper,
        *,
        own_hosts: Collection[str] = (),
        observe: Observe = ignore,
        seen: Callable[[Outcome, int], None] = lambda outcome, size: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``own_hosts``: names of our click service; ``seen``: told each outcome and its size in octets."""
        self._pipeline = pipeline
        self._keeper = keeper
        self._own_hosts = own_hosts
        self._observe = observe
        self._seen = seen
        self._clock = clock

    async def screen(self, message: Spool, envelope: Envelope, id: str) -> Screened:
        """Judge the message; where links are rewritten, their tickets are committed before this returns."""
        source = message.path or await message.read()
        outcome = await self._pipeline.process(source, envelope, id=id, at=self._clock())
        recorded = False
        if outcome.tickets:
            try:
                await self._keeper.record(outcome)
                recorded = True
            except StoreError:
                outcome = self._pipeline.left_alone(outcome, UNWRITABLE)
        self._seen(outcome, message.size)
        self._report(outcome, message.size)
        return Screened(id, outcome.prefix, outcome.patches, (outcome, recorded))

    def _report(self, outcome: Outcome, size: int) -> None:
        identity = outcome.judgement.identity
        self._observe(
            "judged",
            id=outcome.id,
            outcome=outcome.result,
            sender=identity.domain,
            genuine=identity.genuine,
            by=identity.by,
            links=len(outcome.inspection.links),
            rewritten=len(outcome.tickets),
            domains=sorted({d.domain for d in outcome.judgement.decisions if d.verdict == "rewrite"})[:10],
            not_rewritten=[skipped.reason for skipped in outcome.not_rewritten][:10],
            skipped=[skipped.reason for skipped in outcome.inspection.skipped][:10],
            flags=sorted({flag.flag for flag in outcome.inspection.flags}),
            size=size,
            ms={name: round(seconds * 1000, 2) for name, seconds in outcome.timings.items()},
            policy=outcome.judgement.policy_version,
        )

    async def settled(self, screened: Screened, reply: Reply) -> None:
        """Keep what the next hop said; a delivered message teaches."""
        if not isinstance(screened.outcome, tuple):
            return
        outcome, recorded = screened.outcome
        at = self._clock()
        delivered = 200 <= reply.code < 300
        taught = None
        if delivered:
            rules = self._pipeline.policy.rules
            taught = lesson(outcome.judgement, rules, outcome.at, self._own_hosts)
        # The inventory's headers are not stored; letting go of them here keeps the batch small.
        light = replace(outcome, prefix=b"", patches=())
        self._keeper.settle(Settled(light, recorded, delivered, reply.text, at, taught))
