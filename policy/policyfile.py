"""A policy out of a TOML file, merged over the one we ship.

Every problem of a file is reported at once, with file, line and what would be right.

Does not judge; the values are ``policy.rules``.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from policy.domains import clean, is_suffix
from policy.rules import Caps, DnsblCode, DnsblZone, Entry, Feed, Policy, Rules, ScopeEntry
from policy.scopes import listed
from policy.signals.registry import FAMILIES, SIGNALS
from policy.tomllines import line_of, lines

DEFAULT = Path(__file__).with_name("default.toml")
FORMATS = ("text", "html", "pdf", "office", "calendar", "vcard", "svg", "rtf", "shortcut", "image")
"""What comes before the colon in a link's place."""
LARGEST = 1024 * 1024
"""Bytes of a policy file; whole feeds belong into lists."""

_FEED_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_SCOPE_NAME = re.compile(r"[^\W_][\w .-]{0,59}\Z")
_FEED_URL = re.compile(r"(?:https://[^\s/]+/?|http://(?:127\.\d+\.\d+\.\d+|\[::1\])[:/]|file:///)\S*\Z")
"""Plain http only on loopback: whoever sits on the way could write the list."""

Keys = tuple[str | int, ...]
Schema = Mapping[str, Any]

_RULES: TypeAdapter[Rules] = TypeAdapter(Rules)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a policy file."""

    file: str
    line: int
    words: str
    """What is wrong and what would be right."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


class PolicyError(Exception):
    """A policy file cannot be used; ``problems`` says why, all of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def load(path: Path | None = None) -> Policy:
    """The policy in a file over the default one; the default alone where there is no file.

    Raises PolicyError.
    """
    shipped, where = _read(DEFAULT, "default.toml")
    origins = {key: f"default.toml:{line_of(where, key)}" for key in _leaves(shipped)}
    merged, file = shipped, "default.toml"
    if path is not None:
        file = str(path)
        own, where = _read(path, file)
        problems = [
            Problem(file, line_of(where, key), words) for key, words in _unknown(own, "", _schema(), ())
        ]
        if problems:
            raise PolicyError(sorted(problems, key=lambda problem: problem.line))
        own.setdefault("name", path.stem)
        merged = _merge(shipped, own)
        origins |= {key: f"{file}:{line_of(where, key)}" for key in _leaves(own)}
    rules = _checked(merged, origins, file)
    return Policy(rules, f"{rules.name}-{_hash(rules)}", {_dotted(key): at for key, at in origins.items()})


def _read(path: Path, file: str) -> tuple[dict[str, Any], Mapping[Keys, int]]:
    try:
        data = path.read_bytes()
        if len(data) > LARGEST:
            raise PolicyError([Problem(file, 1, "is larger than 1 MB; put long lists into list files")])
        text = data.decode("utf-8")
        return tomllib.loads(text), lines(text)
    except OSError as error:
        raise PolicyError([Problem(file, 1, f"cannot be read: {error.strerror or error}")]) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PolicyError([Problem(file, line, "is not UTF-8; save it as UTF-8")]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        words = re.sub(r"\s*\(at (line.*|end of document)\)", "", str(error))
        line = int(at[1]) if at else data.count(b"\n") + 1
        raise PolicyError([Problem(file, line, f"is not TOML: {words}")]) from None


def _schema() -> Schema:
    """Known keys: None for a value, a dict for a table, a list of one dict for an array of tables."""
    schema = dict(_fields(Rules))
    schema["points"] = dict.fromkeys(signal.name for signal in SIGNALS)
    schema["caps"] = dict.fromkeys(FAMILIES, _fields(Caps))
    schema["allow"] = schema["block"] = [_fields(Entry)]
    schema["dnsbl"] = [{**_fields(DnsblZone), "codes": [_fields(DnsblCode)]}]
    schema["feed"] = [_fields(Feed)]
    schema["scope"] = [_fields(ScopeEntry)]
    return schema


def _fields(kind: type) -> Schema:
    hints: Mapping[str, type] = get_type_hints(kind)
    tables = {name for name, hint in hints.items() if dataclasses.is_dataclass(hint)}
    return {name: _fields(hint) if name in tables else None for name, hint in hints.items()}


def _unknown(value: Any, name: str, schema: Any, path: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(schema, list):
        for at, item in enumerate(value if isinstance(value, list) else ()):
            yield from _unknown(item, name, schema[0], (*path, at))
    elif isinstance(schema, dict) and isinstance(value, dict):
        for key, inner in value.items():
            if key in schema:
                yield from _unknown(inner, key, schema[key], (*path, key))
            else:
                yield (*path, key), _suggestion(key, name, schema)


def _suggestion(key: str, table: str, schema: Schema) -> str:
    words = f"unknown key {key!r}" + (f" in [{table}]" if table else "")
    close = difflib.get_close_matches(key, [str(name) for name in schema], 1)
    return (
        f"{words}; did you mean {close[0]!r}?" if close else f"{words}; known are {', '.join(sorted(schema))}"
    )


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _checked(merged: Mapping[str, Any], origins: Mapping[Keys, str], file: str) -> Rules:
    try:
        # Through JSON, because strict checking then takes arrays for tuples and tables for values.
        rules = _RULES.validate_json(json.dumps(merged, default=_foreign), strict=True)
    except ValidationError as error:
        raise PolicyError([_problem(item, origins, file) for item in error.errors()]) from None
    problems = [Problem(*_split(origins, key, file), words) for key, words in _contradictions(rules)]
    if problems:
        raise PolicyError(problems)
    return rules


def _contradictions(rules: Rules) -> Iterator[tuple[Keys, str]]:
    for family, caps in rules.caps.items():
        if caps.least > caps.most:
            yield ("caps", family), f"least ({caps.least}) is above most ({caps.most}); swap them"
    if rules.popularity.top_rank >= rules.popularity.floor_rank:
        yield ("popularity", "top_rank"), "top_rank must be smaller than floor_rank"
    for table, entries in (("allow", rules.allow), ("block", rules.block)):
        for at, entry in enumerate(entries):
            if clean(entry.domain) != entry.domain or "*" in entry.domain or "/" in entry.domain:
                words = (
                    f"{entry.domain!r} is no domain; write it like 'portal.example', it covers all below it"
                )
                yield (table, at, "domain"), words
            elif "." not in entry.domain or is_suffix(entry.domain):
                words = f"{entry.domain!r} belongs to nobody in particular; name a registered domain"
                yield (table, at, "domain"), words
    yield from _outside(rules)
    yield from _dead_patterns(rules)
    yield from _scopes(rules)


def _outside(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Block lists and feeds that could not be asked."""
    for at, zone in enumerate(rules.dnsbl):
        if clean(zone.zone) != zone.zone or "." not in zone.zone or "/" in zone.zone:
            yield ("dnsbl", at, "zone"), f"{zone.zone!r} is no zone; write it like 'dbl.lists.example'"
        for number, code in enumerate(zone.codes):
            try:
                ipaddress.IPv4Network(code.code)
            except ValueError:
                words = f"{code.code!r} is no return code; write '127.0.0.2', or '127.0.1.0/24' for many"
                yield ("dnsbl", at, "codes", number, "code"), words
    for at, feed in enumerate(rules.feed):
        if not _FEED_URL.match(feed.url):
            words = f"{feed.url!r} cannot be fetched; write https://HOST/PATH, or file:///PATH"
            yield ("feed", at, "url"), words
        if not _FEED_NAME.match(feed.name):
            words = f"{feed.name!r} is no name for a list; use letters, digits, '-' and '_'"
            yield ("feed", at, "name"), words
    twice = [feed.name for feed in rules.feed]
    for at, name in enumerate(twice):
        if name in twice[:at]:
            yield ("feed", at, "name"), f"{name!r} is the name of two feeds; give each its own"


