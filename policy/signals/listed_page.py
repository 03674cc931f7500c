"""A list of pages names this very page, or others of its host.

Such lists name pages on sites that were broken into and on hosts where anyone can publish; so another page
of the host is little, and nothing where the host is shared or much visited.

Does not take a list of pages for a list of domains.
"""

from __future__ import annotations

from policy import questions
from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case

ANOTHER = 0.25
"""Strength of another page on the same host."""


def signal(case: Case) -> Evidence | None:
    """Evidence for the destination, or for the link itself where it is wrapped."""
    lists = case.rules.lists.blocked
    for url in dict.fromkeys((case.link.target or case.link.url, case.link.url)):
        name, what = questions.page_on(case.facts, lists, url)
        if not what:
            continue
        used = (questions.listed_page(name, url),)
        if what == "page":
            return Evidence("listed_page", 1.0, f"This page is on the list {name!r}", used)
        if what == "host" and not _shared(case):
            host = unicode_host(case.target.host)
            words = f"Other pages of {host} are on the list {name!r}"
            return Evidence("listed_page", ANOTHER, words, used)
    return None


def _shared(case: Case) -> bool:
    """Whether many people publish on the host, so that one page says nothing about another."""
    known, rank = questions.rank_of(case.facts, case.domain)
    visited = known and rank is not None and rank < case.rules.popularity.floor_rank
    return visited or bool(case.free_host() or case.shortener())
