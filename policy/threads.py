"""The conversation a message belongs to, and which earlier messages of it vouch for a link.

Replies quote: what somebody else linked to is no oddness of the one who answers. But which messages a message
answers is only its sender's word, and any genuine stranger can have written one of them: an attacker writes
something harmless from a domain of his own, with his link, and later names that message in a reply from a
stolen account. So an earlier message vouches only where its teacher is

- one of our own users, who began the conversation: a reply of ours quotes what strangers wrote, and nobody
  judged it on its way out; what inbound messages teach was judged and not found odd; or
- another organisation than the present sender's, no mail provider, that has written to us for some weeks in
  at least ``correspondent_messages`` genuine messages. The sender's own organisation gets no voice, for a
  stolen account has its colleagues' mail, and what it usually links to is in its history anyway.

And it vouches only in genuine mail: a forger reads Message-IDs on every mailing list, and whoever has no
proved sender has nobody whose odd habits a thread could explain.

Ids are those of RFC 5322 section 3.6.4. Comments between them are skipped, what stands in no angle brackets
is not looked at, and fields of any length cost linear time.

Does not read or write the store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from inspectors.model import Header
from policy.history import DAY, long_known
from policy.lexical import after_comment
from policy.model import Identity, Lesson, Mention
from policy.rules import HistoryRules

OURS = "ours"
"""The teacher of what our own users' mail says; no registrable domain, for it has no dot."""
MOST_IDS = 20
"""Ids of a conversation that are asked about, the newest; longer threads quote their latest messages."""
LONGEST_ID = 250
"""Characters of an id between the brackets. Real ones stay below 200; longer ones are left out."""
MOST_DOMAINS = 20
"""Domains of one message that are remembered for its thread, in alphabetical order; a message that links to
more is a newsletter, and nobody's reply quotes all of it."""
LONGEST_FIELD = 16 * 1024
"""Characters of one field looked at: of References the end, where the newest ids stand. 20 ids of 250
characters fit three times."""

_ID = re.compile(r"<([^<>\s]{1,250})>")


def message_id(headers: Sequence[Header]) -> str:
    """The message's own id without brackets; empty where there is none, or more than one."""
    fields = [header.value for header in headers if header.name == "message-id"]
    found = list(_ids(fields[0][:LONGEST_FIELD])) if len(fields) == 1 else []
    return found[0] if len(found) == 1 else ""


def conversation(headers: Sequence[Header]) -> tuple[str, ...]:
    """Ids of the earlier messages this one names, newest first: In-Reply-To, then References from its end."""
    found: dict[str, None] = {}
    for name, part in (("in-reply-to", slice(LONGEST_FIELD)), ("references", slice(-LONGEST_FIELD, None))):
        field = next((header.value for header in headers if header.name == name), b"")
        ids = list(_ids(field[part]))
        found |= dict.fromkeys(reversed(ids))
    own = message_id(headers)
    return tuple(id for id in found if id != own)[:MOST_IDS]


def begins(headers: Sequence[Header]) -> bool:
    """Whether a person began the conversation with it: it answers nothing, and no program wrote it.

    Programs that answer say so in Auto-Submitted (RFC 3834 section 5) or Precedence; what strangers write
    into a form on our pages must not come back as our own word.
    """
    names = {header.name for header in headers}
    return not names & {"in-reply-to", "references"} and not by_program(headers)


def by_program(headers: Sequence[Header]) -> bool:
    """Whether a program sent it by itself, as Auto-Submitted (RFC 3834 section 5) or Precedence says."""
    if any(header.name == "precedence" for header in headers):
        return True
    # A comment or parameters may follow the keyword.
    words = (header.value for header in headers if header.name == "auto-submitted")
    return any(value.partition(b";")[0].partition(b"(")[0].strip().lower() != b"no" for value in words)


def taught(lesson: Lesson) -> tuple[str, tuple[str, ...]]:
    """(teacher, domains) that a lesson leaves for its thread; no teacher where it leaves nothing.

    The domains are those it teaches, and the sender's own organisation, which says that it takes part.
    """
    teacher = OURS if lesson.teacher else lesson.own
    if not lesson.message_id or not teacher or (teacher == OURS) is not bool(lesson.teacher):
        return "", ()
    names = sorted({*lesson.domains} - {lesson.own})[: MOST_DOMAINS - 1]
    return teacher, (*names, *((lesson.own,) if teacher != OURS else ()))


def vouched(
    mentions: Iterable[Mention], identity: Identity, rules: HistoryRules, at: float = 0.0
) -> Mapping[str, Mention]:
    """Domain → the earlier message that vouches for it, ours before others', then the earliest.

    ``at`` is the Unix time of the message, seconds; 0 judges as if no time had passed.
    """
    if not identity.genuine:
        return {}
    found: dict[str, Mention] = {}
    for mention in sorted(mentions, key=lambda one: (one.teacher != OURS, one.at, one.message_id)):
        if _vouches(mention, identity, rules, at):
            found.setdefault(mention.domain, mention)
    return found


def _vouches(mention: Mention, identity: Identity, rules: HistoryRules, at: float) -> bool:
    if at > 0 and at - mention.at > rules.thread_days * DAY:
        return False
    if mention.teacher == OURS:
        return True
    if mention.teacher in (identity.organisation, identity.domain) or mention.teacher in rules.shared_domains:
        return False
    return mention.first > 0 and long_known(mention.messages, mention.first, at, rules)


def _ids(value: bytes) -> Iterator[str]:
    text = _without_comments(value.decode("ascii", "replace"))
    return (match[1] for match in _ID.finditer(text))


def _without_comments(text: str) -> str:
    """Comments replaced by spaces; from one that never closes on, parentheses are ordinary characters."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("(", at)) >= 0:
        end = after_comment(text, start)
        if end < 0:
            break
        pieces += (text[at:start], " ")
        at = end
    return "".join((*pieces, text[at:]))
