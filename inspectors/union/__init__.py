"""The second reading, for messages built to be read differently: every link some other reader could show.

It believes no boundary and no header's word for an encoding where the strict reading had a doubt, and looks
into every text that holds something encoded. What the strict reading decoded cleanly it passes over, so that
ordinary mail costs little more.

Does not say which reader would show what, and its links are never rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspectors import mime
from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.union import charsets, plan, signs
from inspectors.union.known import Known
from inspectors.union.soup import Soup

__all__ = ["HIDDEN", "plan", "read"]

HIDDEN = "hidden"
"""Stands for the whole second reading where leaves are named by their paths."""


def read(structure: mime.Structure, links: Sequence[Link], made: plan.Plan | None = None) -> Reading:
    """Links and files that are not among ``links``, what the strict reading found. Never raises.

    ``structure.message.raw`` must be there. ``made`` is its plan, where that is known. Each link's
    ``ambiguous`` is True; its leaf is the nearest one.
    """
    made = made or plan.make(structure)
    if not made.pieces:
        return Reading(flags=made.flags)
    heads = made.heads.lower()
    soup = Soup(
        Known(links),
        ebcdic=charsets.is_ebcdic(heads),
        labelled_uu=b"uue" in heads,
        bases=tuple(match.group(1).decode("latin-1") for match in signs.bases(made.heads))[:4],
    )
    soup.run(list(made.pieces))
    skipped, flags = [], list(made.flags)
    files = soup.files
    if files and not made.files:  # too deep to be seen beforehand, so that this is no place to read them
        skipped.append(Skipped(HIDDEN, "a file hidden in several encodings", "limit"))
        files = ()
    if soup.over:
        skipped.append(Skipped(HIDDEN, "the second reading reached its limit", "limit"))
        flags.append(Flag("limit", "", "The message was not read to the end in all ways."))
    if soup.links:
        words = f"{len(soup.links)} links that only another reading of the message shows."
        flags.append(Flag("ambiguous-link", "", words))
    return Reading(tuple(soup.links), tuple(skipped), tuple(flags), tuple(files))
