"""From decisions to edits: which links are wished rewritten, and the tickets they get.

Does not judge and does not change bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from gateway import tokens
from gateway.outcome import Ticket
from gateway.store import unfit
from inspectors.model import Edit, Inspection, Leaf, Link, Skipped
from policy.model import Decision

ATTACHED = "the link stands in an attached text file, which is not changed"
OWN = "the link is a rewritten one already"
NO_KEY = "no ticket key may sign, see `oddlink keys list`"
SIGNED = "the PDF is signed, and the policy leaves signed PDFs as they are"
SCHEME = "only web links can be sent through the click page"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Makes tickets: the click service's public address, the keys, and where chance comes from."""

    base: str
    ring: tokens.Keyring
    random: Callable[[int], bytes] = secrets.token_bytes

    def ticket(self, link: Link, number: int) -> tuple[Ticket, tuple[str, ...]]:
        """A new ticket for one link, and its URL in three lengths. TokenError where no key may sign."""
        ticket_id = tokens.new_ticket_id(self.random(16))
        return Ticket(ticket_id, link.url, number), tokens.mint(self.base, link.host, ticket_id, self.ring)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The edits to make, the ticket behind each, and links that are not wrapped although decided odd."""

    edits: tuple[Edit, ...]
    tickets: tuple[Ticket, ...]
    """In the order of the edits."""
    left: tuple[Skipped, ...]


def wishes(
    inspection: Inspection,
    decisions: Sequence[Decision],
    wrapper: Wrapper,
    force: Collection[str] = (),
    *,
    append: bool = False,
) -> Wishes:
    """One edit for each link decided to be rewritten, or named in ``force`` as written or as opened.

    ``append``: whether signed PDFs may get a revision. Who names a link has decided that himself.
    """
    edits: list[Edit] = []
    tickets: list[Ticket] = []
    left: list[Skipped] = []
    files = _files(inspection.message.leaves)
    signed = frozenset(flag.leaf for flag in inspection.flags if flag.flag == "pdf-signed" and not append)
    for number, link, forced in _odd(inspection, decisions, force):
        reason = _not_wrapped(link, files, wrapper.base, forced)
        if not reason and link.leaf in signed and not forced:
            reason = SIGNED
        if not reason and wrapper.ring.signing is None:
            reason = NO_KEY
        if reason:
            left.append(Skipped(link.leaf, reason))
            continue
        ticket, urls = wrapper.ticket(link, number)
        edits.append(Edit(link, urls))
        tickets.append(ticket)
    return Wishes(tuple(edits), tuple(tickets), tuple(left))


def _files(leaves: Sequence[Leaf]) -> frozenset[str]:
    """Leaves that are attached files rather than what a reader is shown.

    The first leaf and its alternatives are shown whatever their disposition says.
    """
    beside = leaves[0].path.rpartition(".")[0] if leaves else ""
    return frozenset(
        leaf.path
        for number, leaf in enumerate(leaves)
        if leaf.disposition == "attachment"
        and number
        and not (beside and leaf.path.rpartition(".")[0] == beside)
    )


def _odd(
    inspection: Inspection, decisions: Sequence[Decision], force: Collection[str]
) -> Iterator[tuple[int, Link, bool]]:
    for number, link in enumerate(inspection.links):
        forced = link.url in force or link.written in force
        if forced or (number < len(decisions) and decisions[number].verdict == "rewrite"):
            yield number, link, forced


def _not_wrapped(link: Link, files: Collection[str], base: str, forced: bool) -> str:
    """Why this link is left as it came; empty where it is wrapped."""
    if tokens.is_ours(link.url, base) or (link.target and tokens.is_ours(link.target, base)):
        return OWN
    if not link.url.startswith(("http://", "https://")):
        return SCHEME
    if link.leaf in files and not forced and link.place.startswith(("text", "html:")):
        return ATTACHED
    return unfit(link.url)
