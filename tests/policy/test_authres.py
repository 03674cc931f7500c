import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.authres import parse


def test_methods_results_and_properties_are_read() -> None:
    field = parse(
        b"mx.Our.example 1; spf=pass (sender ok) smtp.mailfrom=bounce@news.example;"
        b' dkim=pass (2048-bit key; secure) header.d=office.example header.b="ab=cd";'
        b" dmarc=Pass header.from=office.example"
    )
    assert field is not None and field.authserv_id == "mx.our.example"
    assert [(one.method, one.result) for one in field.results] == [
        ("spf", "pass"),
        ("dkim", "pass"),
        ("dmarc", "pass"),
    ]
    assert field.results[1].properties == {"header.d": "office.example", "header.b": "ab=cd"}


@pytest.mark.parametrize(
    "value",
    [
        b"mx.our.example; none",
        b"mx.our.example",
        b"mx.our.example;",
        b'"mx.our.example" ; dkim=pass header.d=a.example;',
    ],
)
def test_ids_quoted_ids_and_trailing_semicolons_are_fine(value: bytes) -> None:
    field = parse(value)
    assert field is not None and field.authserv_id == "mx.our.example"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"dmarc=pass header.from=office.example",
        b"mx.our.example extra; dmarc=pass",
        b"mx.our.example; dmarc=pass (open",
        b'mx.our.example; spf=pass smtp.mailfrom="open',
        b"mx.our.example; dmarc=pass\x00",
        b"mx.our.example;" + b" " * 9000,
    ],
)
def test_a_field_that_breaks_the_grammar_is_absent(value: bytes) -> None:
    assert parse(value) is None


def test_a_result_that_says_a_thing_twice_is_left_out() -> None:
    field = parse(b"mx.our.example; dmarc=pass header.from=a.example header.from=b.example; spf=pass")
    assert field is not None and [one.method for one in field.results] == ["spf"]


def test_a_quoted_value_cannot_bring_in_another_result() -> None:
    field = parse(
        b'mx.our.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=bank.example"@evil.example'
    )
    assert field is not None and all(one.method != "dmarc" for one in field.results)


@given(st.binary(max_size=500))
def test_random_bytes_never_raise(value: bytes) -> None:
    parse(value)


@given(st.text('()"\\;= ab.-', max_size=80))
def test_specials_in_any_order_never_raise(value: str) -> None:
    parse(b"mx.our.example;" + value.encode())


def test_deep_comments_do_not_recurse() -> None:
    assert parse(b"mx.our.example " + b"(" * 8000) is None
