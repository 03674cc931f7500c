"""The kinds of values a setting can have: how each is read from TOML, and what it says when it is wrong.

A kind's ``parse`` takes what tomllib gives and raises ValueError with the words of what would be right.

Does not know which settings there are.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?\Z")
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) *([A-Za-z]+)\Z")

DURATIONS = {
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
"""Seconds in each unit of time."""
SIZES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
"""Bytes in each unit of size."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, or whom to ask: an IP address or host name, and a TCP or UDP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """True where only this machine can reach it; names other than localhost are not looked up."""
        return is_loopback(self.host)

    @property
    def wildcard(self) -> bool:
        """True for 0.0.0.0 and ::, every address the machine has."""
        try:
            return ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where messages go on to."""

    scheme: str
    """"smtp", "lmtp" or "maildir"."""
    address: Address | None = None
    """For smtp and lmtp."""
    path: Path | None = None
    """For maildir."""

    def __str__(self) -> str:
        return f"maildir:{self.path}" if self.path else f"{self.scheme}://{self.address}"


@dataclass(frozen=True)
class Kind(Generic[T]):
    """One kind of value."""

    name: str
    """For documentation: "duration", "address"."""
    parse: Callable[[object], T]
    show: Callable[[T], str] = str
    """The value as it would be written in the file."""
    rebase: Callable[[T, Path], T] = lambda value, _: value
    """The value with relative paths taken from a folder."""


