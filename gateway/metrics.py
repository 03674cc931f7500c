"""What is counted, for Prometheus: names, labels, and the bounds on the labels.

Labels come from small fixed sets. Reasons and places are free text, some of it written by whoever wrote the
mail, so they are sorted into classes here; addresses and domains are never labels.

Does not serve anything; the console does.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from gateway.outcome import Outcome
from policy.actions import action_of

_CLASSES: tuple[tuple[str, str], ...] = (
    ("observed", r"only observes"),
    ("encrypted", r"encrypt|password"),
    ("signed", r"\bsign"),
    ("store", r"store|database|record"),
    ("time", r"deadline|time[d -]?out|in time|too slow|took too long"),
    ("size", r"too (large|long|big|many|deep)|larger than|more than|limit|exceed|nested"),
    ("worker", r"worker|process|killed|memory"),
    ("charset", r"charset|character set|encod|utf-8|decod"),
    ("transfer", r"transfer|base64|quoted-printable"),
    ("check", r"check|verif|re-?read|did not come back|differ"),
    ("fit", r"fit|room|length|line"),
    ("place", r"place|policy|scheme|not rewritable"),
    ("damaged", r"damage|broken|malformed|parse|corrupt|invalid|not a pdf|unreadable|cannot be read"),
    ("unsupported", r"support|unknown|not looked into|no inspector|type"),
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _CLASSES)

_TAGS = frozenset(
    (
        "a.href",
        "area.href",
        "base.href",
        "form.action",
        "img.src",
        "img.srcset",
        "link.href",
        "iframe.src",
        "frame.src",
        "object.data",
        "embed.src",
        "script.src",
        "button.formaction",
        "input.formaction",
        "input.src",
        "meta.content",
        "body.background",
        "blockquote.cite",
        "q.cite",
        "ins.cite",
        "del.cite",
        "source.src",
        "video.src",
        "audio.src",
        "track.src",
        "style",
        "css",
        "text",
    )
)
_PDF = frozenset(
    (
        "next",
        "additional",
        "name",
        "filespec",
        "richmedia",
        "xfa",
        "unreached",
        "annotation",
        "text",
        "javascript",
        "launch",
        "submitform",
        "importdata",
        "gotor",
        "gotoe",
        "openaction",
        "outline",
        "qr",
        "file",
    )
)
_FORMATS = frozenset(("text", "html", "pdf", "calendar", "vcard", "xml", "office", "image", "header"))
_STEPS = frozenset(("shown", "probed", "continued", "refused", "unknown"))
_RESULTS = frozenset(("untouched", "rewritten", "held", "refused"))
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,30}\Z")

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BYTES = (1e3, 5e3, 2e4, 5e4, 1e5, 5e5, 1e6, 5e6, 2e7, 6e7)


def reason_class(reason: str) -> str:
    """The class of a reason given in words; "other" where none fits."""
    return next((name for name, pattern in _PATTERNS if pattern.search(reason[:300])), "other")


_UNKNOWN: tuple[tuple[str, str], ...] = (
    ("late", r"no answer within|Timeout"),
    ("refused", r"refuses|fewer questions"),
    ("busy", r"too many questions"),
    ("wrong", r"no block list may|lists everything|in the future|redirects|answers \d"),
    ("failed", r"failed|gave no answer|Error"),
)


def unknown_class(why: str) -> str:
    """The class of a reason for which a question has no answer; "other" where none fits."""
    return next((name for name, pattern in _UNKNOWN if re.search(pattern, why[:300])), "other")


def place_class(place: str) -> str:
    """A link's place as a label: ``FORMAT:WHERE`` where both are known ones, else ``FORMAT:other``."""
    form, _, where = place.partition(":")
    if form not in _FORMATS:
        return "other"
    known = where in (_PDF if form == "pdf" else _TAGS)
    return f"{form}:{where}" if known else f"{form}:other" if where else form


def reply_class(code: int) -> str:
    """ "2xx" to "5xx", or "none" where the next hop gave no answer we understood."""
    return f"{code // 100}xx" if 200 <= code < 600 else "none"


class Names:
    """Names from our own code, as labels: the first few are taken as they are, the rest are "other"."""

    def __init__(self, most: int = 32) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, name: str) -> str:
        if name in self._known:
            return name
        if len(self._known) >= self._most or not _WORD.match(name):
            return "other"
        self._known.add(name)
        return name


