"""``make bench-judgement``: how well the policy tells odd links from usual ones.

    ODDLINK_CORPUS=… python -m tests.bench.judgement [--policy FILE] [--still] [--lists] [--show] [--fit]

The first half of each archive is history, the second is judged message by message and learned, From taken at
its word. Beside messages of senders with at least five earlier ones a copy with one phishing URL, in the body
or in a PDF, is judged and never learned. Benign links count once per message and registrable domain. There is
a popularity list and no other; with ``--lists`` also lists of shorteners and free hosts. With ``--still`` the
second half is not learned: what is new there stays new.

Sources in the development corpus: the public list of a free-software project's developers, 2014 and 2015
(mail/history, some 11,000 messages); "easy ham" and "hard ham" of SpamAssassin's public corpus, 2002
(easy-ham-1, hard-ham-1); of any other corpus, every folder and file below mail/. Popularity: Tranco's list,
the largest tranco*.csv, umbrella*.csv or popular* below lists/. Phishing URLs: those reported to JPCERT/CC in
2023 and 2024, in order of report, below lists/phishing-urls/; of these the last two fifths, because the first
three made the figures of ``policy/nameshape.toml``.

``--fit`` prints points fitted to all archives, and what points fitted to the others do on each.

Does not change mail or policy.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from gateway.cli import files
from gateway.cli.session import sent_at
from gateway.replay import History, Replay
from gateway.store import Store
from inspectors.message import inspect
from inspectors.model import Inspection
from policy.calibrate import Sample, fit, points_of, rates, threshold_for, with_points
from policy.lookups.locallists import LocalLists
from policy.model import Trust
from policy.policyfile import load
from policy.rules import Policy, Rules

KNOWN = {
    "developers' list": ("mail/history/2014", "mail/history/2015"),
    "easy ham": ("mail/spamassassin/easy-ham-1",),
    "hard ham": ("mail/spamassassin/hard-ham-1",),
}
SHARES = (0.0025, 0.005, 0.01, 0.02, 0.05)
BUSY = 10_000
"""Ranks up to which a site counts as much visited."""
UNSETTLED = frozenset(
    {"lookalike", "punycode", "user_info", "ip_literal", "odd_port", "ipfs", "download", "changed_habits"}
    | {"thread"}
)
"""Signals too rare in these archives to be fitted, or the same beside odd links and benign ones."""

Scored = list[tuple[float, bool]]


def main() -> None:
    """Replay, then print."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--policy", type=Path)
    arguments.add_argument("--lists", action="store_true")
    arguments.add_argument("--still", action="store_true")
    arguments.add_argument("--show", action="store_true")
    arguments.add_argument("--fit", action="store_true")
    options = arguments.parse_args()
    root = Path(os.environ.get("ODDLINK_CORPUS", ""))
    if not os.environ.get("ODDLINK_CORPUS") or not (root / "mail").is_dir():
        sys.exit("set ODDLINK_CORPUS to an unpacked corpus with folders mail/ and lists/")
    policy, lists, urls = load(options.policy), _lists(root, options.lists), _urls(root)
    samples: list[Sample] = []
    for name, paths in _streams(root).items():
        started = time.perf_counter()
        mails = list(_mails(paths))
        samples += asyncio.run(_samples(name, mails, policy, lists, urls, still=options.still))
        print(f"{name}: {time.perf_counter() - started:.0f} s")
    print(f"policy {policy.version}, threshold {policy.rules.threshold}")
    report(samples, policy.rules)
    if options.show:
        _show(samples, policy.rules)
    if options.fit:
        _fitted(samples, policy.rules)


async def _samples(
    name: str,
    mails: Sequence[Inspection],
    policy: Policy,
    lists: LocalLists,
    urls: Sequence[str],
    *,
    still: bool,
) -> list[Sample]:
    def busy(domain: str) -> bool:
        return (lists.rank(domain) or BUSY + 1) <= BUSY

    found: list[Sample] = []
    with Store.open("sqlite://") as store:
        replay = Replay(
            policy, Trust(from_is_genuine=True), store, (History(store), lists), urls, name, busy=busy
        )
        for number, inspection in enumerate(mails):
            at = sent_at(inspection.message.headers) or float(number)
            second = number >= len(mails) // 2
            found += await replay.message(inspection, at, judged=second, learned=not (second and still))
    return found


