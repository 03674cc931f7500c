"""The relay's screen: runs the pipeline, commits tickets before the message leaves, keeps what became of it.

Does not speak SMTP and does not judge.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

from gateway import replies, work
from gateway.acting import our_fault, teaches, unscreened, withheld
from gateway.judging import MANY
from gateway.keeper import Keeper, Settled
from gateway.outcome import Outcome
from gateway.pipeline import Pipeline
from gateway.replies import Reply
from gateway.screen import Observe, Screened, ignore
from gateway.spool import Spool
from gateway.store import StoreError
from inspectors.model import Inspection
from policy.actions import SCREEN_FAILURE
from policy.lessons import outbound, taught
from policy.model import Envelope
from policy.rules import Policy, Rules

P = ParamSpec("P")
T = TypeVar("T")

UNWRITABLE = "the store could not be written, and a rewritten link would have been dead"


def _scope(outcome: Outcome) -> dict[str, object]:
    """What the log says of the scope: nothing where there is none."""
    found: dict[str, object] = {"scope": outcome.judgement.scope.name} if outcome.judgement.scope.name else {}
    if outcome.observed:
        found |= {"observed": outcome.observed, "observed_because": outcome.observed_because}
    return found


async def _beside(
    function: Callable[Concatenate[Inspection, P], T],
    inspection: Inspection,
    *args: P.args,
    **named: P.kwargs,
) -> T:
    """What the function makes of the inspection, from a thread where the links are many."""
    if len(inspection.links) <= MANY:
        return function(inspection, *args, **named)
    return await asyncio.to_thread(function, inspection, *args, **named)


class Screening:
    """What stands behind every message of the relay."""

    def __init__(
        self,
        pipeline: Pipeline,
        keeper: Keeper,
        *,
        own_hosts: Collection[str] = (),
        outbound: bool = False,
        observe: Observe = ignore,
        seen: Callable[[Outcome, int], None] = lambda outcome, size: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``own_hosts``: names of our click service; ``outbound``: the mail is our own users'; ``seen``: told
        each outcome and its size in octets."""
        self._pipeline = pipeline
        self._keeper = keeper
        self._own_hosts = own_hosts
        self._outbound = outbound
        self._observe = observe
        self._seen = seen
        self._clock = clock
        self._beside: list[Screening] = []
        self._writing: set[str] = set()
        """Ids whose outcome is being or was written before the message left, until they are settled."""

    def use(self, policy: Policy) -> None:
        """Judge by this policy from the next message on."""
        self._pipeline = replace(self._pipeline, policy=policy)
        for other in self._beside:
            other.use(policy)

    def for_our_users(self) -> Screening:
        """Another one for mail of our own users, that follows the policy of this one."""

        def observe(event: str, **fields: object) -> None:
            self._observe(event, direction="outbound", **fields)

        other = Screening(
            self._pipeline, self._keeper, own_hosts=self._own_hosts, outbound=True, observe=observe,
            seen=self._seen, clock=self._clock,
        )  # fmt: skip
        self._beside.append(other)
        return other

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self._pipeline.policy.rules

    async def screen(self, message: Spool, envelope: Envelope, id: str) -> Screened:
        """Judge the message; where links are rewritten, their tickets are committed before this returns."""
        source = message.path or await message.read()
        pipeline = self._pipeline
        if self._outbound:
            own = await pipeline.unjudged(source, envelope, id=id, at=self._clock())
            return self._screened(own, message.size)
        outcome = await pipeline.process(source, envelope, id=id, at=self._clock())
        if outcome.tickets and outcome.result != "refused":
            self._writing.add(id)
            try:
                await self._keeper.record(outcome)
            except StoreError:
                self._writing.discard(id)
                outcome = pipeline.left_alone(outcome, UNWRITABLE, SCREEN_FAILURE)
        return self._screened(outcome, message.size)

    async def failed(self, message: Spool, envelope: Envelope, id: str, why: str) -> Screened | None:
        """The message goes on as it came, unless policy wishes something done about our own failures."""
        outcome = unscreened(self._pipeline.policy, envelope, id, self._clock(), why)
        if outcome.action != "pass" and work.takes_lines(await message.head()):
            outcome = self._pipeline.headed(outcome)
        return self._screened(outcome, message.size)

    def _screened(self, outcome: Outcome, size: int) -> Screened:
        refusal: Reply | None = None
        if outcome.result == "refused":
            own = replies.UNSCREENED if our_fault(outcome) else replies.POLICY
            refusal = own.reply(outcome.id, detail=f"actions: {', '.join(outcome.because)}")
            outcome = withheld(outcome)
        self._seen(outcome, size)
        self._report(outcome, size)
        return Screened(outcome.id, outcome.prefix, outcome.patches, outcome, refusal)

    def _report(self, outcome: Outcome, size: int) -> None:
        identity = outcome.judgement.identity
        self._observe(
            "judged",
            id=outcome.id,
            outcome=outcome.result,
            action=outcome.action,
            because=outcome.because,
            sender=identity.domain,
            genuine=identity.genuine,
            by=identity.by,
            links=outcome.inspection.followed,
            rewritten=len(outcome.tickets),
            domains=sorted(
                {d.domain for d in outcome.judgement.decisions if d.left or d.verdict == "rewrite"}
            )[:10],
            not_rewritten=[skipped.reason for skipped in outcome.left][:10],
            skipped=[skipped.reason for skipped in outcome.inspection.skipped][:10],
            flags=sorted({flag.flag for flag in outcome.inspection.flags}),
            size=size,
            ms={name: round(seconds * 1000, 2) for name, seconds in outcome.timings.items()},
            policy=outcome.judgement.policy_version,
            **_scope(outcome),
        )

    async def settled(self, screened: Screened, reply: Reply) -> None:
        """Keep what the next hop said; a delivered message teaches."""
        outcome = screened.outcome
        if not isinstance(outcome, Outcome):
            return
        recorded = outcome.id in self._writing
        self._writing.discard(outcome.id)
        at = self._clock()
        delivered = 200 <= reply.code < 300
        rules, now, later = self._pipeline.policy.rules, None, None
        if delivered and self._outbound:
            now = await _beside(
                outbound, outcome.inspection, outcome.envelope, rules, outcome.at, self._own_hosts, outcome.id
            )
        elif delivered and teaches(outcome):
            now, later = await _beside(
                taught, outcome.inspection, outcome.envelope, outcome.judgement, rules, outcome.at,
                self._own_hosts, outcome.id,
            )  # fmt: skip
        unobjected = at - rules.history.unobjected_days * 86400
        # The inventory's headers are not stored; letting go of them here keeps the batch small.
        light = replace(outcome, prefix=b"", patches=())
        self._keeper.settle(Settled(light, recorded, delivered, reply.text, at, now, later, unobjected))
