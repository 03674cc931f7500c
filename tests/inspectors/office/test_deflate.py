"""Streams of a wished length say the same as zlib's own."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.office import deflate


def inflate(stream):
    machine = zlib.decompressobj(-15)
    data = machine.decompress(stream)
    assert machine.eof
    assert not machine.unused_data
    return data


@pytest.mark.parametrize("length", [0, 5, 6, 7, *range(9, 200)])
def test_blocks_without_content_fill_every_length_but_a_few(length):
    filling = deflate._filling(length)
    assert filling is not None
    assert len(filling) == length
    assert inflate(filling + zlib.compress(b"after", wbits=-15)) == b"after"


@pytest.mark.parametrize("length", [-1, 1, 2, 3, 4, 8])
def test_lengths_that_no_block_has_are_not_filled(length):
    assert deflate._filling(length) is None


@given(st.binary(max_size=600), st.integers(0, 900))
def test_a_stream_has_the_wished_length_or_is_longer_by_a_multiple_of_three(data, length):
    stream = deflate.fitted(data, length)
    assert inflate(stream) == data
    assert len(stream) >= length
    assert (len(stream) - length) % 3 == 0


@given(st.binary(max_size=600), st.integers(0, 100))
def test_every_length_a_little_above_the_shortest_is_met(data, more):
    shortest = len(zlib.compress(data, 9, -15))
    assert len(deflate.fitted(data, shortest + 9 + more)) == shortest + 9 + more


def test_a_far_too_large_place_is_filled_too():
    assert len(deflate.fitted(b"x" * 100, 100_000)) == 100_000
