"""Which part of the policy a message falls under: ``[[scope]]``, else the policy's own values.

Every recipient has a scope, the first one that matches; of several recipients the strictest counts for the
message: acting before observing, then the lower threshold. Otherwise whoever copies in one recipient whose
mail is only observed would switch the protection off for all the others. The order of the recipients plays
no part.

For the same reason only a proved sender falls under a scope that names senders as under any other. Of
everybody else the sender may merely claim to be (From, MAIL FROM, the person behind a list), such a scope
counts only where that is stricter: nobody gets leniency for writing somebody else's name.

An envelope without recipients, as of an archive, falls under no scope that names recipients.

Addresses are compared without case and sub-address, with the domain in its ASCII form; what is no address
falls under no scope that would have to read it.

Does not change anything about the message: ``policy.judge`` and the gateway do what the scope says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from policy.addresses import domain_of
from policy.domains import above, clean
from policy.model import Envelope, Identity, Scope
from policy.rules import Policy, Rules, ScopeEntry

MOST_RECIPIENTS = 5000
"""Recipients looked at, by default ten times what the relay takes. With more of them every scope counts, so
that nobody hides behind a crowd."""
_LONGEST = 1000
"""Characters of an address; RFC 5321 section 4.5.3.1 allows 320."""
_QUOTED_PAIR = re.compile(r"\\(.)")


def scope(envelope: Envelope, identity: Identity, rules: Rules) -> Scope:
    """The scope of a message. Never raises, whatever the addresses are."""
    if not rules.scope:
        return Scope("", rules.observe.enabled, rules.threshold)
    found = _candidates(envelope, identity, rules)
    return min(found, key=lambda one: (one[1].observe, one[1].threshold, one[0]))[1]


def in_scope(policy: Policy, scope: Scope) -> Policy:
    """The policy as it counts in a scope."""
    if not scope.threshold or scope.threshold == policy.rules.threshold:
        return policy
    return replace(policy, rules=replace(policy.rules, threshold=scope.threshold))


def named(name: str, rules: Rules) -> Scope | None:
    """The scope of this name, the policy's own values for the empty one; None where there is none."""
    if not name:
        return Scope("", rules.observe.enabled, rules.threshold)
    return next((_scope(entry, rules) for entry in rules.scope if entry.name == name), None)


def observing(rules: Rules) -> tuple[str, ...]:
    """Names of the scopes in which nothing is changed; the empty name stands for all other mail."""
    rest = ("",) if rules.observe.enabled else ()
    return (*rest, *(entry.name for entry in rules.scope if _scope(entry, rules).observe))


def listed(text: str) -> str:
    """An entry of ``recipients`` or ``senders`` as it is compared: an address or a domain; else empty."""
    local, mark, host = text.strip().rpartition("@")
    domain = clean(host)
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", domain) or (mark and not local):
        return ""
    return _normal(text.strip()) if mark else domain


def covers(names: Iterable[str], entry: str) -> bool:
    """Whether an entry of one scope's list lies within those of another; both as ``listed`` takes them."""
    one = listed(entry)
    known = {listed(name) for name in names} - {""}
    return bool(one) and not known.isdisjoint(_keys(one) if "@" in one else above(one))


def _candidates(envelope: Envelope, identity: Identity, rules: Rules) -> Iterator[tuple[int, Scope]]:
    """Each recipient's scope, with its place in the policy, which decides between equals."""
    recipients, senders = _index(rules.scope)
    last = len(rules.scope)  # stands for the policy's own values
    addressed = envelope.rcpt_tos[:MOST_RECIPIENTS] or ("",)
    reached = {recipients.covering(_keys(one)) for one in addressed}
    proved, claimed = identity.address if identity.genuine else "", {identity.person}
    if not proved:
        claimed |= {identity.address, envelope.mail_from, *identity.named}
    found = {_first(one & senders.covering(_keys(proved)), last) for one in reached}
    for name in claimed - {""}:
        found |= {_first(one & senders.naming(_keys(name)), -1) for one in reached}
    if len(envelope.rcpt_tos) > MOST_RECIPIENTS:
        found.update(range(last + 1))
    for at in found - {-1}:
        own = Scope("", rules.observe.enabled, rules.threshold)
        yield at, _scope(rules.scope[at], rules) if at < last else own


def _scope(entry: ScopeEntry, rules: Rules) -> Scope:
    observe = rules.observe.enabled if entry.observe is None else entry.observe
    return Scope(entry.name, observe, rules.threshold if entry.threshold is None else entry.threshold)


@dataclass(frozen=True, slots=True)
class _Index:
    """Which scopes name whom; a set of scopes is a number with one bit for each, the first the lowest."""

    anybody: int
    """Scopes that name nobody and so mean everybody."""
    named: Mapping[str, int]

    def covering(self, keys: Iterable[str]) -> int:
        """Scopes that mean the address with these keys."""
        return self.anybody | self.naming(keys)

    def naming(self, keys: Iterable[str]) -> int:
        """Those that name it."""
        found = 0
        for key in keys:
            found |= self.named.get(key, 0)
        return found


@lru_cache(maxsize=8)
def _index(entries: tuple[ScopeEntry, ...]) -> tuple[_Index, _Index]:
    """By recipients, and by senders."""
    return _indexed([one.recipients for one in entries]), _indexed([one.senders for one in entries])


def _indexed(lists: Sequence[Sequence[str]]) -> _Index:
    anybody, table = 0, dict[str, int]()
    for at, names in enumerate(lists):
        anybody |= (not names) << at
        for name in map(listed, names):
            table[name] = table.get(name, 0) | 1 << at
    return _Index(anybody, table)


def _first(scopes: int, otherwise: int) -> int:
    """The place of the first of these scopes."""
    return (scopes & -scopes).bit_length() - 1 if scopes else otherwise


def _keys(address: str) -> tuple[str, ...]:
    """All entries that would cover an address: itself, its form without sub-address, its domain and above."""
    return _known_keys(address) if len(address) <= _LONGEST else ()


@lru_cache(maxsize=4096)
def _known_keys(address: str) -> tuple[str, ...]:
    domain = domain_of(address)
    whole = _normal(address)
    if not domain or not whole:
        return ()
    local = whole.rpartition("@")[0]
    return (whole, f"{local.partition('+')[0] or local}@{domain}", *above(domain))


def _normal(address: str) -> str:
    """``local@domain`` as it is compared: without source route, quotes and case; empty for no address."""
    local, _, host = address.rpartition("@")
    domain = clean(host)
    if local.startswith("@"):  # <@relay.example:user@domain>, RFC 5321 section 4.1.2
        local = local.partition(":")[2]
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = _QUOTED_PAIR.sub(r"\1", local[1:-1])
    local = unicodedata.normalize("NFC", local).lower()
    return f"{local}@{domain}" if local and domain else ""
