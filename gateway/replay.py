"""An archive played again for calibration: every link with its evidence, and foreign links put beside them.

Each message is judged on what was known before it and learned afterwards, as ``oddlink backtest`` does; what
was found odd is learned too, for the archive is taken for harmless. Beside messages of senders with history
copies are judged that carry one more link, and are never learned.

Does not rewrite and does not fit anything.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from gateway.store import Store
from inspectors.model import Inspection, Link
from inspectors.wrappers import unwrapped
from policy.calibrate import Sample
from policy.domains import above
from policy.history import matches
from policy.judge import ask, judge
from policy.lessons import taught
from policy.lookups.registry import Source, answer
from policy.model import Answer, Decision, Envelope, Judgement, Question, Trust
from policy.rules import Policy

PLACES = ("text", "pdf:annotation")
"""Where links are put: into the body and into a PDF, half of them each."""
PATIENCE = 60.0
"""Seconds for the answers about one message: a busy machine must not change what comes out."""


class History:
    """A store as a source, asked without a thread of its own."""

    kinds = Store.kinds

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """All answers, at once."""
        return self._store.answer(questions)


@dataclass
class Replay:
    """One archive on its way through. Fields but the first six are its memory."""

    policy: Policy
    trust: Trust
    store: Store
    sources: Sequence[Source]
    """``History(store)``, lists and the like."""
    urls: Sequence[str]
    """Links that do not belong, to be put into mail; empty for none."""
    stream: str = ""
    earlier_at_least: int = 5
    """Earlier messages of a sender from which on links are put into his mail."""
    busy: Callable[[str], bool] = lambda domain: False
    """Whether a domain is much visited: where an odd link leads to one of these, anyone can publish there."""
    pick: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - repeatable, not secret
    counts: Counter[str] = field(default_factory=Counter)
    """Messages by sender."""

    async def message(
        self, inspection: Inspection, at: float, *, judged: bool = True, learned: bool = True, put: int = 1
    ) -> tuple[Sample, ...]:
        """The samples of the next message, which is then learned. ``judged``: False only learns."""
        judgement = await self._judgement(inspection, at)
        sender = judgement.identity.address
        samples: list[Sample] = []
        if judged:
            samples += [self._sample(one, odd=False, sender=sender) for one in self._links(judgement)]
            if self.urls and judgement.identity.genuine and self.counts[sender] >= self.earlier_at_least:
                samples += [await self._injected(inspection, sender, at) for _ in range(put)]
        if not learned:
            return tuple(samples)
        self.counts[sender] += 1
        released = tuple(replace(one, verdict="pass", left="") for one in judgement.decisions)
        harmless = replace(judgement, decisions=released)
        # What only the conversation excused waits in real mail; here, nobody will object.
        lessons = taught(inspection, Envelope(), harmless, self.policy.rules, at)
        self.store.learn([one for one in lessons if one is not None])
        return tuple(samples)

    async def _judgement(self, inspection: Inspection, at: float) -> Judgement:
        asked = ask(inspection, Envelope(), self.policy, self.trust)
        facts = await answer(asked, self.sources, PATIENCE)
        return judge(inspection, Envelope(), facts, self.policy, self.trust, at)

    def _links(self, judgement: Judgement) -> list[Decision]:
        """Of each registrable domain the link with the highest score."""
        best: dict[str, Decision] = {}
        for one in judgement.decisions:
            if one.domain and one.weighed and not matches(one.link.place, self.policy.rules.places.fetched):
                was = best.get(one.domain)
                best[one.domain] = one if was is None or one.score > was.score else was
        return list(best.values())

    async def _injected(self, inspection: Inspection, sender: str, at: float) -> Sample:
        url, place = self.pick.choice(self.urls), self.pick.choice(PLACES)
        link = unwrapped(Link("1", url, url, "", place, None, _host(url)))
        with_it = replace(inspection, links=(*inspection.links, link))
        return self._sample((await self._judgement(with_it, at)).decisions[-1], odd=True, sender=sender)

    def _sample(self, one: Decision, *, odd: bool, sender: str) -> Sample:
        seen = tuple((piece.evidence.signal, piece.evidence.strength) for piece in one.weighed)
        return Sample(
            odd,
            seen,
            self.stream,
            one.link.url,
            one.link.place,
            self.counts[sender],
            odd and any(map(self.busy, above(one.link.host))),
        )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
