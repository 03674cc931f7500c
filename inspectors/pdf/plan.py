"""Where a change has to be made, when actions and strings are shared.

An annotation points to an action, the action to a string; each arrow may lead to an object of its own that
others point to as well. A change is made at the deepest place at which it reaches the wished links and
nothing else.

Does not touch the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from inspectors.pdf.model import Found, ObjectId, PdfHandle, Place


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, each with the URL it brings."""

    strings: Mapping[Place, str]
    """/URI strings replaced where they stand: an indirect object of their own, or a key of an action."""
    copies: Mapping[Place, tuple[Place, str]]
    """Holders' entries that get an own copy of the action standing at the first value."""

    def objects(self) -> set[ObjectId]:
        """The indirect objects that change."""
        return {place.object for place in chain(self.strings, self.copies)}


def shared(wanted: Iterable[PdfHandle]) -> set[ObjectId]:
    """The indirect objects whose references have to be counted before planning: strings.

    Whatever else refers to the same action leads to the same URL, or was read as a link of its own; but a
    string may also be somebody's name.
    """
    return {handle.uri.object for handle in wanted if not handle.uri.path}


def fixed(handle: PdfHandle) -> str:
    """Why a link cannot be changed; empty where it can."""
    if handle.kind == "uri" and handle.role in ("annotation", "outline", "name", "unreached"):
        return ""
    return "links of this kind in a PDF are listed and not changed yet"


def plan(found: Sequence[Found], wanted: Mapping[PdfHandle, str], counts: Mapping[ObjectId, int]) -> Plan:
    """The changes that make the ``wanted`` links lead to their new URLs.

    ``found`` are all links of the file, ``counts`` says how often each object of ``shared`` is referred to
    in the whole file, by whatever it may be.
    """
    by_uri = _grouped(found, lambda handle: handle.uri)
    by_action = _grouped(found, lambda handle: handle.action)
    strings: dict[Place, str] = {}
    copies: dict[Place, tuple[Place, str]] = {}

    for handle, url in wanted.items():
        actions = {user.action for user in by_uri[handle.uri]}
        alone = bool(handle.uri.path) or counts.get(handle.uri.object, 0) <= len(actions)
        if alone and _agree(by_uri[handle.uri], wanted, url):
            strings[handle.uri] = url
        elif _agree(by_action[handle.action], wanted, url):
            strings[handle.action.into("/URI")] = url
        else:
            copies[handle.slot] = (handle.action, url)
    return Plan(strings, copies)


def _agree(users: Iterable[PdfHandle], wanted: Mapping[PdfHandle, str], url: str) -> bool:
    return all(wanted.get(user) == url for user in users)


def _grouped(found: Sequence[Found], key: Callable[[PdfHandle], Place]) -> Mapping[Place, list[PdfHandle]]:
    groups: dict[Place, list[PdfHandle]] = defaultdict(list)
    for each in found:
        groups[key(each.handle)].append(each.handle)
    return groups
