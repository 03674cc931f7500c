"""What is decided about a message that could not be judged: at least what block lists say.

A message with thousands of links can make judging take longer than anybody waits. It must not thereby get
past a list that names one of them.

Does not weigh anything else, and what it lets pass is no habit: such a message teaches nothing.
"""

from __future__ import annotations

from inspectors.model import Inspection, Link
from policy.actions import obstacle, signed_leaves
from policy.client import client
from policy.domains import registrable
from policy.gaps import gaps
from policy.identity import who
from policy.model import Decision, Envelope, Evidence, Facts, Judgement, Trust
from policy.rules import Policy
from policy.scopes import in_scope, scope
from policy.signals.case import Case, Notes, Schemes, target
from policy.signals.registry import SIGNALS
from policy.verdicts import decided, is_judged, observed, passed

_LISTS = tuple(signal for signal in SIGNALS if signal.family == "lists")


def at_least(
    inspection: Inspection, envelope: Envelope, facts: Facts, policy: Policy, trust: Trust, why: str
) -> Judgement:
    """One decision per link, in the order of the inspection, from lists alone; ``why`` in words."""
    identity = who(inspection.message.headers, envelope, trust, facts)
    under = scope(envelope, identity, policy.rules)
    policy = in_scope(policy, under)
    leaves, signed = {leaf.path: leaf for leaf in inspection.message.leaves}, signed_leaves(inspection.flags)
    stranger = client(inspection.message.headers, envelope, trust)
    notes, seen = Notes(), dict[tuple[str, str], tuple[Evidence, ...]]()
    words = f"not known: {why}"

    def decision(link: Link) -> Decision:
        if not is_judged(link, policy.rules):
            return passed(link, policy)
        found = target(link)
        case = Case(
            link, found, registrable(found.host), identity, envelope, facts, policy.rules, {}, Schemes(),
            notes=notes,
        )  # fmt: skip
        evidence = _evidence(case, seen)
        if not evidence:
            return Decision(link, case.domain, "pass", 0.0, (), policy.version, words)
        made = decided(case, evidence, policy, obstacle(link, leaves.get(link.leaf), policy.rules, signed))
        return observed(made) if under.observe else made

    decisions = tuple(map(decision, inspection.links))
    return Judgement(identity, decisions, policy.version, gaps(facts), under, stranger, whole=False)


def _evidence(case: Case, seen: dict[tuple[str, str], tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    about = (case.target.host, case.wrapper)
    if about not in seen:
        found = (signal.see(case) for signal in _LISTS if not signal.by_link)
        seen[about] = tuple(one for one in found if one is not None)
    of_link = (signal.see(case) for signal in _LISTS if signal.by_link)
    return (*seen[about], *(one for one in of_link if one is not None))
