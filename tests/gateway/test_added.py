"""The lines on top are ASCII from a fixed alphabet, whatever the message and the host name say."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import added
from policy.model import Identity

ID = "0123456789abcdef"
PROVED = Identity("a@office.example", "office.example", "office.example", True, "dmarc")


def test_the_mark_is_what_the_contract_says() -> None:
    assert added.mark(ID, 12, 1) == b"X-Oddlink: id=0123456789abcdef; links=12; rewritten=1\r\n"
    assert added.mark(ID, 12, 1, 2, 3).endswith(b"; rewritten=1; skipped=2; left=3\r\n")
    assert added.mark(ID, 12, 0, 0, 1, "hold") == (
        b"X-Oddlink: id=0123456789abcdef; links=12; rewritten=0; left=1; action=hold\r\n"
    )


def test_the_trace_line_names_us_the_id_and_the_time() -> None:
    line = added.received("mx.bank.example", ID, 1_700_000_000.5)
    value = message_from_bytes(line + b"\r\n")["Received"]
    clauses, _, date = value.partition(";")
    assert clauses == f"by mx.bank.example (oddlink) with ESMTP id {ID}"
    assert parsedate_to_datetime(date.strip()).timestamp() == 1_700_000_000


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (PROVED, b"dmarc=pass header.from=office.example"),
        (Identity("a@b.example", "b.example", "b.example", True, "dkim"), b"dkim=pass header.d=b.example"),
        (Identity("a@b.example", "b.example", "b.example", True, "spf"), b"spf=pass smtp.mailfrom=b.example"),
        (Identity("a@b.example", "b.example", "b.example", True, "claimed"), b"none"),
        (Identity("a@b.example", "b.example", "b.example", False, "none"), b"none"),
        (Identity("", "", "", True, "dmarc"), b"none"),
        (Identity("", "b.example; dkim=pass", "", True, "dmarc"), b"none"),
        (Identity("", "b.example\r\nX: y", "", True, "dmarc"), b"none"),
        (Identity("", "b.example\n", "", True, "dmarc"), b"none"),
    ],
)
def test_results_say_what_was_proved_before_we_changed_the_message(identity: Identity, words: bytes) -> None:
    line = added.results("mx.bank.example", identity)
    assert line == b"Authentication-Results: mx.bank.example; " + words + b"\r\n"


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(("dmarc", "dkim", "spf", "odd")))
def test_law_no_host_name_or_domain_makes_a_second_line(hostname: str, domain: str, by: str) -> None:
    identity = Identity("", domain, "", True, by)
    for line in (added.received(hostname, ID, 0.0), added.results(hostname, identity)):
        assert re.fullmatch(rb"[A-Za-z-]+: [!-~ ]+\r\n", line)
