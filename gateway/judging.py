"""Where a message is judged: on the event loop where that is short, else in a worker that can be ended.

What takes long holds up everybody's mail, and whoever writes a message decides how many links it has. So the
cost is estimated before, and judging that was ended leaves at least what block lists say.

Does not judge itself; ``policy.judge`` does.
"""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import replace

from gateway import work
from gateway.reader import Reader
from gateway.workers import WorkerError
from inspectors.model import Inspection, Skipped
from policy.actions import SCREEN_FAILURE
from policy.gaps import gaps
from policy.judge import ask, judge
from policy.model import Envelope, Facts, Judgement, Question, Trust
from policy.questions import telling
from policy.rules import Policy
from policy.signals.urltext import bounded
from policy.unjudged import at_least

HERE = 0.02
"""Seconds of judging on the event loop, as ``cost`` estimates them; a worker's round trip costs some 5 ms for
as many links."""
PER_HOST, PER_LINK, PER_CHARACTER = 300e-6, 60e-6, 0.06e-6
"""Seconds, measured on 5,000 links to as many hosts in mail for 20 recipients, and on newsletters."""
MANY = 200
"""Links that are made into questions, lessons or edits on the event loop, at 20 to 50 microseconds each."""
PATIENCE = 3
"""How many times a worker's bound on processor time judging may take: 5,000 links took 2 to 3 s of it."""
MOST_SECONDS, LEAST_SECONDS = 12.0, 2.0
"""From the message's arrival at the screen until it is judged, waiting for a worker included; and for judging
alone, where reading took longer. What comes after it must be done before the screen's deadline too."""


def cost(inspection: Inspection) -> float:
    """Seconds that judging the message may take."""
    links = inspection.links
    if len(links) * (PER_HOST + PER_LINK) > HERE:
        hosts = len({link.host for link in links} | {link.target[:200] for link in links if link.target})
    else:
        hosts = len(links)
    characters = sum(len(bounded(link.target or link.url)) for link in links)
    return hosts * PER_HOST + len(links) * PER_LINK + characters * PER_CHARACTER


async def asked(
    inspection: Inspection, envelope: Envelope, policy: Policy, trust: Trust
) -> tuple[Question, ...]:
    """``policy.judge.ask``, in a thread where the links are many."""
    if len(inspection.links) <= MANY:
        return ask(inspection, envelope, policy, trust)
    return await asyncio.to_thread(ask, inspection, envelope, policy, trust)


async def judged(
    reader: Reader,
    inspection: Inspection,
    envelope: Envelope,
    facts: Facts,
    policy: Policy,
    trust: Trust,
    at: float,
    *,
    spent: float = 0.0,
) -> tuple[Inspection, Judgement]:
    """``policy.judge.judge``, and the inspection; where judging was ended, that is among what it skipped.

    ``spent``: seconds that went by for this message before.
    """
    if cost(inspection) <= HERE:
        return inspection, judge(inspection, envelope, facts, policy, trust, at)
    seconds = max(LEAST_SECONDS, MOST_SECONDS - spent)
    try:
        async with asyncio.timeout(seconds):
            parcel = await asyncio.to_thread(_parcel, inspection, envelope, facts, trust, at)
            found = await reader.elsewhere(work.judge, pickle.dumps(policy), parcel, patience=PATIENCE)
            return inspection, await asyncio.to_thread(_whole, found, inspection, facts)
    except WorkerError as error:
        why = f"judging was ended: {error}"
    except TimeoutError:
        why = f"judging was ended: it was not done within {seconds:.1f} s"
    least = await asyncio.to_thread(at_least, inspection, envelope, facts, policy, trust, why)
    skipped = (*inspection.skipped, Skipped("", why, SCREEN_FAILURE))
    return replace(inspection, skipped=skipped), least


def _parcel(inspection: Inspection, envelope: Envelope, facts: Facts, trust: Trust, at: float) -> bytes:
    """What a worker needs, in bytes made beside the event loop."""
    light = tuple(replace(link, written="", handle=None) for link in inspection.links)
    values = (replace(inspection, links=light), envelope, telling(facts), trust, at)
    return pickle.dumps(values, pickle.HIGHEST_PROTOCOL)


def _whole(found: Judgement, inspection: Inspection, facts: Facts) -> Judgement:
    """The judgement with what did not go to the worker and back."""
    return replace(work.with_links(found, inspection.links), unknown=gaps(facts))
