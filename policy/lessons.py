"""What a message teaches, now or once nobody has objected to it.

An odd link teaches nothing until an analyst releases it or some days pass without a word: ``pending`` is that
lesson. So does every link of a message that was judged while the history did not answer, for then nothing was
found odd. Only genuine senders teach, and one message teaches a bounded number of domains. How far a single
sender or day counts is ``policy.history``'s business, which weighs days and senders and not messages.

Does not read or write the store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from inspectors.model import Inspection, Link
from policy.actions import ambiguity, fetched
from policy.addresses import domain_of
from policy.domains import above, registrable
from policy.gaps import lack_history
from policy.history import ORGANISATION, claimed, form, habits, owners
from policy.model import Decision, Envelope, Judgement, Lesson
from policy.rules import Rules
from policy.signals.case import target
from policy.signals.first_link import LINKLESS
from policy.sites import site
from policy.threads import begins, by_program, message_id
from policy.traits import MOST_OF_MESSAGE, linked, traits

MOST_DOMAINS = 200
"""Registrable domains one message can teach; more are not a habit but a list, and the first ones in
alphabetical order stand for it."""
MOST_UNPROVED = 20
"""The same of a message that nobody proved, which anybody can fill with names."""
MOST_RECIPIENTS = 50
"""Recipients of one outgoing message whose domains are learned; more are a mailing, not a conversation."""
_NEVER = frozenset(("blocked", "confirmed"))
"""Signals that rest on somebody's word that the domain is bad: silence does not answer that."""


def lesson(
    judgement: Judgement, rules: Rules, at: float, own_hosts: Collection[str] = (), id: str = ""
) -> Lesson | None:
    """What a delivered message teaches at once; None where it teaches nothing.

    Only a genuine sender teaches, and only domains of links that were not found odd, in places people
    click; a link only another reading shows is seen by nobody, so it is no habit. A wrapped link teaches its
    destination, and where that is obscured nothing. ``own_hosts`` are the
    organisation's click hosts: links to them are our own writing. ``at`` is Unix time in seconds, ``id``
    names the message.
    """
    return _of(_teaching(judgement, rules, own_hosts, odd=False), judgement, rules, at, id)


def pending(
    judgement: Judgement, rules: Rules, at: float, own_hosts: Collection[str] = (), id: str = ""
) -> Lesson | None:
    """What a delivered message would teach if its odd links turned out to belong; None for nothing.

    Its ``messages`` is 0 where ``lesson`` counts the message already.
    """
    late = _of(_teaching(judgement, rules, own_hosts, odd=True), judgement, rules, at, id)
    counted = late and _teaching(judgement, rules, own_hosts, odd=False)
    return replace(late, messages=0) if late and counted else late


def taught(
    inspection: Inspection,
    envelope: Envelope,
    judgement: Judgement,
    rules: Rules,
    at: float,
    own_hosts: Collection[str] = (),
    id: str = "",
) -> tuple[Lesson | None, Lesson | None]:
    """Both lessons of a message, with the traits it came with; none where readers may disagree on it.

    What was judged without the history waits as a whole, and leaves nothing for its conversation. What was
    not judged to its end teaches nothing.
    """
    if ambiguity(inspection.flags) or not judgement.whole:
        return None, None
    if lack_history(judgement.unknown):
        return None, blind(judgement, rules, at, own_hosts, id)
    if not judgement.identity.genuine:
        return unproved(judgement, rules, at, own_hosts, id), None
    now = lesson(judgement, rules, at, own_hosts, id)
    later = pending(judgement, rules, at, own_hosts, id)
    if now is not None:
        now = replace(now, traits=_traits(inspection, envelope, judgement, rules, own_hosts))
    elif later is None and not inspection.links:
        now = _linkless(judgement, at, id)
    if now is not None and now.own not in rules.history.shared_domains:  # a provider's customers never vouch
        now = replace(now, message_id=message_id(inspection.message.headers))
    return now, later


def blind(
    judgement: Judgement, rules: Rules, at: float, own_hosts: Collection[str] = (), id: str = ""
) -> Lesson | None:
    """What a message would teach that was judged without the history; None for nothing.

    Otherwise whoever keeps the store busy for a moment would have an odd link learned as a habit at once.
    """
    found = [one for odd in (False, True) for one in _teaching(judgement, rules, own_hosts, odd=odd)]
    return _of(found, judgement, rules, at, id)


def unproved(
    judgement: Judgement, rules: Rules, at: float, own_hosts: Collection[str] = (), id: str = ""
) -> Lesson | None:
    """What a delivered message teaches of the address that nobody proved to have sent it; None for nothing.

    Nobody else learns of it, and what was found odd is not learned, neither now nor later: silence about mail
    of no known sender says nothing.
    """
    owner = claimed(judgement.identity)
    names = {decision.known_as for decision in _chosen(judgement, rules, own_hosts, odd=False)}
    if owner is None or not names:
        return None
    return Lesson((owner,), tuple(sorted(names)[:MOST_UNPROVED]), at, judgement.identity.organisation, id)


