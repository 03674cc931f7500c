"""Registrable domains, and host names as people read them.

Registrable domains come from the Public Suffix List snapshot that tldextract carries, private suffixes
included: two tenants of one site builder are two owners. Nothing is ever downloaded.

Does not resolve names and does not judge them.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache

import tldextract

LONGEST_HOST = 253
"""Characters in a host name (RFC 1035 section 2.3.4, without the final dot)."""

TENANTS = (
    "onmicrosoft.com",
    "mail.onmicrosoft.com",
    "onmicrosoft.us",
    "mail.onmicrosoft.us",
    "partner.onmschina.cn",
)
"""Domains below which every customer has a name of his own, though the Public Suffix List does not say so:
the first domain of each Microsoft 365 tenant, its clouds and its hybrid routing (Microsoft's documentation of
the "onmicrosoft.com" domain and of hybrid mail routing). Without them all tenants would be one sender."""
_SUFFIXES = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=TENANTS
)


@lru_cache(maxsize=65536)
def registrable(host: str) -> str:
    """The domain somebody registered; the host itself for IP literals, bare names and public suffixes.

    Where the list does not know the top-level domain, its rule for the unlisted applies: one label is the
    suffix ("portal.office.example" gives "office.example").
    """
    name = clean(host)
    if not name or "." not in name or ip(name) is not None:
        return name
    parts = _SUFFIXES(name)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else name
    return ".".join(name.split(".")[-2:])


_NEVER = re.compile(r"[\s\[\]]|\.\Z")
"""What no host has inside it or, once cleaned, at its end."""


@lru_cache(maxsize=16384)
def clean(host: str) -> str:
    """Lower case, ASCII form, without brackets and final dot; empty where it cannot be a host."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if len(name) > LONGEST_HOST:
        return ""
    if not name.isascii():
        name = ascii_host(name)
    return "" if len(name) > LONGEST_HOST or _NEVER.search(name) else name


@lru_cache(maxsize=16384)
def known_suffix(host: str) -> bool:
    """True where the Public Suffix List knows the end of the name."""
    return bool(_SUFFIXES(clean(host)).suffix)


def is_suffix(host: str) -> bool:
    """True for a public suffix itself, under which anybody may register ("co.uk", "github.io")."""
    parts = _SUFFIXES(clean(host))
    return bool(parts.suffix) and not parts.domain


@lru_cache(maxsize=16384)
def rented(host: str) -> bool:
    """True where the host is a customer's name under a company's public suffix ("me.github.io")."""
    name = clean(host)
    parts = _SUFFIXES(name)
    return (parts.is_private or parts.suffix in TENANTS) and not is_suffix(name)


def label(domain: str) -> str:
    """The registered label of a registrable domain: "office" of "office.example"; empty for IP literals."""
    return "" if ip(domain) is not None else domain.partition(".")[0]


@lru_cache(maxsize=16384)
def ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address an IP literal stands for, or None."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def inside(host: str) -> bool:
    """True for names and addresses that only mean something in the reader's own network."""
    address = ip(host)
    if address is not None:
        return address.is_private or address.is_loopback or address.is_link_local
    return "." not in host


@lru_cache(maxsize=2048)  # a host of 127 labels has 16 KB of names above it
def above(host: str) -> tuple[str, ...]:
    """The host and every domain above it with at least two labels, longest first."""
    labels = host.split(".")
    if ip(host) is not None or len(labels) < 2:
        return (host,) if host else ()
    return tuple(".".join(labels[at:]) for at in range(len(labels) - 1))


def ascii_host(host: str) -> str:
    """A Unicode host in its ASCII form (RFC 3490 ToASCII); empty where there is none."""
    try:
        return unicodedata.normalize("NFKC", host).lower().encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return ""


@lru_cache(maxsize=16384)
def unicode_host(host: str) -> str:
    """The host as people may read it: decoded labels where that is safe to show, else as it stands.

    A label that does not come back the same, or that holds anything but letters, marks, digits and hyphens,
    stays in its ASCII form: shown text must never turn right to left or hide characters.
    """
    return ".".join(_unicode_label(part) for part in host.split("."))


def _unicode_label(part: str) -> str:
    if not part.startswith("xn--") or len(part) > 63:
        return part
    try:
        text = part[4:].encode("ascii").decode("punycode")
        again = text.encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return part
    good = again == part and all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in text)
    return text if good else part
