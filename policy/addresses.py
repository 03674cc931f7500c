"""Mail addresses out of header fields (RFC 5322 section 3.4), for proof rather than for show.

One in five real phishing messages has a From field that a naive parser turns into nonsense, so this one
has three answers only: the addresses that stand there beyond doubt, and whether anything was odd. It is
bounded (8 KB), keeps no stack and never raises.

Does not decode display names and does not decide whom to believe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from policy.domains import clean, ip
from policy.lexical import after_comment, after_quote

LONGEST_FIELD = 8192
"""Bytes of one field looked at: real From fields stay under 1 KB; longer ones give no address."""

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*\Z")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one field."""

    found: tuple[str, ...]
    """``local@domain``, lower case, domain in ASCII form, in order."""
    odd: str = ""
    """What a receiver might read differently, in words; empty for a plain field."""


def addresses(value: bytes) -> Addresses:
    """The addresses in a field's unfolded value."""
    if len(value) > LONGEST_FIELD:
        return Addresses((), "the field is longer than 8 KB")
    return _read(value)


@lru_cache(maxsize=256)
def _read(value: bytes) -> Addresses:
    """From, To and Cc are looked at from several sides of one judgement."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if _CONTROL.search(text):
        return Addresses((), "the field holds control characters")
    pieces = _pieces(text)
    if pieces is None:
        return Addresses((), "its quotes, comments, brackets or groups are not well formed")
    return _collected(pieces)


def domain_of(address: str) -> str:
    """What stands after the last @, in ASCII form; empty where there is no domain name."""
    local, at, host = address.rpartition("@")
    name = clean(host) if at and local and not host.startswith("[") else ""
    return "" if ip(name) is not None else name


def _collected(pieces: list[list[tuple[str, str]]]) -> Addresses:
    found: list[str] = []
    odd = ""
    for piece in pieces:
        address, complaint = _mailbox(piece)
        if address:
            found.append(address)
        odd = odd or complaint
    return Addresses(tuple(found), odd)


def _mailbox(piece: list[tuple[str, str]]) -> tuple[str, str]:
    """(address or empty, what is odd or empty) of one list member given as (kind, text) tokens."""
    angles = [text for kind, text in piece if kind == "angle"]
    words = "".join(text for kind, text in piece if kind == "word")
    spaced = "".join(text if kind != "space" else " " for kind, text in piece if kind != "angle").strip()
    if len(angles) > 1:
        return "", "two addresses in angle brackets stand side by side"
    if angles:
        if "@" in words:
            return _spec(angles[0]) or "", "an address stands unquoted beside the one in angle brackets"
        if piece[-1][0] != "angle" and any(kind in ("word", "quoted") for kind, _ in piece[_last(piece) :]):
            return _spec(angles[0]) or "", "words stand behind the address"
        address = _spec(angles[0])
        return (address, "") if address else ("", "what stands in angle brackets is no address")
    if "@" not in spaced:
        return "", ""
    address = _spec(spaced)
    return (address, "") if address else ("", "what looks like an address is none")


def _last(piece: list[tuple[str, str]]) -> int:
    return max(at for at, (kind, _) in enumerate(piece) if kind == "angle")


def _spec(text: str) -> str | None:
    """An addr-spec (RFC 5322 section 3.4.1) in normal form, or None."""
    local, at, host = text.strip(" \t").rpartition("@")
    if not at or len(local) > 256:
        return None
    if local.startswith('"') and local.endswith('"') and len(local) > 2:
        inner = local[1:-1]
        if _LOCAL.match(inner):
            local = inner
        elif '"' in inner or "\\" in inner or "@" in inner:
            return None
    elif not _LOCAL.match(local) or "=?" in local:
        return None
    name = clean(host) if _DOMAIN.match(host) else ""
    return f"{local.lower()}@{name}" if name else None


def _pieces(text: str) -> list[list[tuple[str, str]]] | None:
    """List members as (kind, text) tokens, comments gone, groups opened; None where something stays open.

    Kinds: "word", "quoted", "angle", "space". A colon outside brackets ends a group's name (RFC 5322
    section 3.4), which is dropped; a semicolon ends the group.
    """
    pieces: list[list[tuple[str, str]]] = [[]]
    at = 0
    while at < len(text):
        char = text[at]
        if char == "(":
            at = after_comment(text, at)
            if at < 0:
                return None
            pieces[-1].append(("space", " "))
            continue
        if char in ",;":
            pieces.append([])
        elif char == ":":
            if any(kind == "angle" or text_of == "@" for kind, text_of in pieces[-1]):
                return None
            pieces[-1] = []
        elif char in " \t":
            pieces[-1].append(("space", char))
        elif char in '"<':
            end = after_quote(text, at) if char == '"' else _after_angle(text, at)
            if end < 0:
                return None
            kind = "quoted" if char == '"' else "angle"
            pieces[-1].append((kind, text[at:end] if char == '"' else text[at + 1 : end - 1]))
            at = end
            continue
        else:
            pieces[-1].append(("word", char))
        at += 1
    return pieces


def _after_angle(text: str, at: int) -> int:
    at += 1
    while at < len(text):
        if text[at] == '"':
            at = after_quote(text, at)
            if at < 0:
                return -1
            continue
        if text[at] == "<":
            return -1
        if text[at] == ">":
            return at + 1
        at += 1
    return -1
