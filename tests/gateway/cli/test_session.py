"""When a message was sent, as a moment, whatever stands in it and wherever this runs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.session import sent_at
from inspectors.model import Header, Span


def of(value: bytes) -> float | None:
    return sent_at([Header("subject", Span(0, 0), b"x"), Header("date", Span(0, 0), value)])


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Thu, 01 Jan 2026 00:00:00 +0000", 1767225600.0),
        (b"Thu, 01 Jan 2026 00:00:00 -0000", 1767225600.0),
        (b"Thu, 01 Jan 2026 01:00:00 +0100", 1767225600.0),
        (b"1 Jan 2026 00:00 GMT", 1767225600.0),
        (b"1 Jan 2026 00:00", 1767225600.0),
        (b"Thu, 01 Jan 1969 00:00:00 +0000", None),
        (b"Thu, 01 Jan 2200 00:00:00 +0000", None),
        (b"", None),
        (b"soon", None),
        (b"\xff\xfe", None),
        (b"1 Jan 99999999999999 00:00:00 +0000", None),
        (b"1 Jan 2026 00:00:00 +999999999999999999", None),
    ],
)
def test_a_date_is_the_same_moment_in_every_zone(
    value: bytes, expected: float | None, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert of(value) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_date_is_none_and_the_first_of_two_counts() -> None:
    assert sent_at([]) is None
    fields = [Header("date", Span(0, 0), b"1 Jan 2026 00:00 GMT"), Header("date", Span(0, 0), b"nonsense")]
    assert sent_at(fields) == 1767225600.0


@given(
    st.binary(max_size=60) | st.from_regex(rb"[0-9]{1,20} (Jan|Feb) [0-9]{1,20} [0-9:]{1,12} [+-][0-9]{1,9}")
)
def test_law_any_date_is_a_moment_or_none(value: bytes) -> None:
    found = of(value)
    assert found is None or 0 < found < 4e9


def test_without_a_date_the_topmost_received_tells() -> None:
    fields = [
        Header("received", Span(0, 0), b"from a.example by b.example; 1 Jan 2026 00:00 GMT"),
        Header("received", Span(0, 0), b"from c.example by a.example; 31 Dec 2025 00:00 GMT"),
        Header("date", Span(0, 0), b"soon"),
    ]
    assert sent_at(fields) == 1767225600.0
    assert sent_at(fields[2:]) is None