class Metrics:
    """All counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._stages, self._operations, self._whys = Names(), Names(), Names()
        self._kinds = Names()
        self._messages = self._counter("messages", "Messages screened, by what became of them", "outcome")
        self._links = self._counter("links_seen", "Links read, by place", "place")
        self._rewritten = self._counter("links_rewritten", "Links rewritten, by place", "place")
        self._not_rewritten = self._counter(
            "links_not_rewritten", "Odd links that were left as they came, by reason", "reason"
        )
        self._skipped = self._counter("skipped", "What could not be looked into, by reason", "reason")
        self._actions = self._counter(
            "actions",
            "Messages tagged, held or refused, by action and the policy's keys for it",
            "action",
            "why",
        )
        self._observed = self._counter(
            "observed",
            "Messages that policy only observes, by what would have become of them",
            "outcome",
            "action",
        )
        self._jumps = self._counter("clock_jumps", "Times the wall clock jumped")
        self._reloads = self._counter("policy_reloads", "Policies read again, by result", "result")
        self._stage = Histogram(
            "oddlink_stage_seconds", "Time per stage", ["stage"], registry=self.registry, buckets=_SECONDS
        )
        self._size = Histogram(
            "oddlink_message_bytes", "Size of messages", registry=self.registry, buckets=_BYTES
        )
        self._store_errors = self._counter("store_errors", "Store calls that failed", "operation")
        self._clicks = self._counter("clicks", "Steps on the click page", "step")
        self._replies = self._counter("next_hop_replies", "Next hop's answers", "command", "reply")
        self._kills = self._counter("worker_kills", "Worker processes ended or lost", "why")
        self._failures = self._counter("screen_failures", "Messages whose screening failed", "why")
        self.connections = self._gauge("connections", "Open connections from clients")
        self.in_flight = self._gauge("messages_in_flight", "Messages between DATA and our reply")
        self._unknown = self._counter(
            "unknown", "Questions about messages that got no answer, by kind and reason", "kind", "why"
        )
        self._lists = self._counter("lists_read", "Changed list files, by result", "result")
        self._info = Gauge(
            "oddlink_info", "Version and policy in use", ["version", "policy"], registry=self.registry
        )

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"oddlink_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(f"oddlink_{name}", words, registry=self.registry)

    def observe(self, outcome: Outcome, *, size: int | None = None) -> None:
        """Count one screened message with all its links; ``size`` in bytes where it is known."""
        self._messages.labels(outcome.result if outcome.result in _RESULTS else "other").inc()
        links = outcome.inspection.links
        rewritten = (links[ticket.link].place for ticket in outcome.tickets if ticket.link < len(links))
        _count(self._links, place_class, (link.place for link in links))
        _count(self._rewritten, place_class, rewritten)
        _count(self._not_rewritten, reason_class, (entry.reason for entry in outcome.left))
        _count(self._skipped, reason_class, (entry.reason for entry in outcome.inspection.skipped))
        for why in outcome.because:
            self._actions.labels(outcome.action, why).inc()
        if outcome.observed in _RESULTS:
            action = action_of(outcome.observed, outcome.observed_because)
            self._observed.labels(outcome.observed, action).inc()
        for gap in outcome.judgement.unknown:
            self._unknown.labels(self._kinds(gap.kind), unknown_class(gap.why)).inc(gap.questions)
        for stage, seconds in outcome.timings.items():
            self.stage(stage, seconds)
        if size is not None:
            self._size.observe(size)

    def stage(self, stage: str, seconds: float) -> None:
        """Time one stage took."""
        self._stage.labels(self._stages(stage)).observe(seconds)

    def store_error(self, operation: str) -> None:
        """A store call failed; ``operation`` is the method's name."""
        self._store_errors.labels(self._operations(operation)).inc()

    def click(self, step: str) -> None:
        """A step on the click page, as ``ClickRow.step`` names them."""
        self._clicks.labels(step if step in _STEPS else "other").inc()

    def next_hop_reply(self, command: str, code: int) -> None:
        """The next hop answered ``command`` ("mail", "rcpt", "dot" ...) with ``code``; 0 for silence."""
        command = command.lower()
        known = command in ("connect", "ehlo", "mail", "rcpt", "data", "dot", "rset", "quit")
        self._replies.labels(command if known else "other", reply_class(code)).inc()

    def worker_killed(self, why: str) -> None:
        """A worker process was ended or lost: "deadline", "memory", "crash"."""
        self._kills.labels(self._whys(why)).inc()

    def screen_failed(self, why: str) -> None:
        """Screening a message failed, with the reason in words."""
        self._failures.labels(reason_class(why)).inc()

    def running(self, version: str, policy: str) -> None:
        """Tell which version runs with which policy; replaces what was told before."""
        self._info.clear()
        self._info.labels(version[:50], policy[:100]).set(1)

    def reloaded(self, result: str) -> None:
        """A policy was read again: "taken" or "kept" (the old one, because the new one has mistakes)."""
        self._reloads.labels(result).inc()

    def clock_jumped(self) -> None:
        """The wall clock jumped, see ``gateway.steady``."""
        self._jumps.inc()

    def lists_read(self, result: str) -> None:
        """List files have changed: "taken" or "kept" (the old ones, because the new cannot be used)."""
        self._lists.labels(result).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


def _count(counter: Counter, classify: Callable[[str], str], texts: Iterable[str]) -> None:
    """Count texts by class; equal ones, of which a message may have thousands, are classified once."""
    for text, times in collections.Counter(texts).items():
        counter.labels(classify(text)).inc(times)
