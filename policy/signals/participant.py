"""The domain belongs to somebody in the conversation.

Does not take the word of To and Cc for it: whoever writes a message fills those fields, so ``policy.judge``
counts their domains only where genuine mail has come from them before.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.history import ORGANISATION, Level, familiarity
from policy.model import Evidence
from policy.signals.case import CORRESPONDENT, WRITER, Case


def signal(case: Case) -> Evidence | None:
    """Evidence where the link's domain is the sender's, a recipient's or a known correspondent's."""
    whose = case.participants.get(case.site)
    if not whose or case.link.obscured:
        return None
    strength = 1.0
    if whose in (CORRESPONDENT, WRITER):
        # The sender fills To, Cc and References, and who owns the domain becomes known with some weeks of
        # harmless mail: what rests on such words excuses a third of what the envelope proves, and nothing
        # where surprise has been lowered already for what others sent us.
        strength = 1 / 3
        if any(_known_to_others(level, case) for level in case.levels()):
            return None
    return Evidence("participant", strength, f"{unicode_host(case.site)} is the domain of {whose}")


def _known_to_others(level: Level, case: Case) -> bool:
    return level.owner == ORGANISATION and familiarity(level, case.rules.history) > 0
