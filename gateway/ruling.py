"""What an analyst decides about a recorded message: which links it is about, and what follows.

``release``: the links belong. What waits of the message is learned now, and the domains are known for this
sender from the next message on. ``confirm``: they were rightly odd. Nothing of them will be learned, and
their domains go on the confirmed list, which weighs against every later link to them.

Does not read mail again and does not change what was recorded of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from gateway.store.rows import LinkRow, MessageRow, Ruling
from gateway.store.rulings import with_taken
from policy.domains import above, clean, registrable
from policy.history import form, habits
from policy.model import Identity, Lesson
from policy.rules import Rules


class RulingError(Exception):
    """The wish cannot be carried out; the words say why and what would be right."""


class RulingStore(Protocol):
    """The store as rulings use it."""

    def release(
        self, notes: Sequence[Ruling], lesson: Lesson | None, at: float, names: Sequence[str] = ()
    ) -> Sequence[str]:
        """Write down, learn and take names off the confirmed list; gives those that were on it."""

    def confirm(self, notes: Sequence[Ruling], listed: Sequence[str], waiting: Sequence[str]) -> int:
        """Write down and put on the list."""

    def forget(self, name: str, note: Ruling) -> dict[str, int]:
        """Remove from the history."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What was decided and what came of it."""

    what: str
    message: str
    links: tuple[int, ...]
    """Indexes in the message's inventory, from 0."""
    domains: tuple[str, ...]
    words: str


def release(
    store: RulingStore,
    row: MessageRow,
    rules: Rules,
    *,
    who: str,
    at: float,
    link: int = -1,
    domain: str = "",
) -> Ruled:
    """The odd links of the message, or one link (index from 0), or those to a domain, belong.

    ``at`` is Unix time in seconds. Raises RulingError and StoreError.
    """
    links = _chosen(row, link, domain)
    domains = _sites(links)
    lesson = None
    words = "nothing is learned: nobody proved who sent it"
    if row.genuine and row.sender and domains:
        lesson = _lesson(row, rules, links, domains)
        who_sent = f"{row.person} via {row.sender}" if row.person else row.sender
        words = f"{', '.join(domains)} is known for {who_sent} now"
    elif not domains:
        words = "nothing is learned: the link names no domain"
    names = (*domains, *filter(None, [clean(domain)]))
    taken = store.release([_note("release", row, one, who, at, words) for one in links], lesson, at, names)
    words = with_taken(words, taken)
    return Ruled("release", row.id, tuple(one.number for one in links), domains, words)


def confirm(
    store: RulingStore,
    row: MessageRow,
    rules: Rules,
    *,
    who: str,
    at: float,
    link: int = -1,
    domain: str = "",
) -> Ruled:
    """The odd links of the message, or one link (index from 0), or those to a domain, were rightly odd.

    A host on a site where anyone can publish is listed by its own name, and such a site itself never,
    unless ``domain`` names it. Raises RulingError and StoreError.
    """
    links = _chosen(row, link, domain)
    domains = _sites(links)
    names = tuple(dict.fromkeys(filter(None, (listed(one, rules, domain) for one in links))))
    words = f"on the confirmed list: {', '.join(names)}" if names else (
        "not listed: others publish on the same site; name it with --domain to list it whole"
    )  # fmt: skip
    store.confirm([_note("confirm", row, one, who, at, words) for one in links], names, domains)
    return Ruled("confirm", row.id, tuple(one.number for one in links), domains, words)


def forget(store: RulingStore, name: str, *, who: str, at: float) -> tuple[str, dict[str, int]]:
    """Remove an address or a domain from the history; gives the name as it was taken, and rows by kind.

    Raises RulingError where ``name`` is neither, and StoreError.
    """
    local, mark, host = name.strip().lower().rpartition("@")
    host = clean(host)
    if not host or "." not in host or (mark and not local) or len(name) > 320:
        raise RulingError(
            f"{name[:100]!r} is no address and no domain; write clerk@office.example or office.example"
        )
    # Sub-addresses share one history, see policy.history.owners.
    wanted = f"{local.partition('+')[0] or local}@{host}" if mark else host
    return wanted, store.forget(wanted, Ruling(at, who, "forget", sender=wanted if mark else "", domain=host))


def _chosen(row: MessageRow, link: int, domain: str) -> tuple[LinkRow, ...]:
    if link >= 0:
        found = [one for one in row.links if one.number == link]
        if not found:
            raise RulingError(f"message {row.id} has no link {link + 1}; it has {row.link_count}")
    elif domain:
        name = clean(domain)
        found = [one for one in row.links if one.domain == name or name in above(clean(one.host))]
        if not found:
            raise RulingError(
                f"message {row.id} has no link to {domain[:100]!r}; `oddlink explain` lists them"
            )
    else:
        found = [one for one in row.links if odd(one)]
        if not found:
            raise RulingError(f"message {row.id} has no odd link; name one with --link or --domain")
    return tuple(found)


def odd(link: LinkRow) -> bool:
    """Whether a recorded link was found odd, rewritten or not."""
    return bool(link.ticket or link.not_rewritten) or link.verdict != "pass"


def _sites(links: Sequence[LinkRow]) -> tuple[str, ...]:
    return tuple(sorted({one.known_as for one in links} - {""}))


def _lesson(row: MessageRow, rules: Rules, links: Sequence[LinkRow], domains: tuple[str, ...]) -> Lesson:
    organisation = registrable(row.sender_domain)
    who = Identity(row.sender, row.sender_domain, organisation, True, row.by, person=row.person)
    places = tuple(sorted({form(one.place) for one in links}))
    return Lesson(habits(who, rules.history.shared_domains), domains, row.at, organisation, row.id, places)


def listed(link: LinkRow, rules: Rules, domain: str = "") -> str:
    """The name that confirming a link puts on the list; empty for none."""
    shared = {*rules.lists.known_free_hosts, *rules.lists.known_shorteners}
    return clean(domain) or ("" if link.known_as in shared else link.known_as)


def _note(what: str, row: MessageRow, link: LinkRow, who: str, at: float, words: str) -> Ruling:
    return replace(Ruling(at, who, what), message=row.id, link=link.number, domain=link.domain,
                   sender=row.sender, words=words)  # fmt: skip
