"""Patches to bytes and back: the only place that makes outgoing bytes.

All or nothing: patches that overlap or lie outside the message are refused together, so no half-applied
state can exist.

Does not decide what to patch and does not check what the result means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from inspectors.model import Patch


class SpliceError(ValueError):
    """Patches that cannot all be applied; nothing was applied."""


def ordered(patches: Iterable[Patch], size: int) -> tuple[Patch, ...]:
    """The patches in order; SpliceError where two overlap or one reaches outside ``size`` bytes."""
    result = tuple(sorted(patches, key=lambda patch: (patch.span.start, patch.span.end)))
    position = 0
    for patch in result:
        if not position <= patch.span.start <= patch.span.end <= size:
            raise SpliceError(f"patch at {patch.span.start} overlaps another or lies outside {size} bytes")
        position = patch.span.end
    return result


def apply(raw: bytes, patches: Sequence[Patch]) -> bytes:
    """The message with all patches carried out."""
    return b"".join(stream([raw], ordered(patches, len(raw))))


def undo(rewritten: bytes, changes: Sequence[tuple[int, bytes, bytes]]) -> bytes:
    """The message as it came, from (offset in it, bytes that stood there, bytes that stand there now).

    SpliceError where the rewritten bytes are not what the changes say.
    """
    pieces: list[bytes] = []
    position, drift = 0, 0
    for at, was, now in changes:
        start = at + drift
        if start < position or rewritten[start : start + len(now)] != now:
            raise SpliceError(f"the bytes at {start} are not those that were written there")
        pieces += (rewritten[position:start], was)
        position = start + len(now)
        drift += len(now) - len(was)
    return b"".join((*pieces, rewritten[position:]))


def stream(chunks: Iterable[bytes], patches: Sequence[Patch]) -> Iterator[bytes]:
    """The patched message piece by piece, holding one chunk; patches as ``ordered`` gives them."""
    offset = 0
    waiting = iter((*patches, None))
    patch = next(waiting)
    skip = 0
    for chunk in chunks:
        position = 0
        while patch is not None and patch.span.start <= offset + len(chunk):
            if skip == 0:
                cut = patch.span.start - offset
                yield chunk[position:cut]
                yield patch.data
                position, skip = cut, len(patch.span)
            step = min(skip, len(chunk) - position)
            position += step
            skip -= step
            if skip:
                break
            patch = next(waiting)
        if not skip:
            yield chunk[position:]
        offset += len(chunk)
