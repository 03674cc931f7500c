"""From evidence to the verdict on one link.

Does not gather evidence.
"""

from __future__ import annotations

from dataclasses import replace

from inspectors.model import Link
from policy.actions import LEFT, OBSERVED, fetched
from policy.domains import registrable, unicode_host
from policy.model import Decision, Evidence
from policy.rules import Policy, Rules
from policy.signals.case import Case, target
from policy.weigh import flip, score, weigh


def decided(case: Case, evidence: tuple[Evidence, ...], policy: Policy, kept_by: str) -> Decision:
    """``kept_by``: the key of ``[actions]`` for what keeps the link as it is; empty where nothing does."""
    rules, place = policy.rules, case.link.place
    weighed = weigh(evidence, rules)
    total = score(weighed)
    odd = total >= rules.threshold
    domain, host = unicode_host(case.domain), unicode_host(case.target.host)
    # Who allows a site does not allow what that site's redirector is made to hide.
    allowed = None if case.link.obscured else case.entry("allow", case.target.host)
    verdict, left = "pass", ""
    if allowed is not None:
        words = f"if the policy did not allow {allowed.domain} ({allowed.why})"
    elif fetched(place, rules.places.fetched):
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


def observed(decision: Decision) -> Decision:
    """The same where nothing is changed: an odd link stays, whatever would have become of it."""
    if decision.verdict == "pass" and not decision.left:
        return decision
    return replace(decision, verdict="observe", left=OBSERVED, otherwise=decision.left)


def passed(link: Link, policy: Policy) -> Decision:
    """A link that is not judged, with the reason."""
    words = "nothing: only links that open something from a host are judged"
    if fetched(link.place, policy.rules.places.fetched):
        words = "nothing: what the mail program fetches by itself is not judged"
    return Decision(link, registrable(target(link).host), "pass", 0.0, (), policy.version, words)


def is_judged(link: Link, rules: Rules) -> bool:
    """Whether a click opens a web page, or another thing the policy names: the link's own URL, or where its
    wrappers lead."""
    if fetched(link.place, rules.places.fetched):
        return False
    found = target(link)
    schemes = {found.scheme, link.url.partition(":")[0].lower()} if link.target else {found.scheme}
    return bool(found.host) and not schemes.isdisjoint((*rules.links.schemes, *rules.links.opens))
