"""The domain stood in an earlier message of this conversation, by somebody whose word counts.

Whoever answers quotes what others linked to. Whose word counts is ``policy.threads``'s business: a user of
ours who began the conversation, or another organisation than the sender's that we have long known. It counts
a fifth where nobody here wrote that message, and nothing where that organisation linked to itself: that it
takes part is ``participant``'s to say, once.

Does not excuse hosts anyone can publish on: an account is stolen together with its conversations, and a page
beside the one that was quoted is made in minutes.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.history import day
from policy.model import Evidence
from policy.signals.case import Case
from policy.threads import OURS


def signal(case: Case) -> Evidence | None:
    """Evidence where an earlier message of the conversation vouches for the link's domain."""
    mention = case.earlier.get(case.site)
    if mention is None or case.link.obscured or case.shortener() or case.free_host():
        return None
    ours = mention.teacher == OURS
    if mention.teacher == case.site:
        return None
    whose = "one of our own users" if ours else unicode_host(mention.teacher)
    when = f" of {day(mention.at)}" if mention.at > 0 else ""
    words = (
        f"{unicode_host(case.site)} stood in an earlier message of this conversation, "
        f"by {whose}, <{mention.message_id}>{when}"
    )
    return Evidence("thread", 1.0 if ours else 0.2, words)
