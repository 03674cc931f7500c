"""Names of known sites and names made for phishing are told apart by their letters alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.nameshape import CELLS, Table, cells, characters, features, is_suffix_of_registry, shape, table


def test_the_table_has_a_figure_for_every_cell_and_every_feature() -> None:
    figures = table()
    assert len(figures.runs) == CELLS
    assert set(features("a.b.example.com", figures)) == set(figures.weights)
    assert all(math.isfinite(value) for value in (*figures.runs, *figures.endings.values()))
    assert min(figures.runs) < 0 < max(figures.runs)


def test_a_label_is_spelled_with_ends_digits_as_one_and_foreign_letters_as_one() -> None:
    assert characters("a-1x9") == "^a-0x0$"
    assert characters("münz_") == "^m?nz?$"
    assert characters("") == "^$"
    assert len(characters("x" * 500)) == 42


def test_every_run_of_one_to_three_letters_has_a_cell() -> None:
    assert len(cells("ab")) == 4 + 3 + 2
    assert cells("a1") == cells("a9") != cells("1a")
    assert all(0 <= cell < CELLS for cell in cells("any-name-0"))


@pytest.mark.parametrize("host", ["qzxkvj8w.top", "a8f3.secure-login-mail.x7.cyou", "xn--p1-q2-zz8.cfd"])
def test_names_thrown_together_look_odd(host: str) -> None:
    assert shape(host).nats > 1 and shape(host).most


@pytest.mark.parametrize("host", ["www.printingmuseum.org", "weather.gov", "libraries.ac.uk", "garden.com"])
def test_names_people_remember_look_plain(host: str) -> None:
    assert shape(host).nats < 0


def test_the_feature_that_speaks_most_is_named() -> None:
    assert shape("aaaaaaaaaaaaaaaaaaaaaaaaaaaa.b.c.d.museum.org").most in ("labels", "longest")
    assert shape("qzxkvjwq.org").most == "letters"


def test_www_is_no_name_in_front() -> None:
    assert shape("www.museum.org") == shape("museum.org")


def test_more_in_front_never_makes_a_name_plainer() -> None:
    assert shape("museum.org").nats < shape("a.museum.org").nats < shape("verylonglabel.a.museum.org").nats


def test_a_tenant_is_not_judged_by_the_ending_the_site_builder_chose() -> None:
    figures = Table(table().runs, {"app": 2.0, "io": 2.0, "uk": 1.0}, table().weights, 0.0)
    assert features("me.web.app", figures)["ending"] == 0.0
    assert features("me.github.io", figures)["ending"] == 0.0
    assert features("me.co.uk", figures)["ending"] == 1.0
    assert features("me.app", figures)["ending"] == 2.0


def test_registries_and_companies_both_have_second_levels() -> None:
    assert is_suffix_of_registry("co.uk") and is_suffix_of_registry("com.br")
    assert not is_suffix_of_registry("github.io") and not is_suffix_of_registry("blogspot.com")


@pytest.mark.parametrize("host", ["192.0.2.1", "[2001:db8::1]", "2001:db8::1", "localhost", "", "."])
def test_nothing_is_said_of_numbers_and_bare_names(host: str) -> None:
    assert shape(host).nats == 0.0 and shape(host).most == ""


@given(st.text(max_size=300))
def test_any_text_has_a_bounded_shape(host: str) -> None:
    found = shape(host)
    assert math.isfinite(found.nats) and abs(found.nats) < 60
    assert found.nats == shape(host).nats


@given(st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z0-9-]{1,20}){1,3}", fullmatch=True))
def test_case_and_a_final_dot_make_no_difference(host: str) -> None:
    assert shape(host.upper() + ".").nats == shape(host).nats
