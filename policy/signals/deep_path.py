"""The link leads deep into its site: to one page among many, not to the door.

People who quote a page link like that; most links made for phishing lead to the door, or a step behind it.
Weak, and capped in the policy: whoever wants to deceive can build a deep path.

Does not read the words of the path and says nothing where anyone can publish on the host.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case
from policy.signals.urltext import path

STEPS = 5
"""Steps of the path at full strength, together with ``LENGTH``."""
LENGTH = 60
"""Characters of the path."""


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the steps of the path and its length."""
    if case.link.obscured or case.known() or case.shortener() or case.free_host():
        return None
    written = path(case.url)
    steps = len([step for step in written.split("/") if step])
    if steps < 2:
        return None
    strength = (min(steps, STEPS) / STEPS + min(1 + len(written), LENGTH) / LENGTH) / 2
    words = f"It leads to a page {steps} steps into {unicode_host(case.target.host)}"
    return Evidence("deep_path", strength, words)
