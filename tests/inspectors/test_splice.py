"""Patches to bytes and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import splice
from inspectors.model import Patch, Span


@st.composite
def patched(draw):
    raw = draw(st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return raw, [Patch(Span(start, end), draw(st.binary(max_size=9))) for start, end in pairs]


@given(patched(), st.randoms(use_true_random=False))
def test_undo_gives_the_message_that_came(case, rnd):
    raw, patches = case
    mixed = rnd.sample(patches, len(patches)) if len({p.span for p in patches}) == len(patches) else patches
    out = splice.apply(raw, mixed)
    ordered = splice.ordered(mixed, len(raw))
    assert splice.undo(out, [(p.span.start, p.span.of(raw), p.data) for p in ordered]) == raw


@given(patched(), st.integers(1, 7))
def test_chunks_of_any_size_give_the_same_bytes(case, size):
    raw, patches = case
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)] or [b""]
    expected, position = b"", 0
    for patch in patches:
        expected += raw[position : patch.span.start] + patch.data
        position = patch.span.end
    assert b"".join(splice.stream(chunks, splice.ordered(patches, len(raw)))) == expected + raw[position:]


def test_without_patches_nothing_changes():
    assert splice.apply(b"abc", ()) == b"abc"


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(2, 4)], [(-1, 0)], [(2, 1)], [(0, 3), (1, 1)]])
def test_overlapping_or_outlying_patches_are_refused_together(spans):
    with pytest.raises(splice.SpliceError):
        splice.apply(b"abc", [Patch(Span(start, end), b"x") for start, end in spans])


@pytest.mark.parametrize("change", [(0, b"a", b"zz"), (9, b"", b"x"), (1, b"b", b"bc!")])
def test_undo_refuses_bytes_that_are_not_those_written(change):
    with pytest.raises(splice.SpliceError):
        splice.undo(b"abc", [change])
