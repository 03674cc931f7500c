"""How well the shipped policy tells odd links from usual ones, on real archives in delivery order.

    ODDLINK_CORPUS=… python tests/bench/judgement.py [--show] [--policy FILE]

Each message is judged on what was known before it and learned afterwards, From taken at its word. Beside
every message of a sender with history, a copy with one real phishing link added is judged and never learned.
Sources: the development corpus' mail/history (a developers' list), mail/spamassassin (2002), lists
(phishing URLs of 2023 and 2024, Tranco, shorteners, free hosts).

Does not change mail and does not fit points.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from inspectors.message import inspect
from inspectors.model import Inspection, Link
from policy.history import lesson, matches
from policy.judge import ask, judge
from policy.lookups.locallists import LocalLists
from policy.lookups.registry import answer
from policy.model import Answer, Envelope, Habit, Known, Lesson, Owner, Question, Seen, Trust
from policy.policyfile import load
from policy.rules import Policy

STREAMS = {
    "developers' list": ("mail/history/2014", "mail/history/2015"),
    "easy ham": ("mail/spamassassin/easy-ham-1",),
    "hard ham": ("mail/spamassassin/hard-ham-1",),
}
SIZES = ((1, 5), (5, 10), (10, 40), (40, 10**9), (10, 10**9))
TRUST = Trust(from_is_genuine=True)


class Memory:
    """A history store in dictionaries."""

    kinds = frozenset({"habit", "seen"})

    def __init__(self) -> None:
        self.habits: dict[tuple[str, str], Habit] = {}
        self.seen: dict[tuple[str, str, str], Seen] = {}

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        return {one: self._one(one) for one in questions}

    def _one(self, question: Question) -> Answer:
        if question.kind == "habit":
            return Known(self.habits.get((question.key[0], question.key[1]), Habit()))
        level, name, domain = question.key
        return Known(self.seen.get((level, name, domain)))

    def learn(self, taught: Lesson) -> None:
        for owner in taught.owners:
            self._owner(owner, taught)

    def _owner(self, owner: Owner, taught: Lesson) -> None:
        new = 0
        for domain in taught.domains:
            key = (owner.level, owner.name, domain)
            was = self.seen.get(key)
            new += was is None
            self.seen[key] = (
                Seen(was.messages + 1, was.first, taught.at) if was else Seen(1, taught.at, taught.at)
            )
        was_habit = self.habits.get((owner.level, owner.name), Habit())
        self.habits[owner.level, owner.name] = Habit(
            was_habit.messages + 1, was_habit.uses + len(taught.domains), was_habit.domains + new
        )


@dataclass
class Tally:
    """What one replay gave."""

    benign: list[tuple[float, str, str]] = field(default_factory=list)
    """(highest score, domain, file) per message with links."""
    links: list[float] = field(default_factory=list)
    """Score per benign link, each registrable domain of a message once."""
    odd: list[tuple[float, int]] = field(default_factory=list)
    """(score, sender's earlier messages) per injected link."""


def replay(mails: Sequence[tuple[str, Inspection]], policy: Policy, lists: LocalLists) -> Tally:
    memory, tally, pick = Memory(), Tally(), random.Random(7)
    for number, (name, inspection) in enumerate(mails):
        facts = asyncio.run(answer(ask(inspection, Envelope(), policy, TRUST), (memory, lists), 10))
        judged = judge(inspection, Envelope(), facts, policy, TRUST)
        scores: dict[str, float] = {}
        for one in judged.decisions:
            if one.domain and not matches(one.link.place, policy.rules.places.fetched):
                scores[one.domain] = max(one.score, scores.get(one.domain, -99.0))
        if scores:
            worst = max(scores, key=lambda domain: scores[domain])
            tally.benign.append((scores[worst], worst, name))
            tally.links.extend(scores.values())
        earlier = memory.habits.get(("sender", judged.identity.address), Habit()).messages
        if judged.identity.genuine and earlier:
            tally.odd.append((_injected(inspection, pick.choice(PHISHING), policy, memory, lists), earlier))
        # The archive is harmless, so what was found odd is learned as if an analyst had released it.
        released = tuple(replace(one, verdict="pass") for one in judged.decisions)
        taught = lesson(replace(judged, decisions=released), policy.rules, float(number))
        if taught:
            memory.learn(taught)
    return tally


def _injected(inspection: Inspection, url: str, policy: Policy, memory: Memory, lists: LocalLists) -> float:
    host = (urlsplit(url).hostname or "").lower()
    link = Link("1", url, url, "", "text", None, host)
    with_it = replace(inspection, links=(*inspection.links, link))
    facts = asyncio.run(answer(ask(with_it, Envelope(), policy, TRUST), (memory, lists), 10))
    return judge(with_it, Envelope(), facts, policy, TRUST).decisions[-1].score


def report(name: str, tally: Tally, threshold: float, show: bool) -> None:
    benign, half = tally.benign, tally.benign[len(tally.benign) // 2 :]
    links = tally.links[len(tally.links) // 2 :]
    print(f"  {name}: {len(benign)} messages with links, {len(tally.odd)} injected")
    for at in (
        threshold - 0.5,
        threshold - 0.25,
        threshold,
        threshold + 0.25,
        threshold + 0.5,
        threshold + 1,
    ):
        caught = "  ".join(
            _share([score for score, n in tally.odd if low <= n < high], at) for low, high in SIZES
        )
        print(
            f"    at {at:4.2f}: false {_share([one[0] for one in benign], at)}"
            f"  second half {_share([one[0] for one in half], at)} (links {_share(links, at)})"
            f"  caught {caught}"
        )
    if show:
        for score, domain, file in sorted(benign, reverse=True)[:15]:
            print(f"      {score:5.2f} {domain} {file}")


def _share(scores: Sequence[float], at: float) -> str:
    return f"{100 * sum(score >= at for score in scores) / len(scores):6.2f}%" if scores else "     –"


def _mails(folders: Sequence[Path]) -> Iterator[tuple[str, Inspection]]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            inspection = inspect(path.read_bytes())
            yield path.name, replace(inspection, message=replace(inspection.message, raw=b""))


def _lists(root: Path, ranks: bool) -> LocalLists:
    sublime = root / "lists/sublime-security+static-files"
    return LocalLists.load(
        [sublime / "tranco_top_50k.csv"] if ranks else [],
        {
            "shorteners": [sublime / "url_shorteners.txt", root / "lists/PeterDaveHello+url-shorteners/list"],
            "free-hosts": [
                sublime / name
                for name in (
                    "free_subdomain_hosts.txt",
                    "free_file_hosts.txt",
                    "self_service_creation_platform_domains.txt",
                )
            ],
        }
        if ranks
        else {},
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--show", action="store_true")
    arguments.add_argument("--policy", type=Path)
    arguments.add_argument("--streams", default=",".join(STREAMS))
    options = arguments.parse_args()
    root = Path(os.environ.get("ODDLINK_CORPUS", ""))
    if not (root / "mail").is_dir():
        sys.exit("set ODDLINK_CORPUS to the unpacked development corpus")
    with (root / "lists/phishing-urls/2023-2024.csv").open(encoding="utf-8") as file:
        rows = [row[1] for row in csv.reader(file)][1:]
    PHISHING.extend(url for url in rows if "." in urlsplit(url).netloc and "[" not in url)
    policy = load(options.policy)
    print(f"policy {policy.version}; caught by earlier messages 1-4, 5-9, 10-39, 40+, all 10+")
    for name in options.streams.split(","):
        started = time.perf_counter()
        mails = list(_mails([root / folder for folder in STREAMS[name]]))
        print(f"{name}: {len(mails)} messages read in {time.perf_counter() - started:.0f} s")
        for ranks in (True, False):
            started = time.perf_counter()
            tally = replay(mails, policy, _lists(root, ranks))
            seconds = time.perf_counter() - started
            words = f"{'with lists' if ranks else 'no lists'} ({seconds:.0f} s)"
            report(words, tally, policy.rules.threshold, options.show)


PHISHING: list[str] = []

if __name__ == "__main__":
    main()
