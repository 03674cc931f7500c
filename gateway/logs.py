"""The log: one line per event on standard error, JSON or text, safe to read and to keep.

An event is a fixed name ("message", "click", "store-error"); what varies goes into its fields. The last step
before a line is written takes out what does not belong into a log, so that a careless caller does no harm:
URLs keep scheme, host and port only, mail addresses lose their local part, subjects are withheld, control
characters are escaped (nobody writes a second line, or colours a terminal, from inside a mail).

Does not log to files or over the network; the service manager or container does that with standard error.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

LEVELS = ("debug", "info", "warning", "error")

_EVENT = re.compile(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*\Z")
_URL = re.compile(r"""\b([A-Za-z][A-Za-z0-9+.-]{1,20})://([^\s/?#"'<>\\]*)[^\s"'<>]*""")
_WORD = re.compile(r"""[^\s@<>"':;,()\[\]]+(@?)""")
_WITHHELD = ("subject", "written", "shown", "password", "secret", "token", "nonce", "body")
_KEPT = ("message_id",)
"""Looks like an address, is the key to everything else, and names no person in ordinary mail."""

_LONGEST = 1000
_LONGEST_TRACE = 8000
_DEEPEST = 4
_MOST = 50


def configure(
    level: str = "info", format: str = "json", *, local_parts: bool = False, stream: TextIO | None = None
) -> None:
    """Set up logging for the process: ours and, from "warning" on, that of the libraries.

    ``level`` is one of ``LEVELS``; ``format`` is "json" or "text"; ``stream`` is standard error by default.
    """
    least = getattr(logging, level.upper())
    render = _text if format == "text" else _json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _time,
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [Scrub(local_parts=local_parts), render]
    output = _Output(stream or sys.stderr)
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: output,
        cache_logger_on_first_use=False,
    )
    handler = _Handler(output, [_library, *shared, *last])
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries log commands, addresses and request lines (with tickets in them) at lower levels.
    root.setLevel(max(least, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "mail.log"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
        library.setLevel(max(least, logging.WARNING))


def logger(**fields: Any) -> FilteringBoundLogger:
    """A logger whose lines all carry ``fields``: ``logger(id=...).info("message", outcome="untouched")``."""
    bound: FilteringBoundLogger = structlog.get_logger(**fields)
    return bound


class _Output:
    """What structlog calls a logger: takes finished lines. A closed or full standard error loses the line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        # One write a line, so that lines of several processes do not mix; all ASCII, so that it never fails
        # on the encoding.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


class _Handler(logging.Handler):
    """Takes the standard library's records into the same log."""

    def __init__(self, output: _Output, processors: list[Processor]) -> None:
        super().__init__()
        self._output = output
        self._processors = processors

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: Any = {"record": record}
            for processor in self._processors:
                event = processor(None, record.levelname.lower(), event)
            self._output.msg(event)
        except Exception:
            self.handleError(record)


def _library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["record"]
    entry: EventDict = {"event": "library", "logger": record.name, "detail": record.getMessage()}
    if record.exc_info:
        entry["exc_info"] = record.exc_info
    return entry


def _time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["time"] = timestamp(datetime.now(UTC).timestamp())
    return event


def timestamp(at: float) -> str:
    """Unix seconds as RFC 3339 in UTC with milliseconds: "2026-01-31T12:00:00.250Z"."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Scrub:
    """The processor that takes out what does not belong into a log, and bounds the rest."""

    def __init__(self, *, local_parts: bool = False) -> None:
        self._local_parts = local_parts

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        name = event.get("event")
        if not isinstance(name, str) or not _EVENT.match(name):
            # A sentence as event name may carry anything; as a field it is cleaned like the others.
            event["detail"], event["event"] = name, "unnamed"
        return {str(key)[:100]: self._field(str(key), value) for key, value in event.items()}

    def _field(self, key: str, value: object) -> object:
        if key in _WITHHELD and isinstance(value, (str, bytes, list, tuple, dict)):
            return "(withheld)"
        if key == "exception":
            return self._clean(str(value)[-_LONGEST_TRACE:], _LONGEST_TRACE)
        if key in _KEPT and isinstance(value, str):
            return value[:_LONGEST]
        return self._value(value, 0)

    def _value(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if depth < _DEEPEST and isinstance(value, Mapping):
            items = list(value.items())[:_MOST]
            return {
                str(key)[:100]: "(withheld)" if key in _WITHHELD else self._value(item, depth + 1)
                for key, item in items
            }
        if depth < _DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
            return [self._value(item, depth + 1) for item in list(value)[:_MOST]]
        return self._clean(str(value), _LONGEST)

    def _clean(self, text: str, longest: int) -> str:
        # Cut first, so that the expressions below see a bounded text; again after, to be exact.
        text = _URL.sub(_host_only, text[: 2 * longest])
        if not self._local_parts:
            text = _WORD.sub(_no_local_part, text)
        return text if len(text) <= longest else text[: longest - 1] + "…"


def _host_only(match: re.Match[str]) -> str:
    host = match[2].rpartition("@")[2]
    rest = "/…" if match[0] not in (f"{match[1]}://{match[2]}", f"{match[1]}://{match[2]}/") else ""
    return f"{match[1]}://{host}{rest}"


def _no_local_part(match: re.Match[str]) -> str:
    # The expression takes whole words, with or without an @ behind, so that it stays linear on any text.
    return "…@" if match[1] else match[0]


def _json(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> str:
    first = {key: event.pop(key) for key in ("time", "level", "event") if key in event}
    return json.dumps({**first, **event}, ensure_ascii=True, default=str)


def _text(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> str:
    head = " ".join(str(event.pop(key, "")) for key in ("time", "level", "event"))
    return " ".join([head, *(f"{_bare(key)}={_bare(value)}" for key, value in event.items())])


def _bare(value: object) -> str:
    """A value as it can stand on a line of text: quoted and escaped where it is not a plain word."""
    plain = str(value)
    if plain and plain.isascii() and plain.isprintable() and not set(plain) & set(' "=\\'):
        return plain
    return json.dumps(value, ensure_ascii=True, default=str)
