"""Authentication-Results as trusted servers write it (RFC 8601 section 2.2).

The field's syntax is read in one pass over at most 8 KB, without recursion; a field that breaks it counts
as absent, because half a result is an attacker's best friend.

Does not decide which server is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policy.lexical import after_comment, after_quote

LONGEST_FIELD = 8192
"""Bytes; a longer field counts as absent."""
MOST_RESULTS = 100
"""Results in one field; real fields hold at most a dozen."""

_METHOD = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_VALUE_END = frozenset(' ;()"=')


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result."""

    method: str
    """"dmarc", "dkim", "spf" …, lower case."""
    result: str
    """"pass", "fail" …, lower case."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """``ptype.property`` in lower case → value as written."""


@dataclass(frozen=True, slots=True)
class AuthResults:
    """One field."""

    authserv_id: str
    """Lower case."""
    results: tuple[Result, ...]


def parse(value: bytes) -> AuthResults | None:
    """The field's unfolded value, or None where it does not follow the grammar."""
    if len(value) > LONGEST_FIELD:
        return None
    text = value.decode("utf-8", "replace").replace("\t", " ")
    tokens = _tokens(text) if text.isprintable() else None
    if tokens is None:
        return None
    parts = _split(tokens)
    head = [text for kind, text in parts[0] if kind != "="]
    # A version may follow the id (RFC 8601 section 2.2); anything else there is not the grammar.
    if not head or len(head) != len(parts[0]) or len(head) > 2 or (len(head) == 2 and not head[1].isdigit()):
        return None
    results: list[Result] = []
    for part in parts[1:][:MOST_RESULTS]:
        one = _result(part)
        if one is not None:
            results.append(one)
    return AuthResults(head[0].lower(), tuple(results))


def _result(tokens: Sequence[tuple[str, str]]) -> Result | None:
    """One resinfo; None for "none", for nothing, and for what breaks the grammar or says a thing twice."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at + 2 < len(tokens) and tokens[at][0] == "word" and tokens[at + 1][0] == "=":
        if tokens[at + 2][0] == "=":
            return None
        pairs.append((tokens[at][1].lower(), tokens[at + 2][1]))
        at += 3
    if at != len(tokens) or not pairs:
        return None
    method, result = pairs[0][0].partition("/")[0], pairs[0][1].lower()
    properties = dict(pairs[1:])
    if len(properties) != len(pairs) - 1 or not _METHOD.match(method):
        return None
    return Result(method, result, properties)


def _split(tokens: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    parts: list[list[tuple[str, str]]] = [[]]
    for token in tokens:
        if token[0] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """("word" | "quoted" | "=" | ";", text), comments dropped; None where something is not closed."""
    tokens: list[tuple[str, str]] = []
    at, size = 0, len(text)
    while at < size:
        char = text[at]
        if char == " ":
            at += 1
        elif char in ";=":
            tokens.append((char, char))
            at += 1
        elif char == "(":
            at = after_comment(text, at)
        elif char == '"':
            end = after_quote(text, at)
            tokens.append(("quoted", re.sub(r"\\(.)", r"\1", text[at + 1 : end - 1])))
            at = end
        elif char == ")":
            return None
        else:
            end = at
            while end < size and text[end] not in _VALUE_END:
                end += 1
            # Values such as base64 in header.b may hold "="; only the first one separates.
            while tokens and tokens[-1][0] == "=" and end < size and text[end] == "=":
                end += 1
            tokens.append(("word", text[at:end]))
            at = end
        if at < 0:
            return None
    return tokens
