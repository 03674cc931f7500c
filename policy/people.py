"""Who takes part in a message: sender, recipients, and whom its header names, as registrable domains.

Does not judge.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspectors.model import Header
from policy import questions
from policy.addresses import addresses, domain_of
from policy.domains import registrable
from policy.history import long_known
from policy.model import Envelope, Facts, Identity, Mention, Owner
from policy.rules import Rules
from policy.signals.case import CORRESPONDENT, WRITER

MOST_CORRESPONDENTS = 50
"""Domains of To and Cc looked at; more recipients are a distribution list."""
MOST_RECIPIENTS = 20
"""Domains of envelope recipients looked at, in alphabetical order: they are few where they are our own."""


def participants(
    headers: tuple[Header, ...],
    envelope: Envelope,
    identity: Identity,
    facts: Facts,
    rules: Rules,
    earlier: Mapping[str, Mention],
    at: float,
) -> Mapping[str, str]:
    """Registrable domains of the people in the conversation → whose.

    To and Cc are the sender's own words, so their domains count only where much genuine mail came from them,
    for some weeks: an attacker cannot make his domain a participant by writing some mails and copying himself
    in.
    """
    people = {name: WRITER for name, mention in earlier.items() if name == mention.teacher}
    for name in correspondents(headers):
        habit = questions.habit_of(facts, Owner("domain", name))
        if habit is not None and long_known(habit.messages, habit.first, at, rules.history):
            people[name] = CORRESPONDENT
    recipients = {registrable(domain_of(address.lower())) for address in envelope.rcpt_tos}
    people |= dict.fromkeys(sorted(recipients)[:MOST_RECIPIENTS], "a recipient")
    people[identity.organisation] = "the sender"
    return {
        name: whose for name, whose in people.items() if name and name not in rules.history.shared_domains
    }


def company(headers: tuple[Header, ...], envelope: Envelope, identity: Identity) -> frozenset[str]:
    """Registrable domains of everybody the message names, by whomever: absence is what matters here.

    Empty where the envelope's recipients are unknown, as in an archive: then nobody can be said to be absent.
    """
    if not envelope.rcpt_tos:
        return frozenset()
    recipients = envelope.rcpt_tos[:MOST_CORRESPONDENTS]
    people = (identity.address, envelope.mail_from, *identity.named, *recipients)
    named = {registrable(domain_of(address.lower())) for address in people}
    return frozenset((named | set(correspondents(headers))) - {""})


def correspondents(headers: tuple[Header, ...]) -> list[str]:
    """Registrable domains of To and Cc, each once, sorted."""
    fields = [header.value for header in headers if header.name in ("to", "cc")]
    found = {registrable(domain_of(one)) for value in fields[:4] for one in addresses(value).found}
    return sorted(found - {""})[:MOST_CORRESPONDENTS]
