"""The link was wrapped by a mail gateway for somebody who has no part in this conversation.

Forwarded mail looks so too, and a link taken from a stolen mailbox to borrow its wrapper.

Does not believe more than the URL says: only some formats name the recipient, and nothing proves it.
"""

from __future__ import annotations

from policy.addresses import domain_of
from policy.domains import registrable, unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where a layer names a recipient whose domain nobody in From, To, Cc or the envelope has."""
    if not case.company:
        return None
    for layer in case.link.wrapped:
        domain = registrable(domain_of(layer.recipient)) if layer.recipient else ""
        if domain and domain not in case.company:
            words = (
                f"{layer.by} wrapped the link for somebody at {unicode_host(domain)}, who is not in this mail"
            )
            return Evidence("foreign_wrapper", 1.0, words)
    return None
