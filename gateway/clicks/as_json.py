"""Rows of the store as JSON, in the shape the command line prints too.

Output is ASCII: halves of surrogate pairs, which occur in hostile mail, have no other spelling in JSON.
Does not leave anything out for privacy: whoever asks is an analyst.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from gateway.store.rows import ClickRow, LinkRow, MessageRow

Json = dict[str, Any]


def summary_json(row: MessageRow) -> Json:
    """One message without its links."""
    return {
        "id": row.id,
        "at": _number(row.at),
        "message_id": row.message_id,
        "sender": {
            "address": row.sender,
            "domain": row.sender_domain,
            "genuine": row.genuine,
            "by": row.by,
            "words": row.identity_words,
        },
        "mail_from": row.mail_from,
        "recipients": list(row.recipients),
        "subject": row.subject,
        "outcome": row.outcome,
        "policy_version": row.policy_version,
        "link_count": row.link_count,
        "rewritten_count": row.rewritten_count,
        "delivered": row.delivered,
        "reply": row.reply,
    }


def message_json(row: MessageRow) -> Json:
    """One message with everything found in it."""
    return {
        **summary_json(row),
        "links": [link_json(link) for link in row.links],
        "skipped": [{"leaf": leaf, "reason": reason} for leaf, reason in row.skipped],
        "flags": [{"flag": flag, "leaf": leaf, "words": words} for flag, leaf, words in row.flags],
    }


def link_json(row: LinkRow) -> Json:
    """One link with its decision."""
    found: Json = {
        "number": row.number,
        "url": row.url,
        "host": row.host,
        "domain": row.domain,
        "place": row.place,
        "leaf": row.leaf,
        "shown": row.shown,
        "verdict": row.verdict,
        "score": _number(row.score),
        "flip": row.flip,
        "evidence": [
            {
                "signal": e.signal,
                "points": _number(e.points),
                "strength": _number(e.strength),
                "words": e.words,
            }
            for e in row.evidence
        ],
    }
    extras = {"written": row.written, "ticket": row.ticket, "not_rewritten": row.not_rewritten}
    if row.written == row.url:
        del extras["written"]
    return {**found, **{name: value for name, value in extras.items() if value}}


def click_json(row: ClickRow) -> Json:
    """One step on the click page."""
    return {
        "at": _number(row.at),
        "step": row.step,
        "id": row.message,
        "ticket": row.ticket,
        "client": row.client,
        "agent": row.agent,
        "url": row.url,
        "domain": row.domain,
        "sender": row.sender,
    }


def answer(value: Json | Iterable[Json], status: int = 200) -> Response:
    """Any of these as a response; several become a JSON array."""
    whole = value if isinstance(value, dict) else list(value)
    return Response(json.dumps(whole, allow_nan=False) + "\n", status, media_type="application/json")


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
