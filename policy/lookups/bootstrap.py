"""Which registry answers RDAP for which top-level domain: IANA's bootstrap file (RFC 9224).

Does not fetch the file; `oddlink feeds update` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from policy.domains import clean, ip

LARGEST = 4 * 1024 * 1024
"""Bytes; IANA's file has some 60 KB."""
FEWEST = 1
"""Top-level domains a file must name to be one; "feeds update" also minds how many the last one had."""


class BootstrapError(Exception):
    """The file is no bootstrap file; the text says why."""


def services(data: bytes) -> Mapping[str, str]:
    """Top-level domain → base URL that ends in a slash. Raises BootstrapError.

    Only https is taken, and http on loopback for trying things out.
    """
    if len(data) > LARGEST:
        raise BootstrapError("is larger than 4 MB, so it is no bootstrap file")
    try:
        given = json.loads(data)["services"]
        pairs = [(list(entry[0]), list(entry[1])) for entry in given]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise BootstrapError('is no bootstrap file (RFC 9224): "services" is missing or misshapen') from None
    found: dict[str, str] = {}
    for names, urls in pairs:
        usable = [url for url in urls if isinstance(url, str) and acceptable(url)]
        for name in names if usable else ():
            if isinstance(name, str) and clean(name):
                found[clean(name)] = usable[0].rstrip("/") + "/"
    if len(found) < FEWEST:
        raise BootstrapError("names no registry that can be asked over https")
    return found


def acceptable(url: str) -> bool:
    """Whether a registry may be asked there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.username or parts.query or parts.fragment:
        return False
    address = ip(host)
    loopback = address is not None and address.is_loopback
    return (parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and loopback)
