from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.identity import aligned, who
from policy.model import DkimResult, Envelope, Facts, Identity, Known, SpfResult, Trust
from policy.questions import DKIM, spf

Make = Callable[..., tuple[Header, ...]]
TRUST = Trust(authserv_ids=("MX.our.example",), our_hosts=("inner.our.example",), verify_dkim=True)
FROM = ("From", "Clerk <clerk@office.example>")
OURS = ("Received", "from out.office.example (x [192.0.2.1]) by mx.our.example (Postfix) with ESMTP; Mon")
INNER = ("Received", "from mx.our.example by inner.our.example with LMTP; Mon")
THEIRS = ("Received", "from a.evil.example by relay.office.example with ESMTP; Mon")
PASS = ("Authentication-Results", "mx.our.example; dmarc=pass header.from=office.example")


def _who(
    make: Make, *fields: tuple[str, str | bytes], trust: Trust = TRUST, facts: Facts | None = None
) -> Identity:
    return who(make(*fields), Envelope(), trust, facts or Facts())


def test_dmarc_pass_of_our_border_server_is_genuine(make_headers: Make) -> None:
    for fields in ([PASS, OURS, FROM], [OURS, PASS, THEIRS, FROM], [INNER, OURS, PASS, FROM]):
        identity = _who(make_headers, *fields)
        assert (identity.genuine, identity.by) == (True, "dmarc")
        assert (identity.address, identity.domain, identity.organisation) == (
            "clerk@office.example",
            "office.example",
            "office.example",
        )


@pytest.mark.parametrize(
    ("result", "by"),
    [
        ("dkim=pass header.d=mail.office.example", "dkim"),
        ("dkim=pass header.i=@office.example", "dkim"),
        ("dkim=fail header.d=office.example; dkim=pass header.d=office.example", "dkim"),
        ("spf=pass smtp.mailfrom=bounce@bounce.office.example", "spf"),
        ("spf=pass smtp.mailfrom=office.example", "spf"),
        ("dmarc=none header.from=office.example; dkim=pass header.d=office.example", "dkim"),
    ],
)
def test_aligned_dkim_or_spf_is_genuine_where_dmarc_says_nothing(
    make_headers: Make, result: str, by: str
) -> None:
    identity = _who(make_headers, ("Authentication-Results", f"mx.our.example; {result}"), FROM)
    assert (identity.genuine, identity.by) == (True, by)


@pytest.mark.parametrize(
    "result",
    [
        "dmarc=pass header.from=evil.example",
        "dmarc=pass",
        "dmarc=fail header.from=office.example; dkim=pass header.d=office.example",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=example",
        "dkim=neutral header.d=office.example",
        "spf=pass smtp.helo=office.example",
        "spf=pass smtp.mailfrom=evil.example",
        "spf=softfail smtp.mailfrom=office.example",
    ],
)
def test_results_that_do_not_align_prove_nothing(make_headers: Make, result: str) -> None:
    identity = _who(make_headers, ("Authentication-Results", f"mx.our.example; {result}"), FROM)
    assert (identity.genuine, identity.by) == (False, "none")


@pytest.mark.parametrize(
    "name", ["mx.other.example", "our.example", "mx.our.example.evil.example", "xmx.our.example"]
)
def test_only_the_exact_configured_server_is_believed(make_headers: Make, name: str) -> None:
    assert not _who(
        make_headers, ("Authentication-Results", f"{name}; dmarc=pass header.from=office.example"), FROM
    ).genuine


def test_fields_below_the_trust_line_are_not_believed(make_headers: Make) -> None:
    assert not _who(make_headers, THEIRS, PASS, FROM).genuine
    assert not _who(make_headers, OURS, THEIRS, PASS, FROM).genuine
    fails = ("Authentication-Results", "mx.our.example; spf=fail smtp.mailfrom=evil.example")
    forged_hop = ("Received", "from a by mx.our.example; Mon")
    assert not _who(make_headers, OURS, fails, forged_hop, PASS, FROM).genuine


@pytest.mark.parametrize(
    "name", ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "DKIM-Signature"]
)
def test_a_field_below_one_that_a_sender_writes_is_not_our_borders(make_headers: Make, name: str) -> None:
    """A border that is silent, because its filter is down, must not make a forged field below From count."""
    first = FROM if name == "From" else (name, "x")
    assert not _who(make_headers, OURS, first, PASS, *([] if name == "From" else [FROM])).genuine
    assert _who(make_headers, OURS, PASS, first, *([] if name == "From" else [FROM])).genuine


