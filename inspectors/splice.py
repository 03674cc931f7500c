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
    """The patched message piece by piece; patches as ``ordered`` gives them."""
    splicer = Splicer(patches)
    for chunk in chunks:
        yield splicer.feed(chunk)
    yield splicer.end()


class Splicer:
    """Carries out patches (sorted, not overlapping) while the message goes by in pieces of any size.

    Holds one piece at a time, for messages that do not stay in memory. Spans count in the message as it came.
    """

    __slots__ = ("_at", "_patches", "_turn")

    def __init__(self, patches: Sequence[Patch]) -> None:
        self._patches = patches
        self._turn = 0
        self._at = 0

    def feed(self, piece: bytes) -> bytes:
        """The piece with what the patches make of it."""
        start, end = self._at, self._at + len(piece)
        self._at, here = end, start
        if self._turn == len(self._patches) or self._patches[self._turn].span.start >= end:
            return piece
        out: list[bytes] = []
        while self._turn < len(self._patches) and self._patches[self._turn].span.start < end:
            patch = self._patches[self._turn]
            if patch.span.start >= start:
                out += (piece[here - start : patch.span.start - start], patch.data)
            here = min(patch.span.end, end)
            if patch.span.end > end:
                break  # the rest of the replaced bytes comes with the next piece
            self._turn += 1
        out.append(piece[here - start :])
        return b"".join(out)

    def end(self) -> bytes:
        """What patches append at the very end."""
        return b"".join(patch.data for patch in self._patches[self._turn :] if patch.span.start >= self._at)


def fit(patches: Sequence[Patch], size: int) -> bool:
    """Whether the patches are sorted, do not overlap and lie within ``size`` octets."""
    at = 0
    for patch in patches:
        if not at <= patch.span.start <= patch.span.end <= size:
            return False
        at = patch.span.end
    return True
