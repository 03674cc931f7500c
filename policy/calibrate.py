"""Fitting the points to links whose answer is known, and saying what a threshold would do.

A regularised logistic regression on the strengths of the signals, as ``policy.weigh`` adds them up: the
points of a family over its cap have no slope, signs stay as they are, and every figure is pulled towards the
one in force. Pure Python and in a fixed order, so the same samples give the same points everywhere.

Does not replay mail and does not change a policy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policy.model import Evidence
from policy.rules import Rules
from policy.signals.registry import SIGNALS
from policy.weigh import score, weigh

FAMILY = {signal.name: signal.family for signal in SIGNALS}
SETTLED = frozenset({"blocked"})
"""Signals whose points are a decision, not a measurement: a list trusted to block blocks."""


RULINGS = "rulings"
"""The stream of what analysts decided."""
TELLING = 50
"""Links in a step of the reliability curve below which its share is chance."""
FAR_OFF = 0.15
"""What a step may promise too much or too little: one link in seven."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One link with its answer."""

    odd: bool
    """True for a link that does not belong: injected, or confirmed by an analyst."""
    seen: tuple[tuple[str, float], ...]
    """(signal, strength) of its evidence."""
    stream: str = ""
    """The archive it is from; every one of ``Options.full`` links counts the same."""
    url: str = ""
    place: str = ""
    """``Link.place``."""
    earlier: int = 0
    """Messages of the sender before this one."""
    anyone: bool = False
    """Whether it lies on a much visited site on which anyone can publish."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one threshold does."""

    threshold: float
    benign: float
    """Share of the benign links at or above it."""
    odd: float
    """Share of the odd links at or above it."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One step of the reliability curve."""

    low: float
    """Score from which on a link belongs to it; the next step's is its end."""
    links: int
    expected: float
    """Share of odd links that the scores promise, weighed so that odd ones have the assumed share of all."""
    found: float
    """Share of odd links there, weighed the same way."""

    @property
    def off(self) -> bool:
        """Whether the scores there promise something else than was found, and it is no chance."""
        return self.links >= TELLING and abs(self.expected - self.found) > FAR_OFF


@dataclass(frozen=True, slots=True)
class Options:
    """How points are fitted."""

    rounds: int = 300
    rate: float = 0.3
    """First step in points; each signal's shrinks with the slopes it has seen (AdaGrad)."""
    pull: float = 2e-4
    """Towards the current points: weight of their squared distance beside the mean loss of a link."""
    odd_share: float = 0.1
    """Of all links, how many count as odd. Small, because the few benign ones above the rest matter."""
    most: float = 12.0
    """Points no signal goes beyond."""
    full: int = 200
    """Links of one kind from which on a stream weighs as much as any other; a smaller one in proportion."""
    ruling: float = 3.0
    """Links of the archives that one ruling of an analyst weighs at most: what somebody looked at tells more,
    but two releases must not overturn thousands of links."""


def points_of(sample: Sample, rules: Rules) -> float:
    """The sample's score under these rules."""
    return score(weigh((Evidence(name, strength, "") for name, strength in sample.seen), rules))


def rates(scored: Sequence[tuple[float, bool]], thresholds: Iterable[float]) -> tuple[Rate, ...]:
    """What each threshold does to (score, odd) pairs."""
    odd = [points for points, is_odd in scored if is_odd]
    benign = [points for points, is_odd in scored if not is_odd]
    return tuple(Rate(at, _share(benign, at), _share(odd, at)) for at in thresholds)


def threshold_for(scored: Sequence[tuple[float, bool]], share: float) -> float:
    """The lowest threshold, to a hundredth of a point, that at most this share of benign links reaches."""
    benign = sorted((points for points, is_odd in scored if not is_odd), reverse=True)
    if not benign:
        return 0.0
    first_spared = benign[min(len(benign) - 1, int(share * len(benign)))]
    at = math.floor(first_spared * 100) / 100
    while at <= first_spared:  # hundredths are not exact in binary
        at = round(at + 0.01, 2)
    return at


def reliability(
    scored: Sequence[tuple[float, bool]], centre: float, width: float = 1.0, odd_share: float = 0.5
) -> tuple[Bin, ...]:
    """Whether a point is a nat: in each step of ``width`` points the share of odd links beside the share that
    a logistic curve through ``centre`` promises. Odd links count as if they were ``odd_share`` of all."""
    number = {kind: max(1, sum(odd is kind for _, odd in scored)) for kind in (True, False)}
    one = {True: odd_share / number[True], False: (1 - odd_share) / number[False]}
    steps: dict[int, list[tuple[float, bool]]] = {}
    for points, odd in scored:
        steps.setdefault(math.floor(points / width), []).append((points, odd))
    bins = []
    for step in sorted(steps):
        whole = sum(one[odd] for _, odd in steps[step])
        found = sum(one[odd] for _, odd in steps[step] if odd)
        expected = sum(_logistic(points - centre) * one[odd] for points, odd in steps[step])
        bins.append(Bin(step * width, len(steps[step]), expected / whole, found / whole))
    return tuple(bins)


