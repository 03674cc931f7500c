"""The link is wrapped more than once.

Two mail gateways in a row do it to honest links, and so does whoever hides a link behind redirects.

Does not count copies of pages (AMP, archives): they are shown, not passed through.
"""

from __future__ import annotations

from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence from two layers on, stronger with each."""
    layers = [layer for layer in case.link.wrapped if layer.kind != "copy"]
    if len(layers) < 2:
        return None
    words = f"The link is wrapped {len(layers)} times, by " + ", ".join(layer.by for layer in layers)
    return Evidence("nested_wrapper", min(1.0, len(layers) / 4), words)
