"""gateway/clicks/query.py: what a person types into a search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clicks.query import LIMIT, MOST, QueryError, search_from
from gateway.store.rows import Search

NOW = 1_768_210_200.0


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("", 0.0),
        ("30m", NOW - 1800),
        ("24h", NOW - 86_400),
        ("7 d", NOW - 604_800),
        ("2w", NOW - 1_209_600),
        ("999999w", 0.0),
        ("2026-01-12", 1_768_176_000.0),
        ("2026-01-12T09:30", NOW),
        ("2026-01-12T10:30:00+01:00", NOW),
        ("2026-01-12 09:30Z", NOW),
    ],
)
def test_moments(text, since):
    assert search_from({"since": text}, NOW).since == since


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"since": "7"},
        {"since": "2026-13-01"},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": str(MOST + 1)},
        {"limit": "9" * 5000},
        {"limit": "٣"},
        {"sender": "x" * 501},
        {"sendr": "a@b.example"},
    ],
)
def test_what_cannot_be_understood_is_named(query):
    with pytest.raises(QueryError, match=next(iter(query))):
        search_from(query, NOW)


def test_nothing_asked_for_restricts_nothing():
    assert search_from({}, NOW) == Search(limit=LIMIT)
    assert search_from({"sender": "  a@b.example "}, NOW).sender == "a@b.example"


@given(st.dictionaries(st.sampled_from(["since", "limit", "sender", "url", "x"]), st.text(max_size=40)))
def test_any_query_gives_a_search_or_its_own_error(query):
    try:
        assert 1 <= search_from(query, NOW).limit <= MOST
    except QueryError as problem:
        assert str(problem)
