"""Where two readers of one archive may see different members.

Does not read the archive: it looks at the members found.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from inspectors.office.zipmodel import LOCAL, Member


def names(members: list[Member]) -> list[str]:
    """Names that recur as Office compares them, and members that share bytes."""
    found = []
    counted = Counter(each.name.replace("\\", "/").strip("/").casefold() for each in members)
    found += [f"two members are called {name[:80]!r}" for name, n in counted.items() if n > 1][:5]
    if _overlapping(members):
        found.append("members share bytes")
    return found


def _ranges(members: list[Member]) -> list[tuple[int, int]]:
    return sorted((each.header, max(each.end, each.data)) for each in members if each.data >= 0)


def _overlapping(members: list[Member]) -> bool:
    return any(left[1] > right[0] for left, right in pairwise(_ranges(members)))


def unlisted(content: bytes, members: list[Member], directory: int) -> bool:
    """Whether local headers stand in gaps, where who reads from the front finds them."""
    gaps = pairwise([(0, 0), *_ranges(members), (directory, directory)])
    return any(content.find(LOCAL, left[1], right[0]) >= 0 for left, right in gaps if left[1] < right[0])


def obstacle(members: list[Member], shift: int, directory: int) -> str:
    if shift:
        return "bytes stand in front of the archive"
    if any(each.end > directory for each in members):
        return "the archive's directory does not stand behind its members"
    return "members of the archive share bytes" if _overlapping(members) else ""
