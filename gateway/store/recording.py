"""One outcome as rows: what is written down of a message before or after it leaves.

Every text is made storable and cut to its limit here, see ``strings.py``; only a ticket's URL is never
changed.

Does not read anything back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from gateway.outcome import OUTBOUND, Manifest, Outcome, Ticket
from gateway.store import schema
from gateway.store.errors import StoreError
from gateway.store.strings import clean, key, unfit
from policy.actions import STAYS
from policy.model import Decision, Weighed

Row = dict[str, Any]

_ORDER = (
    schema.message,
    schema.recipient,
    schema.link,
    schema.evidence,
    schema.skipped,
    schema.flag,
    schema.ticket,
    schema.manifest,
    schema.change,
)
"""Tables, each after those its rows refer to."""


def record(connection: Connection, outcomes: Iterable[Outcome]) -> None:
    """Write outcomes, in the transaction that is open.

    Raises StoreError where a ticket's URL cannot be kept exactly, and SQLAlchemy's errors.
    """
    rows: dict[Table, list[Row]] = {table: [] for table in _ORDER}
    for outcome in outcomes:
        for table, row in _rows(outcome):
            rows[table].append(row)
    for table in _ORDER:
        if rows[table]:
            connection.execute(insert(table), rows[table])


def settle(connection: Connection, id: str, delivered: bool, reply: str, at: float) -> None:
    """Write down what the next hop said about message ``id``; nothing where it is not recorded."""
    table = schema.message
    values = {"delivered": delivered, "reply": _cut(reply, "reply"), "settled": at}
    connection.execute(update(table).where(table.c.id == id).values(values))


def _cut(text: str, kind: str) -> str:
    return clean(text, schema.LIMITS[kind])


def _rows(outcome: Outcome) -> Iterator[tuple[Table, Row]]:
    yield schema.message, _message(outcome)
    for number, address in enumerate(outcome.envelope.rcpt_tos[: schema.MAX_RECIPIENTS]):
        yield schema.recipient, {"message": outcome.id, "number": number, "address": _cut(address, "address")}
    yield from _links(outcome)
    yield from _notes(outcome)
    for ticket in outcome.tickets:
        yield schema.ticket, _ticket(outcome.id, ticket)
    if outcome.manifest is not None:
        yield from _manifest(outcome.id, outcome.manifest)


def _message(outcome: Outcome) -> Row:
    identity, envelope = outcome.judgement.identity, outcome.envelope
    return {
        "id": outcome.id,
        "at": outcome.at,
        "message_id": _cut(outcome.message_id, "address"),
        "sender": key(identity.address),
        "sender_domain": key(identity.domain),
        "organisation": key(identity.organisation),
        "person": key(identity.person),
        "genuine": identity.genuine,
        "by": _cut(identity.by, "name"),
        "identity_words": _cut(identity.words, "words"),
        "mail_from": _cut(envelope.mail_from, "address"),
        "client_address": _cut(envelope.client_address, "name"),
        "helo": _cut(envelope.helo, "host"),
        "subject": _cut(outcome.subject, "subject"),
        "outcome": _cut(outcome.result, "name"),
        "policy_version": _cut(outcome.judgement.policy_version, "name"),
        "link_count": _followed(outcome),
        "rewritten_count": len(outcome.tickets),
        "timings": json.dumps({_cut(k, "name"): round(v, 6) for k, v in outcome.timings.items()}),
        "delivered": None,
        "reply": "",
        "action": _cut(outcome.action, "name"),
        "because": _cut(" ".join(outcome.because), "words"),
        "scope": _cut(outcome.judgement.scope.name, "name"),
        "observed": _cut(" ".join((outcome.observed, *outcome.observed_because)).strip(), "words"),
    }


def _followed(outcome: Outcome) -> int:
    """Links that people follow; nothing is decided about those of our own users' mail."""
    if outcome.judgement.identity.by == OUTBOUND:
        return outcome.inspection.followed
    return sum(not decision.link.fetched for decision in outcome.judgement.decisions)


def _links(outcome: Outcome) -> Iterator[tuple[Table, Row]]:
    reasons = why_not(outcome)
    kept = {ticket.link for ticket in outcome.tickets}
    for number, decision in enumerate(outcome.judgement.decisions):
        if (number >= schema.MAX_LINKS or decision.link.fetched) and number not in kept:
            continue  # nobody follows what programs fetch, and a newsletter has a hundred of it
        yield schema.link, _link(outcome.id, number, decision, reasons.get(number, ""))
        if number >= schema.MAX_LINKS:
            continue  # a ticket needs its link, but 5,000 times the evidence are megabytes
        for place, weighed in enumerate(decision.weighed):
            yield schema.evidence, _evidence(outcome.id, number, place, weighed)


