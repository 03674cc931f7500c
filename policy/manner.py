"""What the genuine sender's mail usually comes with, and what of it is new in this message.

One look a message, before its links are judged. A kind counts only where he had it in ``LEAST`` messages and
the new value in none, by the same model as domains (``policy.history.escape``): one mail program in forty
messages says more than six in forty. What is absent, now or before, is no change; only answers that are to go
elsewhere are one in mail of somebody who never asked for that.

Forged mail has no manner here: what it comes with is the forger's, and measures nobody.

Does not judge; ``policy.signals`` do, and only of links the sender is not known for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from inspectors.model import Inspection
from policy import questions
from policy.domains import unicode_host
from policy.history import escape, faded, owners, readings
from policy.model import Envelope, Facts, Identity, Owner, Trait
from policy.rules import HistoryRules
from policy.traits import KINDS, MOST, MOST_VALUES, NO_FILE, traits

LEAST = 5
"""Messages that had a kind of trait before another value of it is a change."""
_HOUR = 60
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One trait of this message that none of the sender's had."""

    kind: str
    words: str
    """The new value and the old ones, as part of a sentence."""
    nats: float
    """How surprising that is, from how constant he was in it."""
    leaf: str = ""
    """The attachment it is about; empty for the whole message."""


@dataclass(frozen=True, slots=True)
class Manner:
    """The genuine sender's habits beside the domains; empty for others and where nothing is known."""

    owner: Owner | None = None
    """Whose; None where there are none."""
    known: Mapping[str, Mapping[str, Trait]] = field(default_factory=dict)
    """Kind → value → how often."""
    changes: tuple[Change, ...] = ()
    others: tuple[Manner, ...] = ()
    """The same of others the sender may be, see ``policy.history.readings``; they have no others."""

    @property
    def each(self) -> tuple[Manner, ...]:
        """This one and the others: what is looked at is the one that is most surprised."""
        return (self, *self.others)

    @property
    def linked(self) -> int:
        """Messages whose links were remembered; at least so many."""
        found = self.known.get("file", {})
        others = (trait.messages for value, trait in found.items() if value != NO_FILE)
        return (found[NO_FILE].messages if NO_FILE in found else 0) + max(others, default=0)

    def values(self, kind: str) -> Collection[str]:
        """The values of one kind."""
        return self.known.get(kind, {}).keys()

    def full(self, kind: str) -> bool:
        """Whether values of the kind have fallen out, so that nobody can say what was never there."""
        return len(self.known.get(kind, {})) >= MOST.get(kind, MOST_VALUES)


NONE = Manner()


def manner(
    inspection: Inspection,
    envelope: Envelope,
    identity: Identity,
    facts: Facts,
    rules: HistoryRules,
    own: Collection[str],
    at: float = 0.0,
) -> Manner:
    """What the message's sender usually does, and what of it changed.

    ``own`` are registrable domains answers may go to: those of the people in the conversation. ``at`` is the
    Unix time of the message, seconds, until which habits fade; 0 lets none fade. Of mail that a list is said
    to have sent on, those of the person and those of the address in From: fields that anybody can write must
    not hide a sender from his own habits.
    """
    people = {owners(one)[0]: None for one in readings(identity)}
    found = [_of(owner, inspection, envelope, identity, facts, rules, own, at) for owner in people]
    first, *others = [one for one in found if one.owner is not None] or [NONE]
    return replace(first, others=tuple(others)) if others else first


def _of(
    owner: Owner,
    inspection: Inspection,
    envelope: Envelope,
    identity: Identity,
    facts: Facts,
    rules: HistoryRules,
    own: Collection[str],
    at: float,
) -> Manner:
    """Compared with the habits of one of those the sender may be."""
    if not identity.genuine or owner.level != "sender":
        return NONE
    known: dict[str, dict[str, Trait]] = {}
    for trait in questions.traits_of(facts, owner) or ():
        known.setdefault(trait.kind, {})[trait.value] = trait
    if not known:
        return NONE
    seen = _Seen(known, rules, {*own, identity.organisation}, at)
    now = traits(inspection.message.headers, envelope)
    changes = [*filter(None, (seen.change(kind, value) for kind, value in now))]
    for leaf, producer in inspection.producers:
        change = seen.change("producer", producer, leaf)
        changes += [change] if change else []
    return Manner(owner, known, tuple(changes))


@dataclass(frozen=True, slots=True)
class _Seen:
    known: Mapping[str, Mapping[str, Trait]]
    rules: HistoryRules
    own: Collection[str]
    at: float

    def change(self, kind: str, value: str, leaf: str = "") -> Change | None:
        """The change that this value is; None where it is none or nobody can say."""
        before = self.known.get(kind, {})
        if value in before or len(before) >= MOST.get(kind, MOST_VALUES):
            return None
        total, all_mail = _total(before), max(_total(self.known.get(name, {})) for name in KINDS)
        varied = len(before)
        if kind == "reply-to":
            if value in self.own:
                return None
            # Mail that asked for answers to its own sender is a value like others.
            varied, total = varied + (all_mail > total), all_mail
        elif kind == "zone" and any(_an_hour_apart(value, other) for other in before):
            return None
        if total < LEAST:
            return None
        fresh = faded(max((trait.last for trait in before.values()), default=0.0), self.at, self.rules)
        # Who names his program in every tenth message only has said little about it.
        share = total / all_mail if kind in KINDS else 1.0
        nats = share * escape(total, total, varied, self.rules, fresh)
        return Change(kind, _words(kind, value, before), nats, leaf)


def _total(values: Mapping[str, Trait]) -> int:
    return sum(trait.messages for trait in values.values())


def _an_hour_apart(one: str, other: str) -> bool:
    """Whether two zones are the same in summer and winter, or the same written twice.

    Neighbours east and west are an hour apart too, and half of all mail would say so falsely twice a year.
    """
    return abs(_minutes(one) - _minutes(other)) in (0, _HOUR)


def _minutes(zone: str) -> int:
    try:
        return (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[3:5]))
    except (ValueError, IndexError):
        return 24 * 60


_NAMES = {
    "mailer": "written with",
    "network": "sent from the network",
    "reply-to": "answers go to",
    "zone": "dated in the time zone",
    "producer": "a PDF made by",
}


def _words(kind: str, value: str, before: Mapping[str, Trait]) -> str:
    words = f"{_NAMES.get(kind, kind)} {_shown(kind, value)}"
    if not before:
        return f"{words}, before only to the sender" if kind == "reply-to" else words
    usual = max(before.values(), key=lambda trait: (trait.messages, trait.value))
    how = "always" if len(before) == 1 and kind != "reply-to" else "mostly"
    return f"{words}, before {how} {_shown(kind, usual.value)}"


def _shown(kind: str, value: str) -> str:
    """A value for people's eyes: it comes from the mail, or from mail before it."""
    text = "".join(_printable(value[:_SHOWN]))
    return unicode_host(text) if kind == "reply-to" else f"“{text}”"


def _printable(text: str) -> Iterator[str]:
    return (character if character.isprintable() else "\ufffd" for character in text)
