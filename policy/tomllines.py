"""On which line of a TOML file a key stands; tomllib does not tell.

Meant for files that tomllib has already accepted: it follows tables, arrays of tables and keys, steps over
strings and brackets, and does not check anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_STRINGS = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*$""")


def lines(text: str) -> Mapping[Path, int]:
    """Key paths (names, and indexes for arrays of tables) with their line numbers, counted from 1."""
    found: dict[Path, int] = {(): 1}
    table: Path = ()
    counts: dict[Path, int] = {}
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if depth == 0:
            header, key = _TABLE.match(line), _KEY.match(line)
            if header:
                table = _table(header, counts)
                found.setdefault(table, number)
                continue
            if key:
                for at, _ in enumerate(names := _names(key[1]), 1):
                    found.setdefault((*table, *names[:at]), number)
                _inline(line[key.end() :], (*table, *names), number, found)
        depth, quote = _open(line, depth)
    return found


def line_of(found: Mapping[Path, int], path: Path) -> int:
    """The line of the key, or of the nearest table around it."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _table(header: re.Match[str], counts: dict[Path, int]) -> Path:
    names: Path = _names(header[2])
    if header[1] == "[":
        return names
    counts[names] = counts.get(names, -1) + 1
    return (*names, counts[names])


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", text))


def _inline(rest: str, path: Path, number: int, found: dict[Path, int]) -> None:
    """Keys of an inline table all stand on its line."""
    if rest.lstrip().startswith("{"):
        for name in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", rest):
            found.setdefault((*path, name), number)


def _open(line: str, depth: int) -> tuple[int, str]:
    """Bracket depth and open multi-line quote at the end of a line."""
    for quote in ('"""', "'''"):
        if line.count(quote) % 2:
            return depth, quote
    plain = _STRINGS.sub("", line)
    return max(0, depth + plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}")), ""
