"""The heavy half of the pipeline as plain functions: they run in a worker process, or in this one.

They take a message as bytes or as the path of a spool file, and give values without the raw bytes, so that
little crosses the process boundary.

Does not ask anybody anything and does not know why a link is to be changed.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from gateway.outcome import Restored
from inspectors import headers, message, mime, splice
from inspectors.model import Edit, Inspection, Link, Patch, Rewriting
from policy import dkimcheck
from policy import judge as judging
from policy.model import DkimResult, Judgement
from policy.rules import Policy


@dataclass(frozen=True, slots=True)
class BareFile:
    """A PDF without a message around it, as only a person at the command line hands in.

    Never concluded from content: a message whose first line looks like a PDF's is a message.
    """

    file: bytes | Path


Source = bytes | Path | BareFile
"""A message in memory or in a file, or a bare PDF."""

_FIRST_LINES = 8192
"""Bytes in which the first field's name ends, behind an mbox separator line."""


_MOST_BLAMED, _MOST_HALVES = 6, 64
"""Readings of one changed message: with edits to blame left out, and by halves."""
_UNPROVED = "read again, the changed message had other links than it should"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A rewriting that was read again and found right, and all that is needed to undo it."""

    rewriting: Rewriting
    changes: tuple[Restored, ...]
    size: int
    sha256: str
    rewritten_sha256: str


def load(source: Source) -> bytes:
    """The raw bytes."""
    if isinstance(source, BareFile):
        source = source.file
    return source if isinstance(source, bytes) else source.read_bytes()


def _read(source: Source, raw: bytes, unread: message.Unread) -> Inspection:
    reading = message.inspect_pdf if isinstance(source, BareFile) else message.inspect
    return reading(raw, unread)


def takes_lines(source: Source) -> bool:
    """Whether header lines may be put on top: only where a header, or the empty line behind one, begins.

    A bare PDF has no header. Before a first line that begins with white space our last line would be
    continued (RFC 5322 section 2.2.3), so that a sender could write into it. And what begins with anything
    else is body throughout, of which lines on top would make a header.
    """
    if isinstance(source, BareFile):
        return False
    if isinstance(source, bytes):
        start = source[:_FIRST_LINES]
    else:
        with source.open("rb") as file:
            start = file.read(_FIRST_LINES)
    if not start or start.startswith((b"\n", b"\r\n")):
        return True
    if start.startswith((b" ", b"\t")):
        return False
    return headers.begins_with_field(start, 0, len(start))


def inspect(source: Source, unread: message.Unread = ()) -> Inspection:
    """``inspectors.message.inspect``, with the raw bytes taken out of the result."""
    return without_raw(_read(source, load(source), unread))


def inspect_light(source: Source) -> Inspection | None:
    """The same, where reading needs no process of its own; else None."""
    if isinstance(source, BareFile):
        return None
    found = message.inspect_light(load(source))
    return None if found is None else without_raw(found)


def heavy_leaves(source: Source) -> tuple[str, ...]:
    """Paths of the leaves in heavy formats."""
    return ("",) if isinstance(source, BareFile) else message.heavy_leaves(load(source))


def without_raw(inspection: Inspection) -> Inspection:
    """The same inspection, light enough to keep and to send."""
    return replace(inspection, message=replace(inspection.message, raw=b""))


def verify_dkim(source: Source, keys: dict[str, bytes]) -> tuple[DkimResult, ...]:
    """Every DKIM signature of the message, with public keys fetched beforehand."""
    raw = load(source)
    return dkimcheck.verify(raw, mime.read(raw).message.headers, keys)


def rewrite(source: Source, edits: Sequence[Edit], unread: message.Unread = ()) -> Rewritten:
    """Carry out the edits; what cannot be proved right by reading again is refused with the reason.

    The leaves in ``unread`` are read neither before nor after, as when the edits were decided.
    """
    raw = load(source)

    def again(data: bytes) -> Inspection:
        return _read(source, data, unread)

    result = _best(again(raw), edits, again)
    changes = tuple(Restored(p.span.start, p.span.of(raw), p.data) for p in result.patches)
    out = splice.apply(raw, result.patches)
    return Rewritten(result, changes, len(raw), _digest(raw), _digest(out))


Again = Callable[[bytes], Inspection]
"""Reads changed bytes as the message was read."""


def _best(before: Inspection, edits: Sequence[Edit], again: Again) -> Rewriting:
    """All edits where that proves right, else as many as do.

    Edits whose links read wrongly afterwards are left out and the rest proved again, so that links that
    resist shield no others. Where none can be blamed, halves are tried on top of what is good already.
    """
    wanted = list(edits)
    refused: list[tuple[Edit, str]] = []
    for _ in range(_MOST_BLAMED):
        trial, wrong = _proved(before, wanted, again)
        if trial is not None:
            return replace(trial, refused=(*refused, *trial.refused))
        if not wrong:
            break
        refused.extend((edit, _UNPROVED) for edit in wrong)
        wanted = [edit for edit in wanted if edit not in frozenset(wrong)]
    best = _halved(before, wanted, again)
    return replace(best, refused=(*refused, *best.refused))


def _halved(before: Inspection, edits: list[Edit], again: Again) -> Rewriting:
    best = Rewriting((), ())
    refused: list[tuple[Edit, str]] = []
    waiting = [edits]
    for _ in range(_MOST_HALVES):
        if not waiting:
            break
        some = waiting.pop()
        trial, _wrong = _proved(before, [*best.done, *some], again)
        if trial is not None:
            refused.extend(trial.refused)
            best = replace(trial, refused=())
        elif len(some) == 1:
            refused.append((some[0], _UNPROVED))
        else:
            waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    refused.extend((edit, _UNPROVED) for some in waiting for edit in some)
    return replace(best, refused=tuple(refused))


def _proved(
    before: Inspection, edits: Sequence[Edit], again: Again
) -> tuple[Rewriting | None, tuple[Edit, ...]]:
    """The rewriting where reading the result again finds exactly these edits (laws 3 and 4), else the edits
    to blame as far as they are known."""
    raw = before.message.raw
    result = message.rewrite(before, edits)
    if not result.patches:
        return result, ()
    out = splice.apply(raw, result.patches)
    after = again(out)
    if message.compare(before, after, result.done):
        return None, message.misread(before, after, result.done)
    unproved, blamed = message.prove(before, after, result.done)
    if unproved:
        return None, blamed
    back = splice.undo(out, [(p.span.start, p.span.of(raw), p.data) for p in result.patches])
    return (result, ()) if back == raw else (None, ())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def judge(policy: bytes, parcel: bytes) -> Judgement:
    """``policy.judge.judge`` of pickled values; the decisions' links are left out, see ``with_links``."""
    inspection, envelope, facts, trust, at = pickle.loads(parcel)  # noqa: S301  # our own, from this process's parent
    found = judging.judge(inspection, envelope, facts, _policy(policy), trust, at)
    return replace(found, decisions=tuple(replace(one, link=_NO_LINK) for one in found.decisions))


_NO_LINK = Link("", "", "", "", "", None)


def with_links(judgement: Judgement, links: Sequence[Link]) -> Judgement:
    """The judgement with the links its decisions are about, in their order."""
    pairs = zip(judgement.decisions, links, strict=True)
    return replace(judgement, decisions=tuple(replace(one, link=link) for one, link in pairs))


@lru_cache(maxsize=2)
def _policy(pickled: bytes) -> Policy:
    """The policy, made once a process: what is worked out about its lists is kept by their identity."""
    made: Policy = pickle.loads(pickled)  # noqa: S301  # our own
    return made


def patched(source: Source, patches: Sequence[Patch]) -> bytes:
    """The outgoing bytes without added header lines; for commands, the relay streams them instead."""
    return splice.apply(load(source), patches)
