"""What to ask about a message, and what to conclude from the answers.

Both are pure: the same inspection, envelope, facts, policy and trust give the same judgement today and in a
replay next year. The order of the links plays no part.

Does not fetch answers and does not change mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from inspectors.model import Header, Inspection
from policy import questions
from policy.actions import obstacle, signed_leaves
from policy.client import client, spf_question
from policy.domains import clean, inside, ip, is_suffix, registrable
from policy.gaps import gaps
from policy.history import claimed, owners, readings
from policy.identity import aligned, who
from policy.manner import manner
from policy.model import (
    Decision,
    Envelope,
    Evidence,
    Facts,
    Identity,
    Judgement,
    Owner,
    Question,
    Trust,
)
from policy.people import company, correspondents, participants
from policy.rules import Policy, Rules
from policy.scopes import in_scope, scope
from policy.signals.case import Case, Notes, Schemes, target
from policy.signals.registry import SIGNALS
from policy.signatures import key_question, signatures
from policy.sites import site
from policy.threads import conversation, vouched
from policy.verdicts import decided, is_judged, observed, passed

MOST_OUTSIDE = 100
"""Domains of one message asked about outside, in alphabetical order; a newsletter has some thirty."""


def ask(inspection: Inspection, envelope: Envelope, policy: Policy, trust: Trust) -> tuple[Question, ...]:
    """Every question the judgement of this message needs, each once, in a fixed order."""
    rules, headers = policy.rules, inspection.message.headers
    identity = who(headers, envelope, trust, Facts())
    asked: dict[Question, None] = {}
    if trust.verify_dkim and identity.domain and not identity.genuine:
        asked.update(dict.fromkeys(_keys(headers, identity)))
    if trust.verify_spf and identity.domain and not identity.genuine:
        question = spf_question(headers, envelope, trust)
        if question is not None and aligned(question.key[1], identity.domain):
            asked[question] = None
    judged = [link for link in inspection.links if is_judged(link, rules)]
    targets = {found.host for found in map(target, judged)}
    if targets:
        shared = rules.history.shared_domains
        people = dict.fromkeys(owner for one in readings(identity) for owner in owners(one, shared))
        unproved = claimed(identity)
        people |= {unproved: None} if unproved else {}
        others = [Owner("domain", name) for name in correspondents(headers)]
        asked.update(dict.fromkeys(questions.habit(owner) for owner in (*people, *others)))
        if ids := conversation(headers):
            asked[questions.thread(ids)] = None
        asked.update(dict.fromkeys(questions.places(owner) for owner in people if owner != unproved))
        senders = [owner for owner in people if owner.level == "sender"]
        asked.update(dict.fromkeys(questions.traits(owner) for owner in senders))
        asked.update(dict.fromkeys(questions.usual(owner) for owner in senders))
        for host in sorted(targets):
            known_as = site(host, rules.lists.known_free_hosts)
            asked.update(dict.fromkeys(questions.seen(owner, known_as) for owner in people))
            asked[questions.rank(registrable(host))] = None
            lists = rules.lists
            names = (*lists.shorteners, *lists.free_hosts, *lists.blocked)
            asked.update(dict.fromkeys(questions.listed(name, host) for name in names))
            asked[questions.confirmed(host)] = None
        for host in sorted({clean(link.host) for link in judged if link.wrapped} - targets):
            asked[questions.confirmed(host)] = None
            asked.update(dict.fromkeys(questions.listed(name, host) for name in rules.lists.blocked))
        pages = {url: None for link in judged for url in (link.target or link.url, link.url)}
        asked.update(
            dict.fromkeys(questions.listed_page(name, url) for url in pages for name in rules.lists.blocked)
        )
        asked.update(dict.fromkeys(_outside(targets, rules)))
    return tuple(asked)


def _outside(hosts: Iterable[str], rules: Rules) -> Iterable[Question]:
    """What is asked outside, where the installation has whom to ask: about domains, never hosts or URLs."""
    domains = sorted({registrable(host) for host in hosts if not inside(host)} - {""})
    for domain in domains[:MOST_OUTSIDE]:
        number = ip(domain) is not None
        for zone in rules.dnsbl:
            if ("ip" if number else "domain") in zone.lists:
                yield questions.dnsbl(zone.zone, domain)
        if not number and not is_suffix(domain):
            yield questions.name_servers(domain)
            yield questions.age(domain)


def judge(
    inspection: Inspection,
    envelope: Envelope,
    facts: Facts,
    policy: Policy,
    trust: Trust,
    at: float = 0.0,
) -> Judgement:
    """One decision per link, in the order of the inspection.

    ``at`` is the Unix time of the message, seconds, until which habits fade; 0 lets none fade.
    """
    identity = who(inspection.message.headers, envelope, trust, facts)
    under = scope(envelope, identity, policy.rules)
    policy = in_scope(policy, under)
    headers, rules = inspection.message.headers, policy.rules
    earlier = vouched(questions.mentions_of(facts, conversation(headers)), identity, rules.history, at)
    people = participants(headers, envelope, identity, facts, rules, earlier, at)
    stranger = client(headers, envelope, trust)
    # A server of ours in between would be everybody's network.
    met = replace(envelope, client_address=stranger)
    usual = manner(inspection, met, identity, facts, rules.history, people, at)
    seen: _Seen = {}
    verdicts: dict[tuple[object, ...], Decision] = {}
    decisions: list[Decision] = []
    leaves, signed = {leaf.path: leaf for leaf in inspection.message.leaves}, signed_leaves(inspection.flags)
    everybody, schemes = company(headers, envelope, identity), Schemes.of(inspection.links)
    notes = Notes()
    for link in inspection.links:
        found = target(link)
        if not is_judged(link, policy.rules):
            decisions.append(passed(link, policy))
            continue
        case = Case(
            link,
            found,
            registrable(found.host),
            identity,
            envelope,
            facts,
            policy.rules,
            people,
            schemes,
            everybody,
            at,
            earlier,
            usual,
            notes,
        )
        # A newsletter has fifty links to two hosts: what only the host decides is worked out once.
        of_host, of_link = _of_host(case, seen), _of_link(case)
        kept_by = obstacle(link, leaves.get(link.leaf), policy.rules, signed)
        key = (*_about(case), link.place, of_link, kept_by)
        if key in verdicts:
            decisions.append(replace(verdicts[key], link=link))
            continue
        found_here = {one.signal: one for one in (*of_host, *of_link)}
        evidence = tuple(found_here[name] for name in _NAMES if name in found_here)
        decision = decided(case, evidence, policy, kept_by)
        verdicts[key] = observed(decision) if under.observe else decision
        decisions.append(verdicts[key])
    return Judgement(identity, tuple(decisions), policy.version, gaps(facts), under, stranger)


_NAMES = tuple(signal.name for signal in SIGNALS)
_OF_HOST = tuple(signal.see for signal in SIGNALS if not signal.by_link)
_OF_LINK = tuple(signal.see for signal in SIGNALS if signal.by_link)
_About = tuple[str, str, bool]
"""Host, wrapper's host, whether it obscures the destination: all that signals about hosts look at."""
_Seen = dict[_About, tuple[Evidence, ...]]


def _about(case: Case) -> _About:
    return case.target.host, case.wrapper, case.link.obscured


def _of_host(case: Case, seen: _Seen) -> tuple[Evidence, ...]:
    about = _about(case)
    if about not in seen:
        seen[about] = tuple(one for see in _OF_HOST if (one := see(case)) is not None)
    return seen[about]


def _of_link(case: Case) -> tuple[Evidence, ...]:
    return tuple(one for see in _OF_LINK if (one := see(case)) is not None)


def _keys(headers: tuple[Header, ...], identity: Identity) -> Iterable[Question]:
    """Keys of the signatures that could prove this From; others are not worth a lookup."""
    for signature in signatures(headers):
        question = key_question(signature)
        if question is not None and aligned(signature.domain, identity.domain):
            yield question
