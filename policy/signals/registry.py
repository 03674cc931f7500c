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
    broken_wrapper,
    changed_habits,
    confirmed,
    deep_path,
    dnsbl,
    downgrade,
    download,
    embedded_url,
    entropy,
    familiar,
    first_link,
    foreign_wrapper,
    free_host,
    hidden_target,
    ip_literal,
    ipfs,
    listed_page,
    lookalike,
    named_in_path,
    nested_wrapper,
    new_host,
    new_place,
    new_shape,
    odd_name,
    odd_port,
    parked,
    participant,
    plain_name,
    popular,
    punycode,
    recipient_in_url,
    redirector,
    shortener,
    shown_text,
    surprise,
    thread,
    unlisted,
    unresolved,
    user_info,
    wrapper,
    young,
)
from policy.signals.case import Case

FAMILIES = ("novelty", "habit", "form", "path", "disguise", "hosting", "wrapping", "standing", "lists")


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
    Signal("thread", "novelty", thread.signal, "if {domain} had not stood in the conversation before"),
    Signal("popular", "novelty", popular.signal, "if {domain} were rarely visited", by_link=True),
    Signal("unlisted", "novelty", unlisted.signal, "if {domain} were on the popularity list", by_link=True),
    Signal(
        "new_place",
        "habit",
        new_place.signal,
        "if the sender had put links there before",
        by_link=True,
    ),
    Signal("first_link", "habit", first_link.signal, "if this sender linked more often"),
    Signal(
        "changed_habits",
        "habit",
        changed_habits.signal,
        "if the mail came as the sender's mail usually does",
        by_link=True,
    ),
    Signal("new_host", "habit", new_host.signal, "if the sender had linked to {host} before"),
    Signal(
        "new_shape", "habit", new_shape.signal, "if the path looked like earlier ones there", by_link=True
    ),
    Signal("deep_path", "form", deep_path.signal, "if the link led to the site's first page", by_link=True),
    Signal(
        "recipient_in_url",
        "path",
        recipient_in_url.signal,
        "if the recipient's address did not stand in the link",
        by_link=True,
    ),
    Signal("download", "path", download.signal, "if the link fetched nothing that runs", by_link=True),
    Signal("downgrade", "path", downgrade.signal, "if the link were encrypted", by_link=True),
    Signal("entropy", "form", entropy.signal, "if no random number stood in the link", by_link=True),
    Signal("odd_name", "form", odd_name.signal, "if {host} were named as known sites are"),
    Signal(
        "plain_name", "form", plain_name.signal, "if {host} were named as known sites are not", by_link=True
    ),
    Signal(
        "shown_text", "disguise", shown_text.signal, "if the words of the link named {domain}", by_link=True
    ),
    Signal("lookalike", "disguise", lookalike.signal, "if {host} resembled no trusted name"),
    Signal(
        "named_in_path", "disguise", named_in_path.signal, "if the path named no trusted domain", by_link=True
    ),
    Signal("punycode", "disguise", punycode.signal, "if {host} were written in one alphabet"),
    Signal("user_info", "disguise", user_info.signal, "if no words stood in front of the host", by_link=True),
    Signal("ip_literal", "hosting", ip_literal.signal, "if the host had a name"),
    Signal(
        "shortener", "hosting", shortener.signal, "if the link led straight to its destination", by_link=True
    ),
    Signal("free_host", "hosting", free_host.signal, "if not anyone could publish on {host}"),
    Signal("ipfs", "hosting", ipfs.signal, "if the page had a site of its own", by_link=True),
    Signal("odd_port", "hosting", odd_port.signal, "if the port were an ordinary one", by_link=True),
    Signal(
        "wrapper", "wrapping", wrapper.signal, "if the link led straight to its destination", by_link=True
    ),
    Signal(
        "nested_wrapper", "wrapping", nested_wrapper.signal, "if the link were wrapped once", by_link=True
    ),
    Signal(
        "foreign_wrapper",
        "wrapping",
        foreign_wrapper.signal,
        "if the wrapper belonged to somebody in the conversation",
        by_link=True,
    ),
    Signal(
        "redirector", "wrapping", redirector.signal, "if no other site passed the reader on", by_link=True
    ),
    Signal(
        "hidden_target", "wrapping", hidden_target.signal, "if the link said where it leads", by_link=True
    ),
    Signal(
        "broken_wrapper",
        "wrapping",
        broken_wrapper.signal,
        "if the wrapper named one destination",
        by_link=True,
    ),
    Signal(
        "embedded_url", "wrapping", embedded_url.signal, "if no other address stood in the link", by_link=True
    ),
    Signal(
        "blocked",
        "lists",
        blocked.signal,
        without="if no block list named {domain}",
        gain="if a block list named {domain}",
    ),
    Signal("confirmed", "lists", confirmed.signal, "if no analyst had confirmed {domain} as bad"),
    Signal(
        "dnsbl",
        "lists",
        dnsbl.signal,
        without="if no DNS block list named {domain}",
        gain="if a DNS block list named {domain}",
    ),
    Signal("listed_page", "lists", listed_page.signal, "if no list named the page", by_link=True),
    Signal("young", "standing", young.signal, "if {domain} had been registered long ago"),
    Signal("unresolved", "standing", unresolved.signal, "if {domain} existed"),
    Signal("parked", "standing", parked.signal, "if {domain} were not parked"),
)
