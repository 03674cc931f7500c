"""What the DKIM-Signature fields of a message claim (RFC 6376 section 3.5).

Does not verify anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspectors.model import Header
from policy.domains import clean
from policy.model import Question
from policy.questions import dkim_key

MOST_SIGNATURES = 5
"""Signatures looked at: mail through lists and relays carries two or three."""
LONGEST_FIELD = 16384
"""Bytes of one DKIM-Signature field looked at."""

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Signature:
    """Which key a signature claims to be made with."""

    selector: str
    domain: str
    """Both in lower case, both empty where the field gives none that could be looked up."""


def signatures(headers: Sequence[Header]) -> tuple[Signature, ...]:
    """The first five DKIM-Signature fields, in order."""
    fields = [header.value for header in headers if header.name == "dkim-signature"]
    return tuple(_signature(value) for value in fields[:MOST_SIGNATURES])


def key_question(signature: Signature) -> Question | None:
    """The question for a signature's key; None where it names none."""
    return dkim_key(signature.selector, signature.domain) if signature.domain else None


def _signature(value: bytes) -> Signature:
    tags: dict[str, str] = {}
    for part in value[:LONGEST_FIELD].decode("latin-1").split(";"):
        tag, _, text = part.partition("=")
        tags.setdefault(tag.strip(), "".join(text.split()))
    selector, domain = tags.get("s", "").lower(), clean(tags.get("d", ""))
    good = all(_NAME.fullmatch(name) and len(name) <= 200 for name in (selector, domain))
    return Signature(selector, domain) if good and "." in domain else Signature("", "")