def centre(samples: Sequence[Sample], rules: Rules, options: Options | None = None) -> float:
    """The score at which a link is as likely odd as benign under these rules, where ``Options.odd_share`` of
    all links are odd: where the logistic curve lies best that has a nat for a point. 0 without samples."""
    rows = [
        (points_of(Sample(bool(odd), seen), rules), odd, weight)
        for seen, _, odd, weight in _rows(samples, options or Options())
    ]
    low, high = -50.0, 50.0
    for _ in range(50 if rows else 0):
        middle = (low + high) / 2
        error = sum((_logistic(points - middle) - odd) * weight for points, odd, weight in rows)
        low, high = (middle, high) if error > 0 else (low, middle)
    return (low + high) / 2


def fit(
    samples: Sequence[Sample], rules: Rules, fitted: Iterable[str], options: Options | None = None
) -> Mapping[str, float]:
    """New points for the signals named in ``fitted``; the others stay.

    Between the streams the benign links count equally, and so do the odd ones; a stream too small for that
    counts in proportion. Where odd and benign are equally likely is found along with the points: ``centre``.
    """
    options = options or Options()
    start = dict(rules.points)
    names = sorted(name for name in set(fitted) - SETTLED if start.get(name) and name in FAMILY)
    rows = _rows(samples, options)
    points, past, bias = dict(start), dict.fromkeys(names, 1e-8), -rules.threshold
    bias_past = 1e-8
    for _ in range(options.rounds):
        slopes = {name: 2 * options.pull * (points[name] - start[name]) for name in names}
        bias_slope = 0.0
        caps = {family: (caps.least, caps.most) for family, caps in rules.caps.items()}
        for seen, families, odd, weight in rows:
            total, free = _total(seen, families, points, caps)
            error = (_logistic(total + bias) - odd) * weight
            bias_slope += error
            for name, strength in seen:
                if name in slopes and free[FAMILY[name]]:
                    slopes[name] += error * strength
        bias_past += bias_slope * bias_slope
        bias -= options.rate * bias_slope / math.sqrt(bias_past)
        for name in names:
            past[name] += slopes[name] * slopes[name]
            moved = points[name] - options.rate * slopes[name] / math.sqrt(past[name])
            points[name] = _same_sign(moved, start[name], options.most)
    return {name: round(points[name], 2) for name in names}


_Row = tuple[tuple[tuple[str, float], ...], tuple[str, ...], float, float]


def _rows(samples: Sequence[Sample], options: Options) -> list[_Row]:
    """(evidence, families, 1 for odd, weight), equal ones added up; weights sum to 1 where there are both."""
    groups: dict[tuple[str, bool], int] = {}
    for sample in samples:
        groups[sample.stream, sample.odd] = groups.get((sample.stream, sample.odd), 0) + 1
    parts = {key: min(1.0, number / options.full) for key, number in groups.items()}
    for kind in (True, False):
        archives = [key for key in groups if key[1] is kind and key[0] != RULINGS]
        if archives and (RULINGS, kind) in groups:
            usual = sum(parts[key] for key in archives) / sum(groups[key] for key in archives)
            most = options.ruling * usual * groups[RULINGS, kind]
            parts[RULINGS, kind] = min(parts[RULINGS, kind], most)
    whole = {kind: sum(part for (_, odd), part in parts.items() if odd is kind) for kind in (True, False)}
    added: dict[tuple[tuple[tuple[str, float], ...], bool], float] = {}
    for sample in samples:
        key = sample.stream, sample.odd
        share = options.odd_share if sample.odd else 1 - options.odd_share
        weight = share * parts[key] / whole[sample.odd] / groups[key]
        seen = tuple(sorted((name, round(strength, 3)) for name, strength in sample.seen if name in FAMILY))
        added[seen, sample.odd] = added.get((seen, sample.odd), 0.0) + weight
    return [
        (seen, tuple(sorted({FAMILY[name] for name, _ in seen})), float(odd), weight)
        for (seen, odd), weight in sorted(added.items())
    ]


def _total(
    seen: Sequence[tuple[str, float]],
    families: Sequence[str],
    points: Mapping[str, float],
    caps: Mapping[str, tuple[float, float]],
) -> tuple[float, dict[str, bool]]:
    """The score, and for each family whether its sum keeps to its caps."""
    sums = dict.fromkeys(families, 0.0)
    for name, strength in seen:
        sums[FAMILY[name]] += strength * points.get(name, 0.0)
    total, free = 0.0, {}
    for family, value in sums.items():
        least, most = caps.get(family, (-math.inf, math.inf))
        free[family] = least <= value <= most
        total += min(most, max(least, value))
    return total, free


def _same_sign(value: float, like: float, most: float) -> float:
    return min(most, max(0.0, value)) if like > 0 else max(-most, min(0.0, value))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, value))))


def _share(scores: Sequence[float], at: float) -> float:
    return sum(one >= at for one in scores) / len(scores) if scores else 0.0


def with_points(rules: Rules, points: Mapping[str, float]) -> Rules:
    """The rules with these points in place of their own."""
    return replace(rules, points={**rules.points, **points})
