"""Makes ``policy/nameshape.toml``: what names of known sites and names made for phishing look like.

    ODDLINK_CORPUS=… python -m tests.bench.nameshape > policy/nameshape.toml

Sources in the development corpus: Tranco's first 50,000 domains without the first 500, and the phishing URLs
reported to JPCERT/CC in 2023 and 2024, in order of report; each registrable domain once. Figures of the label
come from the first three fifths of the reports and four fifths of the popular names, by a logistic regression
with AdaGrad. How names are put together below the registrable domain, and the scale of it all, come from
another one, on the next fifth of the reports against the other popular names and the hosts linked in
mail/history/2014 and easy-ham-1, because a popularity list has no host names.

Prints, to standard error, how well the table tells names of the last fifth of the reports from the rest.

Does not write the file itself.
"""

from __future__ import annotations

import base64
import csv
import math
import os
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from inspectors.message import inspect
from policy.domains import ip, label, registrable
from policy.nameshape import CELLS, Table, cells, features

LABEL = ("length", "hyphens", "digits")
NAMES = ("name", "labels", "longest")
ROUNDS, RATE, RIDGE = 4, 0.15, 2e-5
STEPS, SLOPE = 400, 0.5
RARE = 20
"""Names a top-level domain must have to get a figure."""


def main() -> None:
    """Print the table as TOML."""
    root = Path(os.environ["ODDLINK_CORPUS"])
    reports = _hosts(row[1] for row in _rows(root / "lists/phishing-urls/2023-2024.csv"))
    fifth = len(reports) // 5
    bad, second, unseen = reports[: 3 * fifth], reports[3 * fifth : 4 * fifth], reports[4 * fifth :]
    ranks = (root / "lists/sublime-security+static-files/tranco_top_50k.csv").read_text("utf-8").split()
    popular = [line.partition(",")[2].lower() for line in ranks[500:]]
    random.Random(3).shuffle(popular)
    good, other = popular[: len(popular) * 4 // 5], popular[len(popular) * 4 // 5 :]
    mail = _hosts(_links(root / "mail/history/2014", root / "mail/spamassassin/easy-ham-1"))
    figures = _label(bad, good)
    final = _scaled(figures, second, [*other, *mail])
    print(_toml(final, len(bad), len(good)))
    for words, hosts in (("popular names", other), ("mail", mail)):
        area = _area([_nats(final, host) for host in unseen], [_nats(final, host) for host in hosts])
        print(f"area under the curve against {words}: {area:.3f}", file=sys.stderr)


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def _hosts(urls: Iterable[str]) -> list[str]:
    """Hosts in order, the first of each registrable domain."""
    seen: dict[str, str] = {}
    for url in urls:
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            continue
        if "." in host and ip(host) is None:
            seen.setdefault(registrable(host), host)
    return list(seen.values())


def _links(*folders: Path) -> Iterable[str]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            for link in inspect(path.read_bytes()).links:
                if link.url.startswith("http") and not link.place.startswith("html:img"):
                    yield link.url


def _label(bad: Sequence[str], good: Sequence[str]) -> Table:
    """Figures of runs, endings and the label's form, in one regression."""
    common = Counter(host.rpartition(".")[2] for host in (*bad, *good))
    empty = Table((0.0,) * CELLS, dict.fromkeys(common, 1.0), {}, 0.0)
    rows = []
    for hosts, answer, share in ((bad, 1.0, 0.5 / len(bad)), (good, 0.0, 0.5 / len(good))):
        for host in hosts:
            own, measured = label(registrable(host)), features(host, empty)
            scale = 1 / math.sqrt(len(own) + 1)
            row: list[tuple[int | str, float]] = [(cell, scale) for cell in cells(own)]
            row += [(name, measured[name]) for name in LABEL if measured[name]]
            ending = host.rpartition(".")[2]
            if common[ending] >= RARE and measured["ending"]:
                row.append(("." + ending, 1.0))
            rows.append((row, answer, share * (len(bad) + len(good))))
    weights = _adagrad(rows)
    runs = tuple(weights.get(cell, 0.0) for cell in range(CELLS))
    endings = {
        name[1:]: value for name, value in weights.items() if isinstance(name, str) and name[:1] == "."
    }
    own_weights = {"letters": 1.0, "ending": 1.0} | {name: weights.get(name, 0.0) for name in LABEL}
    return Table(runs, endings, own_weights, -weights.get("", 0.0))


def _adagrad(rows: list[tuple[list[tuple[int | str, float]], float, float]]) -> dict[int | str, float]:
    weights: dict[int | str, float] = {"": 0.0}
    past: dict[int | str, float] = {"": 1e-6}
    order = random.Random(5)
    for _ in range(ROUNDS):
        order.shuffle(rows)
        for row, answer, share in rows:
            total = weights[""] + sum(weights.get(key, 0.0) * value for key, value in row)
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - answer) * share
            for key, value in (*row, ("", 1.0)):
                was = weights.get(key, 0.0)
                slope = error * value + RIDGE * was
                past[key] = past.get(key, 1e-6) + slope * slope
                weights[key] = was - RATE * slope / math.sqrt(past[key])
    return weights