def test_the_topmost_field_with_a_method_wins(make_headers: Make) -> None:
    fail = ("Authentication-Results", "mx.our.example; dmarc=fail header.from=office.example")
    assert not _who(make_headers, fail, PASS, FROM).genuine


def test_a_field_under_our_borders_own_adds_nothing_even_for_methods_the_border_did_not_report(
    make_headers: Make,
) -> None:
    own = ("Authentication-Results", "mx.our.example; spf=fail smtp.mailfrom=office.example; dkim=none")
    assert not _who(make_headers, own, PASS, FROM).genuine


def test_the_word_by_inside_a_comment_is_not_the_receiving_host(make_headers: Make) -> None:
    hop = ("Received", "from a (forged by mx.our.example ok) by relay.evil.example; Mon")
    assert not _who(make_headers, hop, PASS, FROM).genuine


@pytest.mark.parametrize(
    "fields",
    [
        [FROM, FROM],
        [FROM, ("From", "boss@bank.example")],
        [("From", "clerk@office.example, boss@bank.example")],
        [("From", "boss@bank.example <clerk@office.example>")],
        [("From", "clerk@[192.0.2.1]")],
        [("From", "")],
        [],
    ],
)
def test_odd_from_fields_are_never_genuine_whatever_passes(
    make_headers: Make, fields: list[tuple[str, str | bytes]]
) -> None:
    own = Facts({DKIM: Known((DkimResult("office.example", "s", True, True, ""),))})
    trust = Trust(("mx.our.example",), (), True, from_is_genuine=True)
    identity = _who(make_headers, PASS, *fields, trust=trust, facts=own)
    assert not identity.genuine and identity.by == "none" and identity.words


def test_our_own_dkim_result_counts_only_whole_and_aligned(make_headers: Make) -> None:
    def by(*results: DkimResult) -> str:
        return _who(make_headers, FROM, facts=Facts({DKIM: Known(results)})).by

    assert (
        by(DkimResult("evil.example", "s", True, True, ""), DkimResult("office.example", "s", True, True, ""))
        == "dkim"
    )
    assert by(DkimResult("office.example", "s", True, False, "")) == "none"
    assert by(DkimResult("office.example", "s", False, True, "")) == "none"
    assert by(DkimResult("evil.example", "s", True, True, "")) == "none"


def test_an_archive_may_be_taken_at_its_word(make_headers: Make) -> None:
    identity = _who(make_headers, FROM, trust=Trust(from_is_genuine=True))
    assert (identity.genuine, identity.by) == (True, "claimed")


def test_alignment_is_by_registrable_domain_with_private_suffixes() -> None:
    assert aligned("mail.office.example", "office.example")
    assert not aligned("one.github.io", "two.github.io")
    assert not aligned("", "") and not aligned("example", "example")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["from", "received", "authentication-results", "x"]), st.binary(max_size=120)
        )
    )
)
def test_no_header_block_raises_or_becomes_genuine_by_chance(fields: list[tuple[str, bytes]]) -> None:
    headers = tuple(Header(name, Span(0, 0), value) for name, value in fields)
    assert not who(headers, Envelope(), TRUST, Facts()).genuine


@given(
    st.lists(
        st.sampled_from([PASS, OURS, INNER, ("Subject", "x"), ("Received", "by mx.our.example")]), max_size=6
    )
)
def test_nothing_forged_under_a_foreign_hop_makes_mail_genuine(below: list[tuple[str, str]]) -> None:
    fields = [OURS, THEIRS, *below, FROM]
    headers = tuple(Header(name.lower(), Span(0, 0), value.encode()) for name, value in fields)
    assert not who(headers, Envelope(), TRUST, Facts()).genuine


def test_spf_of_the_aligned_reverse_path_proves_where_the_client_is_known(make_headers: Make) -> None:
    def by(domain: str, result: str) -> str:
        question = spf("8.8.4.7", domain, "")
        return _who(make_headers, FROM, facts=Facts({question: Known(SpfResult(domain, result, "x"))})).by

    assert by("bounce.office.example", "pass") == "spf"
    for domain, result in (
        ("evil.example", "pass"),
        ("office.example", "neutral"),
        ("office.example", "none"),
    ):
        assert by(domain, result) == "none"


def test_a_dmarc_failure_at_our_border_is_not_undone_by_our_own_spf(make_headers: Make) -> None:
    failed = ("Authentication-Results", "mx.our.example; dmarc=fail header.from=office.example")
    facts = Facts({spf("8.8.4.7", "office.example", ""): Known(SpfResult("office.example", "pass", "x"))})
    assert not _who(make_headers, failed, FROM, facts=facts).genuine
