"""Instructions taken apart: arguments, switches, and where an address stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.office import formulas
from inspectors.office.found import Budget


def fields(*sources):
    at, given_ = 0, []
    for source in sources:
        given_.append((source, at))
        at += len(source) + 10
    return [(each.url.href, each.pieces) for each in formulas.field(given_, Budget())]


def test_an_address_in_pieces_names_each():
    assert fields('HYPERLINK "https://a.', 'exam', 'ple/" \\o x') == [
        ("https://a.example/", ((11, 21), (31, 35), (45, 49)))
    ]  # fmt: skip


def test_an_address_without_an_exact_place_has_none():
    (found,) = formulas.field([("HYPERLINK https://a.example/", -1)], Budget())
    assert found.pieces == ()


@pytest.mark.parametrize("switch", ["\\l", "\\o", "\\t", "\\c", "\\*"])
def test_values_of_switches_are_no_targets(switch):
    assert fields(f"HYPERLINK {switch} https://a.example/ https://b.example/")[0][0] == "https://b.example/"


@given(st.text('HYPERLINK "\\&;=(,)/:a.“', max_size=80))
def test_any_instruction_and_formula_is_taken_apart(source):
    for found in (*formulas.field([(source, 5)], Budget()), *formulas.formula(source, 5, Budget())):
        assert all(5 <= start < end <= 5 + len(source) for start, end in found.pieces)


def test_doubled_quotes_are_one_inside_a_formula():
    (found,) = formulas.formula('HYPERLINK("https://a.example/?""x""")', 0, Budget())
    assert found.written == 'https://a.example/?"x"'


def test_over_long_instructions_say_so():
    budget = Budget()
    list(formulas.formula("IF(" + "x" * 20_000, 0, budget))
    assert budget.over
