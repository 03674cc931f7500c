"""Whether a host tries to be taken for somebody else's domain.

Three shapes are known: a registered label a letter or two away or drawn alike, a protected label used as a
word in another label, and a whole protected domain put in front of another one.

Does not know whose domains deserve protection; the caller says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from policy.domains import ip, label, unicode_host

# Characters drawn alike in the fonts of mail programs, folded to one of them. Small on purpose: the
# letters seen in registered phishing names, not the whole Unicode confusables table.
_ALIKE = str.maketrans(
    {
        "0": "o", "1": "l", "i": "l", "3": "e", "5": "s", "|": "l",
        "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t",
        "у": "y", "х": "x", "і": "l", "ј": "j", "ѕ": "s", "ԁ": "d", "ո": "n", "ı": "l",
        "α": "a", "ο": "o", "ν": "v", "ρ": "p", "τ": "t", "υ": "u", "ι": "l", "κ": "k",
    }
)  # fmt: skip
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which protected domain a host resembles, how strongly (0 to 1) and in which way."""

    to: str
    strength: float
    how: str


def likeness(host: str, domain: str, protected: Iterable[str], shortest: int) -> Likeness | None:
    """The strongest resemblance of a host to one of the protected registrable domains, or None.

    ``domain`` is the host's registrable domain; ``shortest`` the fewest characters a protected label must
    have to be compared, because short labels are near everything.
    """
    if ip(host) is not None:
        return None
    front = host[: -len(domain)].rstrip(".") if host.endswith(domain) else ""
    own = unicode_host(label(domain))
    mine = _Host(own, skeleton(own), f".{front}.", frozenset(front.replace("-", ".").split(".")))
    found = (_one(mine, one, shortest) for one in _known(frozenset(protected)) if one.name != domain)
    return max((item for item in found if item), key=lambda item: item.strength, default=None)


@dataclass(frozen=True, slots=True)
class _Host:
    """The host that is looked at."""

    label: str
    skeleton: str
    front: str
    """What stands before its registrable domain, between dots."""
    words: frozenset[str]
    """The words of that."""


@dataclass(frozen=True, slots=True)
class _Protected:
    """A domain somebody may want to be taken for."""

    name: str
    dotted: str
    """The name between dots."""
    label: str
    skeleton: str


@lru_cache(maxsize=64)
def _known(protected: frozenset[str]) -> tuple[_Protected, ...]:
    """The protected domains in order: the same for all links of a message."""
    labels = ((name, unicode_host(label(name))) for name in sorted(protected))
    return tuple(_Protected(name, f".{name}.", own, skeleton(own)) for name, own in labels)


def _one(host: _Host, known: _Protected, shortest: int) -> Likeness | None:
    mine, other, theirs = host.label, known.name, known.label
    if known.dotted in host.front and "." in other:
        return Likeness(other, 1.0, "carries it in front of another domain")
    if len(theirs) < shortest or not mine:
        return None
    if mine == theirs:
        return Likeness(other, 0.4, "is the same name under another ending")
    if host.skeleton == known.skeleton:
        return Likeness(other, 1.0, "is drawn almost alike")
    away = distance(mine, theirs, 2)
    if away == 1 or (away == 2 and len(theirs) >= 9):
        return Likeness(
            other, 0.9 if away == 1 else 0.6, f"differs from it by {away} letter{'s' * (away > 1)}"
        )
    if theirs in mine.split("-"):
        return Likeness(other, 0.6, "uses it as a part of its own name")
    if theirs in host.words:
        return Likeness(other, 0.4, "uses it as a part of its host name")
    return None


@lru_cache(maxsize=16384)
def skeleton(text: str) -> str:
    """The text with characters that are drawn alike made the same."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char)
    )
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain.translate(_ALIKE).replace("-", "")


def distance(one: str, two: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours; ``most + 1`` where it is more than ``most``."""
    return OSA.distance(one[:64], two[:64], score_cutoff=most)