def is_loopback(host: str) -> bool:
    """True for loopback addresses and "localhost"; other names count as not loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _string(value: object, right: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"has to be {right} in quotes")
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("has control characters; remove them")
    return value.strip()


def _quantity(value: object, units: dict[str, float] | dict[str, int], example: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f'needs a unit: write for example "{example}"')
    match = _QUANTITY.match(_string(value, f'for example "{example}",'))
    if match is None or match[2].lower() not in units or len(match[1]) > 30:
        raise ValueError(f'has to be a number and a unit ({", ".join(units)}), for example "{example}"')
    return float(match[1]) * units[match[2].lower()]


def _duration(value: object) -> float:
    return _quantity(value, DURATIONS, "30 s")


def _size(value: object) -> int:
    return round(_quantity(value, SIZES, "60 MB"))


def show_duration(seconds: float) -> str:
    """Seconds in the largest unit that keeps a whole number."""
    for unit in ("w", "d", "h", "min", "s"):
        if seconds >= DURATIONS[unit] and seconds % DURATIONS[unit] == 0:
            return f"{seconds / DURATIONS[unit]:.0f} {unit}"
    return f"{seconds * 1000:g} ms" if seconds < 1 else f"{seconds:g} s"


def show_size(size: int) -> str:
    """Bytes in the largest unit that keeps a whole number."""
    for unit in ("GB", "MB", "KB", "GiB", "MiB", "KiB"):
        if size and size % SIZES[unit.lower()] == 0:
            return f"{size // SIZES[unit.lower()]} {unit}"
    return f"{size} B"


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("has to be a whole number, without quotes")
    if abs(value) > 10**18:
        raise ValueError("is far too large")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("has to be true or false, without quotes")
    return value


def _text(value: object) -> str:
    return _string(value, "text")


def parse_address(text: str) -> Address:
    """``HOST:PORT`` or ``[IPV6]:PORT``; ValueError says what would be right."""
    right = 'has to be HOST:PORT, for example "127.0.0.1:2525" or "[::1]:2525"'
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.IPv6Address(_or(right, ipaddress.IPv6Address, host[1:-1])))
    elif ":" in host or not _HOST.match(host):
        raise ValueError(right)
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise ValueError(right + "; ports run from 1 to 65535")
    return Address(host, int(port))


def _or(right: str, convert: Callable[[str], T], text: str) -> T:
    try:
        return convert(text)
    except ValueError:
        raise ValueError(right) from None


def _address(value: object) -> Address:
    return parse_address(_string(value, 'an address such as "127.0.0.1:2525"'))


def _next_hop(value: object) -> NextHop:
    right = "has to be smtp://HOST:PORT, lmtp://HOST:PORT or maildir:PATH"
    scheme, colon, rest = _string(value, "the next hop").partition(":")
    scheme = scheme.lower()
    if scheme == "maildir" and rest:
        return NextHop(scheme, path=Path(rest))
    if not colon or scheme not in ("smtp", "lmtp") or not rest.startswith("//"):
        raise ValueError(right)
    return NextHop(scheme, address=parse_address(rest[2:].removesuffix("/")))


def _rebase_hop(hop: NextHop, base: Path) -> NextHop:
    return replace(hop, path=base / hop.path) if hop.path else hop


def _list(value: object, convert: Callable[[str], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise ValueError('has to be a list, for example ["one", "two"]')
    return tuple(convert(_string(item, "a list of texts, each")) for item in value)


def _network(text: str) -> Network:
    right = f'names {text[:60]!r}, which is not a network: write for example "10.0.0.0/8" or "192.0.2.7"'
    return _or(right, ipaddress.ip_network, text)


def _name(text: str) -> str:
    if not text or any(character.isspace() for character in text):
        raise ValueError(f"names {text[:60]!r}, which is empty or has spaces")
    return text.lower()


def _server(text: str) -> Address:
    right = f'names {text[:60]!r}: write an IP address, with a port where it is not 53, such as "192.0.2.53"'
    try:
        return Address(str(ipaddress.ip_address(text)), 53)
    except ValueError:
        address = _or(right, parse_address, text)
        _or(right, ipaddress.ip_address, address.host)
        return address


def _base_url(value: object) -> str:
    right = 'has to be https://HOST with nothing behind, for example "https://links.example.org"'
    text = _string(value, "a URL").rstrip("/")
    parts = _or(right, urlsplit, text)
    host = parts.hostname or ""
    port = _or(right, lambda _: parts.port, text)
    plain = not (parts.path or parts.query or parts.fragment or parts.username or "@" in parts.netloc)
    good_host = is_loopback(host) or _HOST.match(host) or ":" in host
    if parts.scheme not in ("http", "https") or not good_host or not plain or port == 0 or not text.isascii():
        raise ValueError(right)
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f'is plain http: people would follow links unprotected; write "https://{host}"')
    return text


def _store_url(value: object) -> str:
    text = _string(value, "a database URL")
    if "://" not in text:
        raise ValueError('has to be a database URL, for example "sqlite:///var/oddlink.db"')
    return text


def _rebase_store(url: str, base: Path) -> str:
    path = url.removeprefix("sqlite:///")
    if path in (url, "", ":memory:") or path.startswith(("/", "file:")):
        return url
    return f"sqlite:///{base / path}"


def _path(value: object) -> Path | None:
    text = _string(value, "a path")
    return Path(text).expanduser() if text else None


def choice(*names: str) -> Kind[str]:
    """One of a few words."""

    def parse(value: object) -> str:
        if value not in names:
            raise ValueError("has to be one of " + ", ".join(f'"{name}"' for name in names))
        return str(value)

    return Kind(" or ".join(names), parse, _quoted)


def _quoted(value: object) -> str:
    return f'"{value}"'


def _quoted_all(values: tuple[object, ...]) -> str:
    return "[" + ", ".join(_quoted(value) for value in values) + "]"


def _optional(kind: Kind[T]) -> Kind[T | None]:
    """The same kind, or an empty text for none."""

    def parse(value: object) -> T | None:
        return None if value == "" else kind.parse(value)

    return Kind(
        kind.name,
        parse,
        lambda value: _quoted("") if value is None else kind.show(value),
        lambda value, base: None if value is None else kind.rebase(value, base),
    )


text = Kind("text", _text, _quoted)
flag = Kind("true or false", _flag, lambda value: "true" if value else "false")
count = Kind("number", _count)
duration = Kind("duration", _duration, lambda value: _quoted(show_duration(value)))
size = Kind("size", _size, lambda value: _quoted(show_size(value)))
address = Kind("address", _address, _quoted)
next_hop = Kind("next hop", _next_hop, _quoted, _rebase_hop)
no_address = _optional(address)
no_next_hop = _optional(next_hop)
networks = Kind("networks", lambda value: _list(value, _network), _quoted_all)
names = Kind("names", lambda value: _list(value, _name), _quoted_all)
servers = Kind("IP addresses", lambda value: _list(value, _server), _quoted_all)
base_url = Kind("URL", _base_url, _quoted)
store_url = Kind("database URL", _store_url, _quoted, _rebase_store)
path: Kind[Path | None] = Kind(
    "path", _path, lambda value: _quoted(value or ""), lambda value, base: base / value if value else None
)
