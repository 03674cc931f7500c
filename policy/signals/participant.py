"""The domain belongs to somebody in the conversation.

Does not take the word of To and Cc for it: whoever writes a message fills those fields, so ``policy.judge``
counts their domains only where genuine mail has come from them before.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import CORRESPONDENT, WRITER, Case


def signal(case: Case) -> Evidence | None:
    """Evidence where the link's domain is the sender's, a recipient's or a known correspondent's."""
    whose = case.participants.get(case.site)
    if not whose or case.link.obscured:
        return None
    # The sender fills To, Cc and References: what rests on his word excuses half as much as what the envelope
    # proves.
    strength = 0.5 if whose in (CORRESPONDENT, WRITER) else 1.0
    return Evidence("participant", strength, f"{unicode_host(case.site)} is the domain of {whose}")
