"""The report on mail that policy only observed: what it would have done, by scope, and what to set then.

Points are comparable only as far as policies agree on them, so a threshold is proposed from the links that
the newest policy version judged; whoever knows that only lists or thresholds changed may count all.

Does not print and does not change a policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.store.observing import Observations, OddDomain, Tally
from policy.actions import action_of
from policy.domains import above
from policy.history import day
from policy.proposal import Proposal, Scores, fragment, proposal
from policy.rules import Policy, Rules
from policy.scopes import named, observing

MOST_DOMAINS = 20
"""Domains in the report."""
RESULTS = ("untouched", "rewritten", "held", "refused")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the report shall take as given."""

    days: int = 0
    """Days a proposal takes; 0 for what the policy says."""
    all_versions: bool = False
    """Count links judged under any policy version."""
    at: float = 0.0
    """Unix time of the report, seconds."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was observed in one scope."""

    scope: str
    """Empty for mail of no scope."""
    first: float
    """Unix time of the first observed message, seconds."""
    last: float
    messages: int
    with_links: int
    would: tuple[tuple[str, int], ...]
    """(result, messages), each of ``RESULTS``, then "tagged", which may be said of any of them."""
    because: tuple[tuple[str, int], ...]
    """("ACTION: KEY", messages), the most frequent first."""
    odd: int
    """Links found odd, each counted once per message and registrable domain."""
    domains: tuple[OddDomain, ...]
    signals: tuple[tuple[str, int], ...]
    """(signal, messages in which it counted against an odd link)."""
    confirmed: int
    """Links that analysts confirmed as odd, and said to belong."""
    released: int
    version: str
    """Policy version whose links count for the proposal; empty for all."""
    elsewhere: int
    """Messages judged under other versions, which do not."""
    days: int
    """Days on which mail with links came that counts."""
    needed: int
    """Days it takes."""
    threshold: float | None
    """In force; None where the policy has no such scope any more."""
    observes: bool
    """Whether the policy in force still observes this mail."""
    proposal: Proposal | None
    """None before there were enough days."""
    undecided: int
    """Odd domains nobody ruled on, where the proposal would be another without them; else 0."""
    fragment: str
    """The policy fragment for it; empty without one, and while there are too few links to propose from."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """The points of what was taken for harmless."""

    scores: Scores
    settled: Scores
    """The same without the links found odd to domains that nobody ruled on."""
    unruled: int
    """Those domains."""


def report(seen: Observations, policy: Policy, wish: Wish, scope: str | None = None) -> list[Report]:
    """One report for each scope with observed mail, or for the one named; empty where there is none."""
    tallies = seen.tallies()
    names = sorted({one.scope for one in tallies}) if scope is None else [scope]
    found = [(name, [one for one in tallies if one.scope == name]) for name in names]
    return [_report(seen, policy, wish, name, some) for name, some in found if some]


def _report(seen: Observations, policy: Policy, wish: Wish, scope: str, tallies: Sequence[Tally]) -> Report:
    rules = policy.rules
    version = "" if wish.all_versions else max(tallies, key=lambda one: (one.last, one.version)).version
    counting = [one for one in tallies if version in ("", one.version)]
    days = len({number for of, number in seen.days(scope) if version in ("", of)})
    needed = wish.days or rules.observe.days
    in_force = named(scope, rules)
    rulings = seen.rulings(scope)
    odd, domains = seen.domains(scope, MOST_DOMAINS)
    proposed, undecided, text = None, 0, ""
    if days >= needed and in_force is not None:
        counted = _counted(seen, rules, scope, version, in_force.threshold)
        if counted.scores.links:
            proposed = proposal(counted.scores, in_force.threshold, rules.observe.budget)
            other = proposal(counted.settled, in_force.threshold, rules.observe.budget)
            decided = proposed.few or other.threshold == proposed.threshold
            undecided = 0 if decided else counted.unruled
            if not proposed.few:
                text = _fragment(policy, wish, scope, proposed, undecided, counting, days)
    return Report(
        scope=scope,
        first=min(one.first for one in tallies),
        last=max(one.last for one in tallies),
        messages=sum(one.messages for one in tallies),
        with_links=sum(one.with_links for one in tallies),
        would=_would(tallies),
        because=_because(tallies),
        odd=odd,
        domains=tuple(domains),
        signals=tuple(seen.signals(scope)),
        confirmed=sum(one.what == "confirm" for one in rulings),
        released=sum(one.what == "release" for one in rulings),
        version=version,
        elsewhere=sum(one.messages for one in tallies) - sum(one.messages for one in counting),
        days=days,
        needed=needed,
        threshold=in_force.threshold if in_force else None,
        observes=scope in observing(rules),
        proposal=proposed,
        undecided=undecided,
        fragment=text,
    )


def _would(tallies: Sequence[Tally]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for one in tallies:
        counts[one.result] += one.messages
        if action_of(one.result, one.because) == "tag":
            counts["tagged"] += one.messages
    return tuple((name, counts[name]) for name in (*RESULTS, "tagged"))


def _because(tallies: Sequence[Tally]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for one in tallies:
        action = action_of(one.result, one.because)
        counts.update({f"{action}: {key}": one.messages for key in one.because})
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _counted(seen: Observations, rules: Rules, scope: str, version: str, threshold: float) -> _Counted:
    """The points of what was taken for harmless: all links but those analysts confirmed as odd.

    Those a policy allows are never rewritten, however many points they have. ``threshold`` is in force.
    """
    ruled = {(one.message, one.domain): one.what for one in seen.rulings(scope)}
    known = {domain for _, domain in ruled}
    bad, allowed = seen.confirmed(), frozenset(entry.domain for entry in rules.allow)
    scores, settled, unruled = Scores(), Scores(), set[str]()
    for one in seen.scored(scope, version):
        what = ruled.get((one.message, one.domain), "")
        # A host outside the domain is that of a wrapper, and what is meant is where the link leads.
        hosts = [host for host in one.hosts if one.domain in above(host)]
        names = {name for host in (*hosts, one.domain) for name in above(host)}
        if what == "confirm" or (what != "release" and not bad.isdisjoint(names)):
            continue
        points = 0.0 if allowed & names else one.points
        scores.add(points)
        if points >= threshold and one.domain not in known:
            unruled.add(one.domain)
        else:
            settled.add(points)
    return _Counted(scores, settled, len(unruled))


def _fragment(
    policy: Policy,
    wish: Wish,
    scope: str,
    found: Proposal,
    undecided: int,
    tallies: Sequence[Tally],
    days: int,
) -> str:
    entry = next((one for one in policy.rules.scope if one.name == scope), None)
    first, last = min(one.first for one in tallies), max(one.last for one in tallies)
    then, now = found.then, found.now
    versions = sorted({one.version for one in tallies})
    provenance = {
        "made": datetime.fromtimestamp(wish.at, UTC).date().isoformat(),
        "observed": f"{day(first)} to {day(last)}, mail with links on {days} days",
        "counted": f"{sum(one.messages for one in tallies)} messages, {then.of} links (once per message and "
        "domain, without those confirmed as odd)",
        "policy": ", ".join(versions[:5]) + (f" and {len(versions) - 5} more" if len(versions) > 5 else ""),
        "rewrites": f"{then.links} of these links ({then.found:.2%}; with 95 % certainty under "
        f"{then.most:.2%}), at the threshold in force {now.links} ({now.found:.2%})",
        "budget": f"{policy.rules.observe.budget:.2%}"
        + (f", bound by our {found.bound}" if found.bound else ""),
    }
    if undecided:
        provenance["unruled"] = f"{undecided} odd domains, which decide the figure: confirm or release them"
    return fragment(found.threshold, entry, provenance)