def _traits(
    inspection: Inspection,
    envelope: Envelope,
    judgement: Judgement,
    rules: Rules,
    own_hosts: Collection[str],
) -> tuple[tuple[str, str], ...]:
    """What else the message teaches. With an odd link in it only what its other links look like: a stolen
    account must not teach us its new owner's program and network before anybody could object."""
    found = linked(
        (decision.known_as, target(decision.link).host, decision.link.target or decision.link.url)
        for decision in _teaching(judgement, rules, own_hosts, odd=False)
    )
    threshold = judgement.scope.threshold or rules.threshold
    if any(_odd(one, threshold) or _bad(one) for one in judgement.decisions):
        return found
    makers = sorted({producer for _, producer in inspection.producers})[:MOST_OF_MESSAGE]
    own = traits(inspection.message.headers, replace(envelope, client_address=judgement.client))
    return (*own, *(("producer", maker) for maker in makers), *found)


def _linkless(judgement: Judgement, at: float, id: str) -> Lesson | None:
    """That a genuine sender wrote without any link: counted among his places, and nothing else."""
    if not judgement.identity.genuine or not judgement.identity.address:
        return None
    sender = tuple(one for one in owners(judgement.identity) if one.level == "sender")
    return Lesson(sender, (), at, judgement.identity.organisation, id, (LINKLESS,), messages=0)


def outbound(
    inspection: Inspection,
    envelope: Envelope,
    rules: Rules,
    at: float,
    own_hosts: Collection[str] = (),
    id: str = "",
) -> Lesson | None:
    """What a message of our own user teaches the organisation: whom it writes to, and what it links to.

    The user is the reverse-path, which a submission server has checked; without one nothing is learned. A
    domain becomes familiar like any other, after some days and from more than one user, so that a single
    answer to an attacker does not vouch for him. What a program of ours sends by itself teaches nothing: it
    answers whoever writes to it.
    """
    user = envelope.mail_from.lower()
    if not domain_of(user) or ambiguity(inspection.flags) or by_program(inspection.message.headers):
        return None
    own = registrable(domain_of(user))
    people = {registrable(domain_of(one.lower())) for one in envelope.rcpt_tos[:MOST_RECIPIENTS]}
    linked = {
        site(target(link).host, rules.lists.known_free_hosts)
        for link in inspection.links
        if _may_teach(link, rules, own_hosts)
    }
    names = tuple(sorted((people | linked) - {"", own, *rules.history.shared_domains})[:MOST_DOMAINS])
    if not names:
        return None
    headers = inspection.message.headers
    thread = message_id(headers) if begins(headers) else ""  # an answer quotes what strangers wrote
    return Lesson((ORGANISATION,), names, at, own, id, teacher=user, message_id=thread)


def _of(
    teaching: Iterable[Decision], judgement: Judgement, rules: Rules, at: float, id: str
) -> Lesson | None:
    chosen = list(teaching)
    if not chosen:
        return None
    names = tuple(sorted({decision.known_as for decision in chosen})[:MOST_DOMAINS])
    places = tuple(sorted({form(decision.link.place) for decision in chosen}))
    whose = habits(judgement.identity, rules.history.shared_domains)
    return Lesson(whose, names, at, judgement.identity.organisation, id, places)


def _chosen(judgement: Judgement, rules: Rules, own_hosts: Collection[str], *, odd: bool) -> list[Decision]:
    """Decisions whose domains are learned now, or (``odd``) wait; one odd link keeps its domain waiting."""
    threshold = judgement.scope.threshold or rules.threshold
    waiting = {decision.known_as for decision in judgement.decisions if _odd(decision, threshold)}
    never = {decision.known_as for decision in judgement.decisions if _bad(decision)}
    return [
        decision
        for decision in judgement.decisions
        if decision.known_as
        and (decision.known_as in waiting) is odd
        and decision.known_as not in never
        and _may_teach(decision.link, rules, own_hosts)
    ]


def _teaching(judgement: Judgement, rules: Rules, own_hosts: Collection[str], *, odd: bool) -> list[Decision]:
    """The same of a genuine sender; none of others."""
    if not judgement.identity.genuine or not judgement.identity.address:
        return []
    return _chosen(judgement, rules, own_hosts, odd=odd)


def _odd(decision: Decision, threshold: float) -> bool:
    """Found odd, or excused by nothing but To, Cc and References: that must not make it a habit."""
    if decision.verdict != "pass" or decision.left:
        return True
    excused = sum(
        one.points
        for one in decision.weighed
        if one.evidence.signal == "thread"
        or (one.evidence.signal == "participant" and one.evidence.strength < 1)
    )
    return excused < 0 and decision.score - excused >= threshold


def _bad(decision: Decision) -> bool:
    return any(one.evidence.signal in _NEVER and one.points > 0 for one in decision.weighed)


def _may_teach(link: Link, rules: Rules, own_hosts: Collection[str]) -> bool:
    scheme = link.url.partition(":")[0].lower()
    return (
        scheme in (*rules.links.schemes, *rules.links.opens)
        and not fetched(link.place, rules.places.fetched)
        and not link.obscured
        and not link.ambiguous
        and not _names(link) & set(own_hosts)
    )


def _names(link: Link) -> set[str]:
    """The host of the link and the one its wrappers lead to, with every domain above them."""
    inner = link.target.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    return {*above(link.host), *above(inner)}
