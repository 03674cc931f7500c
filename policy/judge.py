"""What to ask about a message, and what to conclude from the answers.

Both are pure: the same inspection, envelope, facts, policy and trust give the same judgement today and in a
replay next year. The order of the links plays no part.

Does not fetch answers and does not change mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from inspectors.model import Header, Inspection, Link
from policy import questions
from policy.addresses import addresses, domain_of
from policy.domains import above, registrable, unicode_host
from policy.history import matches, owners, readings
from policy.identity import aligned, who
from policy.model import Decision, Envelope, Evidence, Facts, Identity, Judgement, Owner, Question, Trust
from policy.rules import Policy, Rules
from policy.signals.case import CORRESPONDENT, Case, Target, target
from policy.signals.registry import SIGNALS
from policy.signatures import key_question, signatures
from policy.weigh import flip, score, weigh

MOST_CORRESPONDENTS = 50
"""Domains of To and Cc looked at; more recipients are a distribution list."""
MOST_RECIPIENTS = 20
"""Domains of envelope recipients looked at, in alphabetical order: they are few where they are our own."""


def ask(inspection: Inspection, envelope: Envelope, policy: Policy, trust: Trust) -> tuple[Question, ...]:
    """Every question the judgement of this message needs, each once, in a fixed order."""
    rules, headers = policy.rules, inspection.message.headers
    identity = who(headers, envelope, trust, Facts())
    asked: dict[Question, None] = {}
    if trust.verify_dkim and identity.domain and not identity.genuine:
        asked.update(dict.fromkeys(_keys(headers, identity)))
    targets = {found.host: found for found in map(target, inspection.links) if _judged(found, rules)}
    if targets:
        shared = rules.history.shared_domains
        people = dict.fromkeys(owner for one in readings(identity) for owner in owners(one, shared))
        correspondents = [Owner("domain", name) for name in _correspondents(headers)]
        asked.update(dict.fromkeys(questions.habit(owner) for owner in (*people, *correspondents)))
        for host in sorted(targets):
            domain = registrable(host)
            asked.update(dict.fromkeys(questions.seen(owner, domain) for owner in people))
            asked[questions.rank(domain)] = None
            lists = rules.lists
            names = (*lists.shorteners, *lists.free_hosts, *lists.blocked)
            asked.update(dict.fromkeys(questions.listed(name, host) for name in names))
    return tuple(asked)


def judge(
    inspection: Inspection, envelope: Envelope, facts: Facts, policy: Policy, trust: Trust
) -> Judgement:
    """One decision per link, in the order of the inspection."""
    identity = who(inspection.message.headers, envelope, trust, facts)
    people = _participants(inspection.message.headers, envelope, identity, facts, policy.rules)
    seen: _Seen = {}
    verdicts: dict[tuple[object, ...], Decision] = {}
    decisions: list[Decision] = []
    for link in inspection.links:
        found = target(link)
        if not _judged(found, policy.rules):
            decisions.append(_passed(link, policy))
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
            inspection.links,
        )
        # A newsletter has fifty links to two hosts: what only the host decides is worked out once.
        evidence = _evidence(case, seen)
        key = (found.host, link.place, evidence)
        if key not in verdicts:
            verdicts[key] = _decide(case, evidence, policy)
        decisions.append(replace(verdicts[key], link=link))
    return Judgement(identity, tuple(decisions), policy.version)


_Seen = dict[tuple[str, str], Evidence | None]
"""(signal, host) → what it saw."""


def _evidence(case: Case, seen: _Seen) -> tuple[Evidence, ...]:
    found = []
    for signal in SIGNALS:
        if signal.by_link:
            one = signal.see(case)
        else:
            key = (signal.name, case.target.host)
            if key not in seen:
                seen[key] = signal.see(case)
            one = seen[key]
        if one is not None:
            found.append(one)
    return tuple(found)


def _decide(case: Case, evidence: tuple[Evidence, ...], policy: Policy) -> Decision:
    rules = policy.rules
    weighed = weigh(evidence, rules)
    total = score(weighed)
    domain, host = unicode_host(case.domain), unicode_host(case.target.host)
    allowed = [entry for entry in rules.allow if entry.domain in above(case.target.host)]
    may = matches(case.link.place, rules.places.rewritable) and not matches(
        case.link.place, rules.places.fetched
    )
    verdict = "pass"
    if allowed:
        words = f"if the policy did not allow {allowed[0].domain} ({allowed[0].why})"
    elif not may:
        words = f"if links in {case.link.place} could be rewritten"
    else:
        verdict = "rewrite" if total >= rules.threshold else "pass"
        words = flip(weighed, total, rules, domain, host)
    if verdict == "pass" and total < rules.threshold and (allowed or not may):
        words = f"{rules.threshold - total:.1f} points more, and {words}"
    return Decision(case.link, case.domain, verdict, total, weighed, policy.version, words)


def _passed(link: Link, policy: Policy) -> Decision:
    words = "nothing: only web links are judged"
    return Decision(link, registrable(target(link).host), "pass", 0.0, (), policy.version, words)


def _judged(found: Target, rules: Rules) -> bool:
    return bool(found.host) and found.scheme in rules.links.schemes


def _keys(headers: tuple[Header, ...], identity: Identity) -> Iterable[Question]:
    """Keys of the signatures that could prove this From; others are not worth a lookup."""
    for signature in signatures(headers):
        question = key_question(signature)
        if question is not None and aligned(signature.domain, identity.domain):
            yield question


def _participants(
    headers: tuple[Header, ...], envelope: Envelope, identity: Identity, facts: Facts, rules: Rules
) -> Mapping[str, str]:
    """Registrable domains of the people in the conversation → whose.

    To and Cc are the sender's own words, so their domains count only where much genuine mail came from them:
    an attacker cannot make his domain a participant by writing once and copying himself in.
    """
    people: dict[str, str] = {}
    for name in _correspondents(headers):
        habit = questions.habit_of(facts, Owner("domain", name))
        if habit is not None and habit.messages >= rules.history.correspondent_messages:
            people[name] = CORRESPONDENT
    recipients = {registrable(domain_of(address.lower())) for address in envelope.rcpt_tos}
    people |= dict.fromkeys(sorted(recipients)[:MOST_RECIPIENTS], "a recipient")
    people[identity.organisation] = "the sender"
    return {
        name: whose for name, whose in people.items() if name and name not in rules.history.shared_domains
    }


def _correspondents(headers: tuple[Header, ...]) -> list[str]:
    """Registrable domains of To and Cc, each once, sorted."""
    fields = [header.value for header in headers if header.name in ("to", "cc")]
    found = {registrable(domain_of(one)) for value in fields[:4] for one in addresses(value).found}
    return sorted(found - {""})[:MOST_CORRESPONDENTS]
