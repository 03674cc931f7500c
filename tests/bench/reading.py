"""What reading a message costs, beside ``email`` with its default policy and BeautifulSoup.

    python -m tests.bench.reading

Theirs is what a filter written with the usual parts would do: parse the message, take the content of each
text part, and put HTML parts through BeautifulSoup on html.parser. Ours is ``inspectors.message.inspect``,
which gives every link with its place. Both in one process, in turns, on the same messages; CPU time; medians
of rounds. Messages: fixtures/sample, and folders of ODDLINK_CORPUS where it is set.

Does not measure rewriting.
"""

from __future__ import annotations

import email
import email.policy
import os
import random
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

from inspectors.message import inspect

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample"
FOLDERS = (
    "mail/spamassassin/hard-ham-1",
    "mail/spamassassin/easy-ham-1",
    "mail/spamassassin/spam-1",
    "mail/history/2015",
)
MESSAGES = 150
ROUNDS = 5


def theirs(raw: bytes) -> int:
    """The number of links the usual parts find."""
    found = 0
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        try:
            content = part.get_content()
        except (LookupError, ValueError):  # an unknown charset
            continue
        if part.get_content_subtype() == "html":
            found += len(BeautifulSoup(content, "html.parser").find_all("a", href=True))
    return found


def ours(raw: bytes) -> int:
    """The number of links we find."""
    return len(inspect(raw).links)


def run() -> list[dict[str, object]]:
    """One row per source: name, messages, bytes a message, ms a message for both, ours over theirs."""
    warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
    warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
    return [row for name, messages in _sources() if (row := _row(name, messages))]


def _sources() -> list[tuple[str, list[bytes]]]:
    found = [("fixtures/sample", _load(SAMPLE, "*.eml"))]
    root = os.environ.get("ODDLINK_CORPUS")
    if root:
        found += [(name, _load(Path(root) / name, "*")) for name in FOLDERS]
    return found


def _load(folder: Path, pattern: str) -> list[bytes]:
    """At most ``MESSAGES`` of a folder, without those that hold a PDF: its reader has a bench of its own."""
    files = sorted(path for path in folder.rglob(pattern) if path.is_file())
    random.Random(1).shuffle(files)
    loaded = (path.read_bytes() for path in files)
    return [raw for raw in loaded if b"application/pdf" not in raw][:MESSAGES]


def _row(name: str, messages: Sequence[bytes]) -> dict[str, object]:
    if not messages:
        return {}
    rounds = [(_cost(ours, messages), _cost(theirs, messages)) for _ in range(ROUNDS)]
    return {
        "name": name,
        "messages": len(messages),
        "bytes": round(statistics.mean(map(len, messages))),
        "ours_ms": round(statistics.median(mine for mine, _ in rounds), 3),
        "theirs_ms": round(statistics.median(other for _, other in rounds), 3),
        "ratio": round(statistics.median(mine / other for mine, other in rounds), 4),
    }


def _cost(read: Callable[[bytes], int], messages: Sequence[bytes]) -> float:
    """CPU milliseconds a message."""
    start = time.process_time()
    for raw in messages:
        read(raw)
    return (time.process_time() - start) * 1e3 / len(messages)


def main() -> None:
    for row in run():
        print(
            f"{row['name']:32} {row['messages']:4} messages of {row['bytes']:6} bytes"
            f"  ours {row['ours_ms']:7} ms  theirs {row['theirs_ms']:8} ms  ratio {row['ratio']}"
        )


if __name__ == "__main__":
    main()
