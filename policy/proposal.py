"""Which threshold observed mail speaks for, and how sure that is.

The lowest threshold that at most the ``[observe]`` budget of the observed links reaches, each link counted
once per message and registrable domain. Links nobody ruled on are taken for harmless, which errs on the
side of rewriting less; those an analyst confirmed as odd are left out beforehand, those he released count.
Whoever floods the house with odd links meanwhile moves the proposal, though never beyond its bounds; so the
report names the domains and senders behind it, and a person puts it into force.

Does not read the store and does not change a policy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from policy.rules import ScopeEntry

FLOOR = 2.6
"""Points no proposal goes below. What is never to be enough alone (how a host is spelled, where it lies, what
registries say) has caps of up to 2.5 as shipped, and below that a threshold would break this promise. In
three public archives 2.6 caught 99.0 % of foreign links instead of 98.0 % at 3.0, for 2.4 times the false
alarms."""
CAP = 5.0
"""Points no proposal goes above. In the same archives 5.0 still caught 83 % of the foreign links and 6.0 only
66 %, while there were no fewer false alarms left to save. Where the budget asks for more, it is not the
threshold that is wrong."""
_STEPS = 100
"""Steps in a point: proposals are hundredths."""
_Z = 1.96
"""Standard deviations of a two-sided 95 % interval."""


class Scores:
    """How many links have how many points, in hundredths: of any number of links the same small size."""

    def __init__(self) -> None:
        self.links = 0
        self._steps: dict[int, int] = {}

    def add(self, points: float, links: int = 1) -> None:
        """Count links of this score."""
        # Rounded first: 2.95 * 100 is a little less than 295.
        step = math.floor(round(points * _STEPS, 6))
        self._steps[step] = self._steps.get(step, 0) + links
        self.links += links

    def reach(self, threshold: float) -> int:
        """How many links have at least so many points; to a hundredth."""
        least = math.ceil(round(threshold * _STEPS, 6))
        return sum(links for step, links in self._steps.items() if step >= least)

    def lowest(self, most: int) -> float:
        """The lowest threshold that at most ``most`` links reach, to a hundredth."""
        above = 0
        for step in sorted(self._steps, reverse=True):
            above += self._steps[step]
            if above > most:
                return (step + 1) / _STEPS
        return -math.inf


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some links, and what can be said of all such links."""

    links: int
    of: int
    most: float
    """Upper end of the 95 % interval of their share in all such mail (Wilson 1927), if links were independent
    of each other."""

    @property
    def found(self) -> float:
        """The share in these links; 0 of none."""
        return self.links / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold, and what it would have done to the observed links."""

    threshold: float
    now: Share
    """At or above the threshold in force."""
    then: Share
    """At or above the proposed one."""
    bound: str = ""
    """"floor" or "cap" where the budget alone would have led beyond it; else empty."""
    few: int = 0
    """Where there are too few links to speak of such a budget: how many it takes; else 0."""


def proposal(scores: Scores, current: float, budget: float) -> Proposal:
    """The threshold that ``scores`` of harmless links speak for; ``current`` is the one in force."""
    wanted = scores.lowest(math.floor(round(budget * scores.links, 6)))
    threshold = min(CAP, max(FLOOR, wanted))
    bound = "floor" if wanted < FLOOR else "cap" if wanted > CAP else ""
    # Rule of three: of fewer, even none above says no more than a share beyond the budget.
    needed = math.ceil(3 / budget)
    return Proposal(
        threshold,
        share(scores.reach(current), scores.links),
        share(scores.reach(threshold), scores.links),
        bound,
        needed if scores.links < needed else 0,
    )


def share(links: int, of: int) -> Share:
    """``links`` of ``of``, with how large their share may be in all such mail."""
    if not of:
        return Share(0, 0, 1.0)
    if not links:
        return Share(0, of, min(1.0, 3 / of))  # rule of three; Wilson's interval is wider here than need be
    part, square = links / of, _Z * _Z / of
    middle = part + square / 2
    spread = _Z * math.sqrt(part * (1 - part) / of + square / (4 * of))
    return Share(links, of, min(1.0, max(part, (middle + spread) / (1 + square))))


def fragment(threshold: float, entry: ScopeEntry | None, provenance: Mapping[str, str]) -> str:
    """A policy file that says this threshold: for mail of no scope, or for one scope, with its whole entry.

    ``provenance`` goes on top, one comment a line.
    """
    lines = ["# Proposed by `oddlink observed`. Not in force until somebody puts it there."]
    lines += [_plain(f"# {name}: {words}") for name, words in provenance.items()]
    if entry is None:
        # Below the last table of a file it would be a key of that table, and might change a scope.
        lines.append("# Put this at the top of the policy file, before its first [table], in place of any")
        lines.append("# threshold there.")
        return "\n".join((*lines, "", f"threshold = {threshold:.2f}", ""))
    lines += ["# Put this in the place of the entry of the same name.", "", "[[scope]]"]
    lines += [f"name = {_string(entry.name)}", f"why = {_string(entry.why)}"]
    for key, names in (("recipients", entry.recipients), ("senders", entry.senders)):
        if names:
            lines.append(f"{key} = [{', '.join(map(_string, names))}]")
    if entry.observe is not None:
        lines.append(f"observe = {'true' if entry.observe else 'false'}")
    return "\n".join((*lines, f"threshold = {threshold:.2f}", ""))


def _string(text: str) -> str:
    """A TOML basic string: JSON's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(words: str) -> str:
    """One line of a comment."""
    return "".join(char if char.isprintable() else " " for char in words)
