"""Addresses inside instructions: field codes of Word (ISO 29500-1 section 17.16) and formulas of sheets.

An address counts where it is written out. What is put together from cells or other fields is not computed.

Does not know where in a document instructions stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspectors.office import limits, xmlspans
from inspectors.office.found import Budget, Found, Pieces

_FIELD = re.compile(
    r"\s*(HYPERLINK|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|DDEAUTO|DDE|LINK|IMPORT)(?![A-Z])", re.IGNORECASE
)
_FIELD_PLACES = {
    "HYPERLINK": "office:hyperlink",
    "INCLUDEPICTURE": "office:image",
    "IMPORT": "office:image",
    "DDE": "office:dde",
    "DDEAUTO": "office:dde",
    "LINK": "office:oleobject",
}
_ARGUMENT = re.compile(r'["“”]((?:[^"“”\\]|\\.)*)["“”]|(\\[A-Za-z*#@!])(?![A-Za-z])|([^\s"“”]+)', re.DOTALL)
_WITH_VALUE = frozenset(("\\l", "\\o", "\\t", "\\c", "\\*", "\\#", "\\@"))
_FUNCTION = re.compile(
    r'(?<![A-Z0-9_])(HYPERLINK|WEBSERVICE|IMAGE)\s*\(\s*("(?:[^"]|"")*"(?:\s*&\s*"(?:[^"]|"")*")*)\s*(&?)',
    re.IGNORECASE,
)
_FUNCTION_PLACES = {
    "HYPERLINK": "office:hyperlink",
    "WEBSERVICE": "office:webservice",
    "IMAGE": "office:image",
}
_JOINED = re.compile(r'"\s*&\s*"')

Source = tuple[str, int]
"""A stretch of XML text as it stands, and where; -1 where it has no exact place."""


def field(instruction: list[Source], budget: Budget) -> Iterator[Found]:
    """Links in one field instruction, given in the pieces it is split into over runs."""
    words = "".join(xmlspans.decoded(source) for source, _ in instruction)
    kind = _FIELD.match(words)
    if kind is None:
        return
    words = _cut(words, budget)
    place = _FIELD_PLACES.get(kind[1].upper(), "office:include")
    value_of_switch = False
    for match in _ARGUMENT.finditer(words, kind.end()):
        if match[2]:
            value_of_switch = match[2].lower() in _WITH_VALUE
            continue
        if not value_of_switch:
            group = 1 if match[1] is not None else 3
            written = match[group]
            url = budget.opened(re.sub(r"\\(.)", r"\1", written) if group == 1 else written)
            if url is not None:
                where = _pieces(instruction, *match.span(group))
                yield Found(place, written, url, max(0, instruction[0][1]), where)
        value_of_switch = False


def formula(source: str, at: int, budget: Budget) -> Iterator[Found]:
    """Links in one formula as it stands in the XML at ``at``."""
    if "(" not in source:
        return
    budget.spend(limits.DEAR)
    words = _cut(xmlspans.decoded(source), budget)
    for match in _FUNCTION.finditer(words):
        written = _JOINED.sub("", match[2])[1:-1].replace('""', '"')
        url = budget.opened(written)
        if url is not None:
            where = () if match[3] else _pieces([(source, at)], match.start(2) + 1, match.end(2) - 1)
            place = _FUNCTION_PLACES[match[1].upper()]
            yield Found(place, written, url, max(0, at), where)


def _cut(words: str, budget: Budget) -> str:
    if len(words) > limits.FIELD_CHARACTERS:
        budget.over.add(f"an instruction has more than {limits.FIELD_CHARACTERS} characters")
    return words[: limits.FIELD_CHARACTERS]


def _pieces(instruction: list[Source], start: int, end: int) -> Pieces:
    """Where the decoded characters from ``start`` to ``end`` stand, neighbours joined; none where any has no
    place."""
    found: list[tuple[int, int]] = []
    position = 0
    for source, at in instruction:
        if position >= end:
            break
        for _, first, behind in xmlspans.pieces(source, max(0, at)):
            if start <= position < end:
                if at < 0:
                    return ()
                if found and found[-1][1] == first:
                    found[-1] = (found[-1][0], behind)
                else:
                    found.append((first, behind))
            position += 1
    return tuple(found)
