import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.domains import registrable
from policy.lookalike import distance, likeness


@pytest.mark.parametrize(
    ("host", "strength"),
    [
        ("ministri.example", 0.9),
        ("mlnistry.test", 1.0),
        ("rninistry.test", 1.0),
        ("xn--mnistry-rog.test", 1.0),
        ("ministry-login.test", 0.6),
        ("ministry.login.test", 0.4),
        ("ministry.example.login.test", 1.0),
        ("ministry.test", 0.4),
    ],
)
def test_names_that_can_be_taken_for_a_protected_one_are_found(host: str, strength: float) -> None:
    found = likeness(host, registrable(host), ["ministry.example"], 5)
    assert found is not None and found.strength == strength and found.to == "ministry.example"


@pytest.mark.parametrize(
    "host",
    ["weather.example", "minister-of-music.test", "ministry.example", "www.ministry.example", "192.0.2.1"],
)
def test_other_names_and_the_protected_one_itself_are_not(host: str) -> None:
    assert likeness(host, registrable(host), ["ministry.example"], 5) is None


def test_short_names_are_not_compared() -> None:
    assert likeness("abd.test", "abd.test", ["abc.example"], 5) is None


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_distance_is_symmetric_and_zero_only_for_equals(one: str, two: str) -> None:
    assert distance(one, two, 2) == distance(two, one, 2)
    assert (distance(one, two, 2) == 0) == (one == two)


def test_a_swap_of_neighbours_is_one_step() -> None:
    assert distance("ministry", "minsitry", 2) == 1
    assert distance("ministry", "department", 2) == 3
