"""Whatever a mail says, a log line is one line, holds no secret of anybody's, and never fails."""

from __future__ import annotations

import io
import json
import logging
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway import logs


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def log_to(**options: Any) -> io.StringIO:
    stream = io.StringIO()
    logs.configure(stream=stream, **options)
    return stream


def one(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_an_event_is_one_json_line_with_time_level_and_name_first() -> None:
    stream = log_to()
    logs.logger(id="0123456789abcdef").info("message", outcome="rewritten", links=12, rewritten=1)
    line = stream.getvalue()
    assert re.match(
        r'\{"time": "20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "level": "info", "event": "message"', line
    )
    entry = json.loads(line)
    assert (entry["id"], entry["outcome"], entry["links"]) == ("0123456789abcdef", "rewritten", 12)


def test_urls_addresses_and_subjects_are_taken_out() -> None:
    stream = log_to()
    logs.logger().warning(
        "store-error",
        detail="https://user:pw@login.odd.test:8443/reset?token=abc sent by "
        "<anna.b@bank.example>, mailto:x@y.example",
        url="https://odd.test/secret",
        subject="Salary",
        message_id="<1@office.example>",
        deep={"subject": "Salary", "urls": ["http://a.test/x", "http://b.test"]},
        smtp="smtp://127.0.0.1:25",
    )
    entry = one(stream)
    assert entry["detail"] == "https://login.odd.test:8443/… sent by <…@bank.example>, mailto:…@y.example"
    assert entry["url"] == "https://odd.test/…"
    assert entry["subject"] == "(withheld)"
    assert entry["deep"] == {"subject": "(withheld)", "urls": ["http://a.test/…", "http://b.test"]}
    assert entry["message_id"] == "<1@office.example>"
    assert entry["smtp"] == "smtp://127.0.0.1:25"


def test_local_parts_are_kept_where_that_was_asked() -> None:
    stream = log_to(local_parts=True)
    logs.logger().info("message", sender="anna@bank.example")
    assert one(stream)["sender"] == "anna@bank.example"


@pytest.mark.parametrize("format", ["json", "text"])
def test_nobody_writes_a_second_line_or_colours_a_terminal(format: str) -> None:
    stream = log_to(format=format)
    hostile = 'x\r\n{"event": "forged"}\x1b[31m\x00\u202e\u2028\x85\ud800"'
    logs.logger().info("message", helo=hostile, **{"bad\nkey": hostile})
    logs.logger().info("message\n" + hostile)
    written = stream.getvalue()
    assert len(written.splitlines()) == 2
    assert written.isascii()
    assert all(character.isprintable() or character == "\n" for character in written)


def test_a_sentence_as_event_becomes_a_detail() -> None:
    stream = log_to()
    logs.logger().info("mail from anna@bank.example came")
    entry = one(stream)
    assert (entry["event"], entry["detail"]) == ("unnamed", "mail from …@bank.example came")


def test_an_exception_is_a_field_of_the_line() -> None:
    stream = log_to()
    try:
        raise ValueError("https://odd.test/secret")
    except ValueError:
        logs.logger().exception("screen-failure")
    entry = one(stream)
    assert entry["exception"].startswith("Traceback")
    assert "ValueError: https://odd.test/…" in entry["exception"]


def test_text_format_quotes_what_is_not_a_plain_word() -> None:
    stream = log_to(format="text")
    logs.logger().info("message", outcome="untouched", reply="250 Ok", empty="")
    assert stream.getvalue().endswith('info message outcome=untouched reply="250 Ok" empty=""\n')


def test_levels_below_the_least_are_left_out() -> None:
    stream = log_to(level="warning")
    logs.logger().info("message")
    assert stream.getvalue() == ""


def test_libraries_write_into_the_same_log_from_warning_on() -> None:
    stream = log_to(level="debug")
    logging.getLogger("uvicorn.access").info("GET /odd.test/ticket")
    logging.getLogger("mail.log").warning("%s said %r", "anna@bank.example", "x\ny")
    entry = one(stream)
    assert (entry["event"], entry["logger"], entry["level"]) == ("library", "mail.log", "warning")
    assert entry["detail"] == "…@bank.example said 'x\\ny'"


def test_a_closed_standard_error_loses_the_line_and_nothing_else() -> None:
    stream = log_to()
    stream.close()
    logs.logger().info("message")


def test_long_and_deep_values_are_bounded_in_size_and_time() -> None:
    stream = log_to()
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    begun = time.perf_counter()
    hostile = {"long": "a" * 10**6, "at": "@" * 10**6, "url": "http://" * 10**5, "word": "a@" * 10**5}
    logs.logger().info("message", **hostile, many=list(range(10**5)), deep=deep)
    assert time.perf_counter() - begun < 10
    entry = one(stream)
    assert len(entry["long"]) == 1000
    assert entry["long"].endswith("…")
    assert len(entry["many"]) == 50
    assert len(stream.getvalue()) < 20_000


def test_a_timestamp_is_rfc_3339_in_utc_with_milliseconds() -> None:
    assert logs.timestamp(1769860800.25) == "2026-01-31T12:00:00.250Z"


_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.binary() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@hypothesis_settings(max_examples=200)
@given(
    st.text(), st.dictionaries(st.text(min_size=1), _values, max_size=5), st.sampled_from(["json", "text"])
)
def test_law_anything_logged_is_one_ascii_line(event: str, fields: dict[str, Any], format: str) -> None:
    stream = log_to(format=format)
    fields.pop("event", None)
    fields.pop("exc_info", None)
    logs.logger().bind(**fields).info(event)
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().isascii()


@given(st.text(alphabet="ab@/:.h tp<>\"'", max_size=200))
def test_law_no_local_part_and_no_path_is_left(text: str) -> None:
    cleaned = logs.Scrub()(None, "info", {"event": "x", "text": text})["text"]
    assert not re.search(r"[ab]@", cleaned)
