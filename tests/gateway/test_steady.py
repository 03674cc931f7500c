"""A clock that jumps changes nothing for a day; one that drifts is followed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.steady import BELIEVED_AFTER, TOLERANCE, SteadyClock

START = 1_800_000_000.0


@dataclass
class Clocks:
    """Two clocks to be moved by hand."""

    wall: float = START
    count: float = 5.0
    jumps: list[float] = field(default_factory=list)

    def steady(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.count, self.jumps.append)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.count += seconds


@pytest.mark.parametrize("jump", [365 * 86400.0, -400 * 86400.0, TOLERANCE + 1])
def test_a_jump_is_told_once_and_believed_after_a_day(jump: float) -> None:
    clocks = Clocks()
    now = clocks.steady()
    clocks.pass_(60)
    assert now() == clocks.wall
    clocks.wall += jump
    clocks.pass_(60)
    assert (now(), now(), clocks.jumps) == (START + 120, START + 120, [jump])
    clocks.pass_(BELIEVED_AFTER - 1)
    assert now() == START + 120 + BELIEVED_AFTER - 1
    clocks.pass_(1)
    now()
    assert (now(), clocks.jumps) == (clocks.wall, [jump])


def test_a_clock_that_jumps_back_in_time_is_followed_again_at_once() -> None:
    clocks = Clocks()
    now = clocks.steady()
    clocks.wall += 86400.0
    assert now() == START
    clocks.wall -= 86400.0 - 3.0
    assert now() == START + 3
    clocks.wall += 86400.0
    now()
    assert clocks.jumps == [86400.0, 86400.0]


def test_a_second_jump_waits_for_a_day_of_its_own() -> None:
    clocks = Clocks()
    now = clocks.steady()
    clocks.wall += 10 * 86400.0
    now()
    clocks.pass_(BELIEVED_AFTER / 2)
    clocks.wall += 10 * 86400.0
    now()
    clocks.pass_(BELIEVED_AFTER / 2 + 1)
    assert now() == START + BELIEVED_AFTER + 1
    assert clocks.jumps == [10 * 86400.0, 20 * 86400.0]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-TOLERANCE, TOLERANCE)), max_size=30))
def test_a_clock_that_drifts_is_followed(steps: list[tuple[float, float]]) -> None:
    clocks = Clocks()
    now = clocks.steady()
    for passed, drift in steps:
        clocks.pass_(passed)
        clocks.wall += drift * 0.999
        assert now() == pytest.approx(clocks.wall, abs=1e-3)
    assert clocks.jumps == []


@given(st.lists(st.tuples(st.floats(0, 80_000), st.floats(-1e9, 1e9)), max_size=30))
def test_time_never_leaps_while_less_than_a_day_passed(steps: list[tuple[float, float]]) -> None:
    clocks = Clocks()
    now = clocks.steady()
    total = 0.0
    for passed, jump in steps:
        total += passed
        if total >= BELIEVED_AFTER:
            break
        clocks.pass_(passed)
        clocks.wall += jump
        before = now()
        assert abs(before - (START + total)) <= TOLERANCE * (len(steps) + 1)


def test_without_arguments_it_is_the_time_of_day() -> None:
    assert SteadyClock()() == pytest.approx(time.time(), abs=5)
