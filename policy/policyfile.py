"""A policy out of a TOML file, merged over the one we ship.

Of a file that is TOML at all every problem is reported at once, in the order of its lines, with what would be
right; only what several values say together is looked at without those that are wrong by themselves.

Does not judge; the values are ``policy.rules``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policy.policychecks import contradictions
from policy.policywords import Keys, misshapen, no_toml, schema, wrong
from policy.rules import Policy, Rules
from policy.tomllines import line_of, lines

DEFAULT = Path(__file__).with_name("default.toml")
LARGEST = 1024 * 1024
"""Bytes of a policy file; whole feeds belong into lists."""

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
    shipped = _read(DEFAULT, "default.toml")
    origins = {key: f"default.toml:{shipped.line(key)}" for key in _leaves(shipped.content)}
    merged, own = shipped.content, shipped
    if path is not None:
        own = _read(path, str(path))
        own.content.setdefault("name", path.stem)
        merged = _merge(shipped.content, own.content)
        origins |= {key: f"{own.name}:{own.line(key)}" for key in _leaves(own.content)}
    rules = _checked(own, shipped.content, merged)
    return Policy(rules, f"{rules.name}-{_hash(rules)}", {_dotted(key): at for key, at in origins.items()})


@dataclass(frozen=True, slots=True)
class _File:
    """A policy file that is TOML."""

    name: str
    content: dict[str, Any]
    where: Mapping[Keys, int]

    def line(self, key: Keys) -> int:
        """The line of a key, or of what would hold it."""
        return line_of(self.where, key)


def _read(path: Path, file: str) -> _File:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PolicyError([Problem(file, 1, f"cannot be read: {error.strerror or error}")]) from None
    if len(data) > LARGEST:
        raise PolicyError([Problem(file, 1, "is larger than 1 MB; put long lists into list files")])
    try:
        text = data.decode("utf-8-sig")  # some editors put a byte order mark in front
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PolicyError([Problem(file, line, "is not UTF-8; save it as UTF-8")]) from None
    try:
        return _File(file, tomllib.loads(text), lines(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError([Problem(file, *no_toml(text, error))]) from None


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _checked(own: _File, shipped: Mapping[str, Any], merged: dict[str, Any]) -> Rules:
    """The rules of ``merged``. Raises PolicyError with all that is wrong in ``own``."""
    found = list(misshapen(own.content, "", schema()))
    kept, places = _without(merged, shipped, [key for key, _ in found])
    rules, errors = _validated(kept)
    for item in errors:
        key = _placed(tuple(item["loc"]), places)
        if not any(key[: len(bad)] == bad for bad, _ in found):
            found.append((key, wrong(item, merged)))
    if errors:
        kept, places = _without(merged, shipped, [key for key, _ in found])
        rules, _ = _validated(kept)
    if rules is not None:
        places_now = places
        said = contradictions(rules, lambda key: own.line(_placed(key, places_now)))
        found += [(_placed(key, places), words) for key, words in said]
    if found or rules is None:
        problems = [Problem(own.name, own.line(key), words) for key, words in found]
        raise PolicyError(sorted(problems, key=lambda problem: problem.line))
    return rules


def _validated(content: Mapping[str, Any]) -> tuple[Rules | None, list[Any]]:
    try:
        # Through JSON, because strict checking then takes arrays for tuples and tables for values.
        return _RULES.validate_json(json.dumps(content, default=_foreign), strict=True), []
    except ValidationError as error:
        return None, error.errors()


Places = dict[str, list[int]]
"""For arrays of tables: which entries of the file are left."""


def _without(
    merged: Mapping[str, Any], shipped: Mapping[str, Any], bad: Sequence[Keys]
) -> tuple[dict[str, Any], Places]:
    """``merged`` without wrong entries and with what we ship in the place of wrong values."""
    kept, places = dict(merged), Places()
    gone: dict[str, set[int]] = {}
    for name, *rest in bad:
        value = kept.get(str(name))
        if rest and isinstance(rest[0], int) and isinstance(value, list):
            gone.setdefault(str(name), set()).add(rest[0])
        elif rest and isinstance(value, dict) and isinstance(shipped.get(str(name)), dict):
            under = {key: inner for key, inner in value.items() if key != rest[0]}
            kept[str(name)] = {**{k: v for k, v in shipped[str(name)].items() if k == rest[0]}, **under}
        elif str(name) in shipped:
            kept[str(name)] = shipped[str(name)]
        else:
            kept.pop(str(name), None)
    for table, numbers in gone.items():
        places[table] = [at for at in range(len(kept[table])) if at not in numbers]
        kept[table] = [kept[table][at] for at in places[table]]
    return kept, places


def _placed(key: Keys, places: Places) -> Keys:
    """A key of what is left as it is in the file."""
    if len(key) > 1 and isinstance(key[0], str) and isinstance(key[1], int) and key[0] in places:
        return (key[0], places[key[0]][key[1]], *key[2:])
    return key


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
