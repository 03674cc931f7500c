"""All wrapper formats, and which of them a host may speak: explicit tables, nothing found by scanning.

Does not read URLs.
"""

from __future__ import annotations

from functools import lru_cache

from inspectors.wrappers import copies, google, microsoft, proofpoint, protection, redirectors, trackers
from inspectors.wrappers.values import Format

FORMATS: tuple[Format, ...] = (
    *microsoft.FORMATS,
    *proofpoint.FORMATS,
    *protection.FORMATS,
    *copies.FORMATS,
    *google.FORMATS,
    *redirectors.FORMATS,
    *trackers.FORMATS,
)
"""In order of precedence, where two speak for the same host."""


def _table() -> dict[str, tuple[Format, ...]]:
    table: dict[str, tuple[Format, ...]] = {}
    for each in FORMATS:
        for host in each.hosts:
            table[host] = (*table.get(host, ()), each)
    return table


_TABLE = _table()
_TAILS = frozenset(".".join(host.split(".")[-2:]) for host in _TABLE)
"""The last two labels of all hosts: one look-up tells most links of a mail that they are none."""


@lru_cache(maxsize=4096)
def formats(host: str) -> tuple[Format, ...]:
    """The formats that URLs on this host may be written in; empty for nearly all hosts.

    Remembered, for the links of a mail are on few hosts.
    """
    name = host.rstrip(".")
    if ".".join(name.rsplit(".", 2)[-2:]) not in _TAILS:
        return ()
    return _known(name)


def _known(name: str) -> tuple[Format, ...]:
    found = list(_TABLE.get(name, ()))
    at = name.find(".")
    while at >= 0:
        found.extend(_TABLE.get(name[at:], ()))
        at = name.find(".", at + 1)
    return tuple(found)
