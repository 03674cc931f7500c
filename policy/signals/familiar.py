"""The sender himself has linked to this domain before.

Only for genuine senders: a forger must not profit from somebody else's habits.

Does not excuse links the sender never sent.
"""

from __future__ import annotations

from policy import questions
from policy.domains import unicode_host
from policy.history import day, times
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for a domain from the genuine sender's own history."""
    if case.link.obscured:  # what is familiar is the wrapper, not where it leads
        return None
    for level in case.levels():
        if level.owner.level == "sender" and case.identity.genuine and level.seen and level.seen.messages > 0:
            count = level.seen.messages
            words = (
                f"{level.owner.name} linked to {unicode_host(case.site)} in {count} earlier message"
                + "s" * (count != 1)
            )
            if level.seen.first_id:
                words += f", first on {day(level.seen.first)} in {level.seen.first_id}"
            if level.seen.released:
                words += f", released here on {day(level.seen.released)}"
            strength = min(1.0, times(level, case.rules.history) / case.rules.history.familiar_messages)
            return Evidence("familiar", strength, words, (questions.seen(level.owner, case.site),))
    return None
