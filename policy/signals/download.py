"""The link fetches something that runs, or that is used to carry what runs.

Told by the name of the file at the end of the path, or of a value in the query.

Does not fetch it to see.
"""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import unquote, urlsplit

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case

KINDS = {
    "a program": (1.0, "exe scr com pif msi msix appx dll cpl apk deb rpm dmg pkg jar bat cmd gadget"),
    "a script": (1.0, "js jse vbs vbe wsf wsh ps1 psm1 hta sct reg sh py"),
    "a shortcut": (
        1.0,
        "lnk url website desktop settingcontent-ms application library-ms search-ms",
    ),
    "a disk image": (1.0, "iso img vhd vhdx wim udf"),
    "a document with macros": (0.8, "docm dotm xlsm xltm xlam pptm potm one xll chm hlp"),
    "an archive": (0.5, "zip rar 7z cab ace arj lzh tar gz tgz bz2 xz zst uue"),
}
"""What it is → strength, endings."""
_BY_ENDING = {ending: (words, weight) for words, (weight, all) in KINDS.items() for ending in all.split()}
_FILE = re.compile(r"[^/\\?&=#;]\.([a-z0-9-]{2,18})\Z")
MOST_VALUES = 30
"""Values of a query looked at."""


def signal(case: Case) -> Evidence | None:
    """Evidence for the most dangerous file the link names."""
    url = case.link.target or case.link.url
    try:
        parts = urlsplit(url[:8192])
    except ValueError:
        return None
    names = [parts.path, *islice((pair.partition("=")[2] for pair in parts.query.split("&")), MOST_VALUES)]
    found = [kind for name in names if (kind := _kind(name, in_query=name is not parts.path))]
    if not found:
        return None
    words, strength = max(found, key=lambda one: one[1])
    return Evidence("download", strength, f"The link to {unicode_host(case.target.host)} fetches {words}")


def _kind(name: str, *, in_query: bool) -> tuple[str, float] | None:
    match = _FILE.search(unquote(name[-300:]).rstrip(" .").lower())
    # A query's "site.com" is a name, not a program of the eighties.
    if match is None or (in_query and match[1] in ("com", "sh", "py", "zip", "app")):
        return None
    return _BY_ENDING.get(match[1])
