"""A known wrapper keeps the destination to itself, so nothing can be said about it before the click.

Half of all newsletters do, each through the service it always uses: nothing is said of one the sender has
linked through before, and half as much of newsletter services and mail gateways as of sites that anybody can
have a code from. The domain such a link may show to people is named, and not believed.

Does not speak of shorteners, which have a signal of their own.
"""

from __future__ import annotations

from policy.domains import clean
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where the innermost known layer is opaque by design."""
    last = case.link.wrapped[-1] if case.link.wrapped else None
    if last is None or last.state != "hidden" or case.known():
        return None
    claims = clean(last.claims)
    named = f"; it names {claims}, which nothing proves" if claims else ""
    words = f"{last.by} does not say in the link where it leads{named}"
    return Evidence("hidden_target", 1.0 if last.kind == "redirector" else 0.5, words)