def _link(id: str, number: int, decision: Decision, not_rewritten: str) -> Row:
    link = decision.link
    return {
        "message": id,
        "number": number,
        "url": _cut(link.url, "url"),
        "written": _cut(link.written, "url"),
        "host": _cut(link.host, "host"),
        "domain": _cut(decision.domain, "host"),
        "place": _cut(link.place, "place"),
        "leaf": _cut(link.leaf, "leaf"),
        "page": link.page,
        "shown": _cut(link.shown, "shown"),
        "verdict": _cut(decision.verdict, "name"),
        "score": decision.score,
        "flip": _cut(decision.flip, "words"),
        "not_rewritten": _cut(not_rewritten, "words"),
        "site": _cut(decision.site, "host"),
    }


def _evidence(id: str, link: int, number: int, weighed: Weighed) -> Row:
    evidence = weighed.evidence
    used = [[clean(question.kind, 50), *(key(part) for part in question.key)] for question in evidence.used]
    return {
        "message": id,
        "link": link,
        "number": number,
        "signal": _cut(evidence.signal, "name"),
        "strength": evidence.strength,
        "points": weighed.points,
        "words": _cut(evidence.words, "words"),
        "used": json.dumps(used),
    }


def why_not(outcome: Outcome) -> dict[int, str]:
    """For each odd link that was not rewritten, the reason, by the link's number.

    ``Outcome.not_rewritten`` names leaves, not links: reasons are given out in order within a leaf, the last
    one of a leaf serves for all that remain there, and one without a leaf for the whole message.
    """
    done = {ticket.link for ticket in outcome.tickets}
    by_leaf: dict[str, list[str]] = {}
    for entry in outcome.not_rewritten:
        by_leaf.setdefault(entry.leaf, []).append(entry.reason)
    reasons = {}
    for number, decision in enumerate(outcome.judgement.decisions):
        if decision.left and number not in done:
            reasons[number] = STAYS[decision.left]
        if decision.left or decision.verdict != "rewrite" or number in done:
            continue
        queue = by_leaf.get(decision.link.leaf) or by_leaf.get("") or ["no reason was recorded"]
        reasons[number] = queue.pop(0) if len(queue) > 1 else queue[0]
    return reasons


def _notes(outcome: Outcome) -> Iterator[tuple[Table, Row]]:
    inspection = outcome.inspection
    for number, skipped in enumerate(inspection.skipped[: schema.MAX_NOTES]):
        row = {"leaf": _cut(skipped.leaf, "leaf"), "reason": _cut(skipped.reason, "words")}
        row["kind"] = _cut(skipped.kind, "name")
        yield schema.skipped, {"message": outcome.id, "number": number, **row}
    flags = [(flag.flag, flag.leaf, flag.words) for flag in inspection.flags[: schema.MAX_NOTES]]
    flags.extend(_left_out(outcome))
    for number, (flag, leaf, words) in enumerate(flags):
        row = {"flag": _cut(flag, "name"), "leaf": _cut(leaf, "leaf"), "words": _cut(words, "words")}
        yield schema.flag, {"message": outcome.id, "number": number, **row}


def _left_out(outcome: Outcome) -> Iterator[tuple[str, str, str]]:
    """What is over the store's limits, as flags: nothing is dropped silently (law 7)."""
    rewritten = any(ticket.link >= schema.MAX_LINKS for ticket in outcome.tickets)
    others = " Of the others, only the rewritten ones, without their evidence." if rewritten else ""
    counts: Sequence[tuple[str, int, int, str]] = (
        ("links", len(outcome.judgement.decisions), schema.MAX_LINKS, others),
        ("recipients", len(outcome.envelope.rcpt_tos), schema.MAX_RECIPIENTS, ""),
        ("skipped parts", len(outcome.inspection.skipped), schema.MAX_NOTES, ""),
        ("flags", len(outcome.inspection.flags), schema.MAX_NOTES, ""),
    )
    for what, count, limit, more in counts:
        if count > limit:
            yield "store-limit", "", f"Of {count} {what}, the first {limit} were recorded.{more}"


def _ticket(id: str, ticket: Ticket) -> Row:
    reason = unfit(ticket.url)
    if reason:
        raise StoreError(f"ticket for link {ticket.link} of message {id}: {reason}", transient=False)
    return {"id": ticket.id, "message": id, "link": ticket.link, "url": ticket.url}


def _manifest(id: str, manifest: Manifest) -> Iterator[tuple[Table, Row]]:
    yield (
        schema.manifest,
        {
            "message": id,
            "added": manifest.added,
            "size": manifest.size,
            "sha256": manifest.sha256,
            "rewritten_sha256": manifest.rewritten_sha256,
        },
    )
    for number, change in enumerate(manifest.changes):
        row = {"at": change.at, "was": change.was, "now": change.now}
        yield schema.change, {"message": id, "number": number, **row}
