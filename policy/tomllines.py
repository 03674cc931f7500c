"""On which line of a TOML file a key stands; tomllib does not tell.

Takes text that tomllib has already accepted, so it need not find mistakes, only keys. A key inside an inline
table stands on the line of the key that holds it.

Does not read values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_INLINE = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    + r"|'''.*?'{3,5}(?!')"
    + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[\[\]{}]|\n""",
    re.DOTALL,
)
_ARRAY_TOKEN = re.compile(_TOKEN.pattern + "|,", re.DOTALL)


def lines(text: str) -> Mapping[Path, int]:
    """Line numbers, from 1, of tables and keys: ``("relay", "listen")``, ``("allow", 0, "why")``."""
    found: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    number, position = 1, 0
    while position < len(text):
        end = _statement_end(text, position)
        statement = text[position:end]
        stripped = statement.lstrip()
        number += statement[: len(statement) - len(stripped)].count("\n")
        if stripped.startswith("["):
            table = _table(_key(stripped.lstrip("[")), counts, stripped.startswith("[["))
            found.setdefault(table, number)
        elif stripped and not stripped.startswith("#"):
            key = table + _key(stripped)
            for length in range(len(table) + 1, len(key) + 1):
                found.setdefault(key[:length], number)
            value = stripped.partition("=")[2]
            for name in _inline(value):
                found.setdefault((*key, name), number)
            for at, below in _entries(value):
                found.setdefault((*key, at), number + below)
        number += stripped.count("\n")
        position = end
    return found


def line_of(where: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing that holds it; 1 where nothing does."""
    while path:
        if path in where:
            return where[path]
        path = path[:-1]
    return 1


def _statement_end(text: str, position: int) -> int:
    """The end of the statement that starts here: the first line end outside of strings and brackets."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        what = token[0]
        if what in ("[", "{"):
            depth += 1
        elif what in ("]", "}"):
            depth -= 1
        elif what == "\n" and depth <= 0:
            return token.end()
    return len(text)


def _table(parts: Path, counts: dict[Path, int], array: bool) -> Path:
    """The path of a table: an array of tables on the way to it means its last entry (TOML 1.0, "Array of
    Tables"). ``counts`` has the last entry's number of each, and is kept."""
    placed: Path = ()
    for at, part in enumerate(parts, 1):
        placed = (*placed, part)
        if array and at == len(parts):
            counts[placed] = counts.get(placed, -1) + 1
        if placed in counts:
            placed = (*placed, counts[placed])
    return placed


def _entries(value: str) -> Iterator[tuple[int, int]]:
    """(number, lines below the key) of an array's entries that stand on lines of their own."""
    if not value.lstrip().startswith("["):
        return
    depth, number, below, fresh = 0, 0, 0, False
    position = 0
    for token in _ARRAY_TOKEN.finditer(value):
        what, between = token[0], value[position : token.start()]
        position = token.end()
        begins = between.strip() != "" or what[0] in "\"'[{"
        if fresh and depth == 1 and begins:
            if below:
                yield number, below
            fresh = False
        if what in "[{":
            depth += 1
            fresh = fresh or depth == 1
        elif what in "]}":
            depth -= 1
        elif what == "," and depth == 1:
            number += 1
            fresh = True
        below += what.count("\n")


def _inline(value: str) -> list[str]:
    """The keys of an inline table."""
    return _INLINE.findall(value) if value.lstrip().startswith("{") else []


def _key(text: str) -> Path:
    parts: list[str] = []
    position = 0
    while match := _PART.match(text, position):
        parts.append(next(part for part in match.groups() if part is not None))
        position = match.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    return tuple(parts)
