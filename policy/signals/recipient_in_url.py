"""The recipient's address stands in the link, as pages do that greet their victim by name.

Found as it is, percent-encoded, in base64 and in hexadecimal. The link is decoded, not the addresses encoded:
of twenty addresses there are three hundred forms, of a link seven readings.

Does not see other numbers that may stand for him, and does not mind the sender's own domain.
"""

from __future__ import annotations

import binascii
import string
from collections.abc import Iterator
from functools import lru_cache

from policy.model import Evidence
from policy.signals.case import Case
from policy.signals.urltext import behind_host, plain

MOST_RECIPIENTS = 20
"""Addresses looked for; more are a distribution list."""
SHORTEST = 6
"""Characters of an address worth looking for: "a@b.cd"."""

_BASE64 = (string.ascii_letters + string.digits + "+/").encode()
_TO_BASE64 = bytes(
    byte if byte in _BASE64 else {ord("-"): ord("+"), ord("_"): ord("/")}.get(byte, ord("A"))
    for byte in range(256)
)
"""Both alphabets of RFC 4648 as the first; what belongs to neither as zero bits, so that groups keep their
places and nothing fails."""
_TO_HEX = bytes(byte if byte in b"0123456789abcdef" else ord("0") for byte in range(256))


def signal(case: Case) -> Evidence | None:
    """Evidence for a recipient of the envelope in path, query or fragment."""
    sought = _sought(case.envelope.rcpt_tos[:MOST_RECIPIENTS])
    if not sought or case.site in case.participants or len(behind_host(case.url)) < SHORTEST:
        return None
    read = [(how, text) for how, text in _readings(case.url) if b"@" in text]
    for address, wanted in sought if read else ():
        for how, text in read:
            if wanted in text:
                words = f"The address of {address} stands in the link{how}"
                return Evidence("recipient_in_url", 1.0, words)
    return None


@lru_cache(maxsize=256)
def _sought(addresses: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """The addresses worth looking for, each with its bytes in lower case."""
    return tuple(
        (one, one.lower().encode("utf-8", "replace"))
        for one in addresses
        if len(one) >= SHORTEST and "@" in one
    )


def _readings(url: str) -> Iterator[tuple[str, bytes]]:
    """(how it is written there, bytes in lower case): as it is, and decoded from every place on."""
    text = plain(url)
    yield "", text.lower().encode("utf-8", "replace")
    digits = behind_host(url).lower().encode("ascii", "replace").translate(_TO_HEX)
    for at in range(2):
        yield ", in hexadecimal", binascii.unhexlify(_filled(digits[at:], b"0", 2)).lower()
    coded = text.encode("ascii", "replace").translate(_TO_BASE64)
    for at in range(4):
        yield ", in base64", binascii.a2b_base64(_filled(coded[at:], b"A", 4)).lower()


def _filled(data: bytes, filler: bytes, group: int) -> bytes:
    return data + filler * (-len(data) % group)
