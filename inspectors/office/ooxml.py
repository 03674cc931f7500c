"""Links of Office Open XML (ISO 29500): relationships that lead outside, fields, formulas, old drawings.

A link is where its address stands: an external relationship is one link, however many places on the pages use
it. The fragment that such a place adds is not part of the URL given.

Does not unpack members and does not follow what is outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import basename, dirname

from inspectors import urls
from inspectors.office import formulas, limits, xmlspans
from inspectors.office.found import Budget, Found, in_text, opened

_RELATIONSHIPS = xmlspans.Scanner(("Relationship",))
_DRAWN = ("shape", "rect", "roundrect", "oval", "line", "polyline", "arc", "curve", "image", "group")
"""Elements of VML that may carry an href (ISO 29500-4 section 19.1.2)."""
_CLICKS = frozenset(("hlinkClick", "hlinkHover", "hlinkMouseOver"))
_PART = xmlspans.Scanner(
    (
        "fldChar", "instrText", "fldSimple", "hyperlink", "t", "p", "si", "f", "webPr", "ddeLink",
        "HyperlinkBase", *_CLICKS, *_DRAWN,
    )
)  # fmt: skip
_AFTER_CLICK = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(t|r|fld|cNvPr|sp|pic|hlinkClick)(?=[\s/>])")
_NOWHERE = urls.Url("", "", "")
_KIND = re.compile(r"[^a-z0-9]")
_PLACES = {
    "attachedtemplate": "template",
    "externallinkpath": "externallink",
    "linkedimage": "image",
    "afchunk": "altchunk",
}


@dataclass(slots=True)
class Relation:
    """One relationship that leads outside the package."""

    ident: str
    found: Found


@dataclass(slots=True)
class Part:
    """What one part holds, and the words it shows for relationships."""

    links: list[Found] = field(default_factory=list)
    clicks: dict[str, Found | None] = field(default_factory=dict)
    """By relationship id, where a click follows it; a value only carries words."""


def source_of(name: str) -> str:
    """The part whose relationships a member holds (ISO 29500-2 section 9.3), in lower case."""
    return f"{dirname(dirname(name))}/{basename(name)[: -len('.rels')]}".lstrip("/").casefold()


def relations(text: str, budget: Budget) -> list[Relation]:
    """The relationships of one ``.rels`` member that lead outside."""
    found: list[Relation] = []
    for tag in _RELATIONSHIPS.tags(text, budget.odd):
        if not budget.spend(limits.DEAR) or len(found) > limits.LINKS:
            break
        named = {each.name: each for each in reversed(tag.attributes()) if not each.prefix}
        target, mode = named.get("Target"), named.get("TargetMode")
        if target is None:
            continue
        outside = mode is not None and mode.value.strip().casefold() == "external"
        url = budget.opened(target.value) if outside else opened(target.value)
        if url is None:
            continue
        ident, kind = (named[name].value if name in named else "" for name in ("Id", "Type"))
        pieces = ((target.start, target.end),)
        found.append(Relation(ident, Found(_place(kind), target.value, url, tag.start, pieces)))
    return found


def _place(kind: str) -> str:
    last = _KIND.sub("", kind.rpartition("/")[2].lower())[:40]
    return "office:" + (_PLACES.get(last, last) or "relationship")


def part(text: str, budget: Budget) -> Part:
    """Fields, formulas and words of one part that is not a relationships member."""
    reader = _Reader(text, budget)
    for tag in _PART.tags(text, budget.odd):
        if not budget.spend() or len(reader.part.links) > limits.LINKS:
            break
        reader.take(tag)
    if reader.texts:
        reader.part.links += in_text("".join(reader.texts), budget, len(text))
    return reader.part


@dataclass(slots=True)
class _Field:
    instruction: list[formulas.Source] = field(default_factory=list)
    links: list[Found] = field(default_factory=list)
    shows: bool = False
    """Whether its result has begun."""


@dataclass(slots=True)
class _Reader:
    text: str
    budget: Budget
    part: Part = field(default_factory=Part)
    fields: list[_Field] = field(default_factory=list)
    open: Found | None = None
    """The hyperlink element being gone through."""
    texts: list[str] = field(default_factory=list)

    def take(self, tag: xmlspans.Tag) -> None:
        name = tag.name
        if name == "t":
            self._words(tag)
        elif name in ("/p", "/si"):
            self.texts.append("\n")
        elif name == "instrText":
            if self.fields and not self.fields[-1].shows:
                self.fields[-1].instruction.append(self._source(tag))
        elif name == "fldChar":
            self._field(tag)
        elif name == "fldSimple":
            self._simple(tag)
        elif name == "/fldSimple":
            if self.fields:
                self.fields.pop()
        elif name == "f":
            self.part.links += formulas.formula(*self._source(tag), self.budget)
        elif name in _CLICKS:
            self._click(tag)
        elif not name.startswith("/"):
            self._other(tag)
        elif name == "/hyperlink":
            self.open = None

    def _words(self, tag: xmlspans.Tag) -> None:
        words = xmlspans.content(self.text, tag)[0]
        if len(self.fields) > 1 and self.fields[-1].shows and not self.fields[-2].shows:
            # The result of a field inside an instruction is part of the instruction.
            self.fields[-2].instruction.append(self._source(tag))
        showing = [link for each in self.fields if each.shows for link in each.links]
        showing += [self.open] if self.open else []
        for link in showing:
            link.says(words)
        if not showing and self.budget.characters > 0:
            self.texts.append(words)

    def _source(self, tag: xmlspans.Tag) -> formulas.Source:
        """A tag's text as it stands, with its place; of CDATA, escaped and without one."""
        words, start, end = xmlspans.content(self.text, tag)
        return (self.text[start:end], start) if start >= 0 else (xmlspans.escaped(words), -1)

    def _field(self, tag: xmlspans.Tag) -> None:
        self.budget.spend(2)
        kind = tag.attribute("fldCharType")
        what = kind.value if kind else ""
        if what == "begin":
            if len(self.fields) < limits.FIELD_DEPTH:
                self.fields.append(_Field())
            else:
                self.budget.over.add(f"fields stand in each other more than {limits.FIELD_DEPTH} deep")
        elif self.fields:
            self._begin_result(self.fields[-1])
            if what == "end":
                self.fields.pop()

    def _begin_result(self, one: _Field) -> None:
        if not one.shows and one.instruction:
            one.links += formulas.field(one.instruction, self.budget)
            self.part.links += one.links
        one.shows = True

    def _simple(self, tag: xmlspans.Tag) -> None:
        self.budget.spend(limits.DEAR)
        instruction = tag.attribute("instr")
        one = _Field()
        if instruction:
            start, end = instruction.start, instruction.end
            one.instruction.append((self.text[start:end], start))
        self._begin_result(one)
        if not tag.empty and len(self.fields) < limits.FIELD_DEPTH:
            self.fields.append(one)

    def _click(self, tag: xmlspans.Tag) -> None:
        self.budget.spend(limits.DEAR)
        ident = tag.attribute("id", True)
        if ident is None:
            return
        words = self._noted(ident.value, tag.start)
        after = _AFTER_CLICK.search(self.text, tag.end, tag.end + 4000)
        if after and after[2] == "hlinkClick" and after[1]:  # its own end tag
            after = _AFTER_CLICK.search(self.text, after.end(), after.end() + 4000)
        if after and after[2] == "t" and not after[1]:
            begin = self.text.find(">", after.end()) + 1
            end = self.text.find("<", begin)
            if 0 < begin <= end:
                words.says(xmlspans.decoded(self.text[begin:end]))

    def _noted(self, ident: str, at: int) -> Found:
        """What collects the words for a relationship; only those of its first use are kept."""
        one = Found("", "", _NOWHERE, at)
        if len(self.part.clicks) <= limits.LINKS:
            self.part.clicks.setdefault(ident, one)
        return one

    def _other(self, tag: xmlspans.Tag) -> None:
        self.budget.spend(limits.DEAR)
        if tag.name == "hyperlink":
            ident, display = tag.attribute("id", True), tag.attribute("display")
            if ident is not None:
                one = self._noted(ident.value, tag.start)
                if display:
                    one.says(display.value)
                self.open = None if tag.empty else one
        elif tag.name == "ddeLink":
            self.budget.odd.add("office-dde")
        elif tag.name in _DRAWN or tag.name == "webPr":
            wished = "url" if tag.name == "webPr" else "href"
            address = tag.attribute(wished) if wished in tag.source else None
            url = self.budget.opened(address.value) if address else None
            if address and url:
                place = "office:connection" if wished == "url" else "office:hyperlink"
                pieces = ((address.start, address.end),)
                self.part.links.append(Found(place, address.value, url, tag.start, pieces))


def hyperlink_base(text: str) -> str:
    """What relative targets are relative to, from the properties (ISO 29500-1 section 22.2.2.10)."""
    for number, tag in enumerate(_PART.tags(text, set())):
        if tag.name == "HyperlinkBase":
            url = opened(xmlspans.content(text, tag)[0])
            return url.href if url else ""
        if number > limits.ATTRIBUTES:
            break
    return ""
