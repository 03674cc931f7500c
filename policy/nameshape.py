"""How much a host's name looks like the names of known sites, and how much like names made for phishing.

A linear comparison in nats: runs of up to three letters in the registered label, the ending of the name, and
how the name is put together. The figures are in ``nameshape.toml``; ``tests/bench/nameshape.py`` makes them
from a list of popular sites and a list of reported phishing URLs, and names both.

Does not know any name: it only counts letters. What it says is weak alone and must stay capped.
"""

from __future__ import annotations

import base64
import math
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from policy.domains import clean, ip, is_suffix, label, registrable

LONGEST_LABEL = 40
"""Letters looked at; one name in a thousand is longer (RFC 1035 section 2.3.4 allows 63)."""
LONGEST_RUN = 3
"""Letters in the longest run: with four the figures were no better on names they were not made from."""
CELLS = 8192
"""Cells of the table of runs. Runs share cells by their CRC-32; with twice as many nothing got better."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of ``nameshape.toml``, all in nats: positive speaks for phishing."""

    runs: Sequence[float]
    """By cell, see ``cells``."""
    endings: Mapping[str, float]
    """By top-level domain, of names directly below it or below a registry's second level."""
    weights: Mapping[str, float]
    """What each of ``features`` counts."""
    centre: float
    """Taken from the sum, so that 0 says nothing either way."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a name looks like."""

    nats: float
    """Above 0: more like names made for phishing; below 0: more like those of known sites."""
    most: str
    """The feature that speaks most for the sign of ``nats``."""


@cache
def table() -> Table:
    """The figures shipped with this version."""
    found = tomllib.loads(files("policy").joinpath("nameshape.toml").read_text("utf-8"))
    raw = base64.b64decode("".join(found["runs"]))
    runs = tuple((byte - 256 if byte > 127 else byte) * found["unit"] for byte in raw)
    return Table(runs, found["endings"], found["weights"], found["centre"])


def characters(name: str) -> str:
    """A label between "^" and "$": letters as they are, any digit as "0", anything else as "?"."""
    inner = "".join(
        "0" if c.isdigit() else c if c == "-" or (c.isascii() and c.isalpha()) else "?"
        for c in name[:LONGEST_LABEL]
    )
    return f"^{inner}$"


def cells(name: str) -> list[int]:
    """The cell of every run of one to three characters of a label."""
    spelled = characters(name).encode()
    return [
        zlib.crc32(spelled[at : at + length]) % CELLS
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(spelled) - length + 1)
    ]


def features(host: str, figures: Table) -> Mapping[str, float]:
    """What is measured of a host name; empty for IP literals and names without a dot."""
    name = clean(host)
    if "." not in name or ip(name) is not None:
        return {}
    domain = registrable(name)
    own, before = label(domain), name[: -len(domain)].rstrip(".")
    ending = domain.partition(".")[2]
    labels = [part for part in before.split(".") if part and part != "www"]
    return {
        "letters": sum(figures.runs[cell] for cell in cells(own)) / math.sqrt(len(own) + 1),
        "ending": 0.0 if _rented(ending) else figures.endings.get(ending.rpartition(".")[2], 0.0),
        "length": min(len(own), 30) / 10,
        "hyphens": float(min(own.count("-"), 3)),
        "digits": min(sum(c.isdigit() for c in own), 5) / 3,
        "labels": float(min(len(labels), 3)),
        "longest": min(max(map(len, labels), default=0), 24) / 8,
    }


@lru_cache(maxsize=16384)
def shape(host: str) -> Shape:
    """How the host's name looks; 0 where nothing can be said."""
    figures = table()
    measured = features(host, figures)
    if not measured:
        return Shape(0.0, "")
    parts = {name: figures.weights[name] * value for name, value in measured.items()}
    nats = sum(parts.values()) - figures.centre
    return Shape(nats, max(parts, key=lambda name: math.copysign(1.0, nats) * parts[name]))


def _rented(ending: str) -> bool:
    """Whether an ending is a private suffix such as a site builder's: its tenants did not choose the TLD."""
    return ending.count(".") >= 1 and is_suffix(ending) and not is_suffix_of_registry(ending)


@lru_cache(maxsize=4096)
def is_suffix_of_registry(ending: str) -> bool:
    """Whether a public suffix belongs to a registry ("co.uk") rather than to a company ("github.io")."""
    first, _, rest = ending.partition(".")
    return len(rest) == 2 and len(first) <= 4