def report(samples: Sequence[Sample], rules: Rules) -> None:
    """The curve, all archives together and each by itself."""
    groups: dict[str, Callable[[Sample], bool]] = {
        "all": lambda one: True,
        "body": lambda one: one.place == "text",
        "PDF": lambda one: one.place.startswith("pdf"),
        "5-9": lambda one: one.earlier < 10,
        "10-39": lambda one: 10 <= one.earlier < 40,
        "40+": lambda one: one.earlier >= 40,
        "anyone": lambda one: one.anyone,
    }
    scored = {one: points_of(one, rules) for one in samples}
    whole: Scored = [(scored[one], one.odd) for one in samples]
    marks = [(f"{share:.2%}", threshold_for(whole, share)) for share in SHARES]
    marks.append(("policy", rules.threshold))
    streams = sorted({one.stream for one in samples})
    for stream in ("all archives, one threshold", *streams):
        own = [one for one in samples if one.stream == stream or stream not in streams]
        odd = [one for one in own if one.odd]
        print(f"\n{stream}: {len(own) - len(odd)} benign links, {len(odd)} odd ones")
        print(f"{'':8} {'threshold':>9} {'benign':>8}" + "".join(f"{name:>9}" for name in groups))
        for words, at in marks:
            (rate,) = rates([(scored[one], one.odd) for one in own], [at])
            caught = (_share([scored[one] for one in odd if chosen(one)], at) for chosen in groups.values())
            print(f"{words:8} {at:9.2f} {rate.benign:8.2%}" + "".join(f"{one:>9}" for one in caught))


def _share(scores: Sequence[float], at: float) -> str:
    return f"{sum(score >= at for score in scores) / len(scores):.1%}" if scores else "–"


def _show(samples: Sequence[Sample], rules: Rules) -> None:
    for odd, words in ((False, "highest benign links"), (True, "lowest odd links")):
        print(f"\n{words}")
        some = sorted((one for one in samples if one.odd is odd), key=lambda one: points_of(one, rules))
        for one in some[:40] if odd else some[:-61:-1]:
            seen = ", ".join(f"{name} {strength:.2f}" for name, strength in one.seen)
            print(
                f"  {points_of(one, rules):5.2f} {one.stream}: {one.url[:80]} ({one.earlier} earlier; {seen})"
            )


def _fitted(samples: Sequence[Sample], rules: Rules) -> None:
    names = [name for name, points in rules.points.items() if points and name not in UNSETTLED]
    points = fit(samples, rules, names)
    print("\nfitted to all archives:", ", ".join(f"{name} {value}" for name, value in points.items()))
    report(samples, with_points(rules, points))
    for stream in sorted({one.stream for one in samples}):
        others = [one for one in samples if one.stream != stream]
        own = [
            replace(one, stream=f"{stream}, fitted to the others") for one in samples if one.stream == stream
        ]
        report(own, with_points(rules, fit(others, rules, names)))


def _streams(root: Path) -> dict[str, list[Path]]:
    known = {name: [root / folder for folder in folders] for name, folders in KNOWN.items()}
    if all(path.is_dir() for paths in known.values() for path in paths):
        return known
    return {path.name: [path] for path in sorted((root / "mail").iterdir())}


def _mails(paths: Sequence[Path]) -> Iterator[Inspection]:
    for piece in files.pieces([str(path) for path in paths]):
        inspection = inspect(piece.read())
        yield replace(inspection, message=replace(inspection.message, raw=b""))


def _urls(root: Path) -> list[str]:
    found: list[str] = []
    for path in sorted((root / "lists/phishing-urls").iterdir()):
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            found += [cell for row in csv.reader(file) for cell in row if _usable(cell)]
    return found[len(found) * 3 // 5 :]


def _usable(text: str) -> bool:
    try:
        return text.startswith(("http://", "https://")) and "." in (urlsplit(text).hostname or "")
    except ValueError:
        return False


def _lists(root: Path, more: bool) -> LocalLists:
    names = ("tranco*.csv", "umbrella*.csv", "popular*")
    popular = [path for name in names for path in sorted((root / "lists").rglob(name))]
    largest = sorted(popular, key=lambda path: path.stat().st_size)[-1:]
    own = root / "lists/sublime-security+static-files"
    free = ("free_subdomain_hosts.txt", "free_file_hosts.txt", "self_service_creation_platform_domains.txt")
    named = {"shorteners": [own / "url_shorteners.txt"], "free-hosts": [own / name for name in free]}
    return LocalLists.load(largest, named if more else {})


if __name__ == "__main__":
    main()
