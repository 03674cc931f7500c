"""What the strict reading has found already, so that the second one only reports what is new.

Does not read anything itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from inspectors.model import Link


class Known:
    """URLs by host, of the strict reading and of what the second one has found so far."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._urls: set[str] = set()
        self._by_host: dict[str, list[str]] = defaultdict(list)
        for link in links:
            self.add(link.url, link.host)

    def add(self, url: str, host: str) -> None:
        """Remember one."""
        if url not in self._urls:
            self._urls.add(url)
            if len(self._by_host[host]) < _COMPARED:
                self._by_host[host].append(url)

    def is_new(self, url: str, host: str, *, by_host: bool) -> bool:
        """Whether nothing like it is known. ``by_host``: whether its host is new, and no known one garbled.

        A URL that is a known one cut off, or with text behind it, is what a reader makes of the same link
        who ends it elsewhere.
        """
        if url in self._urls or ("." not in host and not host.startswith("[")):
            return False
        if host in self._by_host:
            return not by_host and not any(_alike(url, each) for each in self._by_host[host])
        return not by_host or not any(host[:end] in self._by_host for end in range(_SHORTEST, len(host)))


_SHORTEST = 4
"""Characters of a host that text may have been joined to."""
_COMPARED = 50
"""URLs of one host a new one is compared with."""


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
