"""All signals, with the family whose caps they share and the change that would turn them.

A new signal is one file here, one line below and its points in the policy; without points it is observed
and not counted.

Does not weigh anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from policy.model import Evidence
from policy.signals import (
    blocked,
    familiar,
    free_host,
    ip_literal,
    lookalike,
    odd_port,
    participant,
    popular,
    punycode,
    shortener,
    shown_text,
    surprise,
    unlisted,
    user_info,
)
from policy.signals.case import Case

FAMILIES = ("novelty", "disguise", "hosting", "lists")


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal."""

    name: str
    family: str
    see: Callable[[Case], Evidence | None]
    without: str
    """What would take its evidence away; "{domain}" and "{host}" are filled in."""
    gain: str = ""
    """What would bring its evidence about; empty for what cannot come by itself."""
    by_link: bool = False
    """True where it looks at more of the link than its host; the others are asked once per host."""


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "surprise",
        "novelty",
        surprise.signal,
        without="if {domain} had been linked by this sender before",
        gain="if this sender had a long history without {domain}",
    ),
    Signal("familiar", "novelty", familiar.signal, "if the sender had never linked to {domain} before"),
    Signal("participant", "novelty", participant.signal, "if {domain} were nobody's in the conversation"),
    Signal("popular", "novelty", popular.signal, "if {domain} were rarely visited"),
    Signal("unlisted", "novelty", unlisted.signal, "if {domain} were on the popularity list"),
    Signal(
        "shown_text", "disguise", shown_text.signal, "if the words of the link named {domain}", by_link=True
    ),
    Signal("lookalike", "disguise", lookalike.signal, "if {host} resembled no trusted name"),
    Signal("punycode", "disguise", punycode.signal, "if {host} were written in one alphabet"),
    Signal("user_info", "disguise", user_info.signal, "if no words stood in front of the host", by_link=True),
    Signal("ip_literal", "hosting", ip_literal.signal, "if the host had a name"),
    Signal("shortener", "hosting", shortener.signal, "if the link led straight to its destination"),
    Signal("free_host", "hosting", free_host.signal, "if not anyone could publish on {host}"),
    Signal("odd_port", "hosting", odd_port.signal, "if the port were an ordinary one", by_link=True),
    Signal(
        "blocked",
        "lists",
        blocked.signal,
        without="if no block list named {domain}",
        gain="if a block list named {domain}",
    ),
)
