"""Edits sorted into what can be tried and what cannot, with reasons.

Does not change anything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from inspectors.model import Edit
from inspectors.pdf import cover, plan
from inspectors.pdf.model import CodeHandle, PdfHandle, TextHandle
from inspectors.pdf.trail import Walk


@dataclass(slots=True)
class Wishes:
    """The URL wished for each link, the edits that wish it, and the edits that cannot be."""

    links: dict[PdfHandle, str] = field(default_factory=dict)
    texts: dict[TextHandle, str] = field(default_factory=dict)
    done: list[Edit] = field(default_factory=list)
    refused: list[tuple[Edit, str]] = field(default_factory=list)


def sorted_out(seen: Walk, texts: Collection[TextHandle], edits: Sequence[Edit]) -> Wishes:
    """The wishes for the links of ``seen``, and for URLs in page text. The first URL of each edit counts."""
    known = {found.handle: found for found in seen.found}
    siblings = plan.grouped(seen.found, lambda handle: handle.slot)
    wishes = Wishes()
    for each in edits:
        handle = each.link.handle
        url = each.urls[0] if each.urls else ""
        reason = ""
        if isinstance(handle, PdfHandle) and handle in known:
            reason = plan.fixed(known[handle])
        elif isinstance(handle, TextHandle) and handle in texts:
            reason = cover.fixed(handle)
        elif isinstance(handle, CodeHandle):
            reason = "the link stands in a code, and a picture is never repainted"
        else:
            reason = "the link does not stand in this PDF"
        if not reason and (not url or not all("!" <= char <= "~" for char in url)):
            reason = "the new URL is empty or not printable ASCII"
        if not reason and _wished(wishes, handle, url) != url:
            reason = "the link is to be changed to two URLs at once"
        if reason:
            wishes.refused.append((each, reason))
        else:
            wishes.done.append(each)
    half = {h for h in wishes.links if not all(other in wishes.links for other in siblings[h.slot])}
    apart = [each for each in wishes.done if each.link.handle in half]
    wishes.refused += [(each, "the action has other links that stay") for each in apart]
    wishes.done = [each for each in wishes.done if each.link.handle not in half]
    wishes.links = {handle: url for handle, url in wishes.links.items() if handle not in half}
    return wishes


def _wished(wishes: Wishes, handle: object, url: str) -> str:
    if isinstance(handle, TextHandle):
        return wishes.texts.setdefault(handle, url)
    assert isinstance(handle, PdfHandle)
    return wishes.links.setdefault(handle, url)
