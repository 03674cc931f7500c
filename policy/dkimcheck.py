"""DKIM signatures of one message, verified with keys fetched beforehand (RFC 6376).

Every signature up to the fifth is tried, because a worthless one on top must not hide a good one. A
signature with ``l=`` below the body's length, or one that leaves Content-Type unsigned, passes without
covering the links, and says so.

Does not ask DNS and does not decide who the sender is.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import dkim
import dkim.crypto

from inspectors.model import Header
from policy.model import DkimResult, Facts, Known
from policy.questions import DKIM
from policy.signatures import Signature, signatures

MOST_MODULUS_BITS, MOST_EXPONENT_BITS = 4096, 32
"""Of RSA keys. Verifying takes time with the exponent's bits and the square of the modulus's: a 16384-bit key
with an exponent as long takes 26 s. Real keys have at most 4096 bits and the exponent 65537."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of a message hashed; 11 MB take about 0.6 s."""

_QUIET = logging.getLogger("oddlink.dkim")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


def keys_of(facts: Facts) -> dict[str, bytes]:
    """All known DKIM key records as ``verify`` takes them."""
    return {
        f"{question.key[0]}._domainkey.{question.key[1]}": answer.value
        for question, answer in facts.answers.items()
        if question.kind == "dkim-key" and isinstance(answer, Known) and isinstance(answer.value, bytes)
    }


def with_results(facts: Facts, results: tuple[DkimResult, ...]) -> Facts:
    """The facts with our own DKIM results among them."""
    return Facts({**facts.answers, DKIM: Known(results)})


def verify(raw: bytes, headers: Sequence[Header], keys: Mapping[str, bytes]) -> tuple[DkimResult, ...]:
    """One result per signature.

    ``keys`` maps ``selector._domainkey.domain`` in lower case to the TXT record. Never raises: what the
    library cannot read did not pass.
    """
    if len(raw) > MOST_BYTES:
        return tuple(
            DkimResult(one.domain, one.selector, False, False, "the message is too large to verify")
            for one in signatures(headers)
        )
    return tuple(_verified(raw, headers, at, one, keys) for at, one in enumerate(signatures(headers)))


def _verified(
    raw: bytes, headers: Sequence[Header], index: int, claimed: Signature, keys: Mapping[str, bytes]
) -> DkimResult:
    name = claimed.domain or "an unnamed domain"
    failed = DkimResult(claimed.domain, claimed.selector, False, False, "")
    if f"{claimed.selector}._domainkey.{claimed.domain}" not in keys:
        return replace(failed, words=f"no key is known for the DKIM signature of {name}")
    if not modest(keys[f"{claimed.selector}._domainkey.{claimed.domain}"]):
        return replace(failed, words=f"the DKIM key of {name} is too large, or no key")

    def txt(asked: bytes, timeout: float = 0) -> bytes:
        return keys.get(asked.decode("ascii", "replace").rstrip(".").lower(), b"")

    try:
        checker = dkim.DKIM(raw, logger=_QUIET, minkey=1024)
        passed = bool(checker.verify(idx=index, dnsfunc=txt))
        # What was verified is what the library read, not what we read: both must mean the same.
        tags = {_text(tag): _text(value) for tag, value in checker.signature_fields.items()}
        same = _text(checker.domain or b"").lower() == claimed.domain and _from(headers) == [
            _folded(value) for key, value in checker.headers if key.lower() == b"from"
        ]
        length = len(checker.body)
    except Exception as error:  # the library raises whatever the message makes it raise
        words = f"the DKIM signature of {name} cannot be checked: {type(error).__name__}"
        return replace(failed, words=words)
    if not passed or not same:
        return replace(failed, words=f"the DKIM signature of {name} is not valid")
    whole = _whole(tags, length, headers)
    words = "is valid" if whole else "is valid but does not cover the whole body"
    return replace(failed, passed=True, whole=whole, words=f"the DKIM signature of {name} {words}")


def modest(record: bytes) -> bool:
    """Whether a key record holds a key that is verified in milliseconds (RFC 6376 section 3.6.1)."""
    tags = dict(part.partition(b"=")[::2] for part in b"".join(record.split()).split(b";"))
    try:
        if tags.get(b"k", b"rsa") != b"rsa":
            return len(tags.get(b"p", b"")) <= 64  # Ed25519, RFC 8463
        key = dkim.crypto.parse_public_key(base64.b64decode(tags.get(b"p", b"")))
        modulus, exponent = int(key["modulus"]), int(key["publicExponent"])
    except Exception:  # the library raises whatever the record makes it raise
        return False
    return modulus.bit_length() <= MOST_MODULUS_BITS and exponent.bit_length() <= MOST_EXPONENT_BITS


def _whole(tags: Mapping[str, str], length: int, headers: Sequence[Header]) -> bool:
    """No ``l=`` below the body's length (RFC 6376 section 8.2), and the one Content-Type signed (8.15)."""
    covered = tags.get("l", "")
    if covered and not (covered.isascii() and covered.isdigit() and int(covered[:20]) >= length):
        return False
    signed = {name.strip().lower() for name in tags.get("h", "").split(":")}
    types = sum(header.name == "content-type" for header in headers)
    return types == 0 or (types == 1 and "content-type" in signed)


def _from(headers: Sequence[Header]) -> list[bytes]:
    return [_folded(header.value) for header in headers if header.name == "from"]


def _folded(value: bytes) -> bytes:
    return b" ".join(value.split())


def _text(value: bytes) -> str:
    return value.decode("latin-1")
