"""Links of OpenDocument (OASIS ODF 1.3 part 3): ``xlink:href`` wherever it leads outside, and formulas.

Does not unpack members, and does not resolve references into the package itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inspectors.office import formulas, limits, xmlspans
from inspectors.office.found import Budget, Found, in_text

_PLACES = {
    "a": "hyperlink",
    "hyperlink-behaviour": "hyperlink",
    "area-rectangle": "hyperlink",
    "area-circle": "hyperlink",
    "area-polygon": "hyperlink",
    "image": "image",
    "fill-image": "image",
    "background-image": "image",
    "list-level-style-image": "image",
    "image-frame": "image",
    "object": "object",
    "object-ole": "object",
    "plugin": "object",
    "applet": "object",
    "floating-frame": "frame",
    "section-source": "section",
    "table-source": "table",
    "cell-range-source": "table",
    "form": "form",
    "button": "form",
    "event-listener": "event",
    "script": "script",
    "template": "template",
    "auto-reload": "reload",
    "sound": "sound",
    "video": "video",
    "audio": "audio",
    "connection-resource": "data",
}
"""Elements that carry xlink:href (part 3 section 19.910), and our word for the place."""
_CELLS = ("table-cell", "covered-table-cell")
_SCANNER = xmlspans.Scanner((*_PLACES, *_CELLS, "p", "h", "dde-source"))
_MARKUP = re.compile(r"<[^<>]{0,4000}>")
_WORDS_SOURCE = 20_000
"""Characters of XML in which the words on a link are looked for."""


def part(text: str, budget: Budget) -> list[Found]:
    """The links of one XML member."""
    reader = _Reader(text, budget)
    for tag in _SCANNER.tags(text, budget.odd):
        if not budget.spend() or len(reader.found) > limits.LINKS:
            break
        reader.take(tag)
    return reader.found + in_text("".join(reader.texts), budget, len(text))


@dataclass(slots=True)
class _Reader:
    text: str
    budget: Budget
    found: list[Found] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    anchors: int = 0
    anchor: Found | None = None
    words_from: int = -1
    """Where running text begins that stands in no anchor; -1 outside paragraphs."""

    def take(self, tag: xmlspans.Tag) -> None:
        name = tag.name
        if name.lstrip("/") in ("p", "h", "a"):
            self._running(tag)
        if name == "a" and not tag.empty:
            self.anchors += 1
        elif name == "/a":
            self._close(tag)
        elif name in _CELLS:
            self._formula(tag)
        elif name == "dde-source":
            self.budget.odd.add("office-dde")
        if name in _PLACES:
            self._href(tag)

    def _running(self, tag: xmlspans.Tag) -> None:
        """Collect the text up to this tag."""
        if self.words_from >= 0 and not self.anchors and self.budget.characters > 0:
            self.texts.append(_plain(self.text[self.words_from : tag.start]))
        if tag.name in ("/p", "/h"):
            self.texts.append("\n")
            self.words_from = -1
        elif self.words_from >= 0 or (tag.name in ("p", "h") and not tag.empty):
            self.words_from = tag.end

    def _href(self, tag: xmlspans.Tag) -> None:
        self.budget.spend(limits.DEAR)
        for each in tag.attributes() if "href" in tag.source else ():
            url = self.budget.opened(each.value) if each.name == "href" else None
            if url is not None:
                pieces = ((each.start, each.end),)
                place = "office:" + _PLACES[tag.name]
                one = Found(place, each.value, url, tag.start, pieces)
                self.found.append(one)
                if tag.name == "a" and not tag.empty:
                    one.at, self.anchor = tag.end, one

    def _close(self, tag: xmlspans.Tag) -> None:
        self.anchors = max(0, self.anchors - 1)
        if self.anchor is not None:
            begin = self.anchor.at
            self.anchor.says(_plain(self.text[begin : min(tag.start, begin + _WORDS_SOURCE)]))
        self.anchor = None

    def _formula(self, tag: xmlspans.Tag) -> None:
        for each in tag.attributes() if "formula" in tag.source else ():
            if each.name == "formula":
                source = self.text[each.start : each.end]
                self.found += formulas.formula(source, each.start, self.budget)


def _plain(source: str) -> str:
    return xmlspans.decoded(_MARKUP.sub("", source))
