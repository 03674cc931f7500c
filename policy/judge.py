"""What to ask about a message, and what to conclude from the answers.

Both are pure: the same inspection, envelope, facts, policy and trust give the same judgement today and in a
replay next year. The order of the links plays no part.

Does not fetch answers and does not change mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from inspectors.model import Header, Inspection, Link
from policy import questions
from policy.actions import LEFT, OBSERVED, obstacle, signed_leaves
from policy.addresses import addresses, domain_of
from policy.client import spf_question
from policy.domains import above, clean, inside, ip, is_suffix, registrable, unicode_host
from policy.gaps import gaps
from policy.history import claimed, matches, owners, readings
from policy.identity import aligned, who
from policy.manner import manner
from policy.model import (
    Decision,
    Envelope,
    Evidence,
    Facts,
    Identity,
    Judgement,
    Mention,
    Owner,
    Question,
    Trust,
)
from policy.rules import Policy, Rules
from policy.scopes import in_scope, scope
from policy.signals.case import CORRESPONDENT, WRITER, Case, Schemes, target
from policy.signals.registry import SIGNALS
from policy.signatures import key_question, signatures
from policy.sites import site
from policy.threads import conversation, vouched
from policy.weigh import flip, score, weigh

MOST_CORRESPONDENTS = 50
"""Domains of To and Cc looked at; more recipients are a distribution list."""
MOST_OUTSIDE = 100
"""Domains of one message asked about outside, in alphabetical order; a newsletter has some thirty."""
MOST_RECIPIENTS = 20
"""Domains of envelope recipients looked at, in alphabetical order: they are few where they are our own."""


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
    judged = [link for link in inspection.links if _judged(link, rules)]
    targets = {found.host for found in map(target, judged)}
    if targets:
        shared = rules.history.shared_domains
        people = dict.fromkeys(owner for one in readings(identity) for owner in owners(one, shared))
        unproved = claimed(identity)
        people |= {unproved: None} if unproved else {}
        correspondents = [Owner("domain", name) for name in _correspondents(headers)]
        asked.update(dict.fromkeys(questions.habit(owner) for owner in (*people, *correspondents)))
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
    people = _participants(headers, envelope, identity, facts, rules, earlier)
    usual = manner(inspection, envelope, identity, facts, rules.history, people, at)
    seen: _Seen = {}
    verdicts: dict[tuple[object, ...], Decision] = {}
    decisions: list[Decision] = []
    leaves, signed = {leaf.path: leaf for leaf in inspection.message.leaves}, signed_leaves(inspection.flags)
    company, schemes = _company(headers, envelope, identity), Schemes.of(inspection.links)
    for link in inspection.links:
        found = target(link)
        if not _judged(link, policy.rules):
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
            schemes,
            company,
            at,
            earlier,
            usual,
        )
        # A newsletter has fifty links to two hosts: what only the host decides is worked out once.
        evidence = _evidence(case, seen)
        kept_by = obstacle(link, leaves.get(link.leaf), policy.rules, signed)
        key = (found.host, link.place, evidence, kept_by)
        if key not in verdicts:
            decided = _decide(case, evidence, policy, kept_by)
            verdicts[key] = _observed(decided) if under.observe else decided
        decisions.append(replace(verdicts[key], link=link))
    return Judgement(identity, tuple(decisions), policy.version, gaps(facts), under)


_Seen = dict[tuple[str, str, bool], dict[str, Evidence | None]]
"""(host, wrapper's host, whether it obscures the destination) → signal → what it saw."""


def _evidence(case: Case, seen: _Seen) -> tuple[Evidence, ...]:
    about = (case.target.host, case.wrapper, case.link.obscured)
    if about not in seen:
        seen[about] = {signal.name: signal.see(case) for signal in SIGNALS if not signal.by_link}
    of_host = seen[about]
    found = (signal.see(case) if signal.by_link else of_host[signal.name] for signal in SIGNALS)
    return tuple(one for one in found if one is not None)


def _decide(case: Case, evidence: tuple[Evidence, ...], policy: Policy, kept_by: str) -> Decision:
    """``kept_by``: the key of ``[actions]`` for what keeps the link as it is; empty where nothing does."""
    rules, place = policy.rules, case.link.place
    weighed = weigh(evidence, rules)
    total = score(weighed)
    odd = total >= rules.threshold
    domain, host = unicode_host(case.domain), unicode_host(case.target.host)
    # Who allows a site does not allow what that site's redirector is made to hide.
    named = () if case.link.obscured else above(case.target.host)
    allowed = [entry for entry in rules.allow if entry.domain in named]
    verdict, left = "pass", ""
    if allowed:
        words = f"if the policy did not allow {allowed[0].domain} ({allowed[0].why})"
    elif matches(place, rules.places.fetched):
        words = f"if links in {place} could be rewritten"
    elif kept_by and odd:
        verdict, left = getattr(rules.actions, kept_by), kept_by
        words = f"{flip(weighed, total, rules, domain, host)}; not rewritten ({place}): {LEFT[kept_by]}"
    else:
        verdict = "rewrite" if odd else "pass"
        words = flip(weighed, total, rules, domain, host)
    if not odd and words.startswith("if "):
        words = f"{rules.threshold - total:.1f} points more, and {words}"
    return Decision(
        case.link, case.domain, verdict, total, weighed, policy.version, words, left,
        case.site if case.site != case.domain else "",
    )  # fmt: skip


def _observed(decision: Decision) -> Decision:
    """The same where nothing is changed: an odd link stays, whatever would have become of it."""
    if decision.verdict == "pass" and not decision.left:
        return decision
    return replace(decision, verdict="observe", left=OBSERVED, otherwise=decision.left)


def _passed(link: Link, policy: Policy) -> Decision:
    words = "nothing: only web links are judged"
    if _fetched(link.place, policy.rules.places.fetched):
        words = "nothing: what the mail program fetches by itself is not judged"
    return Decision(link, registrable(target(link).host), "pass", 0.0, (), policy.version, words)


@lru_cache(maxsize=1024)
def _fetched(place: str, patterns: tuple[str, ...]) -> bool:
    """Whether programs fetch what stands there by themselves; a page can have hundreds of such places."""
    return matches(place, patterns)


def _judged(link: Link, rules: Rules) -> bool:
    """Whether a click opens a web page: the link's own URL, or where its wrappers lead."""
    if _fetched(link.place, rules.places.fetched):
        return False
    found = target(link)
    schemes = {found.scheme, link.url.partition(":")[0].lower()} if link.target else {found.scheme}
    return bool(found.host) and not schemes.isdisjoint(rules.links.schemes)


def _keys(headers: tuple[Header, ...], identity: Identity) -> Iterable[Question]:
    """Keys of the signatures that could prove this From; others are not worth a lookup."""
    for signature in signatures(headers):
        question = key_question(signature)
        if question is not None and aligned(signature.domain, identity.domain):
            yield question


def _participants(
    headers: tuple[Header, ...],
    envelope: Envelope,
    identity: Identity,
    facts: Facts,
    rules: Rules,
    earlier: Mapping[str, Mention],
) -> Mapping[str, str]:
    """Registrable domains of the people in the conversation → whose.

    To and Cc are the sender's own words, so their domains count only where much genuine mail came from them:
    an attacker cannot make his domain a participant by writing once and copying himself in.
    """
    people = {name: WRITER for name, mention in earlier.items() if name == mention.teacher}
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


def _company(headers: tuple[Header, ...], envelope: Envelope, identity: Identity) -> frozenset[str]:
    """Registrable domains of everybody the message names, by whomever: absence is what matters here.

    Empty where the envelope's recipients are unknown, as in an archive: then nobody can be said to be absent.
    """
    if not envelope.rcpt_tos:
        return frozenset()
    recipients = envelope.rcpt_tos[:MOST_CORRESPONDENTS]
    people = (identity.address, envelope.mail_from, *identity.named, *recipients)
    named = {registrable(domain_of(address.lower())) for address in people}
    return frozenset((named | set(_correspondents(headers))) - {""})


def _correspondents(headers: tuple[Header, ...]) -> list[str]:
    """Registrable domains of To and Cc, each once, sorted."""
    fields = [header.value for header in headers if header.name in ("to", "cc")]
    found = {registrable(domain_of(one)) for value in fields[:4] for one in addresses(value).found}
    return sorted(found - {""})[:MOST_CORRESPONDENTS]
