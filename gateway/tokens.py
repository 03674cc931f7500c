"""Make and read the ticket inside a rewritten link: ``https://CLICK-HOST/DESTINATION-HOST/TICKET``.

A ticket is 2 characters of key id, 16 of random ticket id and 18 to 20 of MAC, all letters and digits:
finders of links in plain text drop ``-`` and ``_`` at the end of a URL. The MAC is HMAC-SHA256 (RFC 2104)
over the shown host and the ticket id, in base 62 and cut short; 18 characters are 107 bits. It may be cut at
three lengths so that a link can be lengthened by 0 to 2 characters: base64 then keeps its length modulo 3,
and only the touched quanta of a body change. Nothing about sender, recipient or message is inside.

Does not store anything and does not know where a ticket leads: the store does.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KEY_ID = re.compile(r"[0-9A-Za-z]{2}")
TICKET_ID = re.compile(r"[0-9A-Za-z]{16}")
TICKET_ID_BYTES = 16
"""Random bytes a new ticket id asks for; it keeps 95 bits of them, evenly spread to within 2^-32."""
MAC_LENGTHS = (20, 19, 18)
"""Characters of MAC in the three spellings, strongest first."""
SECRET_BYTES = 32
"""Least length of a secret: that of SHA-256 (RFC 2104 section 3)."""
HOST_LENGTH = 50
"""Most characters of the destination's host in a rewritten link."""

_TICKET = re.compile(r"([0-9A-Za-z]{2})([0-9A-Za-z]{16})([0-9A-Za-z]{18,20})")
_SHOWN = re.compile(r"[a-z0-9._-]{1,50}")
_PURPOSE = b"oddlink ticket 1"
_NO_SECRET = bytes(SECRET_BYTES)


class TokenError(Exception):
    """A ticket cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Key:
    """One ticket key."""

    id: str
    """Two letters or digits."""
    secret: bytes = field(repr=False)
    """At least 32 random bytes; never printed or logged."""
    created: float
    """Unix time, seconds."""
    retired: bool
    """True: still accepted, no longer signed with."""

    def __post_init__(self) -> None:
        if not KEY_ID.fullmatch(self.id):
            raise ValueError("a key id is two letters or digits")
        if len(self.secret) < SECRET_BYTES:
            raise ValueError(f"a secret has at least {SECRET_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys a gateway holds: signs with the newest that is not retired, accepts all."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        ids = [key.id for key in self.keys]
        if len(set(ids)) != len(ids):
            raise ValueError("two keys have the same id")

    @property
    def signing(self) -> Key | None:
        """The key new tickets are signed with; None where all are retired or there is none."""
        active = [key for key in self.keys if not key.retired]
        return max(active, key=lambda key: (key.created, key.id), default=None)

    def get(self, key_id: str) -> Key | None:
        """The key of that id, retired or not."""
        return next((key for key in self.keys if key.id == key_id), None)


def new_ticket_id(random: bytes) -> str:
    """A ticket id of 16 letters and digits out of at least 16 random bytes; ValueError for fewer."""
    if len(random) < TICKET_ID_BYTES:
        raise ValueError(f"a ticket id takes {TICKET_ID_BYTES} random bytes")
    return _base62(int.from_bytes(random, "big"), 16)


def shown_host(host: str) -> str:
    """The host as it stands in a rewritten link: a path segment of ``a-z 0-9 . - _``, 1 to 50 long.

    Longer hosts lose labels at the left, for the right end says whose it is. Where that would leave a single
    label, the cut goes through a label and a ``-`` in front, with which no host name begins, marks it.
    IPv6 addresses lose their brackets and have ``-`` for ``:``, after ``ipv6-``.
    """
    host = host.lower()
    if host.startswith("["):
        host = "ipv6-" + host.strip("[]").replace(":", "-")
    safe = re.sub(r"[^a-z0-9._-]", "-", host).strip(".") or "link"
    if len(safe) <= HOST_LENGTH:
        return safe
    kept = safe[-HOST_LENGTH:] if safe[-HOST_LENGTH - 1] == "." else safe[-HOST_LENGTH:].partition(".")[2]
    kept = kept.strip(".")
    return kept if "." in kept else "-" + safe[1 - HOST_LENGTH :]


def mint(base: str, host: str, ticket_id: str, ring: Keyring) -> tuple[str, ...]:
    """Three URLs of different length that mean the same, strongest MAC first.

    ``base`` is the click service's public address, ``host`` the destination's in ASCII form. TokenError where
    no key may sign; ValueError for a ticket id that ``new_ticket_id`` did not make.
    """
    key = ring.signing
    if key is None:
        raise TokenError("no key to sign with: all ticket keys are retired, or there is none")
    if not TICKET_ID.fullmatch(ticket_id):
        raise ValueError("a ticket id is 16 letters or digits")
    shown = shown_host(host)
    mac = _mac(key.secret, key.id, ticket_id, shown)
    stem = f"{_root(base)}/{shown}/{key.id}{ticket_id}"
    return tuple(stem + mac[:length] for length in MAC_LENGTHS)


def read(host: str, ticket: str, ring: Keyring) -> str | None:
    """The ticket id, where ``host`` and ``ticket`` are the two path segments of a link we made; else None.

    Takes the same time for an unknown key and for a wrong MAC, wherever it is wrong.
    """
    found = _TICKET.fullmatch(ticket)
    if found is None or not _SHOWN.fullmatch(host):
        return None
    key_id, ticket_id, given = found.groups()
    key = ring.get(key_id)
    mac = _mac(key.secret if key else _NO_SECRET, key_id, ticket_id, host)
    same = hmac.compare_digest(mac[: len(given)], given)
    return ticket_id if same and key else None


def is_ours(url: str, base: str) -> bool:
    """True for a URL shaped like our own, whoever signed it: such a URL is never rewritten again."""
    return _own(base).fullmatch(url) is not None


@functools.lru_cache(maxsize=16)
def _own(base: str) -> re.Pattern[str]:
    parts = urlsplit(_root(base))
    origin = re.escape(f"{parts.scheme}://{parts.netloc}")
    rest = r"/[a-z0-9._-]{1,50}/[0-9A-Za-z]{36,38}(?:[?#].*)?"
    return re.compile(f"(?i:{origin}){re.escape(parts.path)}{rest}", re.DOTALL)


def _root(base: str) -> str:
    """The base as browsers write it: lower case up to the path, no default port, no slash at the end."""
    parts = urlsplit(base)
    scheme, place = parts.scheme.lower(), parts.netloc.lower()
    place = place.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
    return f"{scheme}://{place}{parts.path.rstrip('/')}"


def _mac(secret: bytes, key_id: str, ticket_id: str, shown: str) -> str:
    # All parts before the host have a fixed length, so no two triples give the same text.
    text = b"\0".join((_PURPOSE, key_id.encode(), ticket_id.encode(), shown.encode()))
    digest = hmac.new(secret, text, hashlib.sha256).digest()
    return _base62(int.from_bytes(digest, "big"), max(MAC_LENGTHS))


def _base62(number: int, length: int) -> str:
    """The lowest ``length`` base-62 digits of ``number``, most significant first."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