def _scaled(figures: Table, bad: Sequence[str], good: Sequence[str]) -> Table:
    """The label's figures as one feature beside those of the names in front of it; all in nats."""

    def row(host: str) -> dict[str, float]:
        measured = features(host, figures)
        name = sum(weight * measured[one] for one, weight in figures.weights.items()) - figures.centre
        return {"name": name, "labels": measured["labels"], "longest": measured["longest"]}

    rows = [(row(host), 0.5 / len(bad), 1.0) for host in bad] + [
        (row(host), 0.5 / len(good), 0.0) for host in good
    ]
    weights, bias = dict.fromkeys(NAMES, 0.5), 0.0
    for _ in range(STEPS):
        slopes, slope = dict.fromkeys(NAMES, 0.0), 0.0
        for measured, share, answer in rows:
            total = bias + sum(weights[name] * measured[name] for name in NAMES)
            error = (1 / (1 + math.exp(-total)) - answer) * share
            slope += error
            for name in NAMES:
                slopes[name] += error * measured[name]
        bias -= SLOPE * slope
        weights = {name: max(0.0, weights[name] - SLOPE * slopes[name]) for name in NAMES}
    scale = weights["name"]
    final = {name: round(scale * weight, 3) for name, weight in figures.weights.items()}
    final |= {name: round(weights[name], 3) for name in ("labels", "longest")}
    endings = {name: round(value, 2) for name, value in figures.endings.items() if abs(value) >= 0.1}
    return Table(figures.runs, endings, final, round(scale * figures.centre - bias, 3))


def _nats(figures: Table, host: str) -> float:
    measured = features(host, figures)
    return sum(figures.weights[name] * value for name, value in measured.items()) - figures.centre


def _area(above: Sequence[float], below: Sequence[float]) -> float:
    """How often one of ``above`` is larger than one of ``below``."""
    ranked = sorted([*((value, 1) for value in above), *((value, 0) for value in below)])
    places = sum(at for at, (_, kind) in enumerate(ranked, 1) if kind)
    return (places - len(above) * (len(above) + 1) / 2) / (len(above) * len(below))


def _toml(figures: Table, bad: int, good: int) -> str:
    unit = max(map(abs, figures.runs)) / 127
    packed = base64.b64encode(bytes(round(value / unit) % 256 for value in figures.runs)).decode()
    lines = [
        "# Made by tests/bench/nameshape.py; see there for the sources. Nats: positive speaks for phishing.",
        f"# Registrable domains compared: {bad} reported for phishing (JPCERT/CC, 2023 and 2024), {good}",
        "# popular ones (Tranco); host names of real mail beside them for the scale.",
        "",
        f"centre = {figures.centre}",
        "# Nats of one step of the figures below.",
        f"unit = {unit:.6f}",
        "# One signed byte a cell, in base64; runs of letters share cells by their CRC-32.",
        "runs = [",
        *(f'    "{packed[at : at + 108]}",' for at in range(0, len(packed), 108)),
        "]",
        "",
        "[weights]",
        *(f"{name} = {weight}" for name, weight in figures.weights.items()),
        "",
        "[endings]",
        *(f'"{ending}" = {ratio}' for ending, ratio in sorted(figures.endings.items())),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
