"""Evidence into points, points into a score, and what would have changed the verdict.

Does not gather evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policy.model import Evidence, Weighed
from policy.rules import Rules
from policy.signals.registry import SIGNALS, Signal

_BY_NAME = {signal.name: signal for signal in SIGNALS}
_FAMILY = {signal.name: signal.family for signal in SIGNALS}
_UNCAPPED = (float("-inf"), float("inf"))


def weigh(seen: Iterable[Evidence], rules: Rules) -> tuple[Weighed, ...]:
    """Each piece of evidence with its points after the caps of its family, in the order given.

    Where a family exceeds a cap, its points on that side shrink in proportion, so that the points shown
    always add up to the score.
    """
    evidence = tuple(seen)
    return tuple(map(Weighed, evidence, _points(evidence, rules)))


def _points(evidence: Sequence[Evidence], rules: Rules) -> list[float]:
    raw = [one.strength * rules.points.get(one.signal, 0.0) for one in evidence]
    families: dict[str, list[float]] = {}
    for one, value in zip(evidence, raw, strict=True):
        if value:
            families.setdefault(_FAMILY.get(one.signal, ""), []).append(value)
    factors = {family: _factors(points, *_caps(family, rules)) for family, points in families.items()}
    return [
        round(value * factors[_FAMILY.get(one.signal, "")][value > 0], 6) if value else 0.0
        for one, value in zip(evidence, raw, strict=True)
    ]


def score(weighed: Sequence[Weighed]) -> float:
    """The sum of the points."""
    return round(sum(one.points for one in weighed), 6)


def flip(weighed: Sequence[Weighed], total: float, rules: Rules, domain: str, host: str) -> str:
    """The nearest change that would turn a verdict that rests on the score, in words."""
    gap = abs(rules.threshold - total)
    amount = f"{gap:.1f} points {'fewer' if total >= rules.threshold else 'more'}"
    example = (
        _fewer(weighed, gap, rules) if total >= rules.threshold else _more(weighed, gap, rules)
    )  # fmt: skip
    return f"{amount}, e.g. {example.format(domain=domain, host=host)}" if example else amount


def _fewer(weighed: Sequence[Weighed], gap: float, rules: Rules) -> str:
    """The weakest counted evidence whose absence alone would be enough, or the strongest one."""
    counted = sorted((one for one in weighed if one.points > 0), key=lambda one: one.points)
    enough = [one for one in counted if _without(weighed, one, rules) < rules.threshold]
    chosen = (enough or counted[-1:])[:1]
    return _BY_NAME[chosen[0].evidence.signal].without if chosen else ""


def _more(weighed: Sequence[Weighed], gap: float, rules: Rules) -> str:
    """A negative sign whose absence would be enough, else a missing sign that would be."""
    for one in sorted((one for one in weighed if one.points < 0), key=lambda one: -one.points):
        if _without(weighed, one, rules) >= rules.threshold:
            return _BY_NAME[one.evidence.signal].without
    there = {one.evidence.signal for one in weighed}
    missing: list[Signal] = [
        signal
        for signal in SIGNALS
        if signal.gain and signal.name not in there and rules.points.get(signal.name, 0.0) >= gap
    ]
    return min(missing, key=lambda signal: rules.points[signal.name]).gain if missing else ""


def _without(weighed: Sequence[Weighed], left_out: Weighed, rules: Rules) -> float:
    """The score if one of these were not there: only its own family's caps are met otherwise."""
    family = _FAMILY.get(left_out.evidence.signal, "")
    rest = [one for one in weighed if one is not left_out]
    same = [one.evidence for one in rest if _FAMILY.get(one.evidence.signal, "") == family]
    points = iter(_points(same, rules))
    return round(
        sum(next(points) if _FAMILY.get(one.evidence.signal, "") == family else one.points for one in rest),
        6,
    )


def _caps(family: str, rules: Rules) -> tuple[float, float]:
    caps = rules.caps.get(family)
    return (caps.least, caps.most) if caps else _UNCAPPED


def _factors(points: Sequence[float], least: float, most: float) -> tuple[float, float]:
    """What negative and positive points are multiplied by so that their sum stays between the caps."""
    up, down = sum(value for value in points if value > 0), sum(value for value in points if value < 0)
    if up + down > most and up > 0:
        return 1.0, max(0.0, (most - down) / up)
    if up + down < least and down < 0:
        return max(0.0, (least - up) / down), 1.0
    return 1.0, 1.0
