"""Public suffixes under which a written host is a real one (Public Suffix List, ICANN section).

Taken from the snapshot that tldextract carries, without importing it: its import costs 130 ms and 19 MB,
which a process that only reads messages does not need; reading the snapshot costs 6 ms. Nothing is
downloaded.

Does not find registrable domains, which is judgement, and does not know private suffixes.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_SNAPSHOT = ".tld_set_snapshot"
_PRIVATE = "===BEGIN PRIVATE DOMAINS==="


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Every ICANN suffix, lower case, internationalised ones in Unicode: "com", "co.uk", "рф"."""
    found = find_spec("tldextract")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / _SNAPSHOT
        if path.is_file():
            return _suffixes(path.read_text("utf-8"))
    import tldextract  # the snapshot has moved: ask the slow way

    return frozenset(tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds)


def _suffixes(listed: str) -> frozenset[str]:
    """Rules of the list (https://publicsuffix.org/list/) without wildcards and exceptions."""
    lines = (line.strip() for line in listed.partition(_PRIVATE)[0].splitlines())
    return frozenset(line for line in lines if line and line[0] not in "/!*")


@lru_cache(maxsize=4096)
def is_suffix(name: str) -> bool:
    """Whether ``name``, in any case and in Unicode or ASCII form, is a public suffix."""
    name = name.lower()
    if "xn--" in name:
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return False
    return name in known()
