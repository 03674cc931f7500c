"""The whole path of one message: inspect, ask, answer, judge, rewrite.

    inspection = inspect(raw)                                  # pure
    questions  = ask(inspection, envelope)                     # pure
    facts      = await answer(questions, deadline)             # the only await on the outside
    decisions  = judge(inspection, envelope, facts, policy)    # pure
    patches    = rewrite(raw, edits(decisions, wrap))          # pure, and read again

Whatever fails about the content leaves the message as it came, with the reason in the outcome.

Does not write to the store and does not send anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from email.header import decode_header, make_header

from gateway import added, judging, work
from gateway.acting import acted, as_if, is_bare_file, left, observed
from gateway.outcome import OUTBOUND, Manifest, Outcome
from gateway.reader import Reader
from gateway.workers import WorkerError
from gateway.wrap import Wrapper, wishes
from inspectors.model import Flag, Inspection, Skipped
from policy import gaps
from policy.dkimcheck import keys_of, with_results
from policy.identity import who
from policy.lookups.registry import Source, answer
from policy.model import DkimResult, Envelope, Facts, Identity, Judgement, Trust
from policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything that looking at a message needs. Made once, in ``app.py``."""

    policy: Policy
    trust: Trust
    sources: Sequence[Source]
    reader: Reader
    wrapper: Wrapper
    hostname: str = "localhost"
    received_line: bool = False
    deadline: float = 1.0
    """Seconds for all answers about one message."""

    async def process(
        self,
        source: work.Source,
        envelope: Envelope,
        *,
        id: str,
        at: float,
        force: Collection[str] = (),
    ) -> Outcome:
        """Look at one message and decide. ``at`` is Unix time; raises only what a bug raises, and OSError."""
        clock = time.perf_counter
        marks = [clock()]
        inspection = await self.reader.inspect(source)
        marks.append(clock())
        facts = await self._facts(source, inspection, envelope)
        marks.append(clock())
        inspection, judgement = await judging.judged(
            self.reader, inspection, envelope, facts, self.policy, self.trust, at, spent=marks[-1] - marks[0]
        )
        inspection = replace(inspection, flags=(*inspection.flags, *_unknown(judgement)))
        marks.append(clock())
        outcome = Outcome(
            id, at, "untouched", envelope, _text(inspection, "message-id"), _subject(inspection), inspection,
            judgement,
        )  # fmt: skip
        if judgement.scope.observe:
            outcome = await self._observed(source, outcome, force)
        else:
            outcome = await self._acted(source, outcome, force)
        marks.append(clock())
        names = ("inspect", "ask", "judge", "rewrite")
        spent = {name: later - earlier for name, earlier, later in zip(names, marks, marks[1:], strict=False)}
        outcome = replace(outcome, timings=spent)
        return self.headed(outcome) if work.takes_lines(source) else outcome

    async def unjudged(self, source: work.Source, envelope: Envelope, *, id: str, at: float) -> Outcome:
        """Look at one message of our own users: its links are read, and nothing is decided about them.

        It gets no line but Received: what we count in mail is no business of those it is for.
        """
        inspection = await self.reader.inspect(source)
        named = who(inspection.message.headers, Envelope(), Trust(), Facts())
        words = "mail of our own users; not judged"
        own = Identity(named.address, named.domain, named.organisation, False, OUTBOUND, words)
        lines = self.received_line and work.takes_lines(source)
        return Outcome(
            id, at, "untouched", envelope, _text(inspection, "message-id"), _subject(inspection), inspection,
            Judgement(own, (), self.policy.version),
            prefix=added.received(self.hostname, id, at) if lines else b"",
        )  # fmt: skip

    def left_alone(self, outcome: Outcome, reason: str, kind: str = "other") -> Outcome:
        """The same outcome with nothing rewritten: what was going to be is listed with the reason.

        ``kind``: the reason's key in ``[actions]``.
        """
        given_up = tuple(
            Skipped(outcome.inspection.links[t.link].leaf, reason, kind) for t in outcome.tickets
        )
        bare = replace(
            outcome,
            patches=(),
            tickets=(),
            manifest=None,
            not_rewritten=(*outcome.not_rewritten, *given_up),
        )
        bare = acted(bare, self.policy.rules)
        return self.headed(bare) if outcome.prefix else bare

    async def _facts(self, source: work.Source, inspection: Inspection, envelope: Envelope) -> Facts:
        asked = await judging.asked(inspection, envelope, self.policy, self.trust)
        facts = await answer(asked, self.sources, self.deadline)
        keys = keys_of(facts)
        if not keys:
            return facts
        try:
            return with_results(facts, await self.reader.run(source, work.verify_dkim, keys))
        except WorkerError as error:
            why = f"the DKIM signatures were not checked: {error}"
            return with_results(facts, (DkimResult("", "", False, False, why),))

    async def _acted(self, source: work.Source, outcome: Outcome, force: Collection[str]) -> Outcome:
        if force or not is_bare_file(outcome.inspection):  # a bare file has no sender to judge by
            outcome = await self._rewritten(source, outcome, force)
        return acted(outcome, self.policy.rules)

    async def _observed(self, source: work.Source, outcome: Outcome, force: Collection[str]) -> Outcome:
        """Nothing changed but what somebody forces; the change is made all the same and thrown away, because
        what cannot be rewritten shows only then."""
        trial = await self._acted(source, as_if(outcome, self.policy.rules), ())
        if force:
            outcome = await self._rewritten(source, outcome, force)
        return observed(outcome, trial)

    async def _rewritten(self, source: work.Source, outcome: Outcome, force: Collection[str]) -> Outcome:
        asked = (outcome.inspection, outcome.judgement.decisions, self.wrapper, force)
        append = self.policy.rules.pdf.signed == "append"
        many = len(outcome.inspection.links) > judging.MANY
        wanted = (
            await asyncio.to_thread(wishes, *asked, append=append) if many else wishes(*asked, append=append)
        )
        flags = outcome.inspection.flags
        unwrapped = tuple(left(one, flags) for one in wanted.left)
        if not wanted.edits:
            return replace(outcome, not_rewritten=unwrapped)
        everything = replace(outcome, tickets=wanted.tickets, not_rewritten=unwrapped)
        try:
            done = await self.reader.rewrite(source, wanted.edits, outcome.inspection.unread)
        except WorkerError as error:
            return self.left_alone(everything, f"rewriting was ended: {error}")
        made = done.rewriting
        kept = frozenset(made.done)
        tickets = tuple(t for t, e in zip(wanted.tickets, wanted.edits, strict=True) if e in kept)
        refused = tuple(left(Skipped(edit.link.leaf, reason), flags) for edit, reason in made.refused)
        return replace(
            outcome,
            patches=made.patches,
            tickets=tickets,
            manifest=Manifest(outcome.id, b"", done.size, done.sha256, done.rewritten_sha256, done.changes)
            if made.patches
            else None,
            not_rewritten=(*unwrapped, *refused),
        )

    def headed(self, outcome: Outcome) -> Outcome:
        """With the header lines it gets."""
        prefix = added.received(self.hostname, outcome.id, outcome.at) if self.received_line else b""
        found = outcome.inspection
        # Of what is only observed its reader sees nothing, nor can anybody ahead of him act on it.
        stayed = 0 if outcome.observed else len(outcome.left)
        prefix += added.mark(
            outcome.id, found.followed, len(outcome.tickets), len(found.skipped), stayed, outcome.action
        )
        if outcome.patches:
            prefix += added.results(self.hostname, outcome.judgement.identity)
        manifest = replace(outcome.manifest, added=prefix) if outcome.manifest else None
        return replace(outcome, prefix=prefix, manifest=manifest)


def _unknown(judgement: Judgement) -> Iterable[Flag]:
    """What was asked and not answered, to be seen wherever the message is."""
    return (Flag("unknown", "", gaps.words(gap)) for gap in judgement.unknown)


def _text(inspection: Inspection, name: str) -> str:
    for header in inspection.message.headers:
        if header.name == name:
            return header.value[:1000].decode("utf-8", "replace")
    return ""


def _subject(inspection: Inspection) -> str:
    """The Subject with its encoded words decoded (RFC 2047), as far as that goes without error."""
    raw = _text(inspection, "subject")
    try:
        return str(make_header(decode_header(raw)))[:500]
    except Exception:  # the library has an error of its own for every way to write an encoded word wrongly
        return raw[:500]
