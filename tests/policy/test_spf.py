import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.spf import SpfError, Term, expanded, holds_address, is_record, terms

ADDRESS = ipaddress.ip_address("192.0.2.3")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("%{i}.%{d}", "192.0.2.3.mail.office.example"),
        ("%{ir}.%{v}.%{d2}", "3.2.0.192.in-addr.office.example"),
        ("%{d1r}.x", "mail.x"),
        ("%{h}%%%_%-", "helo.example% %20"),
        ("plain.example", "plain.example"),
    ],
)
def test_macros_are_filled_in(text: str, name: str) -> None:
    assert expanded(text, ADDRESS, "mail.office.example", "helo.example") == name


@pytest.mark.parametrize("text", ["%{l}.example", "%{s}", "%", "%{", "%{q}", "100%"])
def test_the_local_part_is_not_given_out_and_broken_macros_are_errors(text: str) -> None:
    with pytest.raises(SpfError):
        expanded(text, ADDRESS, "office.example", "h")


def test_too_long_a_name_loses_labels_on_the_left() -> None:
    assert len(expanded("a" * 60 + "." + "%{d}", ADDRESS, ("b" * 60 + ".") * 4 + "example", "h")) <= 253


def test_only_macros_of_the_address_depend_on_it() -> None:
    assert holds_address("%{ir}.x.example") and not holds_address("%{d}.x.example")


def test_a_record_is_told_by_its_first_word() -> None:
    assert is_record(b"v=spf1 -all") and is_record(b"V=SPF1") and not is_record(b"v=spf10 -all")


def test_prefixes_belong_to_their_family() -> None:
    record = b"v=spf1 a:x.example/24//64 ip4:192.0.2.0/25 ip6:2001:db8::/32 mx//48 -all"
    assert [(term.name, term.four, term.six) for term in terms(record)] == [
        ("a", 24, 64), ("ip4", 25, 25), ("ip6", 32, 32), ("mx", 32, 48), ("all", 32, 128),
    ]  # fmt: skip


@given(st.text(alphabet="v=spf1 aimxnclude:ep4redt%{}/.-+~?all0", max_size=200))
def test_any_record_gives_terms_or_its_own_error(text: str) -> None:
    try:
        for term in terms(b"v=spf1 " + text.encode()):
            assert isinstance(term, Term)
            expanded(term.value, ADDRESS, "office.example", "h")
    except SpfError:
        pass
