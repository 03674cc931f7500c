"""``oddlink explain ID``: one decision, with all that led to it.

Does not judge again; it shows what was recorded when the message came.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from gateway.cli.common import DATA, Config, Failure, Json, StoreUrl, open_store, printable
from gateway.cli.output import write_json
from gateway.facts import facts_of
from gateway.shapes import message_json, moment
from gateway.store import Store
from gateway.store.rows import EvidenceRow, LinkRow, MessageRow, Search

Id = Annotated[str, typer.Argument(help="Our id (X-Oddlink, reply, log, click page) or a Message-ID.")]
All = Annotated[bool, typer.Option("--all", help="Also the evidence of links that were left alone.")]


def command(
    id: Id, all: All = False, json: Json = False, config: Config = None, store: StoreUrl = ""
) -> None:
    """Explain one decision: evidence with points, facts, rule, and what would have turned it."""
    with open_store(config, store) as opened:
        rows = _find(opened, id.strip())
    for row in rows:
        if json:
            write_json(message_json(row))
        else:
            sys.stdout.write("\n".join(printable(line) for line in _lines(row, all)) + "\n")


def _find(store: Store, id: str) -> list[MessageRow]:
    """By our id; else all messages with this Message-ID, newest first, for one may come more than once."""
    whole = store.message(id.lower())
    if whole is not None:
        return [whole]
    found = (
        (store.message(row.id) for row in store.find_decisions(Search(message_id=id, limit=20))) if id else ()
    )
    rows = [row for row in found if row is not None]
    if not rows:
        raise Failure(f"{id[:100]!r} is not in the store; `oddlink decisions` lists what is", DATA)
    return rows


def _lines(row: MessageRow, all: bool) -> Iterator[str]:
    outcome = row.outcome + (f" (only observed; would have been {row.would})" if row.observed else "")
    yield f"message {row.id}: {outcome}"
    yield f"  taken      {moment(row.at)}"
    yield f"  message-id {row.message_id or '(none)'}"
    yield f"  subject    {row.subject or '(none)'}"
    yield from _sender(row)
    if row.person:
        yield f"  person     {row.person}, whose mail {row.sender} sent on"
    yield f"  envelope   from <{row.mail_from}> to {', '.join(row.recipients) or '(nobody)'}"
    yield f"  policy     {row.policy_version}"
    yield f"  delivered  {_delivered(row)}"
    if row.because:
        yield f"  action     {row.action}, because of [actions] {', '.join(row.because)}"
    if row.scope:
        yield f"  scope      {row.scope}"
    for leaf, reason, kind in row.skipped:
        yield f"  skipped    {leaf or 'message'}: {reason}{f' ({kind})' if kind else ''}"
    for flag, leaf, words in row.flags:
        yield f"  flag       {flag} ({leaf or 'message'}): {words}"
    rewritten = "" if row.outbound else f", of which {row.rewritten_count} rewritten"
    yield f"  links      {row.link_count}{rewritten}"
    yield from (f"  {'+' if fact.good else '-'} {fact.words}" for fact in facts_of(row))
    for link in sorted(row.links, key=lambda link: (not link.ticket, link.verdict == "pass", link.number)):
        yield from _link(link, all or link.verdict != "pass" or bool(link.not_rewritten))
        for one in row.rulings:
            if one.link == link.number:
                yield f"    {one.what:<10} {moment(one.at)} by {one.who}: {one.words}"


def _sender(row: MessageRow) -> Iterator[str]:
    sender = row.sender or "(no single From address)"
    if row.outbound:
        yield f"  sender     {sender}"
        yield f"  outbound   {row.identity_words}"
        return
    yield f"  sender     {sender}: {f'genuine by {row.by}' if row.genuine else 'not proved'}"
    if row.identity_words:
        yield f"             {row.identity_words}"


def _delivered(row: MessageRow) -> str:
    if row.delivered is None:
        return "not known: the next hop's answer was not recorded"
    return f"{'yes' if row.delivered else 'no'}: {row.reply}"


def _link(link: LinkRow, whole: bool) -> Iterator[str]:
    yield ""
    done = "rewritten" if link.ticket else link.verdict
    yield f"  link {link.number + 1}: {done}, {link.score:+.2f} points"
    yield f"    {link.url}"
    if not whole:
        return
    where = f"{link.place}, part {link.leaf}" + (f", page {link.page}" if link.page else "")
    yield f"    where      {where}"
    yield f"    domain     {link.domain or '(none)'}"
    if link.written != link.url:
        yield f"    written    {link.written}"
    if link.shown:
        yield f"    shown as   {link.shown}"
    if link.not_rewritten:
        yield f"    left as it came, because: {link.not_rewritten}"
    for piece in link.evidence:
        yield from _evidence(piece)
    if not link.evidence:
        yield "    no evidence"
    if link.flip:
        yield f"    would turn {link.flip}"
    if link.ticket:
        yield f"    ticket     {link.ticket}"


def _evidence(piece: EvidenceRow) -> Iterator[str]:
    yield f"    {piece.points:+6.2f}     {piece.signal} (strength {piece.strength:.2f}): {piece.words}"
    for kind, *key in piece.used:
        yield f"               from {kind}: {' '.join(filter(None, key))}"
