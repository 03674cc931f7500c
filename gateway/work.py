"""The heavy half of the pipeline as plain functions: they run in a worker process, or in this one.

They take a message as bytes or as the path of a spool file, and give values without the raw bytes, so that
little crosses the process boundary.

Does not judge and does not know why a link is to be changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.outcome import Restored
from inspectors import message, mime, splice
from inspectors.model import Edit, Inspection, Patch, Rewriting
from policy import dkimcheck
from policy.model import DkimResult

Source = bytes | Path
"""A message in memory or in a file."""

_SINGLY = 16
"""So many edits of one message are tried one by one where all together failed."""


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
    return source if isinstance(source, bytes) else source.read_bytes()


def inspect(source: Source) -> Inspection:
    """``inspectors.message.inspect``, with the raw bytes taken out of the result."""
    return without_raw(message.inspect(load(source)))


def inspect_light(source: Source, reason: str) -> Inspection:
    """The same without parts in heavy formats, which are skipped for this reason."""
    return without_raw(message.inspect(load(source), light=reason))


def without_raw(inspection: Inspection) -> Inspection:
    """The same inspection, light enough to keep and to send."""
    return replace(inspection, message=replace(inspection.message, raw=b""))


def verify_dkim(source: Source, keys: dict[str, bytes]) -> tuple[DkimResult, ...]:
    """Every DKIM signature of the message, with public keys fetched beforehand."""
    raw = load(source)
    return dkimcheck.verify(raw, mime.read(raw).message.headers, keys)


def rewrite(source: Source, edits: Sequence[Edit]) -> Rewritten:
    """Carry out the edits; what cannot be proved right by reading again is refused with the reason."""
    raw = load(source)
    before = message.inspect(raw)
    result = _proved(before, edits)
    if result is None:
        result = _piecewise(before, edits)
    changes = tuple(Restored(p.span.start, p.span.of(raw), p.data) for p in result.patches)
    out = splice.apply(raw, result.patches)
    return Rewritten(result, changes, len(raw), _digest(raw), _digest(out))


def _proved(before: Inspection, edits: Sequence[Edit]) -> Rewriting | None:
    """The rewriting where reading the result again finds exactly these edits (laws 3 and 4)."""
    raw = before.message.raw
    result = message.rewrite(before, edits)
    if not result.patches:
        return result
    out = splice.apply(raw, result.patches)
    if message.compare(before, message.inspect(out), result.done):
        return None
    back = splice.undo(out, [(p.span.start, p.span.of(raw), p.data) for p in result.patches])
    return result if back == raw else None


def _piecewise(before: Inspection, edits: Sequence[Edit]) -> Rewriting:
    """Edits one after another, so that one link that resists does not shield the others."""
    good: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    best = Rewriting((), ())
    for number, edit in enumerate(edits):
        trial = _proved(before, [*good, edit]) if number < _SINGLY else None
        if trial is not None and edit in trial.done:
            good.append(edit)
            best = trial
        else:
            refused.append((edit, "read again, the changed message had other links than it should"))
    return Rewriting(best.patches, best.done, tuple(refused))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def patched(source: Source, patches: Sequence[Patch]) -> bytes:
    """The outgoing bytes without added header lines; for commands, the relay streams them instead."""
    return splice.apply(load(source), patches)
