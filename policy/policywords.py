"""What is wrong with the form of a policy file, in words that say what would be right.

Three kinds: text that is no TOML, tables and keys that are not there or not written so, and values of the
wrong kind.

Does not read files and does not know what the values mean.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from policy.rules import Caps, DnsblCode, DnsblZone, Entry, Feed, Rules, ScopeEntry
from policy.signals.registry import FAMILIES, SIGNALS

Keys = tuple[str | int, ...]
Schema = Mapping[str, Any]

_ARRAYS = {
    "allow": Entry,
    "block": Entry,
    "dnsbl": DnsblZone,
    "feed": Feed,
    "scope": ScopeEntry,
    "codes": DnsblCode,
}
"""What an entry of an array of tables is."""
_NAMES = ("name", "domain", "zone", "code")
"""Keys by which people know an entry."""
_LONGEST = 200
"""Characters of a line looked at for what was meant; what people mistype is short."""
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]{1,100}?)\s*=")
_COMMA = re.compile(r"=\s*([-+]?\d+),(\d+)\s*(?:#.*)?$")
_DECLARED = re.compile(r"Cannot declare \((.*)\) twice")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_BARE = re.compile(r"=\s*([A-Za-z][\w.@-]*)\s*(?:#.*)?$")


def no_toml(text: str, error: Exception) -> tuple[int, str]:
    """(line from 1, words) for what tomllib refused."""
    at = re.search(r"at line (\d+)", str(error))
    rows = text.split("\n")
    line = int(at[1]) if at else max(1, len(rows) - (rows[-1] == ""))
    said = re.sub(r"\s*\(at (line.*|end of document)\)", "", str(error))
    row = rows[line - 1][:_LONGEST] if line <= len(rows) else ""
    return line, _twice(said, rows, line) or _mistyped(row) or f"is not TOML: {said}"


def _twice(said: str, rows: list[str], line: int) -> str:
    header = _HEADER.match(rows[line - 1][:_LONGEST]) if line <= len(rows) else None
    if header and (_DECLARED.search(said) or "overwrite" in said):
        name = header[2]
        if name in _ARRAYS:
            return f"[{name}] and [[{name}]] both stand here; write [[{name}]] everywhere, with two brackets"
        return f"[{name}] stands twice; put all its keys under one"
    inline = re.search(r"Duplicate inline table key '(.*)'", said)
    if inline:
        return f"{inline[1]!r} stands twice in one table; leave one out"
    if "overwrite" not in said:
        return ""
    # Of a value over several lines the parser tells the last.
    key = next((match[1] for row in reversed(rows[:line]) if (match := _KEY.match(row[:_LONGEST]))), "")
    return f"{key or 'a key'!r} stands twice in one table; leave one out"


def _mistyped(row: str) -> str:
    comma, bare = _COMMA.search(row), _BARE.search(row)
    if comma:
        return f"write {comma[1]}.{comma[2]}, with a point, not {comma[1]},{comma[2]}"
    if bare and bare[1].lower() in ("yes", "no", "on", "off", "true", "false"):
        right = "true" if bare[1].lower() in ("yes", "on", "true") else "false"
        return f"write {right}, not {bare[1]}"
    return (
        f'write "{bare[1]}", with quotes' if bare and bare[1] not in ("true", "false", "inf", "nan") else ""
    )


def schema() -> Schema:
    """Known keys: None for a value, a dict for a table, a list of one dict for an array of tables."""
    found = dict(_fields(Rules))
    found["points"] = dict.fromkeys(signal.name for signal in SIGNALS)
    found["caps"] = dict.fromkeys(FAMILIES, _fields(Caps))
    found |= {name: [_fields(kind)] for name, kind in _ARRAYS.items() if name != "codes"}
    found["dnsbl"] = [{**_fields(DnsblZone), "codes": [_fields(DnsblCode)]}]
    return found


def _fields(kind: type) -> Schema:
    hints: Mapping[str, type] = get_type_hints(kind)
    tables = {name for name, hint in hints.items() if dataclasses.is_dataclass(hint)}
    return {name: _fields(hint) if name in tables else None for name, hint in hints.items()}


def misshapen(value: Any, name: str, known: Any, path: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """(key, words) of everything that stands where the schema has nothing, or something else."""
    if isinstance(known, list):
        if not isinstance(value, list) or any(not isinstance(item, dict) for item in value):
            yield path, _array(name, value)
            return
        for at, item in enumerate(value):
            yield from misshapen(item, name, known[0], (*path, at))
    elif isinstance(known, dict):
        if not isinstance(value, dict):
            yield path, _table(name, value, known)
            return
        for key, inner in value.items():
            if key in known:
                yield from misshapen(inner, key, known[key], (*path, key))
            else:
                yield (*path, key), _suggestion(key, name, known)


def _array(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"write [[{name}]], with two brackets: there may be more than one"
    kind = _ARRAYS[name]
    needed = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return f"write [[{name}]] with {' and '.join(f'{key} = …' for key in needed)}"


def _table(name: str, value: Any, known: Schema) -> str:
    if isinstance(value, list):
        return f"write [{name}], with single brackets: there is only one"
    if isinstance(value, bool) and "enabled" in known:
        own = f"enabled = {'true' if value else 'false'}"
        return f"[{name}] is a table: write [{name}] and below it {own}"
    few = sorted(known)[:4]
    return f"[{name}] is a table: write [{name}] and its keys below it ({', '.join(few)} …)"


def _suggestion(key: str, table: str, known: Schema) -> str:
    words = f"unknown key {key!r}" + (f" in [{table}]" if table else "")
    close = difflib.get_close_matches(key, [str(name) for name in known], 1)
    return (
        f"{words}; did you mean {close[0]!r}?" if close else f"{words}; known are {', '.join(sorted(known))}"
    )


def wrong(item: Mapping[str, Any], merged: Mapping[str, Any]) -> str:
    """The words for one error of pydantic's about ``merged``."""
    key, given, kind = tuple(item["loc"]), item.get("input"), item["type"]
    name = said(key, merged)
    if kind == "missing":
        *above, last = key
        why = ", the reason for whoever reads it next" if last == "why" else ""
        return f"{said(tuple(above), merged)}: {last} is missing; write {last} = …{why}"
    if kind == "string_too_short":
        return f"{name} is empty; write something there or take it out"
    if kind.startswith(("tuple", "frozen_set")) and isinstance(given, str):
        return f'{name} is a list; write ["{given}"]'
    words = f"{name}: {item['msg'][0].lower()}{item['msg'][1:]}"
    if not isinstance(given, dict | list):
        words += f", not {given!r}"
    if kind == "literal_error":
        known = re.findall(r"'(\w+)'", item["ctx"]["expected"])
        close = difflib.get_close_matches(str(given).lower(), known, 1)
        words += f"; did you mean {close[0]!r}?" if close else ""
    return words


def said(key: Keys, merged: Mapping[str, Any]) -> str:
    """A key as a person would call it: ``scope "finance": recipients, entry 2``."""
    words, value = "", merged
    for part in key:
        value = _inside(value, part)
        if isinstance(part, str):
            words += (
                "" if not words else ": " if words.endswith('"') or words[-1:].isdigit() else "."
            ) + part
        elif isinstance(value, dict):
            label = next((value[name] for name in _NAMES if isinstance(value.get(name), str)), "")
            words += f' "{label[:60]}"' if label else f", entry {part + 1}"
        else:
            words += f", entry {part + 1}"
    return words


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None
