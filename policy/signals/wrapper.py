"""The link goes through somebody else's rewriter, redirector or tracker.

Says which and where it leads, so that the explanation speaks of the destination; what is judged is the
destination itself.

Does not say whether that is odd.
"""

from __future__ import annotations

from policy.model import Evidence
from policy.signals.case import Case

SHOWN = 300
"""Characters of the destination that are named."""


def signal(case: Case) -> Evidence | None:
    """Evidence for every wrapped link."""
    layers = case.link.wrapped
    if not layers:
        return None
    names = ", then by ".join(dict.fromkeys(layer.by for layer in layers))
    target = case.link.target
    shown = target if len(target) <= SHOWN else target[:SHOWN] + "…"
    words = f"Wrapped by {names}; " + (f"leads to {shown}" if target else "where it leads cannot be read")
    return Evidence("wrapper", 1.0, words)
