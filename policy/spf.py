"""An SPF record taken apart (RFC 7208 sections 4.6, 5, 6 and 7).

Does not ask DNS; ``lookups/spf.py`` evaluates.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_RECORD = 4096
"""Bytes; RFC 7208 section 3.4 wants records under 450."""
MOST_TERMS = 200
"""Terms of one record; a record of 4 KB cannot hold many more."""

RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_LOOKING = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""Terms that cost a lookup (RFC 7208 section 4.6.4)."""
_TERM = re.compile(
    r"(?P<sign>[+\-?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>[^\s/]*))?"
    + r"(?:/(?P<four>\d{1,2}))?(?://?(?P<six>\d{1,3}))?\Z",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)=(?P<value>.*)\Z")
_MACRO = re.compile(r"%(?:\{([A-Za-z])(\d{0,3})(r?)([.\-+,/_=]*)\}|([%_-])|)")


class SpfError(Exception):
    """The record breaks the grammar: "permerror"; the text says how."""


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism, or the redirect modifier."""

    name: str
    """"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists" or "redirect"."""
    result: str = ""
    """What it gives where it matches; empty for "redirect"."""
    value: str = ""
    """Domain or network as written, macros and all; empty where it gives none."""
    four: int = 32
    """Length of the IPv4 prefix."""
    six: int = 128
    """Length of the IPv6 prefix."""

    @property
    def looks(self) -> bool:
        """Whether it costs one of the ten lookups."""
        return self.name in _LOOKING


def is_record(text: bytes) -> bool:
    """Whether a TXT record is an SPF record (RFC 7208 section 4.5)."""
    return text.lower() == b"v=spf1" or text.lower().startswith(b"v=spf1 ")


def terms(record: bytes) -> tuple[Term, ...]:
    """Mechanisms in order, and the redirect behind them. Raises SpfError."""
    if len(record) > LONGEST_RECORD or not record.isascii():
        raise SpfError("its SPF record is too long, or not ASCII")
    found: list[Term] = []
    redirect: list[Term] = []
    for word in record.decode("ascii").split(" ")[1:][:MOST_TERMS]:
        if not word:
            continue
        match = _TERM.match(word)
        if match:
            found.append(_mechanism(match))
            continue
        modifier = _MODIFIER.match(word)
        if modifier is None:
            raise SpfError("its SPF record holds a term that is none")
        if modifier["name"].lower() == "redirect":
            redirect.append(Term("redirect", value=modifier["value"]))
    if len(redirect) > 1:
        raise SpfError("its SPF record redirects twice")
    # Behind "all" nothing is looked at, not even a redirect (RFC 7208 section 6.1).
    return tuple(found) if any(term.name == "all" for term in found) else (*found, *redirect)


def _mechanism(match: re.Match[str]) -> Term:
    name, value = match["name"].lower(), match["value"] or ""
    four, six = match["four"], match["six"]
    if name in ("ip4", "ip6"):
        length = four if name == "ip4" else four or six
        most = 32 if name == "ip4" else 128
        bits = int(length) if length else most
        # With a value such as "2001:db8::" the prefix may have been read as either length.
        return Term(name, _result(match), value, min(bits, most), min(bits, most))
    if name in ("include", "exists") and not value:
        raise SpfError(f"its SPF record has {name!r} without a domain")
    return Term(name, _result(match), value, int(four) if four else 32, int(six) if six else 128)


def _result(match: re.Match[str]) -> str:
    return RESULTS[match["sign"] or "+"]


def expanded(text: str, address: Address, domain: str, helo: str) -> str:
    """A domain with its macros filled in (RFC 7208 section 7).

    Raises SpfError where the grammar is broken, and where a macro wants the sender's local part: that stays
    in the house.
    """

    def one(match: re.Match[str]) -> str:
        letter, digits, reverse, delimiters, literal = match.groups()
        if literal:
            return {"%": "%", "_": " ", "-": "%20"}[literal]
        if not letter:
            raise SpfError("its SPF record has a lone percent sign")
        values = {"i": _dotted(address), "d": domain, "o": domain, "h": helo or "unknown", "p": "unknown"}
        values["v"] = "in-addr" if address.version == 4 else "ip6"
        if letter.lower() not in values:
            raise SpfError(f"its SPF record depends on %{{{letter}}}, which is not given out")
        parts = re.split(f"[{re.escape(delimiters or '.')}]", values[letter.lower()])
        parts = parts[::-1] if reverse else parts
        return ".".join(parts[-int(digits) :] if digits and int(digits) else parts)

    name = _MACRO.sub(one, text)
    # Too long a name loses labels on the left (RFC 7208 section 7.3).
    while len(name) > 253 and "." in name:
        name = name.partition(".")[2]
    return name


def _dotted(address: Address) -> str:
    return str(address) if address.version == 4 else ".".join(address.exploded.replace(":", ""))


def holds_address(text: str) -> bool:
    """Whether a domain with macros depends on the client's address."""
    return any((match[1] or "").lower() == "i" for match in _MACRO.finditer(text))
