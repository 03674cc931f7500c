"""Input made to be slow is read and rewritten like any other. What it costs, ``make bench`` prints."""

import signal

import pytest

from tests.bench.hostile import SHAPES, changed

BACKSTOP = 30
"""Seconds of processor time, a hundred times what any shape takes: ends what has become quadratic."""


@pytest.fixture(autouse=True)
def backstop():
    def over(*_):
        raise AssertionError(f"more than {BACKSTOP} s of processor time")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, BACKSTOP)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_link_of_hostile_input_is_rewritten_or_refused_and_nothing_else_changes(shape):
    size, make = SHAPES[shape]
    assert changed(make(2 * size)) == ()
