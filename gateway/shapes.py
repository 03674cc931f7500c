"""Recorded rows as the JSON objects that commands and console API give; the shapes are promises to scripts.

``time`` is ``at`` in RFC 3339.

Does not read the store.
"""

from __future__ import annotations

import math
from typing import Any

from gateway.facts import facts_of
from gateway.logs import timestamp
from gateway.store.rows import ClickRow, LinkRow, MessageRow
from policy.actions import action_of


def moment(at: float) -> str:
    """A recorded time for people and programs: RFC 3339 in UTC with milliseconds."""
    try:
        return timestamp(at)
    except (OverflowError, ValueError, OSError):
        return str(at)


def summary_json(row: MessageRow) -> dict[str, Any]:
    """A message without its links: id, time, sender, envelope, the next hop's answer."""
    return {
        "id": row.id,
        "at": _number(row.at),
        "time": moment(row.at),
        "message_id": row.message_id,
        "sender": {
            "address": row.sender,
            "domain": row.sender_domain,
            "genuine": row.genuine,
            "by": row.by,
            "words": row.identity_words,
        }
        | ({"person": row.person} if row.person else {}),
        "mail_from": row.mail_from,
        "recipients": list(row.recipients),
        "subject": row.subject,
        "outcome": row.outcome,
        "action": row.action,
        "because": list(row.because),
        "policy_version": row.policy_version,
        "delivered": row.delivered,
        "reply": row.reply,
        "link_count": row.link_count,
        "rewritten_count": row.rewritten_count,
        **_scope(row),
    }


def _scope(row: MessageRow) -> dict[str, Any]:
    """The scope, and of a message that was only observed what would have become of it, where there is."""
    found: dict[str, Any] = {"scope": row.scope} if row.scope else {}
    if row.observed:
        found["observed"] = row.observed
        found["observed_action"] = action_of(row.observed, row.observed_because)
        found["observed_because"] = list(row.observed_because)
    return found


def message_json(row: MessageRow) -> dict[str, Any]:
    """A message with everything found in it."""
    return summary_json(row) | {
        "facts": [{"about": one.about, "good": one.good, "words": one.words} for one in facts_of(row)],
        "links": [link_json(link) for link in row.links],
        "skipped": [
            {"leaf": leaf, "reason": reason} | ({"kind": kind} if kind else {})
            for leaf, reason, kind in row.skipped
        ],
        "flags": [{"flag": flag, "leaf": leaf, "words": words} for flag, leaf, words in row.flags],
        "rulings": [
            {
                "at": _number(one.at),
                "time": moment(one.at),
                "who": one.who,
                "ruling": one.what,
                "link": one.link + 1,
                "domain": one.domain,
                "words": one.words,
            }
            for one in row.rulings
        ],
    }


def link_json(link: LinkRow) -> dict[str, Any]:
    """One link with its decision; ``written``, ``ticket`` and ``not_rewritten`` only where there is one.

    Links are numbered from 1, as `oddlink release --link` takes them; a ruling of no link has ``link`` 0.
    """
    entry: dict[str, Any] = {
        "number": link.number + 1,
        "url": link.url,
        "host": link.host,
        "domain": link.domain,
        "place": link.place,
        "leaf": link.leaf,
        "shown": link.shown,
        "verdict": link.verdict,
        "score": _number(link.score),
        "flip": link.flip,
        "evidence": [
            {
                "signal": piece.signal,
                "points": _number(piece.points),
                "strength": _number(piece.strength),
                "words": piece.words,
                "used": [list(question) for question in piece.used],
            }
            for piece in link.evidence
        ],
    }
    extra = {
        "written": link.written if link.written != link.url else "",
        "ticket": link.ticket,
        "not_rewritten": link.not_rewritten,
        "page": link.page,
    }
    return entry | {name: value for name, value in extra.items() if value}


def click_json(row: ClickRow) -> dict[str, Any]:
    """One step on the click page."""
    return {
        "at": _number(row.at),
        "time": moment(row.at),
        "step": row.step,
        "url": row.url,
        "domain": row.domain,
        "sender": row.sender,
        "client": row.client,
        "agent": row.agent,
        "ticket": row.ticket,
        "id": row.message,
    }


def _number(value: float) -> float | None:
    """JSON knows no infinity."""
    return value if math.isfinite(value) else None
