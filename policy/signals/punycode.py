"""The host is an internationalised name; full strength where one label mixes alphabets.

Does not mind names that stay within one writing system and its digits.
"""

from __future__ import annotations

import unicodedata

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case

_TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN"}), frozenset({"CJK", "HANGUL", "LATIN"}))
"""Writing systems that honest labels combine (UTS 39, highly restrictive)."""


def signal(case: Case) -> Evidence | None:
    """Evidence for an IDNA label in the host."""
    host = case.target.host
    if not any(label.startswith("xn--") for label in host.split(".")):
        return None
    shown = unicode_host(host)
    mixed = any(_mixed(label) for label in shown.split("."))
    hidden = any(label.startswith("xn--") for label in shown.split("."))
    if mixed or hidden:
        return Evidence("punycode", 1.0, f"The host {host} mixes alphabets or hides characters")
    return Evidence("punycode", 0.5, f"The host {host} is written in other letters: {shown}")


def _mixed(label: str) -> bool:
    scripts = {unicodedata.name(char, "?").split(" ")[0].split("-")[0] for char in label if char.isalpha()}
    return len(scripts) > 1 and not any(scripts <= group for group in _TOGETHER)
