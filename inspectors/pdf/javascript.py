"""URLs in the string literals of a script (ECMA-262 section 12.9.4).

Literals joined by ``+`` are read as one, escapes are undone; percent-encoded literals are read as well, as
``unescape`` takes them, and lists of numbers in ``fromCharCode``. Linear in the script's length.

Does not run anything: URLs that a script computes in other ways are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

# Each alternative for strings and comments also matches where the end is missing, so that nothing is
# searched twice.
_TOKEN = re.compile(
    r"""
      //[^\n\r]*+
    | /\*(?:(?!\*/)[\s\S])*+(?:\*/)?
    | (?P<double>"(?:[^"\\\n\r]++|\\(?:\r\n|[\s\S]))*+"?)
    | (?P<single>'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+'?)
    | (?P<template>`(?:[^`\\]++|\\[\s\S])*+`?)
    | (?P<regex>(?:[(,=:\[!&|?{};~]|\breturn)\s{0,20}+/(?![*/])
        (?:[^/\\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.){0,50}+\]){1,100}+/)
    """,
    re.VERBOSE,
)
_JOINED = re.compile(r"[\s()]*\+[\s()]*\Z")
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{0*([0-9A-Fa-f]{1,6})\}|([0-3]?[0-7]{1,2})|(\r\n|[\s\S]))"
)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r\n": "", "\r": ""}
_WHOLE = re.compile(
    r"\s*((?:[a-z][a-z0-9+.-]{0,30}+:[/\\]{2}|\\\\|//[\w-]+\.|www\.)[\w\[%]\S*+)\s*\Z", re.IGNORECASE
)
_HIDDEN = re.compile(r"%(?:3a|2f|u003a|u002f|(?:u00)?[467][0-9a-f])", re.IGNORECASE)
"""A percent-encoded colon, slash or letter; only those stand in the beginning of a URL."""
_PERCENT = re.compile(r"%(?:u([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))")
_CODES = re.compile(r"\bfromCharCode\s{0,20}+\(([\s\d,xXa-fA-F]++)")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,5}+|(?<![0-9a-zA-Z])[1-9]\d{0,5}+")
_MOST_CODES = 4_000
"""Characters of one string made of numbers. URLs are shorter."""
_INSIDE = re.compile(r"(?:https?|ftps?)://[^\s\"'<>\\^`{|}]++", re.IGNORECASE)


def urls(script: str) -> Iterator[str]:
    """What looks like a URL in each string, in order; each once."""
    given: set[str] = set()
    for literal in chain(literals(script), _numbered(script)):
        for url in _in(literal) or _in(_percent(literal)):
            if url not in given:
                given.add(url)
                yield url


def _in(literal: str) -> list[str]:
    whole = _WHOLE.match(literal)
    return [whole[1]] if whole else _INSIDE.findall(literal)


def _percent(literal: str) -> str:
    """Escapes of ``unescape`` (ECMA-262 annex B.2.1.2) undone; empty where they hide no URL's beginning."""
    if not _HIDDEN.search(literal):
        return ""
    return _PERCENT.sub(lambda match: chr(int(match[1] or match[2], 16)), literal)


def _numbered(script: str) -> Iterator[str]:
    """The strings that ``String.fromCharCode`` makes of numbers."""
    for match in _CODES.finditer(script):
        numbers = (int(each, 0) for each in _NUMBER.findall(match[1])[:_MOST_CODES])
        yield "".join(chr(number) for number in numbers if number < 0xD800)


def loose(text: str) -> list[str]:
    """What looks like a URL in any text."""
    return _INSIDE.findall(text)


def literals(script: str) -> Iterator[str]:
    """The strings a script is made of, joined where ``+`` joins them."""
    parts: list[str] = []
    gap = ""
    end = 0
    for token in _TOKEN.finditer(script):
        gap = (gap + script[end : token.start()])[-200:]
        end = token.end()
        if token.lastgroup is None:  # a comment
            continue
        if parts and not _JOINED.match(gap):
            yield "".join(parts)
            parts = []
        gap = ""
        if token.lastgroup == "regex":
            gap = "/"
        else:
            parts.append(_unescaped(token[0]))
    if parts:
        yield "".join(parts)


def _unescaped(token: str) -> str:
    body = token[1:-1] if len(token) > 1 and token[-1] == token[0] else token[1:]
    return _ESCAPE.sub(_character, body) if "\\" in body else body


def _character(match: re.Match[str]) -> str:
    for digits in (match[1], match[2], match[3]):
        if digits is not None:
            code = int(digits, 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
    if match[4] is not None:
        return chr(int(match[4], 8))
    return _CONTROLS.get(match[5], match[5])
