"""gateway/clicks/steps.py: the bound on rows for links that are not ours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.clicks.steps import Bucket


@given(st.lists(st.floats(0, 1000), max_size=200).map(sorted))
def test_a_bucket_never_gives_more_than_its_burst_and_rate(times):
    bucket = Bucket(5, 0.5)
    taken = [at for at in times if bucket.take(at)]
    for index, first in enumerate(taken):
        for count, last in enumerate(taken[index:], start=1):
            assert count <= 5 + (last - first) * 0.5 + 1e-6


def test_a_bucket_fills_again_and_a_clock_set_back_neither_fills_nor_breaks_it():
    bucket = Bucket(2, 1.0)
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]
    assert bucket.take(101.5)
    assert [bucket.take(50.0) for _ in range(2)] == [False, False]
    assert bucket.take(51.0)
