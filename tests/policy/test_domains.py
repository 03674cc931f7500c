import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import domains
from policy.identity import aligned


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("portal.office.example", "office.example"),
        ("office.example", "office.example"),
        ("www.office.co.uk", "office.co.uk"),
        ("a.b.tenant.github.io", "tenant.github.io"),
        ("github.io", "github.io"),
        ("mail.tenant.onmicrosoft.com", "tenant.onmicrosoft.com"),
        ("tenant.mail.onmicrosoft.com", "tenant.mail.onmicrosoft.com"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("printer", "printer"),
        ("WWW.Office.Example.", "office.example"),
        ("", ""),
    ],
)
def test_registrable_domain_counts_private_suffixes_and_keeps_what_has_none(host: str, domain: str) -> None:
    assert domains.registrable(host) == domain


def test_a_unicode_host_shows_its_letters_only_where_it_comes_back_the_same() -> None:
    assert domains.unicode_host("xn--bcher-kva.example") == "bücher.example"
    assert domains.unicode_host("xn--.example") == "xn--.example"
    assert domains.unicode_host("xn--a-ecp.example") != ""
    # U+202E turns the text around; it must stay encoded.
    hidden = "xn--" + "ab\u202ecd".encode("punycode").decode() + ".example"
    assert domains.unicode_host(hidden) == hidden


@given(st.text(max_size=300))
def test_no_host_makes_domain_functions_raise(host: str) -> None:
    domain = domains.registrable(host)
    assert len(domain) <= domains.LONGEST_HOST
    assert domains.registrable(domain) == domain
    domains.unicode_host(host)
    domains.above(host)
    domains.inside(host)


def test_names_above_a_host_stop_at_two_labels() -> None:
    assert domains.above("a.b.office.example") == ("a.b.office.example", "b.office.example", "office.example")
    assert domains.above("192.0.2.7") == ("192.0.2.7",)


def test_only_private_addresses_and_bare_names_are_inside() -> None:
    assert domains.inside("10.0.0.1") and domains.inside("printer") and domains.inside("127.0.0.1")
    assert not domains.inside("8.8.8.8") and not domains.inside("office.example")


def test_a_host_too_long_to_be_one_is_none() -> None:
    assert domains.clean("a." * 200 + "example") == "" and domains.clean("ü" * 100_000) == ""


def test_customers_of_one_provider_are_not_one_another() -> None:
    for suffix in domains.TENANTS:
        assert domains.is_suffix(suffix) and domains.rented(f"tenant.{suffix}") and not domains.rented(suffix)
        assert not aligned(f"evil.{suffix}", f"victim.{suffix}")
        assert aligned(f"mail.victim.{suffix}", f"victim.{suffix}")
