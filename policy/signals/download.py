"""The link fetches something that runs, or that is used to carry what runs.

Told by the name of the file at the end of the path, or of a value in the query. Such a file from somebody who
never linked to one counts a little more; that he often did excuses nothing.

Does not fetch it to see.
"""

from __future__ import annotations

from policy import questions
from policy.domains import unicode_host
from policy.manner import LEAST
from policy.model import Evidence
from policy.pathshape import endings
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
NEW = 0.25
"""What strength gains where the sender never linked to anything of the kind. An archive from somebody who
never sent one stays below a program from anybody."""
_BY_ENDING = {ending: (weight, words) for words, (weight, all) in KINDS.items() for ending in all.split()}
"""Ending → strength, what it is."""


def signal(case: Case) -> Evidence | None:
    """Evidence for the most dangerous file the link names."""
    found = [_BY_ENDING[end] for end in endings(case.url) if end in _BY_ENDING]
    if not found:
        return None
    strength, kind = max(found)
    words = f"The link to {unicode_host(case.target.host)} fetches {kind}"
    manner = case.manner
    if manner.owner is None or manner.linked < LEAST or manner.full("file") or _sent(case, kind):
        return Evidence("download", strength, words)
    words += f"; in {manner.linked} earlier messages {manner.owner.name} never linked to one"
    return Evidence("download", min(1.0, strength + NEW), words, (questions.traits(manner.owner),))


def _sent(case: Case, kind: str) -> bool:
    """Whether the sender linked to anything of the kind before."""
    return any(_BY_ENDING.get(end, ("", ""))[1] == kind for end in case.manner.values("file"))
