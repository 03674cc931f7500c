"""Where a change has to be made, when actions and strings are shared.

A holder points to an action, the action to a string; each arrow may lead to an object of its own that others
point to as well. A change is made at the deepest place at which it reaches the wished links and nothing else.

Does not touch the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from inspectors.pdf.model import Found, ObjectId, PdfHandle, Place

T = TypeVar("T", bound=Hashable)

WITHOUT_CLICK = frozenset(("next", "openaction", "additional", "script"))
"""Roles of actions that viewers carry out on their own or behind another one."""


@dataclass(frozen=True, slots=True)
class Remade:
    """An action that is written anew."""

    source: Place
    """The action as it was."""
    urls: tuple[str, ...]
    """Of its links; an action of another kind may have had several."""
    inert: bool
    """Whether it must do nothing from now on."""
    whole: bool
    """Whether nothing of the old one stays but what comes after it; else all but its URL."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes."""

    strings: Mapping[Place, str]
    """/URI strings replaced where they stand: an indirect object of their own, or a key of an action."""
    actions: Mapping[Place, Remade]
    """What stands in place of an action, or of a holder's entry for one."""
    files: Mapping[Place, str]
    """File specifications whose strings are replaced."""
    emptied: frozenset[ObjectId] = frozenset()
    """Scripts and file specifications that only an action had that is written anew."""

    def objects(self) -> set[ObjectId]:
        """The indirect objects that change."""
        return {place.object for place in chain(self.strings, self.actions, self.files)} | self.emptied


def shared(wanted: Iterable[PdfHandle]) -> set[ObjectId]:
    """The indirect objects whose references have to be counted before planning: strings and scripts.

    Whatever else refers to the same action leads to the same URL, or was read as a link of its own; but a
    string may also be somebody's name.
    """
    return {
        handle.uri.object
        for handle in wanted
        if (not handle.uri.path if handle.kind == "uri" else handle.uri.object != handle.action.object)
    }


def fixed(found: Found) -> str:
    """Why a link cannot be changed; empty where it can."""
    if found.handle.kind == "text":
        return "links in a PDF's form data are listed and not changed"
    return ""


def plan(found: Sequence[Found], wanted: Mapping[PdfHandle, str], counts: Mapping[ObjectId, int]) -> Plan:
    """The changes that make the ``wanted`` links lead to their new URLs; of one entry all or none.

    ``found`` are all links of the file, ``counts`` says how often each object of ``shared`` is referred to
    in the whole file, by whatever it may be.
    """
    by_slot = grouped(found, lambda handle: handle.slot)
    wishes = {slot: wish for slot, handles in by_slot.items() if (wish := _wish(handles, wanted))}
    by_uri = grouped(found, lambda handle: handle.uri)
    by_action = grouped(found, lambda handle: handle.action)
    strings: dict[Place, str] = {}
    remade: dict[Place, Remade] = {}
    files = {handle.action: url for handle, url in wanted.items() if handle.kind == "file"}
    for slot, wish in wishes.items():
        first = by_slot[slot][0]
        if first.kind == "file":
            continue
        users = by_action[first.action]
        # Where all leave it, the first keeps it: left behind it would still be in the file.
        agreed = all(user.slot in wishes for user in users) and wish == wishes[users[0].slot]
        if wish.whole or wish.inert:
            remade[first.action if agreed else slot] = wish
            continue
        alone = bool(first.uri.path) or counts.get(first.uri.object, 0) <= len(
            {user.action for user in by_uri[first.uri]}
        )
        if alone and all(_same(wishes.get(user.slot), wish) for user in by_uri[first.uri]):
            strings[first.uri] = wish.urls[0]
        elif agreed:
            strings[first.action.into("/URI")] = wish.urls[0]
        else:
            remade[slot] = wish
    return Plan(strings, remade, files, _orphans(wanted, remade, counts))


def grouped(found: Sequence[Found], key: Callable[[PdfHandle], T]) -> Mapping[T, list[PdfHandle]]:
    """The links' handles by something they have."""
    groups: dict[T, list[PdfHandle]] = defaultdict(list)
    for each in found:
        groups[key(each.handle)].append(each.handle)
    return groups


def _wish(handles: Sequence[PdfHandle], wanted: Mapping[PdfHandle, str]) -> Remade | None:
    if not all(handle in wanted for handle in handles):
        return None
    first = handles[0]
    urls = tuple(wanted[handle] for handle in handles)
    return Remade(first.action, urls, first.role in WITHOUT_CLICK, first.kind == "action")


def _same(one: Remade | None, other: Remade) -> bool:
    return one is not None and (one.urls, one.inert, one.whole) == (other.urls, other.inert, other.whole)


def _orphans(
    wanted: Mapping[PdfHandle, str], remade: Mapping[Place, Remade], counts: Mapping[ObjectId, int]
) -> frozenset[ObjectId]:
    """What hung under the actions that are written anew where they stand, and nowhere else."""
    return frozenset(
        handle.uri.object
        for handle in wanted
        if handle.kind == "action"
        and handle.action in remade
        and handle.uri.object != handle.action.object
        and counts.get(handle.uri.object) == 1
    )