def _scopes(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Scopes that could never match, or that nobody could tell apart."""
    names = [entry.name for entry in rules.scope]
    for at, entry in enumerate(rules.scope):
        if not _SCOPE_NAME.match(entry.name):
            words = f"{entry.name!r} is no name for a scope; use letters, digits, spaces, '.', '-' and '_'"
            yield ("scope", at, "name"), words
        elif entry.name in names[:at]:
            yield ("scope", at, "name"), f"{entry.name!r} is the name of two scopes; give each its own"
        if not entry.recipients and not entry.senders:
            words = (
                "names neither recipients nor senders; for all mail set threshold and [observe] themselves"
            )
            yield ("scope", at, "name"), words
        for key in ("recipients", "senders"):
            for one in getattr(entry, key):
                if not listed(one):
                    words = f"{one!r} is neither; write an address, or a domain like 'sales.company.example'"
                    yield ("scope", at, key), words


def _dead_patterns(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Values that could never match, and so would switch something off in silence."""
    for at, scheme in enumerate(rules.links.schemes):
        if scheme != scheme.lower() or not scheme.isalnum():
            yield ("links", "schemes"), f"entry {at + 1}, {scheme!r}, never matches; write it like 'https'"
    for table in ("rewritable", "fetched"):
        for pattern in getattr(rules.places, table):
            form, _, _ = pattern.partition(":")
            if pattern != pattern.lower() and form != "pdf":
                yield ("places", table), f"{pattern!r} never matches: places are written in lower case"
            elif form.rstrip("*") not in FORMATS and not form.endswith("*"):
                yield ("places", table), f"{pattern!r} names no format; known are {', '.join(FORMATS)}"


def _problem(item: Any, origins: Mapping[Keys, str], file: str) -> Problem:
    key = tuple(item["loc"])
    given = item.get("input")
    words = f"{_dotted(key)}: {item['msg'][0].lower()}{item['msg'][1:]}"
    if item["type"] != "missing" and not isinstance(given, dict | list):
        words += f", not {given!r}"
    if item["type"] == "literal_error":
        known = re.findall(r"'(\w+)'", item["ctx"]["expected"])
        close = difflib.get_close_matches(str(given).lower(), known, 1)
        words += f"; did you mean {close[0]!r}?" if close else ""
    return Problem(*_split(origins, key, file), words)


def _split(origins: Mapping[Keys, str], key: Keys, file: str) -> tuple[str, int]:
    while key and key not in origins:
        # A table has no line of its own among the leaves: take its first key's.
        inside = [at for other, at in origins.items() if other[: len(key)] == key]
        if inside:
            place, _, line = inside[0].rpartition(":")
            return place, int(line)
        key = key[:-1]
    place, _, line = origins.get(key, f"{file}:1").rpartition(":")
    return place, int(line)


def _leaves(value: Any, path: Keys = ()) -> Iterator[Keys]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for at, item in enumerate(value):
            yield from _leaves(item, (*path, at))
    else:
        yield path


def _dotted(key: Keys) -> str:
    return ".".join(str(part) for part in key)


def _foreign(value: object) -> object:
    """Dates and times, which no key takes: an empty list is wrong everywhere and so gets reported."""
    return [str(value)]


def _hash(rules: Rules) -> str:
    text = json.dumps(dataclasses.asdict(rules), sort_keys=True, ensure_ascii=True, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
