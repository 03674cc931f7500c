"""Sites: what one party publishes on, and so what a habit is about.

Mostly that is the registrable domain. Below hosts where anyone can publish it is not: who links to
www.provider.example has not thereby linked to sites.provider.example, where strangers put up pages, and one
customer of a site builder is not another. There the host counts, up to the name directly below the entry of
the policy's list. Where the Public Suffix List tells customers apart already, the registrable domain says the
same or more.

Does not tell apart the customers of a host that keeps them in paths.
"""

from __future__ import annotations

from functools import lru_cache

from policy.domains import above, clean, registrable


@lru_cache(maxsize=16384)
def site(host: str, shared: frozenset[str]) -> str:
    """The site a host belongs to; ``shared`` are domains below which anyone can publish.

    Never shorter than the registrable domain: with "provider.example" itself in ``shared`` the host
    "a.b.provider.example" gives "b.provider.example"; with "sites.provider.example", "sites.provider.example"
    gives itself and "www.provider.example" gives "provider.example".
    """
    name = clean(host)
    domain = registrable(name)
    names = above(name)
    for below, entry in zip(("", *names), names, strict=False):
        if entry in shared:
            own = not below or below == f"www.{entry}"  # the host's own pages
            return max(domain, entry if own else below, key=len)
        if entry == domain:
            break
    return domain
